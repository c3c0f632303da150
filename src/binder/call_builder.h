#pragma once
// Calls and casts of bound expressions: overloads are resolved, arguments cast, literals folded.
// Thread: one statement's.

#include <span>

#include "aggregate/aggregate.h"
#include "binder/overload.h"
#include "binder/statement_state.h"
#include "function/table_functions.h"

namespace leat {

// ---- casts -----------------------------------------------------------------------------------

// The expression as `type`, if `context` allows it; nullptr if not. An unknown literal is read as that
// type, an untyped parameter takes it; what cannot be read is an error.
Result<ExprPtr> try_coerce(StatementState& state, const ExprPtr& expr, const Type& type,
                           CastContext context, uint32_t byte);
// As asked for by CAST: kCannotCoerce if there is no such cast.
Result<ExprPtr> cast_explicitly(StatementState& state, const ExprPtr& expr, const Type& type, uint32_t byte);
// As a value of a column that is written: kDatatypeMismatch names the column.
Result<ExprPtr> coerce_for_column(StatementState& state, const ExprPtr& expr, std::string_view column,
                                  const Type& type, uint32_t byte);
// A condition: "argument of WHERE must be type boolean, not type integer".
Result<ExprPtr> coerce_condition(StatementState& state, const ExprPtr& expr, std::string_view clause,
                                 uint32_t byte);
// Unknown literals and parameters that nothing has given a type become varchar.
Result<ExprPtr> settle_unknown(StatementState& state, const ExprPtr& expr);
// The value of a call of immutable functions over literals; any other expression as it is.
Result<ExprPtr> fold_constant(StatementState& state, const ExprPtr& expr, uint32_t byte);
// numeric(10, 2), varchar(20): the value as the type's modifiers want it.
Result<ExprPtr> apply_modifiers(StatementState& state, ExprPtr expr, const ast::TypeName& type);
// All to one common type; `what` for the error: "CASE types integer and text cannot be matched".
// bytes[i]: the place of expression i.
Result<Type> coerce_to_common(StatementState& state, std::vector<ExprPtr>& exprs, std::string_view what,
                              std::span<const uint32_t> bytes);

// ---- calls -----------------------------------------------------------------------------------

// A scalar function or operator by name. The errors are PostgreSQL's.
Result<ExprPtr> call_function(StatementState& state, std::string_view name, std::vector<ExprPtr> args,
                              uint32_t byte);
Result<ExprPtr> call_operator(StatementState& state, std::string_view op, std::vector<ExprPtr> args,
                              uint32_t byte);
// "f(integer, unknown)", for messages.
std::string signature_text(std::string_view name, std::span<const ExprPtr> args);
Error no_such_function(std::string_view name, std::span<const ExprPtr> args);
Error ambiguous_function(std::string_view name, std::span<const ExprPtr> args);

bool has_scalar_function(std::string_view name);
bool has_aggregate(std::string_view name);
bool has_table_function(std::string_view name);

struct ResolvedAggregate {
  const AggregateFunction* function = nullptr;
  std::vector<ExprPtr> args;
  Type type;
};
Result<ResolvedAggregate> resolve_aggregate(StatementState& state, std::string_view name,
                                            std::vector<ExprPtr> args, uint32_t byte);
Result<TableFunctionCall> resolve_table_function(StatementState& state, std::string_view name,
                                                 std::vector<ExprPtr> args, uint32_t byte);

// The nearest name of any function, for hints; empty: none near.
std::string_view nearest_function(std::string_view name);

}  // namespace leat
