// Strings: case, length, parts, padding, trimming, repeating. Positions count characters from 1.
#include <algorithm>

#include "function/functions.h"
#include "function/rows.h"
#include "function/utf8.h"
#include "types/format_value.h"

namespace leat {
namespace {

using namespace function_rows;

// As PostgreSQL's largest string.
constexpr int64_t kResultBytesMax = 0x3FFFFFFF;
std::unexpected<Error> fail_too_large() {
  return fail(SqlState::kProgramLimitExceeded, "requested length too large");
}

struct Lower {
  static void apply(std::string_view s, std::string& out) { append_lower(out, s); }
};
struct Upper {
  static void apply(std::string_view s, std::string& out) { append_upper(out, s); }
};
struct Initcap {
  static void apply(std::string_view s, std::string& out) { append_initcap(out, s); }
};
struct Length {
  static int32_t apply(std::string_view s) { return static_cast<int32_t>(utf8_length(s)); }
};
struct OctetLength {
  static int32_t apply(std::string_view s) { return static_cast<int32_t>(s.size()); }
};
struct BitLength {
  static int32_t apply(std::string_view s) { return static_cast<int32_t>(s.size() * 8); }
};
struct Ascii {
  static int32_t apply(std::string_view s) {
    return s.empty() ? 0 : static_cast<int32_t>(utf8_code(s));
  }
};
struct Reverse {
  static void apply(std::string_view s, std::string& out) {
    for (size_t end = s.size(); end > 0;) {
      size_t begin = end - 1;
      while (begin > 0 && utf8_continues(s[begin])) --begin;
      out.append(s, begin, end - begin);
      end = begin;
    }
  }
};

// The part from character `start`, `length` long; both may reach outside.
std::string_view part(std::string_view s, int64_t start, int64_t length) {
  const int64_t end = start > INT64_MAX - length ? INT64_MAX : start + length;  // exclusive
  start = std::max<int64_t>(start, 1);
  if (end <= start) return {};
  const size_t from = utf8_offset(s, start - 1);
  return s.substr(from, utf8_offset(s.substr(from), end - start));
}
void substr_from(const KernelCall& call) {
  fill_view(call, *call.args[0], [&](size_t row) {
    const std::string_view s = call.args[0]->string_at(row);
    return s.substr(utf8_offset(s, int64_t{call.args[1]->at<int32_t>(row)} - 1));
  });
}
void substr_from_for(const KernelCall& call) {
  call.out.share_strings(*call.args[0]);
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) {
    const int32_t length = call.args[2]->at<int32_t>(row);
    if (length < 0)
      return call.error(row, SqlState::kSubstringError, "negative substring length not allowed");
    out[row] =
        StringSlot(part(call.args[0]->string_at(row), call.args[1]->at<int32_t>(row), length));
  });
}
// n < 0: all but the last (first) |n| characters.
void left(const KernelCall& call) {
  fill_view(call, *call.args[0], [&](size_t row) {
    const std::string_view s = call.args[0]->string_at(row);
    int64_t n = call.args[1]->at<int32_t>(row);
    if (n < 0) n += static_cast<int64_t>(utf8_length(s));
    return s.substr(0, utf8_offset(s, n));
  });
}
void right(const KernelCall& call) {
  fill_view(call, *call.args[0], [&](size_t row) {
    const std::string_view s = call.args[0]->string_at(row);
    const int64_t n = call.args[1]->at<int32_t>(row);
    return s.substr(utf8_offset(s, n < 0 ? -n : static_cast<int64_t>(utf8_length(s)) - n));
  });
}

// Trims characters of a set; the set is blanks without second argument.
bool contains_char(std::string_view set, std::string_view one) {
  for (size_t i = 0; i < set.size();) {
    const size_t n = utf8_size(set[i]);
    if (set.substr(i, n) == one) return true;
    i += n;
  }
  return false;
}
template <bool kLeft, bool kRight>
std::string_view trimmed(std::string_view s, std::string_view set) {
  while (kLeft && !s.empty()) {
    const size_t n = utf8_size(s[0]);
    if (!contains_char(set, s.substr(0, n))) break;
    s.remove_prefix(n);
  }
  while (kRight && !s.empty()) {
    size_t begin = s.size() - 1;
    while (begin > 0 && utf8_continues(s[begin])) --begin;
    if (!contains_char(set, s.substr(begin))) break;
    s.remove_suffix(s.size() - begin);
  }
  return s;
}
template <bool kLeft, bool kRight>
void trim(const KernelCall& call) {
  fill_view(call, *call.args[0], [&](size_t row) {
    return trimmed<kLeft, kRight>(call.args[0]->string_at(row),
                                  call.args.size() < 2 ? " " : call.args[1]->string_at(row));
  });
}
template <bool kLeft, bool kRight>
std::string_view trimmed_bytes(std::string_view s, std::string_view set) {
  const size_t begin = kLeft ? std::min(s.find_first_not_of(set), s.size()) : 0;
  s.remove_prefix(begin);
  return kRight ? s.substr(0, s.find_last_not_of(set) + 1) : s;
}

