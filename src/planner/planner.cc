#include "planner/planner.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "planner/logical_nodes.h"
#include "planner/lower/lowering.h"
#include "planner/lower/share.h"
#include "planner/lower/streams.h"
#include "planner/rule/rules.h"

namespace leat {

using namespace planner;  // NOLINT: the room's own names

namespace {

// Rules and lowering recurse over plans and expressions: deeper ones are refused.
constexpr int kPlanDepthMax = 2000;

constexpr RuleRow kRules[] = {
    {"expand_grouping_sets", expand_grouping_sets, "GROUPING SETS to a union of aggregates"},
    {"unnest_subqueries", unnest_subqueries, "sub-queries and lateral joins to joins"},
    {"fold_constants", fold_constants, "calls of literals to literals"},
    {"push_down_filters", push_down_filters, "conditions to where their columns come from"},
    {"now_filters", now_filters, "jobs: comparisons with now() to joins with the clock"},
    {"window_top_n", window_top_n, "bounds on row numbers to top-N"},
    {"merge_projects", merge_projects, "projections of projections to one"},
    {"prune_columns", prune_columns, "unused columns go"},
    {"merge_projects", merge_projects, "again: pruning leaves some that can merge"},
};

bool is_too_deep(const Expr& expr, int depth) {
  if (depth > kPlanDepthMax) return true;
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [&](const ExprPtr& arg) { return is_too_deep(*arg, depth + 1); });
}

bool is_too_deep(const LogicalNode& node, int depth) {
  if (depth > kPlanDepthMax) return true;
  bool deep = false;
  for_each_expression(node, [&](const ExprPtr& expr) { deep = deep || is_too_deep(*expr, 0); });
  if (deep) return true;
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [&](const LogicalPtr& input) { return is_too_deep(*input, depth + 1); });
}

// Numbers nodes in pre-order; a shared node where it comes first.
class Numbering {
 public:
  PhysicalPtr number(const PhysicalPtr& node) {
    if (const auto done = numbered_.find(node.get()); done != numbered_.end()) return done->second;
    auto copy = std::make_shared<PhysicalNode>(*node);
    copy->id = next_++;
    for (PhysicalPtr& input : copy->inputs) input = number(input);
    numbered_.emplace(node.get(), copy);
    return copy;
  }

 private:
  int next_ = 1;
  std::map<const PhysicalNode*, PhysicalPtr> numbered_;
};

PhysicalPlan make_plan(const PhysicalPtr& root, Schema columns, const PlanContext& context) {
  PhysicalPlan plan;
  plan.root = Numbering().number(context.mode == PlanMode::kJob ? share_equal_nodes(root) : root);
  plan.columns = std::move(columns);
  plan.parameter_types = context.parameter_types;
  return plan;
}

PlanContext as_job(const PlanContext& context) {
  PlanContext job = context;
  job.mode = PlanMode::kJob;
  return job;
}

const Expr* volatile_call(const Expr& expr) {
  const Expr* found = nullptr;
  for_each_expr(expr, [&](const Expr& e) {
    if (e.function != nullptr && e.function->volatility == Volatility::kVolatile) found = &e;
  });
  return found;
}

// The first call of random() and the like that would be made again for a row when the row is taken back:
// another value would come out then, and the one that was shown could never be taken back.
const Expr* unrepeatable_call(const PhysicalNode& node) {
  const bool takes_back =
      std::any_of(node.inputs.begin(), node.inputs.end(), [](const auto& i) { return !i->append_only; });
  const Expr* found = nullptr;
  const auto look = [&](const ExprPtr& expr) {
    if (expr != nullptr && found == nullptr) found = volatile_call(*expr);
  };
  if (takes_back) {
    for (const ExprPtr& expr : node.exprs) look(expr);
    for (const TableFunctionCall& call : node.set_functions) {
      for (const ExprPtr& arg : call.args) look(arg);
    }
    look(node.condition);
  }
  for (size_t i = 0; i < node.inputs.size() && found == nullptr; ++i) found = unrepeatable_call(*node.inputs[i]);
  return found;
}

