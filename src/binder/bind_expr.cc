// Names, literals, types, CASE, constructors (expr_binder.h). Operators: bind_operator.cc; calls:
// bind_call.cc.
#include "binder/call_builder.h"
#include "binder/expr_binder.h"
#include "function/functions.h"
#include "types/datetime.h"
#include "types/format_value.h"
#include "types/packed_row.h"

namespace leat {
namespace {

ExprPtr with_position(ExprPtr expr, uint32_t position) {
  auto copy = std::make_shared<Expr>(*expr);
  copy->position = position;
  return copy;
}

// 5, 5000000000, 1.5: the smallest of integer, bigint and numeric that holds it; past numeric's range,
// where PostgreSQL's goes on, a double precision (1e300).
Result<Value> number(const std::string& text) {
  if (text.find_first_not_of("-0123456789") == std::string::npos) {
    const auto value = parse_text(TypeId::kInt64, text, TimeZone());
    if (value) {
      const int64_t v = value->as_int64();
      const bool small = v >= std::numeric_limits<int32_t>::min() && v <= std::numeric_limits<int32_t>::max();
      return small ? Value::int32(static_cast<int32_t>(v)) : *value;
    }
  }
  auto exact = Decimal::parse(text);
  if (exact) return Value::numeric(*exact);
  const bool whole = text.find_first_of(".eE") == std::string::npos;
  if (exact.error().code == SqlState::kNumericValueOutOfRange && !whole) {
    return parse_text(TypeId::kFloat64, text, TimeZone());
  }
  return std::unexpected(std::move(exact).error());
}

bool is_array_cast_of_empty(const ast::Expr& operand, const Type& type) {
  const auto* array = ast::try_as<ast::Array>(&operand);
  return array != nullptr && array->elements.empty() && type.is(TypeId::kList);
}

}  // namespace

Result<ExprPtr> ExprBinder::bind(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kLiteral: return literal(ast::as<ast::Literal>(expr));
    case ast::ExprKind::kTypedLiteral: return typed_literal(ast::as<ast::TypedLiteral>(expr));
    case ast::ExprKind::kParameter:
      return state_.parameter(ast::as<ast::Parameter>(expr).number, expr.position);
    case ast::ExprKind::kColumnRef: return column(ast::as<ast::ColumnRef>(expr));
    case ast::ExprKind::kUnary: return unary(ast::as<ast::Unary>(expr));
    case ast::ExprKind::kBinary: return binary(ast::as<ast::Binary>(expr));
    case ast::ExprKind::kLogical: return logical(ast::as<ast::Logical>(expr));
    case ast::ExprKind::kNot: {
      const ast::Expr& operand = *ast::as<ast::Not>(expr).operand;
      return negate(TRY(coerce_condition(state_, TRY(bind(operand)), "NOT", place_of(operand))), expr.position);
    }
    case ast::ExprKind::kIsTest: return is_test(ast::as<ast::IsTest>(expr));
    case ast::ExprKind::kIsDistinct: return is_distinct(ast::as<ast::IsDistinct>(expr));
    case ast::ExprKind::kIn: return in(ast::as<ast::In>(expr));
    case ast::ExprKind::kBetween: return between(ast::as<ast::Between>(expr));
    case ast::ExprKind::kLike: return like(ast::as<ast::Like>(expr));
    case ast::ExprKind::kQuantified: return quantified(ast::as<ast::Quantified>(expr));
    case ast::ExprKind::kCase: return case_of(ast::as<ast::Case>(expr));
    case ast::ExprKind::kCast: return cast(ast::as<ast::Cast>(expr));
    case ast::ExprKind::kCollate: {
      const auto& collate = ast::as<ast::Collate>(expr);
      const std::string& name = collate.collation.last().text;
      if (name != "default" && name != "C" && name != "POSIX" && name != "ucs_basic") {
        return state_.fail_at(expr.position, SqlState::kUndefinedObject,
                              "collation \"{}\" for encoding \"UTF8\" does not exist", name);
      }
      return bind(*collate.operand);
    }
    case ast::ExprKind::kFunctionCall: return call(ast::as<ast::FunctionCall>(expr));
    case ast::ExprKind::kArray: return array(ast::as<ast::Array>(expr), nullptr);
    case ast::ExprKind::kRow: return row(ast::as<ast::Row>(expr));
    case ast::ExprKind::kField: {
      const auto& field = ast::as<ast::Field>(expr);
      return field_of(TRY(bind(*field.operand)), field.field);
    }
    case ast::ExprKind::kSubscript: return subscript(ast::as<ast::Subscript>(expr));
    case ast::ExprKind::kSlice: return slice(ast::as<ast::Slice>(expr));
    case ast::ExprKind::kSubquery: return subquery(ast::as<ast::Subquery>(expr));
    case ast::ExprKind::kWildcard:
    case ast::ExprKind::kFieldWildcard:
      return state_.fail_at(expr.position, SqlState::kFeatureNotSupported,
                            "row expansion via \"*\" is not supported here");
    case ast::ExprKind::kDefault:
      return state_.fail_at(expr.position, SqlState::kSyntaxError, "DEFAULT is not allowed in this context");
  }
  UNREACHABLE();
}