template <bool kLeft>
Result<void> pad(std::string_view s, int32_t length, std::string_view fill_with, std::string& out) {
  if (length <= 0) return {};
  if (int64_t{length} * 4 > kResultBytesMax) return fail_too_large();
  const auto have = static_cast<int64_t>(utf8_length(s));
  if (have >= length || fill_with.empty()) {
    out = s.substr(0, utf8_offset(s, length));
    return {};
  }
  if constexpr (!kLeft) out = s;
  const auto fill_length = static_cast<int64_t>(utf8_length(fill_with));
  int64_t left = length - have;
  for (; left >= fill_length; left -= fill_length) out += fill_with;
  out += fill_with.substr(0, utf8_offset(fill_with, left));
  if constexpr (kLeft) out += s;
  return {};
}
template <bool kLeft>
void pad_kernel(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) {
    return pad<kLeft>(call.args[0]->string_at(row), call.args[1]->at<int32_t>(row),
                      call.args.size() < 3 ? " " : call.args[2]->string_at(row), out);
  });
}

void repeat(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view s = call.args[0]->string_at(row);
    const int64_t n = std::max(call.args[1]->at<int32_t>(row), 0);
    if (n * static_cast<int64_t>(s.size()) > kResultBytesMax) return fail_too_large();
    out.reserve(static_cast<size_t>(n) * s.size());
    for (int64_t i = 0; i < n; ++i) out += s;
    return {};
  });
}

void chr(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const int32_t code = call.args[0]->at<int32_t>(row);
    if (code < 0)
      return fail(SqlState::kInvalidParameterValue, "character number must be positive");
    if (code == 0) return fail(SqlState::kProgramLimitExceeded, "null character not permitted");
    if (code > 0x10FFFF)
      return fail(SqlState::kProgramLimitExceeded, "requested character too large for encoding: {}",
                  code);
    if (code >= 0xD800 && code <= 0xDFFF) {
      return fail(SqlState::kProgramLimitExceeded, "requested character not valid for encoding: {}",
                  code);
    }
    append_utf8(out, static_cast<uint32_t>(code));
    return {};
  });
}

// Each character of `from` becomes that of `to` at the same place; without one it goes away.
void translate(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const std::string_view s = call.args[0]->string_at(row);
    const std::string_view from = call.args[1]->string_at(row);
    const std::string_view to = call.args[2]->string_at(row);
    for (size_t i = 0; i < s.size();) {
      const size_t n = utf8_size(s[i]);
      const std::string_view one = s.substr(i, n);
      i += n;
      int64_t index = 0;
      bool found = false;
      for (size_t f = 0; f < from.size() && !found; f += utf8_size(from[f])) {
        found = from.substr(f, utf8_size(from[f])) == one;
        index += !found;
      }
      if (!found) {
        out += one;
        continue;
      }
      const size_t at = utf8_offset(to, index);
      if (at < to.size()) out += to.substr(at, utf8_size(to[at]));
    }
  });
}

void concat_two(const KernelCall& call) {
  const ArgReader<std::string_view> a(*call.args[0]), b(*call.args[1]);
  fill_string(call, [&](size_t row, std::string& out) { out.append(a[row]).append(b[row]); });
}
// Text || anything and the reverse: the other in its text form.
template <int kText>
void concat_any(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    if constexpr (kText == 0) out += call.args[0]->string_at(row);
    const Vector& other = *call.args[1 - kText];
    if (other.type().is(TypeId::kBoolean))
      out += other.at<uint8_t>(row) != 0 ? "true" : "false";
    else
      append_text(out, other, row, *call.context.zone);
    if constexpr (kText == 1) out += call.args[1]->string_at(row);
  });
}

void overlay(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view s = call.args[0]->string_at(row);
    const std::string_view by = call.args[1]->string_at(row);
    const int64_t start = call.args[2]->at<int32_t>(row);
    const int64_t length = call.args.size() > 3 ? call.args[3]->at<int32_t>(row)
                                                : static_cast<int64_t>(utf8_length(by));
    if (start <= 0) return fail(SqlState::kSubstringError, "negative substring length not allowed");
    out += s.substr(0, utf8_offset(s, start - 1));
    out += by;
    out += s.substr(utf8_offset(s, start + length - 1));
    return {};
  });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}

constexpr TypeSpec kOther = TypeSpec::kAnyNonList;

