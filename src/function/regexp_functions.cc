// ~ and its family, regexp_*, substring by pattern, SIMILAR TO.
#include "function/functions.h"
#include "function/regexp.h"
#include "function/rows.h"
#include "function/utf8.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

// The call site's compiled expressions; it evaluates on one thread at a time.
std::shared_ptr<void> prepare(std::span<const Value* const>) {
  return std::make_shared<RegexpCache>();
}

struct Site {
  explicit Site(const KernelCall& call)
      : own(call.prepared == nullptr ? std::make_unique<RegexpCache>() : nullptr),
        cache(own ? *own : *static_cast<RegexpCache*>(call.prepared)) {}
  std::unique_ptr<RegexpCache> own;
  RegexpCache& cache;
};

std::string_view flags_at(const KernelCall& call, size_t arg, size_t row) {
  return arg < call.args.size() ? call.args[arg]->string_at(row) : std::string_view();
}

template <bool kFold, bool kNegated>
void matches(const KernelCall& call) {
  Site site(call);
  fill_result<bool>(call, [&](size_t row) -> Result<bool> {
    const Regexp* re = TRY(site.cache.get(call.args[1]->string_at(row), kFold ? "i" : ""));
    return re->matches(call.args[0]->string_at(row)) != kNegated;
  });
}

// Where the next search begins after a match: behind it, or one character on if it was empty.
size_t behind(std::string_view text, std::string_view match) {
  const auto end = static_cast<size_t>(match.data() + match.size() - text.data());
  if (!match.empty()) return end;
  return end < text.size() ? end + utf8_size(text[end]) : text.size() + 1;
}

// \1 .. \9 and \& stand for groups and the match.
void append_replacement(std::string& out, std::string_view by,
                        const std::vector<std::string_view>& found) {
  for (size_t i = 0; i < by.size(); ++i) {
    if (by[i] != '\\' || i + 1 == by.size()) {
      out += by[i];
      continue;
    }
    const char c = by[++i];
    if (c >= '1' && c <= '9') {
      const auto group = static_cast<size_t>(c - '0');
      if (group < found.size()) out += found[group];
    } else if (c == '&') {
      out += found[0];
    } else if (c == '\\') {
      out += '\\';
    } else {
      (out += '\\') += c;
    }
  }
}

// Replaces the n-th match (0: all) at or after character `start`.
void replace_matches(const Regexp& re, std::string_view text, std::string_view by, int64_t start,
                     int64_t n, std::string& out) {
  std::vector<std::string_view> found;
  size_t copied = 0;
  size_t from = utf8_offset(text, start - 1);
  for (int64_t i = 1; from <= text.size() && re.find(text, from, found); ++i) {
    const auto at = static_cast<size_t>(found[0].data() - text.data());
    from = behind(text, found[0]);
    if (n != 0 && i != n) continue;
    out.append(text, copied, at - copied);
    append_replacement(out, by, found);
    copied = at + found[0].size();
    if (n != 0) break;
  }
  if (copied < text.size()) out.append(text, copied);
}

