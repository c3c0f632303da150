#include "plan/physical.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/hash.h"

namespace leat {
namespace {

// Column names for text; a name that two columns have is followed by the column's number.
std::vector<std::string> names_of(const Schema& schema) {
  std::vector<std::string> names;
  for (size_t i = 0; i < schema.size(); ++i) {
    const auto same = [&](const Field& field) { return field.name == schema[i].name; };
    const bool unique = std::count_if(schema.begin(), schema.end(), same) == 1;
    names.push_back(unique ? schema[i].name : fmt::format("{}#{}", schema[i].name, i));
  }
  return names;
}

std::string_view join_text(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "inner";
    case JoinKind::kLeft:
      return "left";
    case JoinKind::kRight:
      return "right";
    case JoinKind::kFull:
      return "full";
    case JoinKind::kSemi:
      return "semi";
    case JoinKind::kAnti:
      return "anti";
  }
  UNREACHABLE();
}

std::string join_list(const std::vector<std::string>& parts) {
  std::string out = "[";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += ", ";
    out += parts[i];
  }
  return out + "]";
}

using Names = std::vector<std::string>;

std::string column_list(const std::vector<int>& columns, const Names& names) {
  std::vector<std::string> parts;
  for (const int column : columns) parts.push_back(names[static_cast<size_t>(column)]);
  return join_list(parts);
}

std::string order_list(const std::vector<SortColumn>& order, const Names& names) {
  std::vector<std::string> parts;
  for (const SortColumn& item : order) {
    std::string part = names[static_cast<size_t>(item.column)];
    if (item.descending) part += " DESC";
    if (item.nulls_first != item.descending)
      part += item.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    parts.push_back(std::move(part));
  }
  return join_list(parts);
}

std::string distribution_text(const Distribution& distribution, const Names& names) {
  switch (distribution.kind) {
    case Distribution::kAny:
      return "any";
    case Distribution::kSingle:
      return "single";
    case Distribution::kHash:
      return "hash" + column_list(distribution.columns, names);
  }
  UNREACHABLE();
}

std::string interval_text(const Interval& interval) { return Value::interval(interval).to_text(); }

std::string bound_text(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBound::kUnboundedPreceding:
      return "unbounded preceding";
    case FrameBound::kPreceding:
      return expr_text(*bound.offset) + " preceding";
    case FrameBound::kCurrentRow:
      return "current row";
    case FrameBound::kFollowing:
      return expr_text(*bound.offset) + " following";
    case FrameBound::kUnboundedFollowing:
      return "unbounded following";
  }
  UNREACHABLE();
}

std::string frame_text(const WindowFrame& frame) {
  const std::string_view unit = frame.unit == WindowFrame::kRows    ? "rows"
                                : frame.unit == WindowFrame::kRange ? "range"
                                                                    : "groups";
  return fmt::format("{} between {} and {}", unit, bound_text(frame.start), bound_text(frame.end));
}

bool is_default_frame(const WindowFrame& frame) {
  return frame.unit == WindowFrame::kRange && frame.start.kind == FrameBound::kUnboundedPreceding &&
         frame.end.kind == FrameBound::kCurrentRow;
}

std::string call_text(std::string_view name, const std::vector<int>& args, const Names& names) {
  if (args.empty() && name == "count") return "count(*)";
  const std::string list = column_list(args, names);
  return fmt::format("{}({})", name, list.substr(1, list.size() - 2));
}

std::string aggregate_text(const PhysicalAggregate& call, const Names& names) {
  std::string out = call_text(call.name, call.args, names);
  if (call.distinct) out.insert(out.find('(') + 1, "distinct ");
  if (!call.order_by.empty()) {
    const std::string order = order_list(call.order_by, names);
    out.insert(out.size() - 1, " order by " + order.substr(1, order.size() - 2));
  }
  if (call.filter >= 0) out += " filter " + names[static_cast<size_t>(call.filter)];
  return out;
}

std::string window_text(const PhysicalWindow& call, const Names& names) {
  std::string out = call_text(call.function, call.args, names);
  if (call.filter >= 0) out += " filter " + names[static_cast<size_t>(call.filter)];
  if (call.aggregate != nullptr && !is_default_frame(call.frame))
    out += " " + frame_text(call.frame);
  return out;
}

std::string table_function_text(const TableFunctionCall& call, const Names& names) {
  std::string out = call.name + "(";
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (i > 0) out += ", ";
    out += expr_text(*call.args[i], names);
  }
  return out + ")";
}

// "name: expression" where the name says something.
std::string output_text(const Field& field, const std::string& value) {
  return field.name == value || field.name == "?column?" ? value : field.name + ": " + value;
}

