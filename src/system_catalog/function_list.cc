#include "system_catalog/function_list.h"

#include <algorithm>
#include <vector>

#include "aggregate/aggregate.h"
#include "function/functions.h"
#include "function/table_functions.h"

namespace leat::system_catalog {
namespace {

constexpr uint32_t kAnyElement = 2283, kAnyArray = 2277, kRecord = 2249, kAny = 2276;

// Names that the binder puts in for syntax; nobody can call them by name.
constexpr std::string_view kSyntax[] = {"not", "array", "row", "field", "array_access", "array_slice", "like_escape",
                                        "similar_to_escape"};
bool is_syntax(std::string_view name) {
  return name.starts_with("is_") || std::find(std::begin(kSyntax), std::end(kSyntax), name) != std::end(kSyntax);
}
bool is_operator(std::string_view name) {
  const char c = name.front();
  return !(c >= 'a' && c <= 'z') && c != '_';
}

std::vector<FunctionEntry> make_list() {
  std::vector<FunctionEntry> all;
  uint32_t oid = 0;
  for (const FunctionFamily& family : function_families()) {
    for (const ScalarFunction& f : family) {
      oid = function_oid(f);
      if (is_syntax(f.name)) continue;
      all.push_back({oid, is_operator(f.name) ? FunctionKind::kOperator : FunctionKind::kScalar, f.name, &f.args,
                     f.result, f.variadic, f.volatility, f.nulls == NullMode::kStrict, f.doc, f.example});
    }
  }
  for (const TableFunction& f : table_functions()) {
    all.push_back({++oid, FunctionKind::kTable, f.name, &f.args, f.result, false, Volatility::kStable, true, f.doc,
                   f.example});
  }
  for (const AggregateFunction& f : aggregate_functions()) {
    all.push_back({++oid, FunctionKind::kAggregate, f.name, &f.args, f.result, false, Volatility::kImmutable, false,
                   f.doc, f.example});
  }
  return all;
}

}  // namespace

std::span<const FunctionEntry> function_list() {
  static const std::vector<FunctionEntry> list = make_list();
  return list;
}

std::string function_name(uint32_t oid) {
  const FunctionEntry* entry = function_by_oid(oid);
  return entry != nullptr ? std::string(entry->name) : leat::function_name(int64_t{oid});
}

const FunctionEntry* function_by_oid(uint32_t oid) {
  const auto list = function_list();
  const auto found = std::ranges::lower_bound(list, oid, {}, &FunctionEntry::oid);
  return found != list.end() && found->oid == oid ? &*found : nullptr;
}

uint32_t spec_oid(const TypeSpec& spec) {
  switch (spec.kind) {
    case TypeSpec::kExact: return Type(spec.id).oid();
    case TypeSpec::kExactList: return Type::list_of(spec.id).oid();
    case TypeSpec::kAny:
    case TypeSpec::kAnyNonList:
    case TypeSpec::kRule: return kAny;
    case TypeSpec::kElement: return kAnyElement;
    case TypeSpec::kAnyList:
    case TypeSpec::kSameList:
    case TypeSpec::kListOfElement: return kAnyArray;
    case TypeSpec::kAnyStruct: return kRecord;
  }
  return 0;
}

std::string spec_text(const TypeSpec& spec) {
  switch (spec_oid(spec)) {
    case kAny: return "\"any\"";
    case kAnyElement: return "anyelement";
    case kAnyArray: return "anyarray";
    case kRecord: return "record";
    default: return (spec.kind == TypeSpec::kExactList ? Type::list_of(spec.id) : Type(spec.id)).name();
  }
}

std::string argument_text(const FunctionEntry& entry) {
  std::string text;
  for (int i = 0; i < entry.args->count; ++i) {
    if (i > 0) text += ", ";
    if (entry.variadic && i + 1 == entry.args->count) text += "VARIADIC ";
    text += spec_text(entry.args->args[i]);
  }
  return text;
}

std::string result_text(const FunctionEntry& entry) {
  return (entry.kind == FunctionKind::kTable ? "SETOF " : "") + spec_text(entry.result);
}

}  // namespace leat::system_catalog