Result<ExprPtr> ExprBinder::bind_settled(const ast::Expr& expr) {
  return settle_unknown(state_, TRY(bind(expr)));
}

Result<ExprPtr> ExprBinder::bind_condition(const ast::Expr& expr) {
  return coerce_condition(state_, TRY(bind(expr)), clause_.name, place_of(expr));
}

Result<std::vector<SortItem>> ExprBinder::bind_order(const std::vector<ast::OrderItem>& items) {
  std::vector<SortItem> out;
  for (const ast::OrderItem& item : items) {
    SortItem bound{.expr = TRY(bind_settled(*item.expr)), .descending = item.descending};
    bound.nulls_first = item.nulls == ast::NullsOrder::kDefault ? item.descending
                                                                : item.nulls == ast::NullsOrder::kFirst;
    out.push_back(std::move(bound));
  }
  return out;
}

Result<std::vector<ExprPtr>> ExprBinder::bind_list(const std::vector<ast::ExprPtr>& list) {
  std::vector<ExprPtr> out;
  out.reserve(list.size());
  for (const ast::ExprPtr& e : list) out.push_back(TRY(bind(*e)));
  return out;
}

// ---- literals --------------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::literal(const ast::Literal& e) {
  const uint32_t position = state_.position(e.position);
  const auto made = [&](Value value) { return with_position(make_literal(std::move(value)), position); };
  switch (e.literal) {
    case ast::LiteralKind::kNull: return made(Value());
    case ast::LiteralKind::kBoolean: return made(Value::boolean(e.boolean_value));
    case ast::LiteralKind::kNumber: return made(TRY(state_.placed(number(e.text), e.position)));
    case ast::LiteralKind::kString: return made(Value(TypeId::kUnknown, e.text));
    case ast::LiteralKind::kBitString:
    case ast::LiteralKind::kHexString: break;
  }
  return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "bit strings are not supported");
}

Result<ExprPtr> ExprBinder::typed_literal(const ast::TypedLiteral& e) {
  const Type type = TRY(state_.placed(bind_type(e.type), e.type.position));
  if (type.is(TypeId::kInterval)) {
    // INTERVAL '5' MINUTE, INTERVAL '1 2' DAY TO HOUR: the last field is the unit of a bare number.
    const std::string& fields = e.type.interval_fields;
    const std::string unit = fields.substr(fields.rfind(' ') + 1);
    auto interval = unit.empty() ? parse_interval(e.text) : parse_interval(e.text, unit);
    return make_literal(Value::interval(TRY(state_.placed(std::move(interval), e.position))));
  }
  return cast_explicitly(state_, make_literal(Value(TypeId::kUnknown, e.text)), type, e.position);
}

// ---- names -----------------------------------------------------------------------------------

ExprPtr ExprBinder::column_of(const FoundColumn& found, uint32_t byte) const {
  auto expr = std::make_shared<Expr>();
  expr->kind = found.depth == 0 ? ExprKind::kColumn : ExprKind::kOuterColumn;
  expr->type = found.scope->schema[found.column].type;
  expr->column = found.column;
  expr->depth = found.depth;
  expr->position = state_.position(byte);
  return expr;
}