Result<void> check_repeatable(const PhysicalNode& root) {
  const Expr* call = unrepeatable_call(root);
  if (call == nullptr) return {};
  Error error{.code = SqlState::kFeatureNotSupported,
              .message = fmt::format("{}() is not supported here in a query that keeps running", call->function->name),
              .detail = "Its input takes rows back, and a second call would not give what the first one gave.",
              .hint = "Call it over an append-only input, or in the query that reads the view."};
  if (call->position > 0) error.position = call->position;
  return fail(std::move(error));
}

Result<Lowered> lower_query(const LogicalPtr& plan, bool emit_on_window_close,
                            const PlanContext& context) {
  const LogicalPtr rewritten = TRY(rewrite_query(plan, context));
  Lowering lowering(context, emit_on_window_close);
  Lowered lowered = TRY(lowering.lower(rewritten));
  if (lowering.is_job()) {
    // Groups keep their written order, unless another one lets aggregates be shared.
    lowered.node = share_equal_nodes(lowered.node);
    Lowering sorting(context, emit_on_window_close, true);
    Lowered sorted = TRY(sorting.lower(rewritten));
    sorted.node = share_equal_nodes(sorted.node);
    if (count_nodes(sorted.node) < count_nodes(lowered.node)) lowered = std::move(sorted);
    TRY(check_repeatable(*lowered.node));
  }
  if (emit_on_window_close && !lowering.window_closes()) {
    return fail(Error{
        .code = SqlState::kFeatureNotSupported,
        .message = "EMIT ON WINDOW CLOSE needs a GROUP BY with a column that has a watermark",
        .hint =
            "Define WATERMARK FOR on the source and group by its time column or a window of it."});
  }
  return lowered;
}

// The logical columns first, in order.
PhysicalPtr in_order(const Lowered& lowered) {
  bool already = true;
  for (size_t i = 0; i < lowered.columns.size(); ++i)
    already = already && lowered.columns[i] == static_cast<int>(i);
  return already ? lowered.node : select_physical(lowered.node, lowered.columns);
}

// A query's order as columns of its plan, with a plan that has them.
struct OrderedPlan {
  LogicalPtr plan;
  std::vector<SortColumn> order;
};

OrderedPlan stored_order_of(const LogicalPtr& plan) {
  if (plan->kind != LogicalKind::kSort || plan->order_by.empty()) return {plan, {}};
  std::vector<ExprPtr> exprs;
  for (const SortItem& item : plan->order_by) exprs.push_back(item.expr);
  if (plan->limit == nullptr && plan->offset == nullptr) {
    std::vector<int> at;
    const LogicalPtr input = append_expressions(plan->inputs[0], exprs, at);
    return {input, sort_columns(plan->order_by, at)};
  }
  // Bounded: the order of what is left, as far as it is by columns.
  std::vector<SortItem> items;
  std::vector<int> at;
  for (const SortItem& item : plan->order_by) {
    if (item.expr->kind != ExprKind::kColumn) break;
    items.push_back(item);
    at.push_back(item.expr->column);
  }
  return {plan, sort_columns(items, at)};
}

std::string hidden_name(const std::string& base, const std::set<std::string>& taken) {
  std::string name = base.empty() || base[0] != '_' ? "_" + base : base;
  if (name == "_?column?") name = "_order";
  if (taken.count(name) == 0) return name;
  int number = 1;
  while (taken.count(fmt::format("{}_{}", name, number)) > 0) ++number;
  return fmt::format("{}_{}", name, number);
}

// The draft's columns: visible ones by the draft's names or the query's, then hidden ones.
void set_columns(Relation& draft, const Schema& visible, PhysicalNode& root) {
  std::vector<ColumnDefinition> columns;
  std::set<std::string> taken;
  const bool named = draft.columns.size() == visible.size();
  for (size_t i = 0; i < visible.size(); ++i) {
    ColumnDefinition column;
    if (named) column = draft.columns[i];
    column.name = named ? draft.columns[i].name : visible[i].name;
    column.type = root.schema[i].type;
    taken.insert(column.name);
    columns.push_back(std::move(column));
  }
  for (size_t i = visible.size(); i < root.schema.size(); ++i) {
    ColumnDefinition column;
    column.name = hidden_name(root.schema[i].name, taken);
    column.type = root.schema[i].type;
    column.hidden = true;
    taken.insert(column.name);
    columns.push_back(std::move(column));
  }
  draft.columns = std::move(columns);
  for (size_t i = 0; i < root.schema.size(); ++i) root.schema[i].name = draft.columns[i].name;
}

