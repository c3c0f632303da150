#pragma once
// The tables of scalar functions and operators: one family per file, one row per overload.
// Operators are rows named by their text ("+", "->>", "~~" for LIKE). What SQL writes with words
// has these names: not, is_null, is_not_null, is_true, is_not_true, is_false, is_not_false,
// is_unknown, is_not_unknown, is_distinct_from, is_not_distinct_from, array (ARRAY[..]), row
// (ROW(..)), field (the second argument, a constant, is the index from 0), array_access (a[i]),
// array_slice (a[i:j]), like_escape (a LIKE b ESCAPE c is a ~~ like_escape(b, c)),
// similar_to_escape (a SIMILAR TO b is a ~ similar_to_escape(b)). Casts are in casts.h, functions
// in FROM in table_functions.h. Rows are constants and live for ever. Thread: any.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/function.h"

namespace leat {

using FunctionFamily = std::span<const ScalarFunction>;

// All families, in a fixed order.
std::span<const FunctionFamily> function_families();
// The overloads of a name, in the tables' order; empty if there is no such function.
std::span<const ScalarFunction* const> functions_named(std::string_view name);
// Every name once, sorted: for hints.
std::span<const std::string_view> function_names();

// Numbers for pg_proc and regproc: by place in the tables, ascending. Null: no such function.
uint32_t function_oid(const ScalarFunction& function);
const ScalarFunction* function_by_oid(int64_t oid);
// regproc's input and output: "abs", "pg_catalog.array_in", "5". A name of several overloads is an
// error.
Result<int64_t> parse_function_name(std::string_view text);
std::string function_name(int64_t oid);

// The one overload whose declared argument types are exactly these; CHECKs that it exists. For
// plans that put in calls of their own.
const ScalarFunction* function_of(std::string_view name, std::span<const Type> args);

FunctionFamily comparison_functions();
FunctionFamily logic_functions();
FunctionFamily arithmetic_functions();
FunctionFamily math_functions();
FunctionFamily numeric_math_functions();
FunctionFamily string_functions();
FunctionFamily string_search_functions();
FunctionFamily string_format_functions();
FunctionFamily like_functions();
FunctionFamily regexp_functions();
FunctionFamily bytea_functions();
FunctionFamily datetime_arithmetic_functions();
FunctionFamily datetime_field_functions();
FunctionFamily datetime_make_functions();
FunctionFamily datetime_format_functions();
FunctionFamily jsonb_functions();
FunctionFamily jsonb_edit_functions();
FunctionFamily jsonb_build_functions();
FunctionFamily array_functions();
FunctionFamily struct_functions();
FunctionFamily modifier_functions();
FunctionFamily session_functions();
FunctionFamily catalog_object_functions();

}  // namespace leat