Result<ExprPtr> ExprBinder::whole_row(const FoundTable& table, uint32_t byte) {
  if (table.table->is_scalar) {
    return column_of({table.scope, table.depth, table.table->columns[0].column}, byte);
  }
  std::vector<ExprPtr> values;
  std::vector<StructField> fields;
  for (const ScopeName& name : table.table->columns) {
    if (name.hidden) continue;
    values.push_back(column_of({table.scope, table.depth, name.column}, byte));
    fields.push_back({name.name, values.back()->type});
  }
  return make_call(functions_named("row")[0], Type::struct_of(std::move(fields)), std::move(values),
                   state_.position(byte));
}

Result<ExprPtr> ExprBinder::field_of(ExprPtr value, const ast::Name& field) {
  if (!value->type.is(TypeId::kStruct)) {
    return state_.fail_at(field.position, SqlState::kWrongObjectType,
                          "column notation .{} applied to type {}, which is not a composite type", field.text,
                          value->type.name());
  }
  const auto& fields = value->type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name != field.text) continue;
    return make_call(functions_named("field")[0], fields[i].type,
                     {std::move(value), make_literal(Value::int32(static_cast<int32_t>(i)))},
                     state_.position(field.position));
  }
  return state_.fail_at(field.position, SqlState::kUndefinedColumn, "column \"{}\" not found in data type {}",
                        field.text, value->type.name());
}

Result<ExprPtr> ExprBinder::column(const ast::ColumnRef& e) {
  const auto& parts = e.parts;
  const auto fields_from = [&](ExprPtr value, size_t first) -> Result<ExprPtr> {
    for (size_t i = first; i < parts.size(); ++i) value = TRY(field_of(std::move(value), parts[i]));
    return value;
  };
  const auto placed = [&](auto result) { return state_.placed(std::move(result), e.position); };
  // d.s.t.c, s.t.c, t.c, c: the longest qualification that is a column wins.
  size_t first = 0;
  if (parts.size() >= 4 && parts[0].text == state_.options().database) first = 1;
  if (parts.size() >= first + 3) {
    const auto found = TRY(placed(find_column(scope_, parts[first].text, parts[first + 1].text, parts[first + 2].text)));
    if (found) return fields_from(column_of(*found, e.position), first + 3);
  }
  if (parts.size() >= 2) {
    const auto found = TRY(placed(find_column(scope_, {}, parts[0].text, parts[1].text)));
    if (found) return fields_from(column_of(*found, e.position), 2);
  }
  const auto found = TRY(placed(find_column(scope_, parts[0].text)));
  if (found && (parts.size() == 1 || found->scope->schema[found->column].type.is(TypeId::kStruct))) {
    return fields_from(column_of(*found, e.position), 1);
  }
  const auto table = TRY(placed(find_table(scope_, {}, parts[0].text)));
  if (parts.size() == 1) {
    if (table) return whole_row(*table, e.position);
    return fail(state_.at(no_such_column(scope_, {}, parts[0].text), e.position));
  }
  if (table || found) {
    if (!table) return field_of(column_of(*found, e.position), parts[1]);
    return fail(state_.at(no_such_column(scope_, parts[0].text, parts[1].text), e.position));
  }
  return fail(state_.at(no_such_table(scope_, parts[parts.size() >= 3 ? parts.size() - 2 : 0].text), e.position));
}

