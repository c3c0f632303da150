// Function calls of every kind (expr_binder.h).
#include "binder/call_builder.h"
#include "binder/expr_binder.h"
#include "binder/window_functions.h"
#include "function/functions.h"

namespace leat {
namespace {

constexpr std::string_view kInAggregate = "an aggregate function call";
constexpr std::string_view kInWindow = "a window function call";

bool is_window_function(std::string_view name) {
  for (const WindowFunction& f : window_functions()) {
    if (f.name == name) return true;
  }
  return false;
}

Error no_aggregates_in(std::string_view clause) {
  if (clause == kInAggregate) return make_error(SqlState::kGroupingError, "aggregate function calls cannot be nested");
  return make_error(SqlState::kGroupingError, "aggregate functions are not allowed in {}", clause);
}
Error no_windows_in(std::string_view clause) {
  if (clause == kInAggregate) {
    return make_error(SqlState::kGroupingError, "aggregate function calls cannot contain window function calls");
  }
  if (clause == kInWindow) return make_error(SqlState::kWindowingError, "window function calls cannot be nested");
  return make_error(SqlState::kWindowingError, "window functions are not allowed in {}", clause);
}
Error no_sets_in(std::string_view clause) {
  if (clause == kInAggregate || clause == kInWindow) {
    return make_error(SqlState::kFeatureNotSupported, "{} function calls cannot contain set-returning function calls",
                      clause == kInAggregate ? "aggregate" : "window");
  }
  return make_error(SqlState::kFeatureNotSupported, "set-returning functions are not allowed in {}", clause);
}

// Words that SQL writes without brackets, as calls of other functions or casts of now().
struct Keyword {
  std::string_view name;
  std::string_view function;
  TypeId cast;  // kUnknown: none
};
constexpr Keyword kKeywords[] = {
    {"current_timestamp", "now", TypeId::kUnknown},      {"current_date", "now", TypeId::kDate},
    {"localtimestamp", "now", TypeId::kTimestamp},       {"localtime", "now", TypeId::kTime},
    {"current_time", "now", TypeId::kTime},              {"current_catalog", "current_database", TypeId::kUnknown},
    {"current_role", "current_user", TypeId::kUnknown},  {"user", "current_user", TypeId::kUnknown},
};

// Aggregates over nothing but columns of an outer query belong to that query in SQL.
bool is_of_outer_query(std::span<const ExprPtr> args) {
  bool outer = false;
  bool own = false;
  for (const ExprPtr& arg : args) {
    outer |= has_kind(*arg, ExprKind::kOuterColumn);
    own |= has_kind(*arg, ExprKind::kColumn) || has_kind(*arg, ExprKind::kSubquery);
  }
  return outer && !own;
}

}  // namespace

Result<std::vector<ExprPtr>> ExprBinder::bind_arguments(const ast::FunctionCall& e, Clause clause) {
  ExprBinder inner(queries_, scope_, ctes_, clause);
  ExprBinder& binder = clause.name == clause_.name ? *this : inner;
  std::vector<ExprPtr> args;
  for (const ast::FunctionArgument& argument : e.arguments) {
    if (argument.name) {
      return state_.fail_at(argument.name->position, SqlState::kFeatureNotSupported,
                            "named arguments are not supported");
    }
    args.push_back(TRY(binder.bind(*argument.value)));
  }
  return args;
}

Result<void> ExprBinder::refuse_decorations(const ast::FunctionCall& e, const std::string& name, std::string_view kind) {
  const auto refuse = [&](std::string_view what) -> Result<void> {
    return state_.fail_at(e.position, SqlState::kWrongObjectType, "{} specified, but {} is not {}", what, name, kind);
  };
  if (e.star) return state_.fail_at(e.position, SqlState::kWrongObjectType, "{}(*) specified, but {} is not {}", name, name, kind);
  if (e.distinct) return refuse("DISTINCT");
  if (!e.within_group.empty()) return refuse("WITHIN GROUP");
  if (!e.order_by.empty()) return refuse("ORDER BY");
  if (e.filter != nullptr) return refuse("FILTER");
  return {};
}

Result<ExprPtr> ExprBinder::call(const ast::FunctionCall& e) {
  const auto& parts = e.name.parts;
  if (parts.size() > 1) {
    const std::string& schema = parts[parts.size() - 2].text;
    if (!state_.catalog().schemas.contains(schema)) {
      return state_.fail_at(e.name.position(), SqlState::kInvalidSchemaName, "schema \"{}\" does not exist", schema);
    }
  }
  const std::string& name = e.name.last().text;
  if (e.over != nullptr) return window_call(e, name);
  if (has_aggregate(name)) return aggregate_call(e, name);
  if (is_window_function(name)) {
    return state_.fail_at(e.position, SqlState::kWrongObjectType, "window function {} requires an OVER clause", name);
  }
  if (e.variadic) {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "VARIADIC arguments are not supported");
  }
  ExprPtr special = TRY(special_call(e, name));
  if (special != nullptr) return special;
  if (!has_scalar_function(name) && has_table_function(name)) return set_call(e, name);
  return plain_call(e, name);
}

