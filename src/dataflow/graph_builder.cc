#include "dataflow/graph_builder.h"

#include <map>
#include <set>

#include "dataflow/executor.h"
#include "dataflow/operator/dynamic_filter.h"
#include "dataflow/operator/filter.h"
#include "dataflow/operator/hash_aggregate.h"
#include "dataflow/operator/hash_join.h"
#include "dataflow/operator/hop_window.h"
#include "dataflow/operator/now.h"
#include "dataflow/operator/over_window.h"
#include "dataflow/operator/project.h"
#include "dataflow/operator/project_set.h"
#include "dataflow/operator/scan.h"
#include "dataflow/operator/set_operation.h"
#include "dataflow/operator/top_n.h"
#include "dataflow/operator/watermark_filter.h"
#include "expr/evaluator.h"

namespace leat {
namespace {

// A fixed length in microseconds; months have none.
Result<int64_t> fixed_length(const Interval& interval) {
  if (interval.months != 0) {
    return fail(SqlState::kFeatureNotSupported, "a time window's size cannot be in months or years");
  }
  return int64_t{interval.days} * 86'400'000'000 + interval.micros;
}

size_t state_tables_of(const PhysicalNode& node, bool query) {
  switch (node.kind) {
    case PhysicalKind::kHashJoin:
    case PhysicalKind::kDynamicFilter: return 2;
    case PhysicalKind::kNow:
    case PhysicalKind::kWatermarkFilter: return 1;
    case PhysicalKind::kTopN:
    case PhysicalKind::kOverWindow:
    case PhysicalKind::kSetOperation: return 1;
    case PhysicalKind::kHashAggregate:
      return aggregate_state_tables(node, query || node.inputs[0]->append_only);
    default: return 0;
  }
}

Result<int64_t> bound_of(const ExprPtr& expr, EvalContext& eval, const char* name, SqlState code) {
  const Value value = TRY(evaluate_constant(expr, eval));
  if (value.is_null()) return -1;
  if (value.as_int64() < 0) return fail(code, "{} must not be negative", name);
  return value.as_int64();
}

}  // namespace

Result<TopN::Bounds> top_n_bounds(const PhysicalNode& plan, EvalContext* eval) {
  TopN::Bounds bounds;
  if (plan.limit) bounds.limit = TRY(bound_of(plan.limit, *eval, "LIMIT", SqlState::kInvalidLimit));
  if (plan.offset) {
    const int64_t offset = TRY(bound_of(plan.offset, *eval, "OFFSET", SqlState::kInvalidOffset));
    bounds.offset = std::max<int64_t>(0, offset);
  }
  return bounds;
}

uint32_t count_state_tables(const PhysicalNode& root) {
  size_t tables = 0;
  std::set<const PhysicalNode*> seen;
  std::vector<const PhysicalNode*> next{&root};
  while (!next.empty()) {
    const PhysicalNode* node = next.back();
    next.pop_back();
    if (!seen.insert(node).second) continue;
    tables += state_tables_of(*node, false);
    for (const auto& input : node->inputs) next.push_back(input.get());
  }
  return static_cast<uint32_t>(tables);
}

class GraphBuilder {
 public:
  explicit GraphBuilder(const GraphOptions& options)
      : options_(options), graph_(std::make_unique<JobGraph>()), next_table_(options.first_state_table) {
    graph_->shards_ = options.shards;
  }

  Result<std::unique_ptr<JobGraph>> build(const PhysicalPtr& root) {
    TRY(add(root));
    for (size_t i = 0; i < graph_->nodes_.size(); ++i) {
      graph_->nodes_[i]->rank = i;
      for (auto& edge : graph_->nodes_[i]->outputs) {
        Node& to = *edge.to;
        to.stage = std::max(to.stage, graph_->nodes_[i]->stage + (edge.route == Edge::kForward ? 0 : 1));
      }
    }
    return std::move(graph_);
  }

 private:
  Result<Node*> add(const PhysicalPtr& plan) {
    // Two may read one node.
    if (const auto made = made_.find(plan.get()); made != made_.end()) return made->second;
    // State tables are numbered before those of the inputs: pre-order.
    std::vector<TableId> tables;
    for (size_t i = 0, n = state_tables_of(*plan, options_.query); i < n; ++i) {
      tables.push_back(next_table_);
      ++next_table_.value;
    }
    std::vector<std::pair<Node*, Edge>> inputs;
    for (size_t port = 0; port < plan->inputs.size(); ++port) {
      const PhysicalNode* input = plan->inputs[port].get();
      Edge edge{.port = static_cast<int>(port)};
      PhysicalPtr source = plan->inputs[port];
      if (input->kind == PhysicalKind::kExchange) {
        source = input->inputs[0];
        edge.route = input->keys.empty() ? Edge::kSingle : Edge::kHash;
        edge.keys = input->keys;
      }
      inputs.emplace_back(TRY(add(source)), edge);
    }
    auto owned = std::make_unique<Node>();
    Node* node = owned.get();
    node->plan = plan;
    node->job = graph_.get();
    node->inbox.resize(options_.shards);
    node->input_watermarks.resize(std::max<size_t>(1, plan->inputs.size()));
    node->makes_watermark = plan->kind == PhysicalKind::kWatermarkFilter;
    for (size_t shard = 0; shard < options_.shards; ++shard) {
      node->instances.push_back(TRY(make(*plan, shard, tables)));
    }
    for (auto& [from, edge] : inputs) {
      edge.to = node;
      from->outputs.push_back(edge);
    }
    if (plan->kind == PhysicalKind::kScan) graph_->scans_.push_back({plan, node});
    made_.emplace(plan.get(), node);
    graph_->nodes_.push_back(std::move(owned));
    return node;
  }

