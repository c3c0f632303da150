#pragma once
// The functions, operators, casts and table functions that exist, as constant tables; one family per
// file, concatenated here. Operators are functions named by their symbol ("+", "||", "->>", "~*"),
// prefix operators too (one argument). Thread: any.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "types/schema.h"

namespace leat {

std::span<const ScalarFunction> scalar_functions();
// All rows of a name (lower case), in table order; empty if there is none.
std::span<const ScalarFunction* const> find_functions(std::string_view name);
// The nearest function name, for hints; empty: none near.
std::string_view nearest_function(std::string_view name);

// Casts. PostgreSQL's contexts: implicit ones happen by themselves, assignment ones on INSERT and
// UPDATE, explicit ones only by CAST or ::.
enum class CastContext : uint8_t { kImplicit, kAssignment, kExplicit };
struct Cast {
  TypeId from;
  TypeId to;
  CastContext context;
  const ScalarFunction* function;  // null: same bytes, only the type changes
};
std::span<const Cast> casts();
// The cast between two types, nested ones (lists, structs, element by element) included; nullopt: none.
// Any type casts from varchar and (assignment) to varchar by its text form.
std::optional<Cast> find_cast(const Type& from, const Type& to);
// The cast as an expression; `expr` itself if the types are equal; a literal NULL changes its type only.
ExprPtr make_cast(ExprPtr expr, const Type& to, const Cast& cast);

// Table functions: one row in, any number out.
struct TableFunctionOutput {
  std::vector<uint32_t> rows;    // input row (physical) of each output row, ascending
  std::vector<ColumnPtr> columns;  // of rows.size() rows
};
struct TableFunction {
  std::string_view name;
  Signature args;
  // Output columns; column types of kRule functions follow from the arguments.
  std::vector<Field> (*columns)(std::span<const Type> args);
  // Appends the output rows of every selected input row. Errors of rows go to the context.
  void (*run)(EvalContext& context, std::span<const Vector* const> args, std::span<const Type> arg_types,
              const Selection& rows, TableFunctionOutput& out);
  std::string_view doc;
  std::string_view example;
  bool variadic = false;
};
std::span<const TableFunction> table_functions();
std::span<const TableFunction* const> find_table_functions(std::string_view name);

}  // namespace leat
