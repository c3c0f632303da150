#include "types/jsonb.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"

namespace leat {
namespace {

// All positions here are in canonical text, which is well formed by construction.

// Behind the string that opens at `at`.
size_t skip_string(std::string_view t, size_t at) {
  for (++at; t[at] != '"'; ++at) at += t[at] == '\\';
  return at + 1;
}

// Behind the value at `at`.
size_t skip_value(std::string_view t, size_t at) {
  if (t[at] == '"') return skip_string(t, at);
  if (t[at] != '{' && t[at] != '[') {
    while (at < t.size() && t[at] != ',' && t[at] != ']' && t[at] != '}') ++at;
    return at;
  }
  int depth = 0;
  while (true) {
    switch (t[at]) {
      case '"':
        at = skip_string(t, at);
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
}

// Walks the members or elements of a container.
class Items {
 public:
  explicit Items(std::string_view text) : text_(text), object_(text[0] == '{') {}

  bool next(std::string_view& key, std::string_view& value) {
    if (text_[at_] == '}' || text_[at_] == ']') return false;
    if (text_[at_] == ',') at_ += 2;
    if (object_) {
      const size_t end = skip_string(text_, at_);
      key = text_.substr(at_, end - at_);
      at_ = end + 2;
    }
    const size_t end = skip_value(text_, at_);
    value = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }

 private:
  std::string_view text_;
  bool object_;
  size_t at_ = 1;
};

JsonKind kind_of(std::string_view text) {
  switch (text[0]) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBool;
    case 'n':
      return JsonKind::kNull;
    default:
      return JsonKind::kNumber;
  }
}

void unescape_to(std::string& to, std::string_view quoted) {
  const std::string_view s = quoted.substr(1, quoted.size() - 2);
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      to += s[i];
      continue;
    }
    switch (s[++i]) {
      case 'b':
        to += '\b';
        break;
      case 'f':
        to += '\f';
        break;
      case 'n':
        to += '\n';
        break;
      case 'r':
        to += '\r';
        break;
      case 't':
        to += '\t';
        break;
      case 'u': {  // canonical text has only \u00XX
        int code = 0;
        std::from_chars(s.data() + i + 1, s.data() + i + 5, code, 16);
        to += static_cast<char>(code);
        i += 4;
        break;
      }
      default:
        to += s[i];
    }
  }
}

int sign(int c) { return c < 0 ? -1 : c > 0 ? 1 : 0; }

// Strings by their bytes without escapes.
int compare_strings(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.find('\\') == a.npos && b.find('\\') == b.npos) {
    return sign(a.substr(1, a.size() - 2).compare(b.substr(1, b.size() - 2)));
  }
  std::string ua, ub;
  unescape_to(ua, a);
  unescape_to(ub, b);
  return sign(ua.compare(ub));
}

// Plain decimals of any length, without leading zeros.
int compare_numbers(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const auto cut = [](std::string_view& s, std::string_view& whole, std::string_view& fraction) {
    const bool minus = s[0] == '-';
    if (minus) s.remove_prefix(1);
    const size_t dot = s.find('.');
    whole = s.substr(0, dot);
    fraction = dot == s.npos ? std::string_view() : s.substr(dot + 1);
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    return minus && !(whole == "0" && fraction.empty());
  };
  std::string_view wa, fa, wb, fb;
  const bool minus_a = cut(a, wa, fa), minus_b = cut(b, wb, fb);
  if (minus_a != minus_b) return minus_a ? -1 : 1;
  int c;
  if (wa.size() != wb.size())
    c = wa.size() < wb.size() ? -1 : 1;
  else if ((c = sign(wa.compare(wb))) == 0)
    c = sign(fa.compare(fb));
  return minus_a ? -c : c;
}

// PostgreSQL's order of the kinds.
int rank(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return 0;
    case JsonKind::kString:
      return 1;
    case JsonKind::kNumber:
      return 2;
    case JsonKind::kBool:
      return 3;
    case JsonKind::kArray:
      return 4;
    case JsonKind::kObject:
      return 5;
  }
  return 0;
}

int compare_inner(std::string_view a, std::string_view b);

int compare_containers(std::string_view a, std::string_view b) {
  const size_t na = JsonView{a}.size(), nb = JsonView{b}.size();
  if (na != nb) return na < nb ? -1 : 1;
  Items ia(a), ib(b);
  std::string_view ka, va, kb, vb;
  while (ia.next(ka, va) && ib.next(kb, vb)) {
    if (a[0] == '{') {
      if (const int c = compare_strings(ka, kb); c != 0) return c;
    }
    if (const int c = compare_inner(va, vb); c != 0) return c;
  }
  return 0;
}

int compare_inner(std::string_view a, std::string_view b) {
  const JsonKind ka = kind_of(a), kb = kind_of(b);
  if (ka != kb) return rank(ka) < rank(kb) ? -1 : 1;
  switch (ka) {
    case JsonKind::kNull:
      return 0;
    case JsonKind::kBool:
      return a == b ? 0 : a == "false" ? -1 : 1;
    case JsonKind::kNumber:
      return compare_numbers(a, b);
    case JsonKind::kString:
      return compare_strings(a, b);
    case JsonKind::kArray:
    case JsonKind::kObject:
      return compare_containers(a, b);
  }
  return 0;
}

