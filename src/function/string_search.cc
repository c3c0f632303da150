// Strings: finding, replacing, splitting.
#include "function/functions.h"
#include "function/rows.h"
#include "function/utf8.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

struct Strpos {
  static int32_t apply(std::string_view s, std::string_view part) {
    const size_t at = s.find(part);
    return at == s.npos ? 0 : static_cast<int32_t>(utf8_length(s.substr(0, at))) + 1;
  }
};
struct StartsWith {
  static bool apply(std::string_view s, std::string_view prefix) { return s.starts_with(prefix); }
};

void replace(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const std::string_view s = call.args[0]->string_at(row);
    const std::string_view from = call.args[1]->string_at(row);
    const std::string_view to = call.args[2]->string_at(row);
    size_t at = 0;
    if (!from.empty()) {
      for (size_t found; (found = s.find(from, at)) != s.npos; at = found + from.size()) {
        out.append(s, at, found - at).append(to);
      }
    }
    out.append(s, at);
  });
}

// Field n from 1, or from the end if negative.
std::string_view split_part(std::string_view s, std::string_view by, int64_t n) {
  if (by.empty()) return n == 1 || n == -1 ? s : std::string_view();
  if (n < 0) {
    int64_t fields = 1;
    for (size_t at = 0; (at = s.find(by, at)) != s.npos; at += by.size()) ++fields;
    n += fields + 1;
    if (n < 1) return {};
  }
  size_t at = 0;
  for (; n > 1; --n) {
    const size_t found = s.find(by, at);
    if (found == s.npos) return {};
    at = found + by.size();
  }
  return s.substr(at, s.find(by, at) - at);
}
void split_part_kernel(const KernelCall& call) {
  call.out.share_strings(*call.args[0]);
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) {
    const int32_t n = call.args[2]->at<int32_t>(row);
    if (n == 0)
      return call.error(row, SqlState::kInvalidParameterValue, "field position must not be zero");
    out[row] =
        StringSlot(split_part(call.args[0]->string_at(row), call.args[1]->string_at(row), n));
  });
}

// NULL delimiter: every character; empty: the whole text. Parts equal to the third argument are
// NULL.
void string_to_array(const KernelCall& call) {
  PackedWriter writer;
  std::string packed;
  call.rows.for_each([&](size_t row) {
    if (call.args[0]->is_null(row)) return call.out.set_null_value(row);
    const std::string_view s = call.args[0]->string_at(row);
    const bool by_char = call.args[1]->is_null(row);
    const std::string_view by = by_char ? std::string_view() : call.args[1]->string_at(row);
    const bool has_null = call.args.size() > 2 && !call.args[2]->is_null(row);
    const auto add = [&](std::string_view part) {
      if (has_null && part == call.args[2]->string_at(row))
        writer.null();
      else
        writer.string(part);
    };
    writer.clear();
    packed.clear();
    if (by_char) {
      for (size_t i = 0; i < s.size(); i += utf8_size(s[i])) add(s.substr(i, utf8_size(s[i])));
    } else if (by.empty()) {
      if (!s.empty()) add(s);
    } else if (!s.empty()) {
      size_t at = 0;
      for (size_t found; (found = s.find(by, at)) != s.npos; at = found + by.size())
        add(s.substr(at, found - at));
      add(s.substr(at));
    }
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}

constexpr ScalarFunction kRows[] = {
    {.name = "strpos",
     .args = {kVarchar, kVarchar},
     .result = kInt32,
     .kernel = kernel2<std::string_view, std::string_view, int32_t, Strpos>,
     .doc = "position of a part, 0 if there is none",
     .example = "strpos('high', 'ig') -> 2"},
    {.name = "position",
     .args = {kVarchar, kVarchar},
     .result = kInt32,
     .kernel = kernel2<std::string_view, std::string_view, int32_t, Strpos>,
     .doc = "position of a part, 0 if there is none",
     .example = "position('om' IN 'Thomas') -> 3"},
    {.name = "starts_with",
     .args = {kVarchar, kVarchar},
     .result = kBoolean,
     .kernel = kernel2<std::string_view, std::string_view, bool, StartsWith>,
     .doc = "does the text begin so",
     .example = "starts_with('alphabet', 'alph') -> t"},
    {.name = "^@",
     .args = {kVarchar, kVarchar},
     .result = kBoolean,
     .kernel = kernel2<std::string_view, std::string_view, bool, StartsWith>,
     .doc = "does the text begin so",
     .example = "'alphabet' ^@ 'alph' -> t"},
    {.name = "replace",
     .args = {kVarchar, kVarchar, kVarchar},
     .result = kVarchar,
     .kernel = replace,
     .doc = "every occurrence replaced",
     .example = "replace('abcdefabcdef', 'cd', 'XX') -> abXXefabXXef"},
    {.name = "split_part",
     .args = {kVarchar, kVarchar, kInt32},
     .result = kVarchar,
     .kernel = split_part_kernel,
     .doc = "the n-th part between delimiters, from the end if negative",
     .example = "split_part('a,b,c', ',', -1) -> c"},
    {.name = "string_to_array",
     .args = {kVarchar, kVarchar},
     .result = TypeSpec::list_of(kVarchar),
     .kernel = string_to_array,
     .doc = "the parts between delimiters; NULL: every character",
     .example = "string_to_array('a,b', ',') -> {a,b}",
     .nulls = NullMode::kCalled},
    {.name = "string_to_array",
     .args = {kVarchar, kVarchar, kVarchar},
     .result = TypeSpec::list_of(kVarchar),
     .kernel = string_to_array,
     .doc = "the parts between delimiters, some text as NULL",
     .example = "string_to_array('a,-,b', ',', '-') -> {a,NULL,b}",
     .nulls = NullMode::kCalled},
};

}  // namespace

FunctionFamily string_search_functions() { return kRows; }

}  // namespace leat
