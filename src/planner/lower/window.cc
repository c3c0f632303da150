// Window functions: one OverWindow node for all calls with the same partition and order.

#include <algorithm>

#include "planner/function_rows.h"
#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

bool same_exprs(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return expr_equal(*x, *y); });
}

bool same_window(const WindowCall& a, const WindowCall& b) {
  return same_exprs(a.partition_by, b.partition_by) &&
         std::equal(a.order_by.begin(), a.order_by.end(), b.order_by.begin(), b.order_by.end(),
                    [](const SortItem& x, const SortItem& y) {
                      return x.descending == y.descending && x.nulls_first == y.nulls_first &&
                             expr_equal(*x.expr, *y.expr);
                    });
}

bool has_offset(const FrameBound& bound) { return bound.offset != nullptr; }

bool is_range_with_offset(const WindowCall& call) {
  return call.frame.unit == WindowFrame::kRange && (has_offset(call.frame.start) || has_offset(call.frame.end));
}

// The columns that a RANGE frame with offsets compares: the value itself, then each bound that has one.
std::vector<ExprPtr> range_exprs(const WindowCall& call) {
  const SortItem& by = call.order_by[0];
  std::vector<ExprPtr> out;
  const bool moved_by_interval = by.expr->type.is(TypeId::kDate);
  // The bounds of dates are timestamps: so is then what they are compared with.
  out.push_back(moved_by_interval ? make_shifted(by.expr, make_literal(Value::interval({})), false) : by.expr);
  for (const FrameBound* bound : {&call.frame.start, &call.frame.end}) {
    if (!has_offset(*bound)) continue;
    const bool back = (bound->kind == FrameBound::kPreceding) != by.descending;
    out.push_back(make_shifted(by.expr, bound->offset, back));
  }
  return out;
}

std::optional<int64_t> constant_shift(const WindowCall& call) {
  if (call.function != "lag" && call.function != "lead") return std::nullopt;
  if (call.args.size() < 2) return 1;
  const Expr& by = *call.args[1];
  if (by.kind != ExprKind::kLiteral || by.literal.is_null()) return std::nullopt;
  return by.literal.as_int64();
}

// One node for the calls `members` of the logical node; `columns` gets their places.
PhysicalPtr lower_group(const LogicalNode& node, const std::vector<size_t>& members,
                        const Lowered& input, std::vector<int>& columns, bool is_job) {
  const WindowCall& first = node.windows[members[0]];
  std::vector<ExprPtr> exprs;
  const auto add = [&](const ExprPtr& expr) { exprs.push_back(place(expr, input)); };
  for (const ExprPtr& expr : first.partition_by) add(expr);
  for (const SortItem& item : first.order_by) add(item.expr);
  for (const size_t member : members) {
    for (const ExprPtr& arg : node.windows[member].args) add(arg);
    if (node.windows[member].filter != nullptr) add(node.windows[member].filter);
    if (is_range_with_offset(node.windows[member])) {
      for (const ExprPtr& expr : range_exprs(node.windows[member])) add(expr);
    }
  }
  std::vector<int> at;
  PhysicalPtr rows = append_physical(input.node, exprs, at);
  size_t next = 0;
  const auto take = [&](size_t count) {
    std::vector<int> out(at.begin() + static_cast<ptrdiff_t>(next),
                         at.begin() + static_cast<ptrdiff_t>(next + count));
    next += count;
    return out;
  };
  const std::vector<int> keys = take(first.partition_by.size());
  rows = exchange_by(rows, keys);
  auto window = new_physical(PhysicalKind::kOverWindow, {rows});
  window->keys = keys;
  window->order = sort_columns(first.order_by, take(first.order_by.size()));
  for (const size_t member : members) {
    const WindowCall& call = node.windows[member];
    PhysicalWindow out;
    out.aggregate = call.aggregate;
    out.function = call.aggregate != nullptr ? call.name : call.function;
    out.args = take(call.args.size());
    for (const ExprPtr& arg : call.args) out.arg_types.push_back(arg->type);
    if (call.filter != nullptr) out.filter = take(1)[0];
    out.type = call.type;
    out.frame = call.frame;
    out.shift = constant_shift(call);
    if (is_range_with_offset(call)) {
      out.range_column = take(1)[0];
      out.range_type = rows->schema[static_cast<size_t>(out.range_column)].type;
      if (has_offset(call.frame.start)) out.range_start = take(1)[0];
      if (has_offset(call.frame.end)) out.range_end = take(1)[0];
    }
    window->windows.push_back(std::move(out));
    columns[member] = static_cast<int>(window->schema.size());
    const size_t name = node.schema.size() - node.windows.size() + member;
    window->schema.push_back(node.schema[name]);
  }
  window->append_only = !is_job;
  window->watermark_columns = of_group(rows->watermark_columns, keys);
  return window;
}

}  // namespace

Result<Lowered> lower_window(Lowering& lowering, const LogicalNode& node) {
  Lowered stream = TRY(lowering.lower(node.inputs[0]));
  for (const WindowCall& call : node.windows) {
    if (is_range_with_offset(call) && call.order_by[0].expr->type.is(TypeId::kTime)) {
      return fail(SqlState::kFeatureNotSupported, "RANGE with an offset over a time of day is not supported");
    }
  }
  std::vector<int> columns(node.windows.size(), -1);
  for (size_t i = 0; i < node.windows.size(); ++i) {
    if (columns[i] >= 0) continue;
    std::vector<size_t> members;
    for (size_t j = i; j < node.windows.size(); ++j) {
      if (same_window(node.windows[i], node.windows[j])) members.push_back(j);
    }
    stream.node = lower_group(node, members, stream, columns, lowering.is_job());
  }
  stream.columns.insert(stream.columns.end(), columns.begin(), columns.end());
  return stream;
}

}  // namespace leat::planner
