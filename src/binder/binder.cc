#include "binder/binder.h"

#include "binder/call_builder.h"
#include "binder/dml_binder.h"
#include "binder/definition_binder.h"
#include "binder/expr_binder.h"
#include "expr/evaluator.h"

namespace leat {

Binder::Binder(BinderOptions options) : state_(std::make_unique<StatementState>(std::move(options))) {}
Binder::~Binder() = default;

Result<BoundQuery> Binder::bind_query(const ast::Query& query) {
  BoundPart part = TRY(QueryBinder(*state_).bind_query(query, {}));
  return BoundQuery{.plan = std::move(part.plan), .columns = std::move(part.columns),
                    .emit_on_window_close = query.emit_on_window_close};
}

Result<BoundInsert> Binder::bind_insert(const ast::Insert& insert) { return DmlBinder(*state_).insert(insert); }
Result<BoundUpdate> Binder::bind_update(const ast::Update& update) { return DmlBinder(*state_).update(update); }
Result<BoundDelete> Binder::bind_delete(const ast::Delete& del) { return DmlBinder(*state_).remove(del); }

Result<BoundCopy> Binder::bind_copy(const ast::Copy& copy) { return DmlBinder(*state_).copy(copy); }

Result<BoundDefinition> Binder::bind_create_table(const ast::CreateTable& create) {
  state_->refuse_parameters();
  return DefinitionBinder(*state_).table(create);
}
Result<BoundDefinition> Binder::bind_create_source(const ast::CreateSource& create) {
  state_->refuse_parameters();
  return DefinitionBinder(*state_).source(create);
}
Result<BoundDefinition> Binder::bind_create_view(const ast::CreateView& create) {
  return DefinitionBinder(*state_).view(create);
}
Result<BoundDefinition> Binder::bind_create_index(const ast::CreateIndex& create) {
  state_->refuse_parameters();
  return DefinitionBinder(*state_).index(create);
}
Result<BoundDefinition> Binder::bind_create_sink(const ast::CreateSink& create) {
  return DefinitionBinder(*state_).sink(create);
}

Result<Value> Binder::bind_constant(const ast::Expr& expr, const Type& type) {
  state_->refuse_parameters();
  QueryBinder queries(*state_);
  ExprBinder binder(queries, nullptr, nullptr, {.name = "EXECUTE parameter"});
  const ExprPtr bound = TRY(binder.bind(expr));
  const ExprPtr value = TRY(try_coerce(*state_, bound, type, CastContext::kAssignment, expr.position));
  if (value == nullptr) {
    return state_->fail_at(expr.position, SqlState::kDatatypeMismatch, "value of type {} cannot be coerced to the expected type {}",
                           bound->type.name(), type.name());
  }
  if (has_kind(*value, ExprKind::kSubquery)) {
    return state_->fail_at(expr.position, SqlState::kFeatureNotSupported, "cannot use subquery in EXECUTE parameter");
  }
  EvalContext context = state_->eval_context();
  return evaluate_constant(value, context);
}

Result<RelationPtr> Binder::find_relation(const ast::ObjectName& name) const { return state_->find_relation(name); }

Result<std::pair<std::string, std::string>> Binder::target_name(const ast::ObjectName& name) const {
  const auto& parts = name.parts;
  if (parts.size() == 3 && parts[0].text != state_->options().database) {
    return state_->fail_at(name.position(), SqlState::kFeatureNotSupported,
                           "cross-database references are not implemented: \"{}.{}.{}\"", parts[0].text, parts[1].text,
                           parts[2].text);
  }
  if (parts.size() > 3) {
    return state_->fail_at(name.position(), SqlState::kSyntaxError, "improper relation name (too many dotted names)");
  }
  if (parts.size() == 1) {
    for (const std::string& schema : state_->options().search_path) {
      if (state_->catalog().schemas.contains(schema)) return std::pair{schema, parts[0].text};
    }
    return state_->fail_at(name.position(), SqlState::kInvalidSchemaName, "no schema has been selected to create in");
  }
  const std::string& schema = parts[parts.size() - 2].text;
  if (!state_->catalog().schemas.contains(schema)) {
    return state_->fail_at(name.position(), SqlState::kInvalidSchemaName, "schema \"{}\" does not exist", schema);
  }
  if (schema == "pg_catalog" || schema == "information_schema" || schema == "rw_catalog") {
    return state_->fail_at(name.position(), SqlState::kInsufficientPrivilege, "permission denied for schema {}", schema);
  }
  return std::pair{schema, parts.back().text};
}

Result<std::vector<Type>> Binder::parameter_types() const {
  const auto& types = state_->parameter_types();
  for (size_t i = 0; i < types.size(); ++i) {
    if (types[i].is(TypeId::kUnknown)) {
      return fail(SqlState::kIndeterminateDatatype, "could not determine data type of parameter ${}", i + 1);
    }
  }
  return types;
}

const std::set<ObjectId>& Binder::depends_on() const { return state_->depends_on(); }

}  // namespace leat