Result<ExprPtr> ExprBinder::plain_call(const ast::FunctionCall& e, const std::string& name) {
  std::vector<ExprPtr> args = TRY(bind_arguments(e, clause_));
  if (e.star && !has_scalar_function(name)) return fail(state_.at(no_such_function(name, args), e.position));
  TRY(refuse_decorations(e, name, "an aggregate function"));
  return call_function(state_, name, std::move(args), e.position);
}

Result<ExprPtr> ExprBinder::special_call(const ast::FunctionCall& e, const std::string& name) {
  if (name == "coalesce" && !e.arguments.empty()) {
    auto out = std::make_shared<Expr>();
    out->kind = ExprKind::kCoalesce;
    out->args = TRY(bind_arguments(e, clause_));
    std::vector<uint32_t> bytes;
    for (const ast::FunctionArgument& argument : e.arguments) bytes.push_back(place_of(*argument.value));
    out->type = TRY(coerce_to_common(state_, out->args, "COALESCE", bytes));
    out->position = state_.position(e.position);
    return out;
  }
  if (name == "nullif" && e.arguments.size() == 2) {
    std::vector<ExprPtr> args = TRY(bind_arguments(e, clause_));
    ExprPtr equal = TRY(binary_operator("=", args[0], args[1], e.position));
    // An unknown value is of the type that it is compared as.
    const ExprPtr left = args[0]->type.is(TypeId::kUnknown) ? equal->args[0] : args[0];
    auto out = std::make_shared<Expr>();
    out->kind = ExprKind::kCase;
    out->type = left->type;
    out->args = {std::move(equal), make_literal(Value::null(left->type)), left};
    out->position = state_.position(e.position);
    return out;
  }
  if ((name == "greatest" || name == "least") && !e.arguments.empty()) {
    std::vector<ExprPtr> args = TRY(bind_arguments(e, clause_));
    std::vector<uint32_t> bytes;
    for (const ast::FunctionArgument& argument : e.arguments) bytes.push_back(place_of(*argument.value));
    TRY(coerce_to_common(state_, args, name == "greatest" ? "GREATEST" : "LEAST", bytes));
    return call_function(state_, name, std::move(args), e.position);
  }
  if (name == "grouping") {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "GROUPING is not supported");
  }
  if (e.syntax != ast::CallSyntax::kKeyword || has_scalar_function(name)) return nullptr;
  for (const Keyword& keyword : kKeywords) {
    if (keyword.name != name) continue;
    ExprPtr value = TRY(call_function(state_, keyword.function, {}, e.position));
    if (keyword.cast == TypeId::kUnknown) return value;
    return cast_explicitly(state_, value, keyword.cast, e.position);
  }
  return nullptr;
}

// ---- aggregates ------------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::aggregate_call(const ast::FunctionCall& e, const std::string& name) {
  if (!clause_.aggregates) return fail(state_.at(no_aggregates_in(clause_.name), e.position));
  if (!e.within_group.empty()) {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "WITHIN GROUP is not supported for function {}", name);
  }
  std::vector<ExprPtr> args = TRY(bind_arguments(e, {.name = kInAggregate}));
  if (is_of_outer_query(args)) {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported,
                          "an aggregate over columns of an outer query only is not supported");
  }
  if (args.empty() && !e.star && name == "count") {
    return state_.fail_at(e.position, SqlState::kWrongObjectType,
                          "count(*) must be used to call a parameterless aggregate function");
  }
  if (e.star && e.distinct) {
    return state_.fail_at(e.position, SqlState::kSyntaxError, "DISTINCT specified, but no arguments given");
  }
  ResolvedAggregate resolved = TRY(resolve_aggregate(state_, name, std::move(args), e.position));
  ExprBinder inner(queries_, scope_, ctes_, {.name = kInAggregate});
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::kAggregate;
  out->name = name;
  out->aggregate = resolved.function;
  out->type = resolved.type;
  out->args = std::move(resolved.args);
  out->distinct = e.distinct;
  out->position = state_.position(e.position);
  out->order_by = TRY(inner.bind_order(e.order_by));
  if (e.filter != nullptr) {
    ExprBinder filter(queries_, scope_, ctes_, {.name = "FILTER"});
    out->filter = TRY(filter.bind_condition(*e.filter));
  }
  if (!e.distinct) return out;
  for (const SortItem& item : out->order_by) {
    const bool found = std::any_of(out->args.begin(), out->args.end(),
                                   [&](const ExprPtr& arg) { return expr_equal(*arg, *item.expr); });
    if (!found) {
      return state_.fail_at(e.order_by[0].expr->position, SqlState::kInvalidColumnReference,
                            "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list");
    }
  }
  return out;
}