// Stored order: the wanted one, then what the key needs to be unique.
std::vector<SortColumn> with_key(std::vector<SortColumn> order, const std::vector<int>& key) {
  for (const int column : key) {
    const auto same = [&](const SortColumn& c) { return c.column == column; };
    if (std::none_of(order.begin(), order.end(), same)) order.push_back({column, false, false});
  }
  return order;
}

RelationPlan finish_materialize(const PhysicalPtr& rows, Schema visible,
                                std::vector<SortColumn> order, Relation draft,
                                const PlanContext& context) {
  auto root = new_physical(PhysicalKind::kMaterialize, {exchange_by(rows, rows->key)});
  root->order = with_key(std::move(order), root->key);
  for (const SortColumn& item : root->order) root->keys.push_back(item.column);
  set_columns(draft, visible, *root);
  draft.key = root->key;
  draft.passed_watermarks = root->watermark_columns;
  draft.stored_order = root->order;
  draft.append_only = root->append_only;
  auto relation = std::make_shared<const Relation>(std::move(draft));
  root->target = relation;
  root->relation_name = relation->name;
  RelationPlan out{make_plan(root, std::move(visible), as_job(context)), relation};
  return out;
}

LogicalPtr scan_of(const RelationPtr& relation, const std::vector<int>& columns) {
  auto scan = std::make_shared<LogicalNode>();
  scan->kind = LogicalKind::kScan;
  scan->relation = relation;
  scan->relation_name = relation->name;
  scan->scan_columns = columns;
  for (const int column : columns) {
    const ColumnDefinition& definition = relation->columns[static_cast<size_t>(column)];
    scan->schema.push_back({definition.name, definition.type});
  }
  return scan;
}

// ---- why a stream is not append-only -----------------------------------------------------------

std::string own_reason(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kScan:
      return fmt::format("rows of {} \"{}\" can be changed and deleted",
                         relation_kind_text(node.relation->kind), node.relation->name);
    case PhysicalKind::kHashAggregate:
      return node.aggregates.empty()
                 ? "DISTINCT takes a row back when its last source row goes"
                 : "an aggregate takes its old result back when a group changes";
    case PhysicalKind::kHashJoin:
      return "an outer or anti join takes a row back when a match for it arrives";
    case PhysicalKind::kTopN:
      return "a row leaves the first N when an earlier one arrives";
    case PhysicalKind::kOverWindow:
      return "a window function's result changes when rows join its window";
    case PhysicalKind::kSetOperation:
      return "EXCEPT takes a row back when it appears on the right";
    case PhysicalKind::kDynamicFilter:
      return "a filter whose bound moves takes rows back";
    case PhysicalKind::kNow:
      return "the clock takes the old time back";
    default:
      return fmt::format("{} takes rows back", physical_name(node));
  }
}

// The lowest node that takes rows back although its inputs do not.
std::string retraction_reason(const PhysicalNode& node) {
  if (node.append_only) return {};
  if (node.kind != PhysicalKind::kDynamicFilter) {
    for (const PhysicalPtr& input : node.inputs) {
      if (!input->append_only) return retraction_reason(*input);
    }
  } else if (!node.inputs[0]->append_only) {
    return retraction_reason(*node.inputs[0]);
  }
  return own_reason(node);
}

}  // namespace

