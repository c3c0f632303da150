#include "function/functions.h"

#include <map>

#include "base/check.h"
#include "types/format_value.h"

namespace leat {
namespace {

constexpr uint32_t kFirstFunctionOid = 800'000'001;  // docs/internals/system_catalog.md

// Functions of PostgreSQL's types that clients compare pg_type.typinput with.
constexpr std::pair<std::string_view, int64_t> kInputFunctions[] = {
    {"array_in", 750},     {"array_out", 751}, {"record_in", 2290},
    {"anyarray_in", 2296}, {"textin", 46},     {"-", 0}};

// Rows by name, made once.
struct Index {
  std::vector<FunctionFamily> families;
  std::map<std::string_view, std::vector<const ScalarFunction*>> by_name;
  std::vector<std::string_view> names;

  Index() {
    families = {
        comparison_functions(),     logic_functions(),          arithmetic_functions(),
        math_functions(),           numeric_math_functions(),   string_functions(),
        string_search_functions(),  string_format_functions(),  like_functions(),
        regexp_functions(),         bytea_functions(),          datetime_arithmetic_functions(),
        datetime_field_functions(), datetime_make_functions(),  datetime_format_functions(),
        jsonb_functions(),          jsonb_edit_functions(),     jsonb_build_functions(),
        array_functions(),          struct_functions(),         modifier_functions(),
        session_functions(),        catalog_object_functions(),
    };
    for (const FunctionFamily family : families) {
      for (const ScalarFunction& f : family) by_name[f.name].push_back(&f);
    }
    for (const auto& [name, overloads] : by_name) names.push_back(name);
  }
};

const Index& index() {
  static const Index made;
  return made;
}

bool accepts_exactly(const ScalarFunction& f, std::span<const Type> args) {
  if (f.variadic || f.args.count != static_cast<int>(args.size())) return false;
  for (size_t i = 0; i < args.size(); ++i) {
    const TypeSpec& spec = f.args.args[i];
    const Type& type = args[i];
    switch (spec.kind) {
      case TypeSpec::kExact:
        if (!type.is(spec.id)) return false;
        break;
      case TypeSpec::kExactList:
        if (!type.is(TypeId::kList) || !type.element().is(spec.id)) return false;
        break;
      case TypeSpec::kAnyList:
        if (!type.is(TypeId::kList)) return false;
        break;
      case TypeSpec::kAnyStruct:
        if (!type.is(TypeId::kStruct)) return false;
        break;
      default:
        break;
    }
  }
  return true;
}

}  // namespace

std::span<const FunctionFamily> function_families() { return index().families; }

std::span<const std::string_view> function_names() { return index().names; }

std::span<const ScalarFunction* const> functions_named(std::string_view name) {
  const auto it = index().by_name.find(name);
  if (it == index().by_name.end()) return {};
  return it->second;
}

uint32_t function_oid(const ScalarFunction& function) {
  uint32_t oid = kFirstFunctionOid;
  for (const FunctionFamily& family : function_families()) {
    if (&function >= family.data() && &function < family.data() + family.size()) {
      return oid + static_cast<uint32_t>(&function - family.data());
    }
    oid += static_cast<uint32_t>(family.size());
  }
  return 0;
}

const ScalarFunction* function_by_oid(int64_t oid) {
  int64_t first = kFirstFunctionOid;
  for (const FunctionFamily& family : function_families()) {
    const auto size = static_cast<int64_t>(family.size());
    if (oid >= first && oid < first + size) return &family[static_cast<size_t>(oid - first)];
    first += size;
  }
  return nullptr;
}

Result<int64_t> parse_function_name(std::string_view text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) {
    return TRY(parse_text(TypeId::kOid, text, TimeZone())).as_int64();
  }
  constexpr std::string_view kSchema = "pg_catalog.";
  const std::string_view name = text.starts_with(kSchema) ? text.substr(kSchema.size()) : text;
  for (const auto& [input, oid] : kInputFunctions) {
    if (input == name) return oid;
  }
  const auto overloads = functions_named(name);
  if (overloads.size() == 1) return int64_t{function_oid(*overloads[0])};
  if (overloads.empty())
    return fail(SqlState::kUndefinedFunction, "function \"{}\" does not exist", text);
  return fail(SqlState::kAmbiguousFunction, "more than one function named \"{}\"", text);
}

std::string function_name(int64_t oid) {
  for (const auto& [input, number] : kInputFunctions) {
    if (number == oid) return std::string(input);
  }
  const ScalarFunction* function = function_by_oid(oid);
  return function == nullptr ? std::to_string(oid) : std::string(function->name);
}

const ScalarFunction* function_of(std::string_view name, std::span<const Type> args) {
  for (const ScalarFunction* f : functions_named(name)) {
    if (accepts_exactly(*f, args)) return f;
  }
  std::string types;
  for (const Type& type : args) types += (types.empty() ? "" : ", ") + type.name();
  CHECK(false, "no function {}({})", name, types);
  return nullptr;
}

}  // namespace leat
