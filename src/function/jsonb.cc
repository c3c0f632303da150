// jsonb: looking inside. Results that are parts of a document are views into it; nothing is copied.
#include "types/jsonb.h"

#include <charconv>

#include "function/functions.h"
#include "function/rows.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

// A step into a document by a path element: a key of an object, an index of an array.
bool step_into(JsonView& view, std::string_view element) {
  switch (view.kind()) {
    case JsonKind::kObject:
      return view.member(element, view);
    case JsonKind::kArray: {
      int64_t index;
      const auto [end, error] =
          std::from_chars(element.data(), element.data() + element.size(), index);
      if (error != std::errc() || end != element.data() + element.size() || element.empty())
        return false;
      return view.element(index, view);
    }
    default:
      return false;
  }
}

// Writes a found value as jsonb, or as text: strings without quotes, JSON null as NULL.
template <bool kText>
class Putter {
 public:
  explicit Putter(const KernelCall& call) : call_(call), slots_(call.out.data<StringSlot>()) {
    call.out.share_strings(*call.args[0]);
  }
  void put(size_t row, const JsonView& found) {
    if constexpr (kText) {
      const JsonKind kind = found.kind();
      if (kind == JsonKind::kNull) return call_.out.set_null_value(row);
      if (kind == JsonKind::kString) {
        const std::string_view inner = found.text.substr(1, found.text.size() - 2);
        if (inner.find('\\') != inner.npos) return call_.out.set_string(row, found.string_value());
        slots_[row] = StringSlot(inner);
        return;
      }
    }
    slots_[row] = StringSlot(found.text);
  }

 private:
  const KernelCall& call_;
  StringSlot* slots_;
};

template <bool kText>
void get_member(const KernelCall& call) {
  Putter<kText> putter(call);
  for_each_valid(call, [&](size_t row) {
    JsonView view{call.args[0]->string_at(row)};
    if (!view.member(call.args[1]->string_at(row), view)) return call.out.set_null_value(row);
    putter.put(row, view);
  });
}
template <bool kText>
void get_element(const KernelCall& call) {
  Putter<kText> putter(call);
  for_each_valid(call, [&](size_t row) {
    JsonView view{call.args[0]->string_at(row)};
    if (!view.element(call.args[1]->at<int32_t>(row), view)) return call.out.set_null_value(row);
    putter.put(row, view);
  });
}
template <bool kText>
void get_path(const KernelCall& call) {
  Putter<kText> putter(call);
  for_each_valid(call, [&](size_t row) {
    JsonView view{call.args[0]->string_at(row)};
    PackedReader path = PackedReader::of_list(call.args[1]->string_at(row));
    while (!path.done()) {
      const PackedValue element = path.next(Physical::kString);
      if (element.is_null() || !step_into(view, element.view()))
        return call.out.set_null_value(row);
    }
    putter.put(row, view);
  });
}
// jsonb_extract_path(document, element, ...)
template <bool kText>
void get_path_args(const KernelCall& call) {
  Putter<kText> putter(call);
  for_each_valid(call, [&](size_t row) {
    JsonView view{call.args[0]->string_at(row)};
    for (size_t i = 1; i < call.args.size(); ++i) {
      if (!step_into(view, call.args[i]->string_at(row))) return call.out.set_null_value(row);
    }
    putter.put(row, view);
  });
}

struct Contains {
  static bool apply(std::string_view a, std::string_view b) { return json_contains(a, b); }
};
struct Contained {
  static bool apply(std::string_view a, std::string_view b) { return json_contains(b, a); }
};

// Is it a key of the object, a string element of the array, or the string itself.
bool exists(std::string_view document, std::string_view key) {
  const JsonView view{document};
  JsonView found;
  switch (view.kind()) {
    case JsonKind::kObject:
      return view.member(key, found);
    case JsonKind::kString:
      return view.string_value() == key;
    case JsonKind::kArray:
      for (const JsonView& e : view.elements()) {
        if (e.kind() == JsonKind::kString && e.string_value() == key) return true;
      }
      return false;
    default:
      return false;
  }
}
struct Exists {
  static bool apply(std::string_view a, std::string_view key) { return exists(a, key); }
};
template <bool kAll>
void exists_some(const KernelCall& call) {
  fill<bool>(call, [&](size_t row) {
    PackedReader keys = PackedReader::of_list(call.args[1]->string_at(row));
    while (!keys.done()) {
      const PackedValue key = keys.next(Physical::kString);
      if (key.is_null()) continue;
      if (exists(call.args[0]->string_at(row), key.view()) != kAll) return !kAll;
    }
    return kAll;
  });
}