void regexp_replace(const KernelCall& call) {
  Site site(call);
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view flags = flags_at(call, 3, row);
    if (!flags.empty() && flags[0] >= '0' && flags[0] <= '9') {
      return fail(
          make_error(SqlState::kInvalidParameterValue, "invalid regular expression option: \"{}\"",
                     flags[0])
              .with_hint(
                  "If you meant to use regexp_replace() with a start parameter, cast the fourth "
                  "argument to integer explicitly."));
    }
    const Regexp* re = TRY(site.cache.get(call.args[1]->string_at(row), flags));
    replace_matches(*re, call.args[0]->string_at(row), call.args[2]->string_at(row), 1,
                    site.cache.flags_of_last().global ? 0 : 1, out);
    return {};
  });
}
Result<int64_t> positive(const KernelCall& call, size_t arg, size_t row, std::string_view name,
                         int64_t otherwise, int64_t least = 1) {
  if (arg >= call.args.size()) return otherwise;
  const int64_t v = call.args[arg]->at<int32_t>(row);
  if (v < least)
    return fail(SqlState::kInvalidParameterValue, "invalid value for parameter \"{}\": {}", name,
                v);
  return v;
}
Result<void> refuse_global(const Site& site, std::string_view function) {
  if (!site.cache.flags_of_last().global) return {};
  return fail(SqlState::kInvalidParameterValue, "{} does not support the \"global\" option",
              function);
}
void regexp_replace_nth(const KernelCall& call) {
  Site site(call);
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const int64_t start = TRY(positive(call, 3, row, "start", 1));
    int64_t n = TRY(positive(call, 4, row, "n", 1, 0));
    const Regexp* re = TRY(site.cache.get(call.args[1]->string_at(row), flags_at(call, 5, row)));
    if (call.args.size() < 5 && site.cache.flags_of_last().global) n = 0;
    replace_matches(*re, call.args[0]->string_at(row), call.args[2]->string_at(row), start, n, out);
    return {};
  });
}

void append_groups(PackedWriter& writer, const std::vector<std::string_view>& found) {
  for (size_t i = found.size() > 1 ? 1 : 0; i < found.size(); ++i) {
    if (found[i].data() == nullptr)
      writer.null();
    else
      writer.string(found[i]);
  }
}