bool contains_inner(std::string_view a, std::string_view b) {
  const JsonKind kind = kind_of(a);
  if (kind != kind_of(b)) return false;
  std::string_view key, value;
  if (kind == JsonKind::kObject) {
    Items wanted(b);
    while (wanted.next(key, value)) {
      // Keys of both are canonical, so equal keys have equal text.
      Items have(a);
      std::string_view k, v;
      bool found = false;
      while (!found && have.next(k, v)) found = k == key;
      if (!found || !contains_inner(v, value)) return false;
    }
    return true;
  }
  if (kind == JsonKind::kArray) {
    Items wanted(b);
    while (wanted.next(key, value)) {
      Items have(a);
      std::string_view k, v;
      bool found = false;
      while (!found && have.next(k, v)) found = contains_inner(v, value);
      if (!found) return false;
    }
    return true;
  }
  return compare_inner(a, b) == 0;
}

bool is_scalar(std::string_view t) { return t[0] != '{' && t[0] != '['; }

}  // namespace

JsonKind JsonView::kind() const { return kind_of(text); }

bool JsonView::member(std::string_view key, JsonView& out) const {
  if (text[0] != '{') return false;
  std::string escaped;
  std::string_view wanted = key;
  // Plain keys are compared in place.
  bool plain = true;
  for (const char c : key)
    plain = plain && c != '"' && c != '\\' && static_cast<uint8_t>(c) >= 0x20;
  if (!plain) {
    append_json_string(escaped, key);
    wanted = std::string_view(escaped).substr(1, escaped.size() - 2);
  }
  Items items(text);
  std::string_view k, v;
  while (items.next(k, v)) {
    if (k.size() == wanted.size() + 2 && k.substr(1, wanted.size()) == wanted) {
      out.text = v;
      return true;
    }
  }
  return false;
}

bool JsonView::element(int64_t index, JsonView& out) const {
  if (text[0] != '[') return false;
  if (index < 0) {
    const auto n = static_cast<int64_t>(size());
    if (index < -n) return false;
    index += n;
  }
  Items items(text);
  std::string_view key, v;
  while (items.next(key, v)) {
    if (index-- == 0) {
      out.text = v;
      return true;
    }
  }
  return false;
}

size_t JsonView::size() const {
  if (is_scalar(text)) return 0;
  Items items(text);
  std::string_view key, value;
  size_t n = 0;
  while (items.next(key, value)) ++n;
  return n;
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> all;
  if (text[0] != '[') return all;
  Items items(text);
  std::string_view key, value;
  while (items.next(key, value)) all.push_back({value});
  return all;
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string, JsonView>> all;
  if (text[0] != '{') return all;
  Items items(text);
  std::string_view key, value;
  while (items.next(key, value)) all.emplace_back(JsonView{key}.string_value(), JsonView{value});
  return all;
}

std::string JsonView::string_value() const {
  std::string out;
  unescape_to(out, text);
  return out;
}

int compare_json(std::string_view a, std::string_view b) {
  // A scalar at the top counts as an array of one element in PostgreSQL: an empty array is below
  // it.
  const bool scalar_a = is_scalar(a), scalar_b = is_scalar(b);
  if (a == "[]" && scalar_b) return -1;
  if (b == "[]" && scalar_a) return 1;
  return compare_inner(a, b);
}

uint64_t hash_json(std::string_view canonical) {
  // Only fraction zeros can make equal documents differ in their bytes.
  if (canonical.find('.') == canonical.npos) return hash_bytes(canonical.data(), canonical.size());
  std::string plain;
  plain.reserve(canonical.size());
  for (size_t i = 0; i < canonical.size();) {
    if (canonical[i] == '"') {
      const size_t end = skip_string(canonical, i);
      plain.append(canonical, i, end - i);
      i = end;
    } else if (canonical[i] == '-' || (canonical[i] >= '0' && canonical[i] <= '9')) {
      const size_t end = skip_value(canonical, i);
      std::string_view number = canonical.substr(i, end - i);
      if (number.find('.') != number.npos) {
        while (number.back() == '0') number.remove_suffix(1);
        if (number.back() == '.') number.remove_suffix(1);
      }
      plain += number;
      i = end;
    } else {
      plain += canonical[i++];
    }
  }
  return hash_bytes(plain.data(), plain.size());
}

bool json_contains(std::string_view a, std::string_view b) {
  // '["a"]' contains '"a"', at the top only.
  if (a[0] == '[' && is_scalar(b)) {
    Items items(a);
    std::string_view key, value;
    while (items.next(key, value)) {
      if (is_scalar(value) && contains_inner(value, b)) return true;
    }
    return false;
  }
  return contains_inner(a, b);
}

}  // namespace leat
