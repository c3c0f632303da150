#include "binder/statement_state.h"

#include <algorithm>

#include "parser/parser.h"

namespace leat {

StatementState::StatementState(BinderOptions options)
    : options_(std::move(options)), parameter_types_(options_.parameter_types) {
  ascii_ = std::all_of(options_.sql.begin(), options_.sql.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

uint32_t StatementState::position(uint32_t byte) const {
  if (options_.sql.empty()) return 0;
  return ascii_ ? byte + 1 : parser::character_position(options_.sql, byte);
}

Error StatementState::at(Error error, uint32_t byte) const {
  const uint32_t place = position(byte);
  if (place != 0 && !error.position) error.position = place;
  return error;
}

Result<ExprPtr> StatementState::parameter(uint32_t number, uint32_t byte) {
  if (number == 0 || number > kParameterMax || refuses_parameters_) {
    return fail_at(byte, SqlState::kUndefinedParameter, "there is no parameter ${}", number);
  }
  saw_parameters_ = true;
  if (parameter_types_.size() < number) parameter_types_.resize(number);
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kParameter;
  expr->column = static_cast<int>(number) - 1;
  expr->type = parameter_types_[number - 1];
  expr->position = position(byte);
  return expr;
}

void StatementState::set_parameter_type(int parameter, const Type& type) {
  Type& known = parameter_types_[parameter];
  if (known.is(TypeId::kUnknown)) known = type;
}

Result<RelationPtr> StatementState::find_relation(const ast::ObjectName& name) const {
  const auto& parts = name.parts;
  const uint32_t byte = name.position();
  std::string written;
  for (const ast::Name& part : parts) written += (written.empty() ? "" : ".") + part.text;
  if (parts.size() > 3) {
    return fail_at(byte, SqlState::kSyntaxError, "improper relation name (too many dotted names): {}", written);
  }
  if (parts.size() == 3 && parts[0].text != options_.database) {
    return fail_at(byte, SqlState::kFeatureNotSupported, "cross-database references are not implemented: \"{}\"",
                   written);
  }
  const std::string& relation_name = parts.back().text;
  RelationPtr found;
  if (parts.size() == 1) {
    found = catalog().resolve(options_.search_path, relation_name);
  } else {
    const std::string& schema = parts[parts.size() - 2].text;
    found = catalog().find(schema, relation_name);
  }
  if (found != nullptr) return found;
  Error error = make_error(SqlState::kUndefinedTable, "relation \"{}\" does not exist", written);
  const std::string nearest = catalog().nearest_name(relation_name);
  if (!nearest.empty()) error.hint = fmt::format("Perhaps you meant \"{}\".", nearest);
  return fail(at(std::move(error), byte));
}

}  // namespace leat