std::string bounds_text(const PhysicalNode& node) {
  const KeyBounds& bounds = node.bounds;
  std::vector<std::string> parts;
  for (size_t i = 0; i < bounds.equal.size(); ++i) {
    const bool list = static_cast<int>(i) == bounds.list;
    parts.push_back((list ? "in " : "= ") + expr_text(*bounds.equal[i]));
  }
  std::string range;
  if (bounds.low) range = (bounds.low_inclusive ? ">= " : "> ") + expr_text(*bounds.low);
  if (bounds.high) {
    if (!range.empty()) range += " and ";
    range += (bounds.high_inclusive ? "<= " : "< ") + expr_text(*bounds.high);
  }
  if (!range.empty()) parts.push_back(std::move(range));
  return join_list(parts);
}

// The facts of one node, in order.
class Facts {
 public:
  explicit Facts(const PhysicalNode& node) : node_(node), names_(names_of(node.schema)) {
    for (const PhysicalPtr& input : node.inputs) {
      const Names names = names_of(input->schema);
      inputs_.push_back(names);
      Schema both = all_;
      both.insert(both.end(), input->schema.begin(), input->schema.end());
      all_ = std::move(both);
    }
    all_names_ = names_of(all_);
  }

  std::vector<std::string> list() {
    own();
    properties();
    return std::move(facts_);
  }

 private:
  void add(std::string_view name, std::string value) {
    facts_.push_back(fmt::format("{}: {}", name, value));
  }

  void own() {
    switch (node_.kind) {
      case PhysicalKind::kScan:
        return scan();
      case PhysicalKind::kValues:
        return values();
      case PhysicalKind::kFilter:
        return add("where", expr_text(*node_.exprs[0], inputs_[0]));
      case PhysicalKind::kProject:
      case PhysicalKind::kProjectSet:
        return project();
      case PhysicalKind::kHopWindow:
        return time_window();
      case PhysicalKind::kExchange:
        return add("to",
                   node_.keys.empty() ? "one shard" : "hash" + column_list(node_.keys, inputs_[0]));
      case PhysicalKind::kUnionAll:
        return;
      case PhysicalKind::kHashJoin:
        return join();
      case PhysicalKind::kHashAggregate:
        return aggregate();
      case PhysicalKind::kSetOperation:
        return add("operation",
                   fmt::format("{}{}",
                               node_.operation == SetOperation::kIntersect ? "intersect" : "except",
                               node_.all ? " all" : ""));
      case PhysicalKind::kTopN:
        return top_n();
      case PhysicalKind::kOverWindow:
        return over_window();
      case PhysicalKind::kNow:
        return;
      case PhysicalKind::kDynamicFilter:
        return add("where",
                   fmt::format("{} {} {}", inputs_[0][static_cast<size_t>(node_.compare_column)],
                               node_.compare->name, inputs_[1][0]));
      case PhysicalKind::kWatermarkFilter:
        return add("watermark",
                   fmt::format("{} >= {}", inputs_[0][static_cast<size_t>(node_.time_column)],
                               expr_text(*node_.exprs[0], inputs_[0])));
      case PhysicalKind::kMaterialize:
        return materialize();
      case PhysicalKind::kSinkOut:
        add("sink", node_.relation_name);
        return add("columns", join_list(names_));
    }
  }

  void scan() {
    add("relation", node_.relation_name);
    add("columns", join_list(names_));
    if (!node_.bounds.empty()) add("bounds", bounds_text(node_));
  }

  void values() {
    constexpr size_t kShown = 5;
    std::vector<std::string> rows;
    for (const auto& row : node_.rows) {
      std::vector<std::string> parts;
      for (const ExprPtr& expr : row) parts.push_back(expr_text(*expr));
      const std::string text = join_list(parts);
      rows.push_back("(" + text.substr(1, text.size() - 2) + ")");
      if (rows.size() == kShown && node_.rows.size() > kShown) {
        rows.push_back(fmt::format("{} more", node_.rows.size() - kShown));
        break;
      }
    }
    add("rows", join_list(rows));
  }

  void project() {
    std::vector<std::string> parts;
    for (size_t i = 0; i < node_.exprs.size(); ++i) {
      const bool set = i < node_.set_functions.size() && node_.set_functions[i].function != nullptr;
      parts.push_back(
          output_text(node_.schema[i], set ? table_function_text(node_.set_functions[i], inputs_[0])
                                           : expr_text(*node_.exprs[i], inputs_[0])));
    }
    add("columns", join_list(parts));
  }

  void time_window() {
    add("time", inputs_[0][static_cast<size_t>(node_.time_column)]);
    add("size", interval_text(node_.window_size));
    if (!(node_.window_size == node_.window_slide)) add("slide", interval_text(node_.window_slide));
    if (!(node_.window_offset == Interval{})) add("offset", interval_text(node_.window_offset));
  }