Result<LogicalPtr> rewrite_query(const LogicalPtr& plan, const PlanContext& context) {
  if (is_too_deep(*plan, 0)) {
    return fail(SqlState::kStatementTooComplex, "query is nested too deeply");
  }
  LogicalPtr rewritten = plan;
  for (const RuleRow& rule : kRules) {
    rewritten = TRY(rule.rewrite(rewritten, context));
    CHECK(rewritten->schema.size() == plan->schema.size(), "rule {} changed {} columns into {}",
          rule.name, plan->schema.size(), rewritten->schema.size());
  }
  return rewritten;
}

Result<PhysicalPlan> plan_query(const BoundQuery& query, const PlanContext& context) {
  const Lowered lowered = TRY(lower_query(query.plan, query.emit_on_window_close, context));
  PhysicalPlan plan = make_plan(in_order(lowered), query.columns, context);
  plan.emit_on_window_close = query.emit_on_window_close;
  if (plan.root->kind == PhysicalKind::kTopN && plan.root->keys.empty())
    plan.order = plan.root->order;
  return plan;
}

Result<RelationPlan> plan_materialize(const BoundQuery& query, Relation draft,
                                      const PlanContext& context) {
  const PlanContext job = as_job(context);
  const OrderedPlan ordered = stored_order_of(query.plan);
  const Lowered lowered = TRY(lower_query(ordered.plan, query.emit_on_window_close, job));
  // Of columns that are not visible only those of the order and the key are stored.
  std::vector<int> columns(lowered.columns.begin(),
                           lowered.columns.begin() + static_cast<ptrdiff_t>(query.columns.size()));
  std::vector<SortColumn> order = ordered.order;
  for (SortColumn& item : order) {
    if (static_cast<size_t>(item.column) < query.columns.size()) continue;
    const int column = lowered.columns[static_cast<size_t>(item.column)];
    item.column = static_cast<int>(columns.size());
    columns.push_back(column);
  }
  draft.kind = RelationKind::kMaterializedView;
  RelationPlan plan = finish_materialize(select_physical(lowered.node, columns), query.columns,
                                         std::move(order), std::move(draft), context);
  plan.plan.emit_on_window_close = query.emit_on_window_close;
  return plan;
}

Result<RelationPlan> plan_index(const RelationPtr& relation, const std::vector<SortColumn>& order,
                                const std::vector<int>& include, Relation draft,
                                const PlanContext& context) {
  const PlanContext job = as_job(context);
  std::vector<int> columns;
  const auto add = [&](int column) {
    if (std::count(columns.begin(), columns.end(), column) == 0) columns.push_back(column);
  };
  for (const SortColumn& item : order) add(item.column);
  for (const int column : include) add(column);
  for (size_t i = 0; i < relation->columns.size(); ++i) add(static_cast<int>(i));

  Lowering lowering(job, false);
  const Lowered rows = TRY(lowering.lower(scan_of(relation, columns)));
  std::vector<SortColumn> stored;
  for (const SortColumn& item : order) {
    const int at =
        static_cast<int>(std::find(columns.begin(), columns.end(), item.column) - columns.begin());
    const auto same = [&](const SortColumn& c) { return c.column == at; };
    if (std::none_of(stored.begin(), stored.end(), same))
      stored.push_back({at, item.descending, item.nulls_first});
  }
  draft.kind = RelationKind::kIndex;
  draft.indexed = relation->id;
  draft.index_columns = columns;
  draft.columns.clear();
  Schema visible;
  for (const int column : columns) {
    draft.columns.push_back(relation->columns[static_cast<size_t>(column)]);
    draft.columns.back().default_expr = nullptr;
    draft.columns.back().default_sql.clear();
    draft.columns.back().generated_expr = nullptr;
    draft.columns.back().generated_sql.clear();
    visible.push_back({draft.columns.back().name, draft.columns.back().type});
  }
  return finish_materialize(rows.node, std::move(visible), std::move(stored), std::move(draft),
                            context);
}

