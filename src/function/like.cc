// LIKE and ILIKE. A constant pattern is looked at once; most are an equality, a prefix, a suffix or
// a search, which need no matcher.
#include <algorithm>

#include "function/functions.h"
#include "function/rows.h"
#include "function/utf8.h"

namespace leat {
namespace {

using namespace function_rows;

constexpr RowError kEscapeAtEnd{SqlState::kInvalidEscapeSequence,
                                "LIKE pattern must not end with escape character"};

enum class Match : uint8_t { kNo, kYes, kBadEscape };

// The general matcher. After a `%` that fails only the newest `%` needs to move on.
Match match_like(std::string_view s, std::string_view p) {
  size_t i = 0, j = 0;
  size_t star_s = 0, star_p = std::string_view::npos;
  while (true) {
    if (j < p.size() && p[j] == '%') {
      star_p = ++j;
      star_s = i;
      continue;
    }
    if (i < s.size() && j < p.size()) {
      if (p[j] == '_') {
        i += utf8_size(s[i]);
        ++j;
        continue;
      }
      const bool escaped = p[j] == '\\';
      if (escaped && j + 1 == p.size()) return Match::kBadEscape;
      if (s[i] == p[j + escaped]) {
        ++i;
        j += 1 + escaped;
        continue;
      }
    } else if (i == s.size()) {
      while (j < p.size() && p[j] == '%') ++j;
      return j == p.size() ? Match::kYes : Match::kNo;
    }
    if (star_p == std::string_view::npos) return Match::kNo;
    if (star_s >= s.size()) return Match::kNo;
    star_s += utf8_size(s[star_s]);
    // A literal behind the % must be found again; nothing before it can match.
    if (star_p < p.size() && p[star_p] != '_' && p[star_p] != '\\' && p[star_p] != '%') {
      star_s = s.find(p[star_p], star_s);
      if (star_s == std::string_view::npos) return Match::kNo;
    }
    i = star_s;
    j = star_p;
  }
}

// What a constant pattern amounts to.
struct Pattern {
  enum Kind : uint8_t { kEqual, kPrefix, kSuffix, kContains, kGeneral } kind = kGeneral;
  std::string text;     // the literal part
  std::string pattern;  // kGeneral

  explicit Pattern(std::string_view p) : pattern(p) {
    const bool open_left = p.starts_with('%');
    if (open_left) p.remove_prefix(1);
    bool open_right = false;
    for (size_t i = 0; i < p.size(); ++i) {
      if (p[i] == '_') return;
      if (p[i] == '%') {
        if (i + 1 != p.size()) return;
        open_right = true;
        break;
      }
      if (p[i] == '\\' && ++i == p.size()) return;
      text += p[i];
    }
    kind = open_left ? (open_right ? kContains : kSuffix) : (open_right ? kPrefix : kEqual);
    if (pattern == "%") kind = kPrefix;
  }
  Match match(std::string_view s) const {
    bool yes = false;
    switch (kind) {
      case kEqual:
        yes = s == text;
        break;
      case kPrefix:
        yes = s.starts_with(text);
        break;
      case kSuffix:
        yes = s.ends_with(text);
        break;
      case kContains:
        yes = s.find(text) != s.npos;
        break;
      case kGeneral:
        return match_like(s, pattern);
    }
    return yes ? Match::kYes : Match::kNo;
  }
};

template <bool kFold>
std::shared_ptr<void> prepare(std::span<const Value* const> constants) {
  const std::string* pattern = constant_text(constants, 1);
  if (pattern == nullptr) return nullptr;
  if constexpr (kFold) {
    std::string folded;
    append_lower(folded, *pattern);
    return std::make_shared<Pattern>(folded);
  }
  return std::make_shared<Pattern>(*pattern);
}

template <bool kFold, bool kNegated>
void like(const KernelCall& call) {
  const ArgReader<std::string_view> text(*call.args[0]), patterns(*call.args[1]);
  const auto* prepared = static_cast<const Pattern*>(call.prepared);
  uint8_t* out = call.out.data<uint8_t>();
  std::string folded_text, folded_pattern;
  for_each_valid(call, [&](size_t row) {
    std::string_view s = text[row];
    if constexpr (kFold) {
      folded_text.clear();
      append_lower(folded_text, s);
      s = folded_text;
    }
    Match match;
    if (prepared != nullptr) {
      match = prepared->match(s);
    } else if constexpr (kFold) {
      folded_pattern.clear();
      append_lower(folded_pattern, patterns[row]);
      match = match_like(s, folded_pattern);
    } else {
      match = match_like(s, patterns[row]);
    }
    if (match == Match::kBadEscape) return call.error(row, kEscapeAtEnd.code, kEscapeAtEnd.message);
    out[row] = (match == Match::kYes) != kNegated;
  });
}

// The pattern with another escape character as one with a backslash.
void like_escape(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view p = call.args[0]->string_at(row);
    const std::string_view escape = call.args[1]->string_at(row);
    if (utf8_length(escape) > 1) {
      return fail(make_error(SqlState::kInvalidEscapeSequence, "invalid escape string")
                      .with_hint("Escape string must be empty or one character."));
    }
    for (size_t i = 0; i < p.size();) {
      if (!escape.empty() && p.substr(i).starts_with(escape)) {
        i += escape.size();
        out += '\\';
        if (i < p.size()) {
          const size_t n = utf8_size(p[i]);
          out += p.substr(i, n);
          i += n;
        }
      } else {
        if (p[i] == '\\') out += '\\';
        out += p[i++];
      }
    }
    return {};
  });
}

constexpr ScalarFunction row(std::string_view name, Kernel kernel,
                             std::shared_ptr<void> (*prepare)(std::span<const Value* const>),
                             std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = {kVarchar, kVarchar},
          .result = kBoolean,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .prepare = prepare};
}

constexpr ScalarFunction kRows[] = {
    row("~~", like<false, false>, prepare<false>, "LIKE: % is any text, _ any character",
        "'abc' LIKE 'a%' -> t"),
    row("!~~", like<false, true>, prepare<false>, "NOT LIKE", "'abc' NOT LIKE '_b_' -> f"),
    row("~~*", like<true, false>, prepare<true>, "ILIKE: LIKE without case",
        "'ABC' ILIKE 'a%' -> t"),
    row("!~~*", like<true, true>, prepare<true>, "NOT ILIKE", "'ABC' NOT ILIKE 'a%' -> f"),
    row("like", like<false, false>, prepare<false>, "as the LIKE operator",
        "\"like\"('abc', 'a%') -> t"),
    row("notlike", like<false, true>, prepare<false>, "as the NOT LIKE operator",
        "notlike('abc', 'a%') -> f"),
    {.name = "like_escape",
     .args = {kVarchar, kVarchar},
     .result = kVarchar,
     .kernel = like_escape,
     .doc = "a LIKE pattern with another escape character",
     .example = "'a%c' LIKE 'a#%c' ESCAPE '#' -> t"},
};

}  // namespace

FunctionFamily like_functions() { return kRows; }

}  // namespace leat