// ---- windows ---------------------------------------------------------------------------------

Result<ExprPtr> ExprBinder::window_call(const ast::FunctionCall& e, const std::string& name) {
  if (!clause_.windows) return fail(state_.at(no_windows_in(clause_.name), e.position));
  if (e.distinct) {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "DISTINCT is not implemented for window functions");
  }
  if (!e.order_by.empty()) {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported,
                          "aggregate ORDER BY is not implemented for window functions");
  }
  if (e.ignore_nulls) {
    return state_.fail_at(e.position, SqlState::kFeatureNotSupported, "IGNORE NULLS is not supported");
  }
  const Clause clause{.name = kInWindow, .aggregates = clause_.aggregates};
  std::vector<ExprPtr> args = TRY(bind_arguments(e, clause));
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::kWindow;
  out->name = name;
  out->position = state_.position(e.position);
  if (is_window_function(name)) {
    TRY(refuse_decorations(e, name, "an aggregate function"));
    std::vector<Candidate> candidates;
    for (const WindowFunction& f : window_functions()) {
      if (f.name == name) candidates.push_back({.args = &f.args, .variadic = false, .result = f.result, .result_type = f.result_type});
    }
    std::vector<Type> types;
    for (const ExprPtr& arg : args) types.push_back(arg->type);
    const auto match = resolve_overload(candidates, types, false);
    if (match.kind != OverloadMatch::kFound) return fail(state_.at(no_such_function(name, args), e.position));
    for (size_t i = 0; i < args.size(); ++i) {
      args[i] = TRY(try_coerce(state_, args[i], match.arg_types[i], CastContext::kImplicit, e.position));
    }
    out->window_function = name;
    out->args = std::move(args);
    out->type = match.result;
  } else if (has_aggregate(name)) {
    ResolvedAggregate resolved = TRY(resolve_aggregate(state_, name, std::move(args), e.position));
    out->aggregate = resolved.function;
    out->args = std::move(resolved.args);
    out->type = resolved.type;
    if (e.filter != nullptr) {
      ExprBinder filter(queries_, scope_, ctes_, {.name = "FILTER", .aggregates = clause_.aggregates});
      out->filter = TRY(filter.bind_condition(*e.filter));
    }
  } else if (has_scalar_function(name)) {
    return state_.fail_at(e.position, SqlState::kWrongObjectType,
                          "OVER specified, but {} is not a window function nor an aggregate function", name);
  } else {
    return fail(state_.at(no_such_function(name, args), e.position));
  }
  TRY(add_window(*e.over, *out));
  return out;
}

Result<void> ExprBinder::add_window(const ast::WindowSpec& spec, Expr& call) {
  if (spec.base_name) {
    const NamedWindowSpec* base = nullptr;
    if (windows_ != nullptr) {
      for (const NamedWindowSpec& w : *windows_) {
        if (w.name == spec.base_name->text) base = &w;
      }
    }
    if (base == nullptr) {
      return state_.fail_at(spec.base_name->position, SqlState::kUndefinedObject, "window \"{}\" does not exist",
                            spec.base_name->text);
    }
    if (!spec.partition_by.empty()) {
      return state_.fail_at(spec.position, SqlState::kWindowingError, "cannot override PARTITION BY clause of window \"{}\"",
                            base->name);
    }
    TRY(add_window(*base->spec, call));
    if (!spec.order_by.empty() && !call.order_by.empty()) {
      return state_.fail_at(spec.position, SqlState::kWindowingError, "cannot override ORDER BY clause of window \"{}\"",
                            base->name);
    }
    if (base->spec->frame && !spec.reference) {
      return state_.fail_at(spec.position, SqlState::kWindowingError,
                            "cannot copy window \"{}\" because it has a frame clause", base->name);
    }
  }
  ExprBinder inner(queries_, scope_, ctes_, {.name = kInWindow, .aggregates = clause_.aggregates});
  for (const ast::ExprPtr& part : spec.partition_by) call.partition_by.push_back(TRY(inner.bind_settled(*part)));
  if (!spec.order_by.empty()) call.order_by = TRY(inner.bind_order(spec.order_by));
  if (spec.frame) call.frame = TRY(bind_frame(*spec.frame, call.order_by));
  return {};
}