Result<std::vector<ExprBinder::Star>> ExprBinder::expand(const ast::Wildcard& e) {
  std::vector<Star> out;
  std::vector<int> except;
  for (const ast::ObjectName& name : e.except) {
    ast::ColumnRef ref(name.position());
    ref.parts = name.parts;
    const ExprPtr bound = TRY(column(ref));
    if (bound->kind == ExprKind::kColumn) except.push_back(bound->column);
  }
  const auto add = [&](const Scope& scope, int depth, const ScopeName& name) {
    if (name.hidden) return;
    if (depth == 0 && std::find(except.begin(), except.end(), name.column) != except.end()) return;
    out.push_back({name.name, column_of({&scope, depth, name.column}, e.position)});
  };
  if (e.qualifier.empty()) {
    if (scope_ == nullptr || scope_->tables.empty()) {
      return state_.fail_at(e.position, SqlState::kSyntaxError, "SELECT * with no tables specified is not valid");
    }
    for (const ScopeName& name : scope_->names) add(*scope_, 0, name);
    return out;
  }
  const std::string& last = e.qualifier.back().text;
  const std::string_view schema = e.qualifier.size() > 1 ? e.qualifier[e.qualifier.size() - 2].text : std::string_view{};
  const auto table = TRY(state_.placed(find_table(scope_, schema, last), e.position));
  if (table) {
    for (const ScopeName& name : table->table->columns) add(*table->scope, table->depth, name);
    return out;
  }
  // c.* of a struct column
  if (e.qualifier.size() == 1) {
    const auto found = TRY(state_.placed(find_column(scope_, last), e.position));
    if (found && found->scope->schema[found->column].type.is(TypeId::kStruct)) {
      const ExprPtr value = column_of(*found, e.position);
      for (const StructField& field : value->type.fields()) {
        out.push_back({field.name, TRY(field_of(value, {.text = field.name, .position = e.position, .quoted = false}))});
      }
      return out;
    }
  }
  return fail(state_.at(no_such_table(scope_, last), e.position));
}

Result<std::vector<ExprBinder::Star>> ExprBinder::expand(const ast::FieldWildcard& e) {
  const ExprPtr value = TRY(bind(*e.operand));
  if (!value->type.is(TypeId::kStruct)) {
    return state_.fail_at(e.position, SqlState::kWrongObjectType, "type {} is not composite", value->type.name());
  }
  std::vector<Star> out;
  for (const StructField& field : value->type.fields()) {
    out.push_back({field.name, TRY(field_of(value, {.text = field.name, .position = e.position, .quoted = false}))});
  }
  return out;
}

// ---- CASE, CAST ------------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::case_of(const ast::Case& e) {
  // The ELSE value comes first when types are matched, as in PostgreSQL.
  std::vector<ExprPtr> conditions;
  std::vector<ExprPtr> results;
  std::vector<uint32_t> bytes;
  results.push_back(e.otherwise ? TRY(bind(*e.otherwise)) : make_literal(Value()));
  bytes.push_back(e.otherwise ? place_of(*e.otherwise) : e.position);
  ExprPtr operand = e.operand ? TRY(bind_settled(*e.operand)) : nullptr;
  for (const ast::CaseBranch& branch : e.branches) {
    const uint32_t byte = place_of(*branch.condition);
    ExprPtr condition = TRY(bind(*branch.condition));
    if (operand != nullptr) condition = TRY(binary_operator("=", operand, std::move(condition), byte));
    conditions.push_back(TRY(coerce_condition(state_, condition, "CASE/WHEN", byte)));
    results.push_back(TRY(bind(*branch.result)));
    bytes.push_back(place_of(*branch.result));
  }
  const Type type = TRY(coerce_to_common(state_, results, "CASE", bytes));
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::kCase;
  out->type = type;
  out->position = state_.position(e.position);
  for (size_t i = 0; i < conditions.size(); ++i) {
    out->args.push_back(std::move(conditions[i]));
    out->args.push_back(std::move(results[i + 1]));
  }
  out->args.push_back(std::move(results[0]));
  return out;
}

Result<ExprPtr> ExprBinder::cast(const ast::Cast& e) {
  const Type type = TRY(state_.placed(bind_type(e.type), e.type.position));
  if (is_array_cast_of_empty(*e.operand, type)) return make_literal(Value(type, pack_list({})));
  ExprPtr operand;
  if (const auto* elements = ast::try_as<ast::Array>(e.operand.get()); elements != nullptr && type.is(TypeId::kList)) {
    // ARRAY['1', NULL]::int[]: the elements are of the type that the cast names.
    const Type element = type.element();
    operand = TRY(array(*elements, &element));
  } else {
    operand = TRY(bind(*e.operand));
  }
  ExprPtr out = TRY(cast_explicitly(state_, operand, type, e.position));
  if (e.type.modifiers.empty() || e.type.array_dimensions != 0) return out;
  return apply_modifiers(state_, std::move(out), e.type);
}