Result<PhysicalPlan> plan_table(const RelationPtr& relation, const PlanContext& context) {
  auto scan = std::make_shared<PhysicalNode>();
  scan->kind = PhysicalKind::kScan;
  scan->relation = relation;
  scan->relation_name = relation->name;
  scan->append_only = relation->append_only;
  std::vector<int> places(relation->columns.size(), -1);
  bool generates = false;
  for (size_t i = 0; i < relation->columns.size(); ++i) {
    const ColumnDefinition& column = relation->columns[i];
    generates |= column.generated_expr != nullptr;
    if (column.generated_expr != nullptr) continue;
    places[i] = static_cast<int>(scan->columns.size());
    scan->columns.push_back(static_cast<int>(i));
    scan->schema.push_back({column.name, column.type});
  }
  PhysicalPtr rows = scan;
  const auto is_stored = [&](int column) { return places[static_cast<size_t>(column)] >= 0; };
  if (std::all_of(relation->key.begin(), relation->key.end(), is_stored))
    scan->key = map_columns(relation->key, places);
  if (generates) {
    std::vector<ExprPtr> exprs;
    Schema schema;
    for (size_t i = 0; i < relation->columns.size(); ++i) {
      const ColumnDefinition& column = relation->columns[i];
      exprs.push_back(column.generated_expr != nullptr
                          ? remap_columns(column.generated_expr, places)
                          : physical_column(*scan, places[i]));
      schema.push_back({column.name, column.type});
    }
    auto project = std::make_shared<PhysicalNode>(
        *make_physical_project(rows, std::move(exprs), std::move(schema)));
    project->key = relation->key;
    rows = project;
  }
  for (const WatermarkDefinition& watermark : relation->watermarks) {
    auto filter = new_physical(PhysicalKind::kWatermarkFilter, {rows});
    filter->time_column = watermark.column;
    filter->exprs = {watermark.expr};
    filter->watermark_columns.push_back(watermark.column);
    rows = filter;
  }
  auto root = new_physical(PhysicalKind::kMaterialize, {exchange_by(rows, relation->key)});
  root->order =
      relation->stored_order.empty() ? with_key({}, relation->key) : relation->stored_order;
  for (const SortColumn& item : root->order) root->keys.push_back(item.column);
  root->target = relation;
  root->relation_name = relation->name;
  root->append_only = relation->append_only;
  Schema visible;
  for (const ColumnDefinition& column : relation->columns)
    visible.push_back({column.name, column.type});
  return make_plan(root, std::move(visible), as_job(context));
}

Result<SinkPlan> plan_sink(const BoundQuery& query, Relation draft, const PlanContext& context) {
  const PlanContext job = as_job(context);
  const LogicalPtr logical = stored_order_of(query.plan).plan;
  const Lowered lowered = TRY(lower_query(logical, query.emit_on_window_close, job));
  const std::vector<int> columns(
      lowered.columns.begin(),
      lowered.columns.begin() + static_cast<ptrdiff_t>(query.columns.size()));
  PhysicalPtr rows = select_physical(lowered.node, columns);
  const std::vector<int> key = draft.key.empty() ? rows->key : draft.key;
  // Changes of one key keep their order in one shard; inserts alone keep the order they came in.
  if (!rows->append_only) rows = exchange_by(rows, key);
  auto root = new_physical(PhysicalKind::kSinkOut, {rows});
  root->keys = key;
  set_columns(draft, query.columns, *root);
  draft.kind = RelationKind::kSink;
  draft.key = key;
  draft.append_only = root->append_only;
  auto relation = std::make_shared<const Relation>(std::move(draft));
  root->target = relation;
  root->relation_name = relation->name;
  SinkPlan plan{make_plan(root, query.columns, job), relation, root->append_only,
                retraction_reason(*rows)};
  plan.plan.emit_on_window_close = query.emit_on_window_close;
  return plan;
}

Result<SinkPlan> plan_sink_from(const RelationPtr& relation, Relation draft,
                                const PlanContext& context) {
  std::vector<int> columns;
  for (size_t i = 0; i < relation->columns.size(); ++i) {
    if (!relation->columns[i].hidden) columns.push_back(static_cast<int>(i));
  }
  BoundQuery query;
  query.plan = scan_of(relation, columns);
  query.columns = query.plan->schema;
  return plan_sink(query, std::move(draft), context);
}

}  // namespace leat