Result<WindowFrame> ExprBinder::bind_frame(const ast::WindowFrame& frame, const std::vector<SortItem>& order) {
  const auto refuse = [&](SqlState code, std::string_view message) {
    return fail(state_.at(make_error(code, "{}", message), frame.position));
  };
  if (frame.units == ast::FrameUnits::kSession) return refuse(SqlState::kFeatureNotSupported, "SESSION frames are not supported");
  if (frame.exclusion != ast::FrameExclusion::kNoOthers) {
    return refuse(SqlState::kFeatureNotSupported, "frame exclusion is not supported");
  }
  if (frame.start.kind == ast::FrameBoundKind::kUnboundedFollowing) {
    return refuse(SqlState::kWindowingError, "frame start cannot be UNBOUNDED FOLLOWING");
  }
  if (frame.end.kind == ast::FrameBoundKind::kUnboundedPreceding) {
    return refuse(SqlState::kWindowingError, "frame end cannot be UNBOUNDED PRECEDING");
  }
  if (frame.start.kind > frame.end.kind) {
    return refuse(SqlState::kWindowingError, frame.start.kind == ast::FrameBoundKind::kCurrentRow
                                                 ? "frame starting from current row cannot have preceding rows"
                                                 : "frame starting from following row cannot have preceding rows");
  }
  WindowFrame out;
  out.unit = frame.units == ast::FrameUnits::kRows    ? WindowFrame::kRows
             : frame.units == ast::FrameUnits::kRange ? WindowFrame::kRange
                                                      : WindowFrame::kGroups;
  if (out.unit == WindowFrame::kGroups && order.empty()) {
    return refuse(SqlState::kWindowingError, "GROUPS mode requires an ORDER BY clause");
  }
  const auto bound = [&](const ast::FrameBound& from, FrameBound& to) -> Result<void> {
    to.kind = static_cast<FrameBound::Kind>(from.kind);
    if (from.offset == nullptr) return {};
    ExprBinder constant(queries_, nullptr, ctes_, {.name = "window frame"});
    ExprPtr offset = TRY(constant.bind(*from.offset));
    Type type = TypeId::kInt64;
    if (out.unit == WindowFrame::kRange) {
      if (order.size() != 1) {
        return refuse(SqlState::kWindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
      }
      type = category_of(order[0].expr->type) == TypeCategory::kDateTime ? Type(TypeId::kInterval) : order[0].expr->type;
    }
    to.offset = TRY(try_coerce(state_, offset, type, CastContext::kAssignment, from.offset->position));
    if (to.offset != nullptr) to.offset = TRY(fold_constant(state_, to.offset, from.offset->position));
    if (to.offset == nullptr) {
      return state_.fail_at(from.offset->position, SqlState::kDatatypeMismatch,
                            "argument of {} must be type {}, not type {}",
                            out.unit == WindowFrame::kRange ? "RANGE" : "ROWS", type.name(), offset->type.name());
    }
    if (to.offset->kind != ExprKind::kLiteral || to.offset->literal.is_null()) {
      return state_.fail_at(from.offset->position, SqlState::kFeatureNotSupported,
                            "a frame's offset must be a constant that is not null");
    }
    const Value& value = to.offset->literal;
    const bool negative = (type.is_integer() && value.as_int64() < 0) ||
                          (type.is(TypeId::kInterval) && value.as_interval().linear() < 0) ||
                          (type.is(TypeId::kNumeric) && value.as_decimal().is_negative()) ||
                          ((type.is(TypeId::kFloat64) || type.is(TypeId::kFloat32)) && value.as_double() < 0);
    if (negative) {
      return state_.fail_at(from.offset->position, SqlState::kInvalidParameterValue, "frame offset must not be negative");
    }
    return {};
  };
  TRY(bound(frame.start, out.start));
  TRY(bound(frame.end, out.end));
  return out;
}

// ---- set-returning functions -----------------------------------------------------------------

Result<ExprPtr> ExprBinder::set_call(const ast::FunctionCall& e, const std::string& name) {
  if (!clause_.sets) return fail(state_.at(no_sets_in(clause_.name), e.position));
  std::vector<ExprPtr> args = TRY(bind_arguments(e, clause_));
  TRY(refuse_decorations(e, name, "an aggregate function"));
  for (const ExprPtr& arg : args) {
    for (const int column : columns_of(*arg)) {
      if (column >= kSetColumn) {
        return state_.fail_at(e.position, SqlState::kFeatureNotSupported,
                              "set-returning functions within another's arguments are not supported");
      }
    }
  }
  set_calls_.push_back(TRY(resolve_table_function(state_, name, std::move(args), e.position)));
  const int column = kSetColumn + static_cast<int>(set_calls_.size()) - 1;
  return make_column(column, set_calls_.back().type);
}

}  // namespace leat
