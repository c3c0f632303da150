// Type names (binder.h) and their modifiers (call_builder.h).
#include "binder/call_builder.h"
#include "parser/parser.h"

namespace leat {
namespace {

constexpr int kNumericPrecisionMax = 1000;  // PostgreSQL's bound on what may be declared

bool is_unsupported(std::string_view name) {
  return name == "bit" || name == "varbit" || name == "timetz" || name == "map";
}

}  // namespace

Result<Type> bind_type(const ast::TypeName& name, std::string_view sql) {
  const auto placed = [&](Error error) -> std::unexpected<Error> {
    if (!sql.empty() && !error.position) error.position = parser::character_position(sql, name.position);
    return fail(std::move(error));
  };
  Type type;
  if (name.is_struct()) {
    std::vector<StructField> fields;
    for (const ast::StructField& field : name.fields) {
      fields.push_back({field.name.text, TRY(bind_type(field.type, sql))});
    }
    type = Type::struct_of(std::move(fields));
  } else if (name.is_map() || (name.builtin && is_unsupported(name.name.last().text))) {
    return placed(make_error(SqlState::kFeatureNotSupported, "type {} is not supported",
                             name.is_map() ? "map" : name.name.last().text));
  } else {
    const auto found = type_by_name(name.name.last().text);
    if (!found) return placed(found.error());
    type = *found;
  }
  for (uint32_t i = 0; i < name.array_dimensions; ++i) type = Type::list_of(std::move(type));
  return type;
}

Result<ExprPtr> apply_modifiers(StatementState& state, ExprPtr expr, const ast::TypeName& type) {
  const auto& modifiers = type.modifiers;
  const auto number = [](int32_t v) { return make_literal(Value::int32(v)); };
  switch (expr->type.id()) {
    case TypeId::kNumeric: {
      const int32_t scale = modifiers.size() > 1 ? modifiers[1] : 0;
      if (modifiers[0] < 1 || modifiers[0] > kNumericPrecisionMax) {
        return state.fail_at(type.position, SqlState::kInvalidParameterValue,
                             "NUMERIC precision {} must be between 1 and {}", modifiers[0], kNumericPrecisionMax);
      }
      return call_function(state, "numeric", {std::move(expr), number(modifiers[0]), number(scale)}, type.position);
    }
    case TypeId::kVarchar:
      if (modifiers[0] < 1) {
        return state.fail_at(type.position, SqlState::kInvalidParameterValue,
                             "length for type varchar must be at least 1");
      }
      return call_function(state, "varchar",
                           {std::move(expr), number(modifiers[0]), make_literal(Value::boolean(true))}, type.position);
    case TypeId::kTime: return call_function(state, "time", {std::move(expr), number(modifiers[0])}, type.position);
    case TypeId::kTimestamp:
      return call_function(state, "timestamp", {std::move(expr), number(modifiers[0])}, type.position);
    case TypeId::kTimestamptz:
      return call_function(state, "timestamptz", {std::move(expr), number(modifiers[0])}, type.position);
    case TypeId::kInterval:
      return call_function(state, "interval", {std::move(expr), number(modifiers[0])}, type.position);
    default: return expr;
  }
}

}  // namespace leat