  void join() {
    add("type", std::string(join_text(node_.join)));
    std::string on;
    for (size_t i = 0; i < node_.left_keys.size(); ++i) {
      if (i > 0) on += " and ";
      const bool null_safe = i < node_.null_safe.size() && node_.null_safe[i];
      on += fmt::format("{} {} {}", left_name(node_.left_keys[i]),
                        null_safe ? "is not distinct from" : "=", right_name(node_.right_keys[i]));
    }
    if (!on.empty()) add("on", on);
    if (node_.condition != nullptr) add("condition", expr_text(*node_.condition, all_names_));
    if (node_.single_row) facts_.emplace_back("single_row");
    std::vector<std::string> columns;
    for (const int column : node_.join_output)
      columns.push_back(all_names_[static_cast<size_t>(column)]);
    add("columns", join_list(columns));
  }

  const std::string& left_name(int column) const { return all_names_[static_cast<size_t>(column)]; }
  const std::string& right_name(int column) const {
    return all_names_[node_.inputs[0]->schema.size() + static_cast<size_t>(column)];
  }

  void aggregate() {
    if (!node_.keys.empty()) add("group", column_list(node_.keys, inputs_[0]));
    std::vector<std::string> calls;
    for (const PhysicalAggregate& call : node_.aggregates)
      calls.push_back(aggregate_text(call, inputs_[0]));
    if (!calls.empty()) add("calls", join_list(calls));
    if (node_.emit_on_window_close) facts_.emplace_back("emit on window close");
  }

  void top_n() {
    if (!node_.keys.empty()) add("group", column_list(node_.keys, inputs_[0]));
    if (!node_.order.empty()) add("order", order_list(node_.order, inputs_[0]));
    if (node_.limit != nullptr) add("limit", expr_text(*node_.limit));
    if (node_.offset != nullptr) add("offset", expr_text(*node_.offset));
    if (node_.with_ties) facts_.emplace_back("with ties");
    if (node_.emit_rank) facts_.emplace_back("rank");
  }

  void over_window() {
    if (!node_.keys.empty()) add("partition", column_list(node_.keys, inputs_[0]));
    if (!node_.order.empty()) add("order", order_list(node_.order, inputs_[0]));
    std::vector<std::string> calls;
    for (const PhysicalWindow& call : node_.windows) calls.push_back(window_text(call, inputs_[0]));
    add("calls", join_list(calls));
  }

  void materialize() {
    add("relation", node_.relation_name);
    add("columns", join_list(names_));
    if (!node_.order.empty()) add("order", order_list(node_.order, names_));
  }

  // Keys of jobs' streams, and what this node changes of its input's nature.
  void properties() {
    if (!node_.key.empty()) add("key", column_list(node_.key, names_));
    const bool leaf = node_.inputs.empty();
    if (leaf && node_.append_only && node_.distribution.kind != Distribution::kSingle) {
      facts_.emplace_back("append_only");
    }
    const bool inputs_append =
        std::all_of(node_.inputs.begin(), node_.inputs.end(),
                    [](const PhysicalPtr& input) { return input->append_only; });
    if (!leaf && !node_.append_only && inputs_append) facts_.emplace_back("retracts");
    if (!leaf && node_.append_only && !inputs_append) facts_.emplace_back("append_only");
    if (!node_.watermark_columns.empty() && node_.kind != PhysicalKind::kExchange) {
      add("watermark_columns", column_list(node_.watermark_columns, names_));
    }
    const bool stateful =
        node_.kind == PhysicalKind::kHashJoin || node_.kind == PhysicalKind::kHashAggregate ||
        node_.kind == PhysicalKind::kTopN || node_.kind == PhysicalKind::kOverWindow ||
        node_.kind == PhysicalKind::kSetOperation;
    if (stateful && node_.distribution.kind == Distribution::kHash) {
      add("shards", distribution_text(node_.distribution, names_));
    }
  }

  const PhysicalNode& node_;
  Names names_;
  std::vector<Names> inputs_;
  Schema all_;
  Names all_names_;
  std::vector<std::string> facts_;
};

void write_text(const PhysicalNode& node, int depth, std::set<const PhysicalNode*>& shown,
                std::string& out) {
  out.append(static_cast<size_t>(depth) * 2, ' ');
  out += fmt::format("{} #{}", physical_name(node), node.id);
  if (!shown.insert(&node).second) {
    out += " (shared: see above)\n";
    return;
  }
  const auto facts = Facts(node).list();
  if (!facts.empty()) {
    out += " { ";
    for (size_t i = 0; i < facts.size(); ++i) {
      if (i > 0) out += ", ";
      out += facts[i];
    }
    out += " }";
  }
  out += '\n';
  for (const PhysicalPtr& input : node.inputs) write_text(*input, depth + 1, shown, out);
}

