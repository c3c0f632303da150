#include "binder/call_builder.h"

#include "base/edit_distance.h"
#include "function/functions.h"

namespace leat {
namespace {

std::vector<Type> types_of(std::span<const ExprPtr> args) {
  std::vector<Type> types;
  for (const ExprPtr& arg : args) types.push_back(arg->type);
  return types;
}

// Casts the arguments to what the overload takes.
Result<void> cast_arguments(StatementState& state, std::vector<ExprPtr>& args, const std::vector<Type>& types,
                            uint32_t byte) {
  for (size_t i = 0; i < args.size(); ++i) {
    ExprPtr cast = TRY(try_coerce(state, args[i], types[i], CastContext::kImplicit, byte));
    CHECK(cast != nullptr, "overload took {} for {}", args[i]->type.name(), types[i].name());
    args[i] = std::move(cast);
  }
  return {};
}

template <class Row>
Candidate candidate_of(const Row& row) {
  Candidate c{.args = &row.args, .variadic = false, .result = row.result, .result_type = row.result_type};
  if constexpr (requires { row.variadic; }) c.variadic = row.variadic;
  return c;
}

template <class Row>
std::vector<Candidate> candidates_of(std::span<const Row* const> rows) {
  std::vector<Candidate> out;
  for (const Row* row : rows) out.push_back(candidate_of(*row));
  return out;
}

std::vector<const AggregateFunction*> aggregates_named(std::string_view name) {
  std::vector<const AggregateFunction*> out;
  for (const AggregateFunction& f : aggregate_functions()) {
    if (f.name == name) out.push_back(&f);
  }
  return out;
}

std::string operator_text(std::string_view op, std::span<const ExprPtr> args) {
  if (args.size() == 1) return fmt::format("{} {}", op, args[0]->type.name());
  return fmt::format("{} {} {}", args[0]->type.name(), op, args[1]->type.name());
}

Error no_such_operator(std::string_view op, std::span<const ExprPtr> args) {
  Error error = make_error(SqlState::kUndefinedFunction, "operator does not exist: {}", operator_text(op, args));
  error.hint = args.size() == 1 ? "No operator matches the given name and argument type. You might need to add an "
                                  "explicit type cast."
                                : "No operator matches the given name and argument types. You might need to add "
                                  "explicit type casts.";
  return error;
}

Error ambiguous_operator(std::string_view op, std::span<const ExprPtr> args) {
  return make_error(SqlState::kAmbiguousFunction, "operator is not unique: {}", operator_text(op, args))
      .with_hint("Could not choose a best candidate operator. You might need to add explicit type casts.");
}

bool is_catalog_name(const TypeSpec& spec) {
  if (spec.kind != TypeSpec::kExact) return false;
  return spec.id == TypeId::kRegclass || spec.id == TypeId::kRegtype || spec.id == TypeId::kRegproc ||
         spec.id == TypeId::kRegnamespace;
}

// What a pair of parentheses after a name may mean when no function fits: int8('5') is a cast.
Result<ExprPtr> cast_by_name(StatementState& state, std::string_view name, const ExprPtr& arg, uint32_t byte) {
  const auto type = type_by_name(name);
  if (!type || !can_coerce(arg->type, *type, CastContext::kExplicit)) return nullptr;
  return try_coerce(state, arg, *type, CastContext::kExplicit, byte);
}

}  // namespace

std::string signature_text(std::string_view name, std::span<const ExprPtr> args) {
  std::string out(name);
  out += '(';
  for (const ExprPtr& arg : args) {
    if (&arg != args.data()) out += ", ";
    out += arg->type.name();
  }
  return out + ")";
}

Error no_such_function(std::string_view name, std::span<const ExprPtr> args) {
  Error error = make_error(SqlState::kUndefinedFunction, "function {} does not exist", signature_text(name, args));
  const bool known = has_scalar_function(name) || has_aggregate(name) || has_table_function(name);
  const std::string_view near = known ? std::string_view{} : nearest_function(name);
  error.hint = near.empty() ? "No function matches the given name and argument types. You might need to add explicit "
                              "type casts."
                            : fmt::format("Perhaps you meant \"{}\".", near);
  return error;
}

Error ambiguous_function(std::string_view name, std::span<const ExprPtr> args) {
  return make_error(SqlState::kAmbiguousFunction, "function {} is not unique", signature_text(name, args))
      .with_hint("Could not choose a best candidate function. You might need to add explicit type casts.");
}

bool has_scalar_function(std::string_view name) { return !functions_named(name).empty(); }
bool has_aggregate(std::string_view name) { return !aggregates_named(name).empty(); }
bool has_table_function(std::string_view name) { return !table_functions_named(name).empty(); }

std::string_view nearest_function(std::string_view name) {
  NearestName nearest(name);
  for (const std::string_view other : function_names()) nearest.look_at(other);
  for (const AggregateFunction& f : aggregate_functions()) nearest.look_at(f.name);
  for (const TableFunction& f : table_functions()) nearest.look_at(f.name);
  // Short names are near to everything.
  return nearest.distance() <= 2 ? nearest.best() : std::string_view{};
}

Result<ExprPtr> call_function(StatementState& state, std::string_view name, std::vector<ExprPtr> args, uint32_t byte) {
  const auto rows = functions_named(name);
  const auto match = resolve_overload(candidates_of(rows), types_of(args), false);
  if (match.kind == OverloadMatch::kNone) {
    if (args.size() == 1) {
      ExprPtr cast = TRY(cast_by_name(state, name, args[0], byte));
      if (cast != nullptr) return cast;
    }
    return fail(state.at(no_such_function(name, args), byte));
  }
  if (match.kind == OverloadMatch::kAmbiguous) return fail(state.at(ambiguous_function(name, args), byte));
  TRY(cast_arguments(state, args, match.arg_types, byte));
  return make_call(rows[match.candidate], match.result, std::move(args), state.position(byte));
}

Result<ExprPtr> call_operator(StatementState& state, std::string_view op, std::vector<ExprPtr> args, uint32_t byte) {
  std::vector<const ScalarFunction*> rows;
  for (const ScalarFunction* row : functions_named(op)) {
    // Strings become regclass by themselves, but not for a comparison: PostgreSQL compares as oid.
    if (!is_catalog_name(row->args.args[0])) rows.push_back(row);
  }
  std::vector<Type> types = types_of(args);
  // real with any other number is double precision.
  if (types.size() == 2 && types[0].is_number() && types[1].is_number() &&
      types[0].is(TypeId::kFloat32) != types[1].is(TypeId::kFloat32)) {
    types[types[0].is(TypeId::kFloat32) ? 0 : 1] = TypeId::kFloat64;
  }
  const auto match = resolve_overload(candidates_of(std::span<const ScalarFunction* const>(rows)), types, true);
  if (match.kind == OverloadMatch::kNone) return fail(state.at(no_such_operator(op, args), byte));
  if (match.kind == OverloadMatch::kAmbiguous) return fail(state.at(ambiguous_operator(op, args), byte));
  TRY(cast_arguments(state, args, match.arg_types, byte));
  return make_call(rows[match.candidate], match.result, std::move(args), state.position(byte));
}

Result<ResolvedAggregate> resolve_aggregate(StatementState& state, std::string_view name, std::vector<ExprPtr> args,
                                            uint32_t byte) {
  const auto rows = aggregates_named(name);
  const int json = rows[0]->json_argument;
  if (json >= 0 && static_cast<size_t>(json) < args.size() && !args[json]->type.is(TypeId::kJsonb)) {
    const ExprPtr value = TRY(settle_unknown(state, args[json]));
    args[json] = TRY(call_function(state, "to_jsonb", {value}, byte));
  }
  const auto match = resolve_overload(candidates_of(std::span(rows)), types_of(args), false);
  if (match.kind == OverloadMatch::kNone) return fail(state.at(no_such_function(name, args), byte));
  if (match.kind == OverloadMatch::kAmbiguous) return fail(state.at(ambiguous_function(name, args), byte));
  TRY(cast_arguments(state, args, match.arg_types, byte));
  return ResolvedAggregate{rows[match.candidate], std::move(args), match.result};
}

Result<TableFunctionCall> resolve_table_function(StatementState& state, std::string_view name,
                                                 std::vector<ExprPtr> args, uint32_t byte) {
  const auto rows = table_functions_named(name);
  const auto match = resolve_overload(candidates_of(std::span(rows)), types_of(args), false);
  if (match.kind == OverloadMatch::kNone) return fail(state.at(no_such_function(name, args), byte));
  if (match.kind == OverloadMatch::kAmbiguous) return fail(state.at(ambiguous_function(name, args), byte));
  TRY(cast_arguments(state, args, match.arg_types, byte));
  return TableFunctionCall{.function = rows[match.candidate], .name = std::string(name), .args = std::move(args),
                           .type = match.result};
}

}  // namespace leat
