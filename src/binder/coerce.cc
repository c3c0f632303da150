// Casts of bound expressions (call_builder.h).
#include <algorithm>
#include <cctype>

#include "binder/call_builder.h"
#include "expr/evaluator.h"
#include "function/functions.h"
#include "types/format_value.h"

namespace leat {
namespace {

bool is_unknown(const Type& type) { return type.is(TypeId::kUnknown); }

// 'pg_class'::regclass: the name's number in the catalog.
Result<Value> read_regclass(StatementState& state, const std::string& text) {
  ast::ObjectName name;
  size_t begin = 0;
  while (true) {
    const size_t dot = text.find('.', begin);
    std::string part = text.substr(begin, dot - begin);
    if (part.size() >= 2 && part.front() == '"' && part.back() == '"') {
      part = part.substr(1, part.size() - 2);
    } else {
      std::transform(part.begin(), part.end(), part.begin(), [](unsigned char c) { return std::tolower(c); });
    }
    name.parts.push_back({.text = std::move(part), .position = 0, .quoted = true});
    if (dot == std::string::npos) break;
    begin = dot + 1;
  }
  const RelationPtr relation = TRY(state.find_relation(name));
  return Value(TypeId::kRegclass, int64_t{relation->id.value});
}

Result<Value> read_literal(StatementState& state, const std::string& text, const Type& type) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  switch (type.id()) {
    case TypeId::kVarchar: return Value(type, text);
    case TypeId::kRegclass:
      if (!digits) return read_regclass(state, text);
      break;
    case TypeId::kRegtype:
      if (!digits) return Value(type, int64_t{TRY(type_by_name(text)).oid()});
      break;
    case TypeId::kRegproc: return Value(type, TRY(parse_function_name(text)));
    case TypeId::kRegnamespace:
      if (!digits) {
        const auto found = state.catalog().schemas.find(text);
        if (found == state.catalog().schemas.end()) {
          return fail(SqlState::kInvalidSchemaName, "schema \"{}\" does not exist", text);
        }
        return Value(type, int64_t{found->second.id.value});
      }
      break;
    default: break;
  }
  return parse_text(type, text, state.options().zone);
}

ExprPtr with_type(const ExprPtr& expr, const Type& type) {
  auto copy = std::make_shared<Expr>(*expr);
  copy->type = type;
  if (copy->kind == ExprKind::kLiteral) copy->literal = expr->literal.with_type(type);
  return copy;
}

// An unknown literal or parameter as a value of `type`.
Result<ExprPtr> give_type(StatementState& state, const ExprPtr& expr, const Type& type, uint32_t byte) {
  if (expr->kind == ExprKind::kParameter) {
    state.set_parameter_type(expr->column, type);
    const Type& known = state.parameter_types()[expr->column];
    ExprPtr typed = with_type(expr, known);
    if (known == type) return typed;
    // Another place has decided already.
    return cast_explicitly(state, typed, type, byte);
  }
  if (expr->kind != ExprKind::kLiteral) return cast_explicitly(state, with_type(expr, TypeId::kVarchar), type, byte);
  if (expr->literal.is_null()) return make_literal(Value::null(type));
  auto value = read_literal(state, expr->literal.as_string(), type);
  if (value) return make_literal(std::move(*value));
  // The literal's own place is the better one.
  Error error = std::move(value).error();
  if (expr->position != 0) error.position = expr->position;
  return fail(state.at(std::move(error), byte));
}

// The cast's call; a literal is cast at once, unless the result depends on the session.
Result<ExprPtr> make_cast(StatementState& state, const Cast& cast, const ExprPtr& expr, const Type& type,
                          uint32_t byte) {
  if (cast.function == nullptr) return with_type(expr, type);
  ExprPtr call = make_call(cast.function, type, {expr}, state.position(byte));
  if (expr->kind != ExprKind::kLiteral || cast.function->volatility != Volatility::kImmutable) return call;
  EvalContext context = state.eval_context();
  return make_literal(TRY(state.placed(evaluate_constant(call, context), byte)));
}

// ROW(..) with as many fields as the type.
bool is_row_of(const Expr& expr, const Type& type) {
  return expr.kind == ExprKind::kCall && expr.function->name == "row" && type.is(TypeId::kStruct) &&
         expr.args.size() == type.fields().size();
}

// A row takes a struct type field by field, and a text or NULL in it is still a literal of any type, as in
// PostgreSQL. Null: a field cannot be cast so.
Result<ExprPtr> coerce_row(StatementState& state, const Expr& row, const Type& type, CastContext context,
                           uint32_t byte) {
  std::vector<ExprPtr> fields;
  for (size_t i = 0; i < row.args.size(); ++i) {
    const ExprPtr& arg = row.args[i];
    const bool undecided = arg->kind == ExprKind::kLiteral && arg->type.is(TypeId::kVarchar);
    ExprPtr field = undecided ? TRY(give_type(state, arg, type.fields()[i].type, byte))
                              : TRY(try_coerce(state, arg, type.fields()[i].type, context, byte));
    if (field == nullptr) return nullptr;
    fields.push_back(std::move(field));
  }
  return make_call(row.function, type, std::move(fields), row.position);
}

}  // namespace