void type_of(const KernelCall& call) {
  static constexpr std::string_view kNames[] = {"null",   "boolean", "number",
                                                "string", "array",   "object"};
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) {
    out[row] = StringSlot(kNames[static_cast<int>(JsonView{call.args[0]->string_at(row)}.kind())]);
  });
}
void array_length(const KernelCall& call) {
  fill_result<int32_t>(call, [&](size_t row) -> Result<int32_t> {
    const JsonView view{call.args[0]->string_at(row)};
    if (view.kind() == JsonKind::kObject) {
      return fail(SqlState::kInvalidParameterValue, "cannot get array length of a non-array");
    }
    if (view.kind() != JsonKind::kArray) {
      return fail(SqlState::kInvalidParameterValue, "cannot get array length of a scalar");
    }
    return static_cast<int32_t>(view.size());
  });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example,
                             bool variadic = false) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .variadic = variadic};
}
constexpr TypeSpec kTexts = TypeSpec::list_of(kVarchar);
template <class Op>
constexpr Kernel kPredicate = kernel2<std::string_view, std::string_view, bool, Op>;

constexpr ScalarFunction kRows[] = {
    row("->", {kJsonb, kVarchar}, kJsonb, get_member<false>, "member of an object",
        "'{\"a\": {\"b\": 1}}'::jsonb -> 'a' -> {\"b\": 1}"),
    row("->", {kJsonb, kInt32}, kJsonb, get_element<false>,
        "element of an array, from the end if negative", "'[1, [2]]'::jsonb -> 1 -> [2]"),
    row("->>", {kJsonb, kVarchar}, kVarchar, get_member<true>, "member of an object as text",
        "'{\"a\": \"x\"}'::jsonb ->> 'a' -> x"),
    row("->>", {kJsonb, kInt32}, kVarchar, get_element<true>, "element of an array as text",
        "'[1, \"x\"]'::jsonb ->> 1 -> x"),
    row("#>", {kJsonb, kTexts}, kJsonb, get_path<false>, "value at a path",
        "'{\"a\": [1, 2]}'::jsonb #> '{a,1}' -> 2"),
    row("#>>", {kJsonb, kTexts}, kVarchar, get_path<true>, "value at a path as text",
        "'{\"a\": [\"x\"]}'::jsonb #>> '{a,0}' -> x"),
    row("jsonb_extract_path", {kJsonb, kVarchar}, kJsonb, get_path_args<false>, "value at a path",
        "jsonb_extract_path('{\"a\": [1]}'::jsonb, 'a', '0') -> 1", true),
    row("jsonb_extract_path_text", {kJsonb, kVarchar}, kVarchar, get_path_args<true>,
        "value at a path as text", "jsonb_extract_path_text('{\"a\": \"x\"}'::jsonb, 'a') -> x",
        true),
    row("@>", {kJsonb, kJsonb}, kBoolean, kPredicate<Contains>, "contains",
        "'{\"a\": 1, \"b\": 2}'::jsonb @> '{\"b\": 2}' -> t"),
    row("<@", {kJsonb, kJsonb}, kBoolean, kPredicate<Contained>, "is contained in",
        "'{\"b\": 2}'::jsonb <@ '{\"a\": 1, \"b\": 2}' -> t"),
    row("jsonb_contains", {kJsonb, kJsonb}, kBoolean, kPredicate<Contains>, "contains",
        "jsonb_contains('[1, 2]'::jsonb, '[2]'::jsonb) -> t"),
    row("jsonb_contained", {kJsonb, kJsonb}, kBoolean, kPredicate<Contained>, "is contained in",
        "jsonb_contained('[2]'::jsonb, '[1, 2]'::jsonb) -> t"),
    row("?", {kJsonb, kVarchar}, kBoolean, kPredicate<Exists>, "is it a key or a string element",
        "'{\"a\": 1}'::jsonb ? 'a' -> t"),
    row("jsonb_exists", {kJsonb, kVarchar}, kBoolean, kPredicate<Exists>,
        "is it a key or a string element", "jsonb_exists('{\"a\": 1}'::jsonb, 'a') -> t"),
    row("?|", {kJsonb, kTexts}, kBoolean, exists_some<false>, "is any of them a key",
        "'{\"a\": 1}'::jsonb ?| '{b,a}' -> t"),
    row("?&", {kJsonb, kTexts}, kBoolean, exists_some<true>, "are all of them keys",
        "'{\"a\": 1}'::jsonb ?& '{b,a}' -> f"),
    row("jsonb_exists_any", {kJsonb, kTexts}, kBoolean, exists_some<false>, "is any of them a key",
        "jsonb_exists_any('{\"a\": 1}'::jsonb, '{b,a}') -> t"),
    row("jsonb_exists_all", {kJsonb, kTexts}, kBoolean, exists_some<true>, "are all of them keys",
        "jsonb_exists_all('{\"a\": 1}'::jsonb, '{b,a}') -> f"),
    row("jsonb_typeof", {kJsonb}, kVarchar, type_of,
        "object, array, string, number, boolean or null", "jsonb_typeof('[1]'::jsonb) -> array"),
    row("jsonb_array_length", {kJsonb}, kInt32, array_length, "number of elements",
        "jsonb_array_length('[1, 2]'::jsonb) -> 2"),
};

}  // namespace

FunctionFamily jsonb_functions() { return kRows; }

}  // namespace leat