// ---- constructors ----------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::array(const ast::Array& e, const Type* element) {
  if (e.elements.empty()) {
    return fail(state_.at(make_error(SqlState::kIndeterminateDatatype, "cannot determine type of empty array")
                              .with_hint("Explicitly cast to the desired type, for example ARRAY[]::integer[]."),
                          e.position));
  }
  std::vector<ExprPtr> values;
  std::vector<uint32_t> bytes;
  for (const ast::ExprPtr& item : e.elements) {
    const auto* nested = ast::try_as<ast::Array>(item.get());
    if (nested != nullptr && element != nullptr && element->is(TypeId::kList)) {
      const Type inner = element->element();
      values.push_back(TRY(array(*nested, &inner)));
    } else {
      values.push_back(TRY(bind(*item)));
    }
    bytes.push_back(place_of(*item));
  }
  Type type;
  if (element != nullptr) {
    type = *element;
    for (size_t i = 0; i < values.size(); ++i) values[i] = TRY(cast_explicitly(state_, values[i], type, bytes[i]));
  } else {
    type = TRY(coerce_to_common(state_, values, "ARRAY", bytes));
  }
  const bool constant = std::all_of(values.begin(), values.end(),
                                    [](const ExprPtr& v) { return v->kind == ExprKind::kLiteral; });
  if (constant) {
    std::vector<Value> elements;
    for (const ExprPtr& v : values) elements.push_back(v->literal);
    return make_literal(Value(Type::list_of(type), pack_list(elements)));
  }
  return make_call(functions_named("array")[0], Type::list_of(type), std::move(values), state_.position(e.position));
}

Result<ExprPtr> ExprBinder::row(const ast::Row& e) {
  std::vector<ExprPtr> values;
  std::vector<StructField> fields;
  const auto add = [&](ExprPtr value, std::string name) {
    if (name.empty()) name = fmt::format("f{}", values.size() + 1);
    fields.push_back({std::move(name), value->type});
    values.push_back(std::move(value));
  };
  for (const ast::ExprPtr& item : e.elements) {
    if (const auto* star = ast::try_as<ast::Wildcard>(item.get())) {
      for (Star& column : TRY(expand(*star))) add(std::move(column.expr), {});
    } else {
      add(TRY(bind_settled(*item)), {});
    }
  }
  return make_call(functions_named("row")[0], Type::struct_of(std::move(fields)), std::move(values),
                   state_.position(e.position));
}

Result<ExprPtr> ExprBinder::subscript(const ast::Subscript& e) {
  ExprPtr value = TRY(bind(*e.operand));
  ExprPtr index = TRY(bind(*e.index));
  if (value->type.is(TypeId::kJsonb)) return call_operator(state_, "->", {value, index}, e.position);
  if (!value->type.is(TypeId::kList)) {
    return state_.fail_at(e.operand->position, SqlState::kDatatypeMismatch,
                          "cannot subscript type {} because it does not support subscripting", value->type.name());
  }
  ExprPtr number = TRY(try_coerce(state_, index, TypeId::kInt32, CastContext::kAssignment, e.index->position));
  if (number == nullptr) {
    return state_.fail_at(e.index->position, SqlState::kDatatypeMismatch, "array subscript must have type integer");
  }
  if (value->type.is_vector()) {  // counts from 0
    number = TRY(call_operator(state_, "+", {number, make_literal(Value::int32(1))}, e.position));
  }
  return call_function(state_, "array_access", {std::move(value), std::move(number)}, e.position);
}

Result<ExprPtr> ExprBinder::slice(const ast::Slice& e) {
  ExprPtr value = TRY(bind(*e.operand));
  if (!value->type.is(TypeId::kList)) {
    return state_.fail_at(e.operand->position, SqlState::kDatatypeMismatch,
                          "cannot subscript type {} because it does not support subscripting", value->type.name());
  }
  const auto bound = [&](const ast::ExprPtr& side, int32_t open) -> Result<ExprPtr> {
    if (side == nullptr) return make_literal(Value::int32(open));
    ExprPtr number = TRY(try_coerce(state_, TRY(bind(*side)), TypeId::kInt32, CastContext::kAssignment, side->position));
    if (number != nullptr) return number;
    return state_.fail_at(side->position, SqlState::kDatatypeMismatch, "array subscript must have type integer");
  };
  ExprPtr lower = TRY(bound(e.lower, 1));
  ExprPtr upper = TRY(bound(e.upper, std::numeric_limits<int32_t>::max()));
  return call_function(state_, "array_slice", {std::move(value), std::move(lower), std::move(upper)}, e.position);
}