  StateOptions state(const PhysicalNode& input, size_t shard, TableId table) const {
    StateOptions state{.table = table};
    if (options_.query) return state;
    state.store = options_.store;
    state.clock = options_.clock;
    state.is_new = options_.is_new;
    state.account = options_.account;
    if (input.distribution.kind == Distribution::kSingle) {
      if (shard != 0) state.vnodes.reset();
    } else {
      state.vnodes.reset();
      for (int v = 0; v < kVnodeCount; ++v) {
        if (shard_of_vnode(static_cast<uint8_t>(v), options_.shards) == shard) state.vnodes.set(v);
      }
    }
    return state;
  }

  Result<std::unique_ptr<Operator>> make(const PhysicalNode& plan, size_t shard,
                                         const std::vector<TableId>& tables) {
    switch (plan.kind) {
      case PhysicalKind::kScan:
        return std::make_unique<Scan>(options_.query || (options_.own_input && options_.own_input(plan))
                                          ? all_columns(plan.columns.size())
                                          : plan.columns);
      case PhysicalKind::kValues:
        return std::make_unique<Values>(plan.rows, types_of(plan.schema),
                                        shard == 0 && (options_.query || options_.is_new));
      case PhysicalKind::kFilter: return std::make_unique<Filter>(plan.exprs[0]);
      case PhysicalKind::kProject: return std::make_unique<Project>(plan.exprs);
      case PhysicalKind::kProjectSet: return std::make_unique<ProjectSet>(plan, options_.query);
      case PhysicalKind::kDynamicFilter:
        return std::make_unique<DynamicFilter>(plan, state(*plan.inputs[0], shard, tables[0]),
                                               state(*plan.inputs[0], shard, tables[1]), shard == 0);
      case PhysicalKind::kNow: return std::make_unique<Now>(state(plan, shard, tables[0]), shard == 0);
      case PhysicalKind::kWatermarkFilter:
        return std::make_unique<WatermarkFilter>(plan.time_column, plan.exprs[0],
                                                 state(*plan.inputs[0], shard, tables[0]), shard == 0);
      case PhysicalKind::kUnionAll: return std::make_unique<UnionAll>();
      case PhysicalKind::kHopWindow:
        return std::make_unique<HopWindow>(plan.time_column, TRY(fixed_length(plan.window_size)),
                                           TRY(fixed_length(plan.window_slide)),
                                           TRY(fixed_length(plan.window_offset)), plan.schema.back().type);
      case PhysicalKind::kHashJoin:
        return std::make_unique<HashJoin>(HashJoin::Options{
            .plan = &plan,
            .left = state(*plan.inputs[0], shard, tables[0]),
            .right = state(*plan.inputs[1], shard, tables[1]),
            .query = options_.query});
      case PhysicalKind::kHashAggregate: {
        if (plan.emit_on_window_close) {
          return fail(SqlState::kFeatureNotSupported, "EMIT ON WINDOW CLOSE is not supported yet");
        }
        HashAggregate::Options made{.plan = &plan,
                                    .append_only_input = options_.query || plan.inputs[0]->append_only,
                                    .query = options_.query,
                                    .owns_empty_key = shard == 0};
        for (const TableId table : tables) made.state.push_back(state(*plan.inputs[0], shard, table));
        return std::make_unique<HashAggregate>(std::move(made));
      }
      case PhysicalKind::kSetOperation:
        return std::make_unique<SetOperationOperator>(plan, state(*plan.inputs[0], shard, tables[0]));
      case PhysicalKind::kOverWindow:
        return std::make_unique<OverWindow>(plan, state(*plan.inputs[0], shard, tables[0]));
      case PhysicalKind::kTopN: {
        const TopN::Bounds bounds = TRY(top_n_bounds(plan, options_.eval));
        return std::make_unique<TopN>(plan, bounds, state(*plan.inputs[0], shard, tables[0]), options_.query);
      }
      case PhysicalKind::kMaterialize:
        return std::make_unique<Materialize>(plan, *options_.tables, options_.target(plan));
      case PhysicalKind::kSinkOut: return std::make_unique<Collect>();
      default: break;
    }
    return fail(SqlState::kFeatureNotSupported, "this kind of query cannot be run yet: {}",
                physical_text(plan));
  }

  const GraphOptions& options_;
  std::unique_ptr<JobGraph> graph_;
  TableId next_table_;
  std::map<const PhysicalNode*, Node*> made_;
};

Result<std::unique_ptr<JobGraph>> build_graph(const PhysicalPtr& root, const GraphOptions& options) {
  return GraphBuilder(options).build(root);
}

}  // namespace leat