constexpr ScalarFunction kRows[] = {
    row("lower", {kVarchar}, kVarchar, kernel_string1<std::string_view, Lower>, "in lower case",
        "lower('ABC') -> abc"),
    row("upper", {kVarchar}, kVarchar, kernel_string1<std::string_view, Upper>, "in upper case",
        "upper('abc') -> ABC"),
    row("initcap", {kVarchar}, kVarchar, kernel_string1<std::string_view, Initcap>,
        "first letter of each word in upper case", "initcap('hi THOMAS') -> Hi Thomas"),
    row("length", {kVarchar}, kInt32, kernel1<std::string_view, int32_t, Length>,
        "number of characters", "length('jos\u00e9') -> 4"),
    row("char_length", {kVarchar}, kInt32, kernel1<std::string_view, int32_t, Length>,
        "number of characters", "char_length('abc') -> 3"),
    row("character_length", {kVarchar}, kInt32, kernel1<std::string_view, int32_t, Length>,
        "number of characters", "character_length('abc') -> 3"),
    row("octet_length", {kVarchar}, kInt32, kernel1<std::string_view, int32_t, OctetLength>,
        "number of bytes", "octet_length('jos\u00e9') -> 5"),
    row("bit_length", {kVarchar}, kInt32, kernel1<std::string_view, int32_t, BitLength>,
        "number of bits", "bit_length('abc') -> 24"),
    row("ascii", {kVarchar}, kInt32, kernel1<std::string_view, int32_t, Ascii>,
        "code point of the first character", "ascii('x') -> 120"),
    row("chr", {kInt32}, kVarchar, chr, "the character with a code point", "chr(65) -> A"),
    row("reverse", {kVarchar}, kVarchar, kernel_string1<std::string_view, Reverse>,
        "characters in reverse order", "reverse('abcde') -> edcba"),
    row("substr", {kVarchar, kInt32}, kVarchar, substr_from, "the part from a position on",
        "substr('alphabet', 3) -> phabet"),
    row("substr", {kVarchar, kInt32, kInt32}, kVarchar, substr_from_for,
        "the part from a position, so long", "substr('alphabet', 3, 2) -> ph"),
    row("substring", {kVarchar, kInt32}, kVarchar, substr_from, "the part from a position on",
        "substring('Thomas' FROM 3) -> omas"),
    row("substring", {kVarchar, kInt32, kInt32}, kVarchar, substr_from_for,
        "the part from a position, so long", "substring('Thomas' FROM 2 FOR 3) -> hom"),
    row("left", {kVarchar, kInt32}, kVarchar, left, "the first n characters; all but the last -n",
        "left('abcde', -2) -> abc"),
    row("right", {kVarchar, kInt32}, kVarchar, right, "the last n characters; all but the first -n",
        "right('abcde', 2) -> de"),
    row("btrim", {kVarchar}, kVarchar, trim<true, true>, "without blanks at both ends",
        "btrim('  a ') -> a"),
    row("btrim", {kVarchar, kVarchar}, kVarchar, trim<true, true>,
        "without these characters at both ends", "btrim('xyxtrimyyx', 'xyz') -> trim"),
    row("ltrim", {kVarchar}, kVarchar, trim<true, false>, "without blanks at the start",
        "ltrim('  a') -> a"),
    row("ltrim", {kVarchar, kVarchar}, kVarchar, trim<true, false>,
        "without these characters at the start", "ltrim('zzzytest', 'xyz') -> test"),
    row("rtrim", {kVarchar}, kVarchar, trim<false, true>, "without blanks at the end",
        "rtrim('a  ') -> a"),
    row("rtrim", {kVarchar, kVarchar}, kVarchar, trim<false, true>,
        "without these characters at the end", "rtrim('testxxzx', 'xyz') -> test"),
    row("trim", {kVarchar}, kVarchar, trim<true, true>, "without blanks at both ends",
        "trim('  a ') -> a"),
    row("lpad", {kVarchar, kInt32}, kVarchar, pad_kernel<true>,
        "filled with blanks at the start to a length", "length(lpad('hi', 5)) -> 5"),
    row("lpad", {kVarchar, kInt32, kVarchar}, kVarchar, pad_kernel<true>,
        "filled at the start to a length", "lpad('hi', 5, 'xy') -> xyxhi"),
    row("rpad", {kVarchar, kInt32}, kVarchar, pad_kernel<false>,
        "filled with blanks at the end to a length", "length(rpad('hi', 5)) -> 5"),
    row("rpad", {kVarchar, kInt32, kVarchar}, kVarchar, pad_kernel<false>,
        "filled at the end to a length", "rpad('hi', 5, 'xy') -> hixyx"),
    row("repeat", {kVarchar, kInt32}, kVarchar, repeat, "so many times",
        "repeat('Pg', 4) -> PgPgPgPg"),
    row("translate", {kVarchar, kVarchar, kVarchar}, kVarchar, translate,
        "characters replaced one by one", "translate('12345', '143', 'ax') -> a2x5"),
    row("overlay", {kVarchar, kVarchar, kInt32}, kVarchar, overlay, "a part replaced",
        "overlay('Txxxxas' PLACING 'hom' FROM 2) -> Thomxas"),
    row("overlay", {kVarchar, kVarchar, kInt32, kInt32}, kVarchar, overlay,
        "a part of some length replaced",
        "overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4) -> Thomas"),
    row("||", {kVarchar, kVarchar}, kVarchar, concat_two, "one after the other",
        "'a' || 'b' -> ab"),
    row("||", {kVarchar, kOther}, kVarchar, concat_any<0>, "one after the other, in text form",
        "'a' || 1 -> a1"),
    row("||", {kOther, kVarchar}, kVarchar, concat_any<1>, "one after the other, in text form",
        "1 || 'a' -> 1a"),
};

}  // namespace

FunctionFamily string_functions() { return kRows; }

}  // namespace leat