// ---- places ----------------------------------------------------------------------------------

namespace {

const ast::Expr* first_operand(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kBinary: return ast::as<ast::Binary>(expr).left.get();
    case ast::ExprKind::kLogical: return ast::as<ast::Logical>(expr).operands[0].get();
    case ast::ExprKind::kIsTest: return ast::as<ast::IsTest>(expr).operand.get();
    case ast::ExprKind::kIsDistinct: return ast::as<ast::IsDistinct>(expr).left.get();
    case ast::ExprKind::kIn: return ast::as<ast::In>(expr).operand.get();
    case ast::ExprKind::kBetween: return ast::as<ast::Between>(expr).operand.get();
    case ast::ExprKind::kLike: return ast::as<ast::Like>(expr).operand.get();
    case ast::ExprKind::kQuantified: return ast::as<ast::Quantified>(expr).left.get();
    case ast::ExprKind::kCast: return ast::as<ast::Cast>(expr).operand.get();
    case ast::ExprKind::kCollate: return ast::as<ast::Collate>(expr).operand.get();
    case ast::ExprKind::kField: return ast::as<ast::Field>(expr).operand.get();
    case ast::ExprKind::kSubscript: return ast::as<ast::Subscript>(expr).operand.get();
    case ast::ExprKind::kSlice: return ast::as<ast::Slice>(expr).operand.get();
    default: return nullptr;
  }
}

}  // namespace

uint32_t place_of(const ast::Expr& expr) {
  uint32_t place = expr.position;
  for (const ast::Expr* e = first_operand(expr); e != nullptr; e = first_operand(*e)) place = std::min(place, e->position);
  return place;
}

// ---- default column names --------------------------------------------------------------------

namespace {

struct Label {
  std::string text;
  int strength = 0;  // 0: none, 1: weak (a type's name), 2: strong
};

std::string internal_type_name(const ast::TypeName& type) {
  return type.name.parts.empty() ? "struct" : type.name.last().text;
}

Label label_of(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kColumnRef: return {ast::as<ast::ColumnRef>(expr).parts.back().text, 2};
    case ast::ExprKind::kField: return {ast::as<ast::Field>(expr).field.text, 2};
    case ast::ExprKind::kFunctionCall: return {ast::as<ast::FunctionCall>(expr).name.last().text, 2};
    case ast::ExprKind::kSubscript: return label_of(*ast::as<ast::Subscript>(expr).operand);
    case ast::ExprKind::kSlice: return label_of(*ast::as<ast::Slice>(expr).operand);
    case ast::ExprKind::kCollate: return label_of(*ast::as<ast::Collate>(expr).operand);
    case ast::ExprKind::kCast: {
      const auto& cast = ast::as<ast::Cast>(expr);
      const Label inner = label_of(*cast.operand);
      return inner.strength > 1 ? inner : Label{internal_type_name(cast.type), 1};
    }
    case ast::ExprKind::kTypedLiteral: return {internal_type_name(ast::as<ast::TypedLiteral>(expr).type), 1};
    case ast::ExprKind::kCase: {
      const auto& c = ast::as<ast::Case>(expr);
      const Label inner = c.otherwise ? label_of(*c.otherwise) : Label{};
      return inner.strength > 1 ? inner : Label{"case", 1};
    }
    case ast::ExprKind::kArray: return {"array", 2};
    case ast::ExprKind::kRow: return {"row", 2};
    case ast::ExprKind::kSubquery: {
      const auto& sub = ast::as<ast::Subquery>(expr);
      if (sub.subquery == ast::SubqueryKind::kExists) return {"exists", 2};
      if (sub.subquery == ast::SubqueryKind::kArray) return {"array", 2};
      const auto* select = ast::try_as<ast::Select>(sub.query->body.get());
      if (select == nullptr || select->items.empty()) return {};
      const ast::SelectItem& item = select->items[0];
      if (item.alias) return {item.alias->text, 2};
      return label_of(*item.expr);
    }
    default: return {};
  }
}

}  // namespace

std::string default_column_name(const ast::Expr& expr) {
  const Label label = label_of(expr);
  return label.strength == 0 ? "?column?" : label.text;
}

}  // namespace leat