Result<ExprPtr> fold_constant(StatementState& state, const ExprPtr& expr, uint32_t byte) {
  if (expr->kind == ExprKind::kLiteral) return expr;
  bool constant = true;
  for_each_expr(*expr, [&constant](const Expr& e) {
    constant &= e.kind == ExprKind::kLiteral || (e.kind == ExprKind::kCall && e.function->volatility == Volatility::kImmutable);
  });
  if (!constant) return expr;
  EvalContext context = state.eval_context();
  return make_literal(TRY(state.placed(evaluate_constant(expr, context), byte)));
}

Result<ExprPtr> try_coerce(StatementState& state, const ExprPtr& expr, const Type& type, CastContext context,
                           uint32_t byte) {
  if (expr->type == type) return expr;
  if (is_unknown(expr->type)) return give_type(state, expr, type, byte);
  if (expr->kind == ExprKind::kLiteral && expr->literal.is_null() && can_coerce(expr->type, type, context)) {
    return make_literal(Value::null(type));
  }
  if (is_row_of(*expr, type)) return coerce_row(state, *expr, type, context, byte);
  const CastLookup found = find_cast(expr->type, type);
  if (!found.exists || context < found.cast.context) return nullptr;
  return make_cast(state, found.cast, expr, type, byte);
}

Result<ExprPtr> cast_explicitly(StatementState& state, const ExprPtr& expr, const Type& type, uint32_t byte) {
  ExprPtr cast = TRY(try_coerce(state, expr, type, CastContext::kExplicit, byte));
  if (cast != nullptr) return cast;
  return state.fail_at(byte, SqlState::kCannotCoerce, "cannot cast type {} to {}", expr->type.name(), type.name());
}

Result<ExprPtr> coerce_for_column(StatementState& state, const ExprPtr& expr, std::string_view column,
                                  const Type& type, uint32_t byte) {
  ExprPtr cast = TRY(try_coerce(state, expr, type, CastContext::kAssignment, byte));
  if (cast != nullptr) return cast;
  return fail(state.at(make_error(SqlState::kDatatypeMismatch, "column \"{}\" is of type {} but expression is of type {}",
                                  column, type.name(), expr->type.name())
                           .with_hint("You will need to rewrite or cast the expression."),
                       byte));
}

Result<ExprPtr> coerce_condition(StatementState& state, const ExprPtr& expr, std::string_view clause, uint32_t byte) {
  ExprPtr cast = TRY(try_coerce(state, expr, TypeId::kBoolean, CastContext::kImplicit, byte));
  if (cast != nullptr) return cast;
  return state.fail_at(byte, SqlState::kDatatypeMismatch, "argument of {} must be type boolean, not type {}", clause,
                       expr->type.name());
}

Result<ExprPtr> settle_unknown(StatementState& state, const ExprPtr& expr) {
  if (!is_unknown(expr->type)) return expr;
  return give_type(state, expr, TypeId::kVarchar, 0);
}

Result<Type> coerce_to_common(StatementState& state, std::vector<ExprPtr>& exprs, std::string_view what,
                              std::span<const uint32_t> bytes) {
  std::vector<Type> types;
  for (const ExprPtr& e : exprs) types.push_back(e->type);
  TypeClash clash;
  const auto type = common_type(types, &clash);
  if (!type) {
    return state.fail_at(bytes[clash.second], SqlState::kDatatypeMismatch, "{} types {} and {} cannot be matched", what,
                         types[clash.first].name(), types[clash.second].name());
  }
  for (size_t i = 0; i < exprs.size(); ++i) {
    ExprPtr cast = TRY(try_coerce(state, exprs[i], *type, CastContext::kImplicit, bytes[i]));
    if (cast == nullptr) {
      return state.fail_at(bytes[i], SqlState::kCannotCoerce, "{} could not convert type {} to {}", what,
                           exprs[i]->type.name(), type->name());
    }
    exprs[i] = std::move(cast);
  }
  return *type;
}

}  // namespace leat