void regexp_match(const KernelCall& call) {
  Site site(call);
  std::vector<std::string_view> found;
  PackedWriter writer;
  std::string packed;
  for_each_valid(call, [&](size_t row) {
    auto re = site.cache.get(call.args[1]->string_at(row), flags_at(call, 2, row));
    if (re && site.cache.flags_of_last().global) {
      re = fail(make_error(SqlState::kInvalidParameterValue,
                           "regexp_match() does not support the \"global\" option")
                    .with_hint("Use the regexp_matches function instead."));
    }
    if (!re) return row_error(call, row, std::move(re.error()));
    if (!(*re)->find(call.args[0]->string_at(row), 0, found)) return call.out.set_null_value(row);
    writer.clear();
    packed.clear();
    append_groups(writer, found);
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}

void regexp_count(const KernelCall& call) {
  Site site(call);
  std::vector<std::string_view> found;
  fill_result<int32_t>(call, [&](size_t row) -> Result<int32_t> {
    const std::string_view text = call.args[0]->string_at(row);
    const int64_t start = TRY(positive(call, 2, row, "start", 1));
    const Regexp* re = TRY(site.cache.get(call.args[1]->string_at(row), flags_at(call, 3, row)));
    TRY(refuse_global(site, "regexp_count()"));
    int32_t n = 0;
    if (start > static_cast<int64_t>(utf8_length(text)) + 1) return 0;
    for (size_t from = utf8_offset(text, start - 1);
         from <= text.size() && re->find(text, from, found); from = behind(text, found[0])) {
      ++n;
    }
    return n;
  });
}

void regexp_like(const KernelCall& call) {
  Site site(call);
  fill_result<bool>(call, [&](size_t row) -> Result<bool> {
    const Regexp* re = TRY(site.cache.get(call.args[1]->string_at(row), flags_at(call, 2, row)));
    TRY(refuse_global(site, "regexp_like()"));
    return re->matches(call.args[0]->string_at(row));
  });
}

void regexp_substr(const KernelCall& call) {
  Site site(call);
  std::vector<std::string_view> found;
  call.out.share_strings(*call.args[0]);
  for_each_valid(call, [&](size_t row) {
    const std::string_view text = call.args[0]->string_at(row);
    const auto start = positive(call, 2, row, "start", 1);
    const auto n = positive(call, 3, row, "n", 1);
    auto re = site.cache.get(call.args[1]->string_at(row), flags_at(call, 4, row));
    if (!start) return row_error(call, row, start.error());
    if (!n) return row_error(call, row, n.error());
    if (!re) return row_error(call, row, std::move(re.error()));
    size_t from = utf8_offset(text, *start - 1);
    bool any = false;
    for (int64_t i = 0; i < *n; ++i) {
      any = from <= text.size() && (*re)->find(text, from, found);
      if (!any) break;
      from = behind(text, found[0]);
    }
    if (!any) return call.out.set_null_value(row);
    call.out.data<StringSlot>()[row] = StringSlot(found[0]);
  });
}

void regexp_split_to_array(const KernelCall& call) {
  Site site(call);
  std::vector<std::string_view> found;
  PackedWriter writer;
  std::string packed;
  for_each_valid(call, [&](size_t row) {
    const std::string_view text = call.args[0]->string_at(row);
    auto re = site.cache.get(call.args[1]->string_at(row), flags_at(call, 2, row));
    if (!re) return row_error(call, row, std::move(re.error()));
    writer.clear();
    packed.clear();
    split_by_regexp(**re, text, found, [&](std::string_view part) { writer.string(part); });
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}

// substring(text from pattern): the first group, or the match.
void substring_pattern(const KernelCall& call) {
  Site site(call);
  std::vector<std::string_view> found;
  call.out.share_strings(*call.args[0]);
  for_each_valid(call, [&](size_t row) {
    auto re = site.cache.get(call.args[1]->string_at(row), "");
    if (!re) return row_error(call, row, std::move(re.error()));
    if (!(*re)->find(call.args[0]->string_at(row), 0, found)) return call.out.set_null_value(row);
    const std::string_view part = found.size() > 1 ? found[1] : found[0];
    if (part.data() == nullptr) return call.out.set_null_value(row);
    call.out.data<StringSlot>()[row] = StringSlot(part);
  });
}

void similar_to_escape(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    out = TRY(similar_to_regexp(call.args[0]->string_at(row), call.args.size() > 1
                                                                  ? call.args[1]->string_at(row)
                                                                  : std::string_view("\\")));
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
          .example = example,
          .prepare = prepare};
}
constexpr TypeSpec kTexts = TypeSpec::list_of(kVarchar);

constexpr ScalarFunction kRows[] = {
    row("~", {kVarchar, kVarchar}, kBoolean, matches<false, false>, "matches a regular expression",
        "'thomas' ~ 't.*ma' -> t"),
    row("~*", {kVarchar, kVarchar}, kBoolean, matches<true, false>, "matches without case",
        "'thomas' ~* 'T.*ma' -> t"),
    row("!~", {kVarchar, kVarchar}, kBoolean, matches<false, true>, "does not match",
        "'thomas' !~ 't.*max' -> t"),
    row("!~*", {kVarchar, kVarchar}, kBoolean, matches<true, true>, "does not match, without case",
        "'thomas' !~* 'T.*ma' -> f"),
    row("regexp_like", {kVarchar, kVarchar}, kBoolean, regexp_like, "does the expression match",
        "regexp_like('Hello World', 'world$', 'i') -> t"),
    row("regexp_like", {kVarchar, kVarchar, kVarchar}, kBoolean, regexp_like,
        "does the expression match, with flags", "regexp_like('Hello World', 'world$', 'i') -> t"),
    row("regexp_match", {kVarchar, kVarchar}, kTexts, regexp_match, "groups of the first match",
        "regexp_match('foobarbequebaz', '(bar)(beque)') -> {bar,beque}"),
    row("regexp_match", {kVarchar, kVarchar, kVarchar}, kTexts, regexp_match,
        "groups of the first match, with flags", "regexp_match('FOO', 'foo', 'i') -> {FOO}"),
    row("regexp_replace", {kVarchar, kVarchar, kVarchar}, kVarchar, regexp_replace,
        "the first match replaced", "regexp_replace('Thomas', '.[mN]a.', 'M') -> ThM"),
    row("regexp_replace", {kVarchar, kVarchar, kVarchar, kVarchar}, kVarchar, regexp_replace,
        "matches replaced, with flags (g: all)",
        "regexp_replace('foobarbaz', 'b(..)', 'X\\1Y', 'g') -> fooXarYXazY"),
    row("regexp_replace", {kVarchar, kVarchar, kVarchar, kInt32}, kVarchar, regexp_replace_nth,
        "the first match from a position replaced",
        "regexp_replace('A man', 'a', 'X', 4) -> A mXn"),
    row("regexp_replace", {kVarchar, kVarchar, kVarchar, kInt32, kInt32}, kVarchar,
        regexp_replace_nth, "the n-th match from a position replaced, 0: all",
        "regexp_replace('banana', 'a', 'X', 1, 2) -> banXna"),
    row("regexp_replace", {kVarchar, kVarchar, kVarchar, kInt32, kInt32, kVarchar}, kVarchar,
        regexp_replace_nth, "the n-th match from a position replaced, with flags",
        "regexp_replace('BaNaNa', 'A', 'X', 1, 0, 'i') -> BXNXNX"),
    row("regexp_count", {kVarchar, kVarchar}, kInt32, regexp_count, "number of matches",
        "regexp_count('123456789012', '\\d\\d\\d') -> 4"),
    row("regexp_count", {kVarchar, kVarchar, kInt32}, kInt32, regexp_count,
        "number of matches from a position", "regexp_count('123456789012', '\\d\\d\\d', 2) -> 3"),
    row("regexp_count", {kVarchar, kVarchar, kInt32, kVarchar}, kInt32, regexp_count,
        "number of matches from a position, with flags", "regexp_count('abAB', 'a', 1, 'i') -> 2"),
    row("regexp_substr", {kVarchar, kVarchar}, kVarchar, regexp_substr, "the first match",
        "regexp_substr('foobar', 'o.b') -> oob"),
    row("regexp_substr", {kVarchar, kVarchar, kInt32}, kVarchar, regexp_substr,
        "the first match from a position", "regexp_substr('foobar', 'o', 3) -> o"),
    row("regexp_substr", {kVarchar, kVarchar, kInt32, kInt32}, kVarchar, regexp_substr,
        "the n-th match from a position", "regexp_substr('a1b2', '[0-9]', 1, 2) -> 2"),
    row("regexp_substr", {kVarchar, kVarchar, kInt32, kInt32, kVarchar}, kVarchar, regexp_substr,
        "the n-th match from a position, with flags", "regexp_substr('ABC', 'b', 1, 1, 'i') -> B"),
    row("regexp_split_to_array", {kVarchar, kVarchar}, kTexts, regexp_split_to_array,
        "the parts between matches",
        "regexp_split_to_array('hello world', '\\s+') -> {hello,world}"),
    row("regexp_split_to_array", {kVarchar, kVarchar, kVarchar}, kTexts, regexp_split_to_array,
        "the parts between matches, with flags",
        "regexp_split_to_array('aXbxc', 'x', 'i') -> {a,b,c}"),
    row("substring", {kVarchar, kVarchar}, kVarchar, substring_pattern,
        "the part that matches a regular expression", "substring('foobar' FROM 'o(.)b') -> o"),
    {.name = "similar_to_escape",
     .args = {kVarchar},
     .result = kVarchar,
     .kernel = similar_to_escape,
     .doc = "a SIMILAR TO pattern as a regular expression",
     .example = "'abc' SIMILAR TO '(a|b)%' -> t"},
    {.name = "similar_to_escape",
     .args = {kVarchar, kVarchar},
     .result = kVarchar,
     .kernel = similar_to_escape,
     .doc = "a SIMILAR TO pattern with its escape as a regular expression",
     .example = "'a%' SIMILAR TO 'a#%' ESCAPE '#' -> t"},
};

}  // namespace

FunctionFamily regexp_functions() { return kRows; }

}  // namespace leat
