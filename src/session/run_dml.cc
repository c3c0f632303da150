// INSERT, UPDATE, DELETE, TRUNCATE: a query makes the rows, the engine writes them in one step.

#include <numeric>
#include <unordered_set>

#include "expr/evaluator.h"
#include "parser/parser.h"
#include "planner/planner.h"
#include "session/sql_session.h"
#include "types/packed_row.h"

namespace leat {
namespace {

Batch all_rows(std::vector<Batch> batches, const std::vector<Type>& types) {
  return batches.size() == 1 ? batches[0].compacted() : concat(batches, types);
}

Result<PhysicalPlan> plan_rows(const LogicalPtr& query, const CatalogPtr& catalog, const Binder& binder,
                               std::span<const Value> parameters) {
  auto types = TRY(binder.parameter_types());
  TRY(check_parameters(types, parameters));
  return plan_query({.plan = query, .columns = query->schema},
                    {.mode = PlanMode::kQuery, .catalog = catalog.get(), .parameter_types = std::move(types)});
}

Result<void> check_writable(const Relation& relation, bool insert) {
  if (relation.kind != RelationKind::kTable) {
    return fail(make_error(SqlState::kWrongObjectType, "cannot change {} \"{}\"", relation_kind_text(relation.kind),
                           relation.name)
                    .with_detail("Rows can be written to tables only."));
  }
  if (!insert && relation.append_only) {
    return fail(SqlState::kFeatureNotSupported, "table \"{}\" is append-only: its rows cannot be updated or deleted",
                relation.name);
  }
  return {};
}

// The rows, to go.
Batch removed(Batch rows) {
  rows.weights = std::make_shared<const std::vector<int32_t>>(rows.size(), -1);
  return rows;
}

// Rows that come several times (an UPDATE that matches several FROM rows) count once: by the key.
std::vector<uint32_t> first_of_each_key(const Relation& relation, const Batch& rows) {
  std::vector<Type> types;
  for (const int c : relation.key) types.push_back(relation.columns[c].type);
  RowPacker packer(types, relation.key, PackMode::kKey);
  packer.pack(rows);
  std::unordered_set<std::string_view> seen;
  std::vector<uint32_t> first;
  for (uint32_t i = 0; i < packer.size(); ++i) {
    if (seen.insert(packer.packed(i)).second) first.push_back(i);
  }
  return first;
}

}  // namespace

Result<void> SqlSession::check_not_null(const Relation& relation, const Batch& rows, std::span<const int> places) {
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    const bool in_key = relation.declared_primary_key && std::ranges::find(relation.key, static_cast<int>(i)) != relation.key.end();
    if (places[i] < 0 || (!relation.columns[i].not_null && !in_key)) continue;
    const Vector& column = *rows.columns[places[i]];
    if (!column.may_have_nulls()) continue;
    bool null = false;
    rows.selection.for_each([&](size_t row) { null |= column.is_null(row); });
    if (null) {
      return fail(SqlState::kNotNullViolation, "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                  relation.columns[i].name, relation.name);
    }
  }
  return {};
}

Result<Batch> SqlSession::evaluate(const std::vector<ExprPtr>& exprs, const Batch& rows,
                                   std::span<const Value> parameters) {
  struct First final : ErrorSink {
    std::optional<Error> error;
    void row_error(Error e) override {
      if (!error) error = std::move(e);
    }
  } errors;
  EvalContext eval = eval_context(parameters);
  eval.errors = &errors;
  Evaluator evaluator(exprs);
  Batch result;
  result.columns = evaluator.evaluate_all(rows, eval);
  result.selection = rows.selection;
  if (errors.error) return fail(*errors.error);
  return result;
}

// The answer of a statement that has changed `rows`, over which RETURNING is bound.
Result<SqlSession::Outcome> SqlSession::written(std::string tag, const std::vector<ExprPtr>& exprs,
                                                const Schema& columns, const Batch& rows,
                                                std::span<const Value> parameters) {
  Outcome outcome{.tag = std::move(tag)};
  if (exprs.empty()) return outcome;
  outcome.batches.push_back(TRY(evaluate(exprs, rows, parameters)));
  outcome.columns.emplace();
  for (const Field& field : columns) outcome.columns->push_back({.name = field.name, .type = field.type});
  return outcome;
}

Result<Batch> SqlSession::full_rows(const Relation& relation, std::span<const int> columns, const Batch& rows) {
  Batch full;
  full.selection = rows.selection;
  full.columns.resize(relation.columns.size());
  std::vector<int> places(relation.columns.size(), -1);
  for (size_t i = 0; i < columns.size(); ++i) {
    full.columns[columns[i]] = rows.columns[i];
    places[columns[i]] = columns[i];
  }
  for (size_t i = 0; i < full.columns.size(); ++i) {
    if (full.columns[i] == nullptr) full.columns[i] = Vector::constant(Value::null(relation.columns[i].type));
  }
  TRY(check_not_null(relation, full, places));
  return full;
}

Result<SqlSession::Outcome> SqlSession::run_insert(const ast::Insert& insert, const Prepared& prepared,
                                                   std::span<const Value> parameters) {
  TRY(check_may_write("INSERT"));
  Binder binder = binder_for(prepared);
  const BoundInsert bound = TRY(binder.bind_insert(insert));
  const Relation& relation = *bound.relation;
  TRY(check_writable(relation, true));
  const PhysicalPlan plan = TRY(plan_rows(bound.query, catalog(), binder, parameters));
  // What looks for rows that are there must find them there still when it writes.
  const bool locks = bound.conflict && !transaction_;
  Outcome outcome = TRY([&] {
    if (!locks) return insert_rows(bound, plan, parameters);
    MutexLock lock(engine_.write_lock());
    return insert_rows(bound, plan, parameters);
  }());
  TRY(wait_durable());
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::insert_rows(const BoundInsert& bound, const PhysicalPlan& plan,
                                                    std::span<const Value> parameters) {
  const Batch given = all_rows(TRY(run_to_end(plan, parameters)), types_of(bound.query->schema));
  Batch rows = TRY(full_rows(*bound.relation, bound.columns, given));
  Batch changes = rows;
  if (bound.conflict && bound.relation->declared_primary_key) {
    Upsert upserted = TRY(upsert(bound, rows, parameters));
    rows = std::move(upserted.rows);
    changes = std::move(upserted.changes);
  }
  Outcome outcome = TRY(written(fmt::format("INSERT 0 {}", rows.size()), bound.returning, bound.returning_columns, rows,
                                parameters));
  TRY(write(bound.relation, std::move(changes)));
  return outcome;
}

Result<SqlSession::Upsert> SqlSession::upsert(const BoundInsert& bound, const Batch& given,
                                              std::span<const Value> parameters) {
  const Relation& relation = *bound.relation;
  const std::vector<Type> types = types_of(relation.schema_of());
  const Batch rows = concat(std::span(&given, 1), types);
  const auto pending = transaction_ ? transaction_->pending() : nullptr;
  const auto stored = TRY(rows_with_keys_of(relation, rows, read_snapshot(), pending.get()));
  const std::vector<uint32_t> first = first_of_each_key(relation, rows);
  const bool updates = !bound.conflict->values.empty();
  if (updates && first.size() < rows.size()) {
    return fail(make_error(SqlState::kCardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
                    .with_hint("Ensure that no rows proposed for insertion within the same command have duplicate "
                               "constrained values."));
  }
  std::vector<uint32_t> fresh, taken;
  RowUnpacker there(types);
  for (const uint32_t row : first) {
    if (!stored[row]) {
      fresh.push_back(row);
    } else if (updates) {
      taken.push_back(row);
      there.append(*stored[row]);
    }
  }
  Batch both;  // the rows that are there ++ those that were to come
  both.selection = Selection(taken.size());
  both.columns = there.finish();
  for (const ColumnPtr& column : rows.columns) both.columns.push_back(gather(*column, taken));
  if (bound.conflict->where && !both.empty()) {
    const Batch wanted = TRY(evaluate({bound.conflict->where}, both, parameters));
    std::vector<uint32_t> kept;
    for (uint32_t i = 0; i < taken.size(); ++i) {
      if (!wanted.columns[0]->is_null(i) && wanted.columns[0]->at<bool>(i)) kept.push_back(i);
    }
    both = both.with_rows(std::move(kept)).compacted();
  }
  Batch updated = both.empty() ? Batch{.columns = {}, .weights = nullptr, .selection = Selection(0)}
                               : TRY(evaluate(bound.conflict->values, both, parameters));
  const Batch inserted = rows.with_rows(fresh);
  std::vector<Batch> parts;
  if (!updated.empty()) {
    std::vector<int> places(types.size());
    std::iota(places.begin(), places.end(), 0);
    TRY(check_not_null(relation, updated, places));
    Batch old = both;
    old.columns.resize(types.size());
    parts.push_back(removed(std::move(old)));
  }
  // Out, though nothing is there: so COMMIT looks whether the key is still free.
  if (transaction_) parts.push_back(removed(inserted.compacted()));
  const size_t removals = parts.size();
  if (!updated.empty()) parts.push_back(updated);
  parts.push_back(inserted);
  return Upsert{.changes = concat(parts, types), .rows = concat(std::span(parts).subspan(removals), types)};
}

// Outside of a transaction the rows that are read must still be there when they are written; inside, COMMIT
// looks whether they are.
Result<SqlSession::Outcome> SqlSession::run_update(const ast::Update& update, const Prepared& prepared,
                                                   std::span<const Value> parameters) {
  TRY(check_may_write("UPDATE"));
  if (transaction_) return update_rows(update, prepared, parameters);
  Outcome outcome = TRY([&] {
    MutexLock lock(engine_.write_lock());
    return update_rows(update, prepared, parameters);
  }());
  TRY(wait_durable());
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::run_delete(const ast::Delete& del, const Prepared& prepared,
                                                   std::span<const Value> parameters) {
  TRY(check_may_write("DELETE"));
  if (transaction_) return delete_rows(del, prepared, parameters);
  Outcome outcome = TRY([&] {
    MutexLock lock(engine_.write_lock());
    return delete_rows(del, prepared, parameters);
  }());
  TRY(wait_durable());
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::update_rows(const ast::Update& update, const Prepared& prepared,
                                                    std::span<const Value> parameters) {
  Binder binder = binder_for(prepared);
  const BoundUpdate bound = TRY(binder.bind_update(update));
  const Relation& relation = *bound.relation;
  TRY(check_writable(relation, false));
  const PhysicalPlan plan = TRY(plan_rows(bound.query, catalog(), binder, parameters));
  Batch rows = all_rows(TRY(run_to_end(plan, parameters)), types_of(bound.query->schema));
  rows = rows.with_rows(first_of_each_key(relation, rows)).compacted();
  const auto width = static_cast<int>(relation.columns.size());
  std::vector<int> places;
  for (int i = 0; i < width; ++i) places.push_back(width + i);
  TRY(check_not_null(relation, rows, places));

  // Old rows out, new rows in.
  std::vector<Batch> parts(2);
  for (int c = 0; c < width; ++c) {
    parts[0].columns.push_back(rows.columns[c]);
    parts[1].columns.push_back(rows.columns[width + c]);
  }
  parts[0].selection = parts[1].selection = rows.selection;
  parts[0] = removed(std::move(parts[0]));
  Outcome outcome = TRY(written(fmt::format("UPDATE {}", rows.size()), bound.returning, bound.returning_columns, rows,
                                parameters));
  TRY(write(bound.relation, concat(parts, types_of(relation.schema_of()))));
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::delete_rows(const ast::Delete& del, const Prepared& prepared,
                                                    std::span<const Value> parameters) {
  Binder binder = binder_for(prepared);
  const BoundDelete bound = TRY(binder.bind_delete(del));
  const Relation& relation = *bound.relation;
  TRY(check_writable(relation, false));
  const PhysicalPlan plan = TRY(plan_rows(bound.query, catalog(), binder, parameters));
  Batch rows = all_rows(TRY(run_to_end(plan, parameters)), types_of(bound.query->schema));
  rows = rows.with_rows(first_of_each_key(relation, rows)).compacted();
  Batch changes;
  changes.columns.assign(rows.columns.begin(), rows.columns.begin() + static_cast<long>(relation.columns.size()));
  changes.selection = rows.selection;
  changes = removed(std::move(changes));
  Outcome outcome = TRY(written(fmt::format("DELETE {}", rows.size()), bound.returning, bound.returning_columns, rows,
                                parameters));
  TRY(write(bound.relation, std::move(changes)));
  return outcome;
}

Result<SqlSession::Outcome> SqlSession::run_truncate(const ast::Truncate& truncate) {
  for (const auto& name : truncate.names) {
    auto prepared = TRY(prepare("", "", 0, nullptr, {}));
    std::string table;
    for (const auto& part : name.parts) table += (table.empty() ? "\"" : ".\"") + part.text + "\"";
    const std::string sql = "DELETE FROM " + table;
    auto parsed = TRY(parser::parse_statements(sql));
    prepared->sql = sql;
    TRY(run_delete(static_cast<const ast::Delete&>(*parsed[0].statement), *prepared, {}));
  }
  return Outcome{.tag = "TRUNCATE TABLE"};
}

}  // namespace leat
