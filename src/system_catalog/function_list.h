#pragma once
// FunctionEntry: every function and operator that SQL can call, from the tables of scalar functions,
// table functions and aggregates, with the oids by which pg_proc and pg_operator number them: by place
// in those tables, so they may change from one version of the program to the next.
// Thread: any.

#include <span>
#include <string>
#include <string_view>

#include "expr/function.h"

namespace leat::system_catalog {

enum class FunctionKind : uint8_t { kScalar, kTable, kAggregate, kOperator };

struct FunctionEntry {
  uint32_t oid;
  FunctionKind kind;
  std::string_view name;
  const Signature* args;
  TypeSpec result;
  bool variadic;
  Volatility volatility;
  bool strict;
  std::string_view doc, example;
};
// In the order of their oids. What SQL writes with words (IS NULL, ARRAY[..]) is left out.
std::span<const FunctionEntry> function_list();
const FunctionEntry* function_by_oid(uint32_t oid);  // null: none
// As regproc prints it, PostgreSQL's input functions by its numbers too; the digits of an unknown one.
std::string function_name(uint32_t oid);

// "integer", "anyelement"...; the oid of the same.
std::string spec_text(const TypeSpec& spec);
uint32_t spec_oid(const TypeSpec& spec);
std::string argument_text(const FunctionEntry& entry);  // "integer, VARIADIC text"
std::string result_text(const FunctionEntry& entry);    // "SETOF bigint"

}  // namespace leat::system_catalog