class Fingerprint {
 public:
  void add(std::string_view text) {
    hash_ = hash_combine(hash_, hash_bytes(text.data(), text.size()));
  }
  void add(int64_t number) { hash_ = hash_combine(hash_, hash_int(static_cast<uint64_t>(number))); }
  void add(const std::vector<int>& numbers) {
    add(static_cast<int64_t>(numbers.size()));
    for (const int number : numbers) add(number);
  }
  void add(const std::vector<SortColumn>& order) {
    add(static_cast<int64_t>(order.size()));
    for (const SortColumn& item : order)
      add(item.column * 4 + (item.descending ? 2 : 0) + (item.nulls_first ? 1 : 0));
  }
  void add(const ExprPtr& expr) {
    add(expr == nullptr ? std::string_view() : std::string_view(expr_text(*expr)));
  }
  void add(const Interval& interval) {
    add(interval.months);
    add(interval.days);
    add(interval.micros);
  }

  void add(const PhysicalNode& node) {
    add(physical_name(node));
    for (const Field& field : node.schema) add(field.type.name());
    add(node.key);
    add(node.distribution.kind);
    add(node.distribution.columns);
    add(int64_t{node.append_only});
    add(node.columns);
    add(node.relation_name);
    for (const auto& row : node.rows) {
      for (const ExprPtr& expr : row) add(expr);
    }
    for (const ExprPtr& expr : node.exprs) add(expr);
    for (const TableFunctionCall& call : node.set_functions) {
      add(call.name);
      for (const ExprPtr& expr : call.args) add(expr);
    }
    add(node.time_column);
    add(node.window_size);
    add(node.window_slide);
    add(node.window_offset);
    add(node.keys);
    add(node.left_keys);
    add(node.right_keys);
    for (const bool null_safe : node.null_safe) add(int64_t{null_safe});
    add(static_cast<int64_t>(node.join));
    add(node.condition);
    add(int64_t{node.single_row});
    add(node.join_output);
    for (const PhysicalAggregate& call : node.aggregates) {
      add(call.name);
      add(call.args);
      for (const Type& type : call.arg_types) add(type.name());
      add(int64_t{call.distinct});
      add(call.filter);
      add(call.order_by);
    }
    add(static_cast<int64_t>(node.operation));
    add(int64_t{node.all});
    add(node.order);
    add(node.limit);
    add(node.offset);
    add(int64_t{node.with_ties} * 4 + int64_t{node.emit_rank} * 2 +
        int64_t{node.emit_on_window_close});
    for (const PhysicalWindow& call : node.windows) {
      add(call.function);
      add(call.args);
      add(call.filter);
      add(frame_text(call.frame));
    }
    add(node.compare_column);
    add(int64_t{node.bound_rises});
    add(node.compare == nullptr ? std::string_view() : node.compare->name);
    add(static_cast<int64_t>(node.inputs.size()));
    for (const PhysicalPtr& input : node.inputs) add(*input);
  }

  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0;
};

}  // namespace

std::string_view physical_name(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kScan:
      return "Scan";
    case PhysicalKind::kValues:
      return "Values";
    case PhysicalKind::kFilter:
      return "Filter";
    case PhysicalKind::kProject:
      return "Project";
    case PhysicalKind::kProjectSet:
      return "ProjectSet";
    case PhysicalKind::kHopWindow:
      return node.window_size == node.window_slide ? "TumbleWindow" : "HopWindow";
    case PhysicalKind::kExchange:
      return "Exchange";
    case PhysicalKind::kUnionAll:
      return "UnionAll";
    case PhysicalKind::kHashJoin:
      return node.left_keys.empty() ? "LoopJoin" : "HashJoin";
    case PhysicalKind::kHashAggregate:
      return node.aggregates.empty() ? "Distinct" : "HashAggregate";
    case PhysicalKind::kSetOperation:
      return "SetOperation";
    case PhysicalKind::kTopN:
      return node.limit == nullptr && node.offset == nullptr ? "Sort" : "TopN";
    case PhysicalKind::kOverWindow:
      return "OverWindow";
    case PhysicalKind::kNow:
      return "Now";
    case PhysicalKind::kDynamicFilter:
      return "DynamicFilter";
    case PhysicalKind::kWatermarkFilter:
      return "WatermarkFilter";
    case PhysicalKind::kMaterialize:
      return "Materialize";
    case PhysicalKind::kSinkOut:
      return "SinkOut";
  }
  UNREACHABLE();
}

std::string physical_text(const PhysicalNode& root) {
  std::string out;
  std::set<const PhysicalNode*> shown;
  write_text(root, 0, shown, out);
  return out;
}

uint64_t plan_fingerprint(const PhysicalNode& root) {
  Fingerprint fingerprint;
  fingerprint.add(root);
  return fingerprint.value();
}

}  // namespace leat
