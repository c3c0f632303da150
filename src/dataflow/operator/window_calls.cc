#include "dataflow/operator/window_calls.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <ranges>

#include "aggregate/aggregate.h"
#include "base/check.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat {
namespace {

constexpr uint32_t kNoRow = UINT32_MAX;

int64_t rows_of(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBound::kCurrentRow: return 0;
    case FrameBound::kPreceding:
    case FrameBound::kFollowing: return bound.offset->literal.as_int64();
    default: return WindowReach::kAll;
  }
}

bool looks_back(const FrameBound& bound) {
  return bound.kind == FrameBound::kPreceding || bound.kind == FrameBound::kUnboundedPreceding;
}
bool looks_ahead(const FrameBound& bound) {
  return bound.kind == FrameBound::kFollowing || bound.kind == FrameBound::kUnboundedFollowing;
}

WindowReach whole_partition() {
  return {.results_before = WindowReach::kAll,
          .results_after = WindowReach::kAll,
          .input_before = WindowReach::kAll,
          .input_after = WindowReach::kAll};
}

WindowReach reach_of_frame(const WindowFrame& frame) {
  if (frame.unit == WindowFrame::kRows) {
    const int64_t before = looks_back(frame.start) ? rows_of(frame.start) : 0;
    const int64_t after = looks_ahead(frame.end) ? rows_of(frame.end) : 0;
    return {.results_before = after, .results_after = before, .input_before = before, .input_after = after};
  }
  // From the partition's start to the current row and its peers: the usual frame. Others are rare.
  const bool running = frame.start.kind == FrameBound::kUnboundedPreceding &&
                       frame.end.kind == FrameBound::kCurrentRow;
  if (!running) return whole_partition();
  return {.results_after = WindowReach::kAll, .input_before = WindowReach::kAll, .result_peers = true};
}

// lag and lead: how many rows back (negative: ahead).
WindowReach reach_of_shift(std::optional<int64_t> back) {
  if (!back) return whole_partition();
  WindowReach reach;
  (*back > 0 ? reach.input_before : reach.input_after) = std::abs(*back);
  (*back > 0 ? reach.results_after : reach.results_before) = std::abs(*back);
  return reach;
}

WindowReach reach_of(const PhysicalWindow& call) {
  const std::string_view f = call.function;
  if (call.aggregate == nullptr) {
    if (f == "row_number") return {.results_after = WindowReach::kAll};
    if (f == "rank") return {.results_after = WindowReach::kAll, .input_peers = true};
    if (f == "dense_rank") {
      return {.results_after = WindowReach::kAll, .input_before = WindowReach::kAll};
    }
    if (f == "lag") return reach_of_shift(call.shift);
    if (f == "lead") return reach_of_shift(call.shift ? std::optional(-*call.shift) : std::nullopt);
    if (f == "percent_rank" || f == "cume_dist" || f == "ntile") return whole_partition();
  }
  return reach_of_frame(call.frame);
}

bool is_float(const Type& type) { return type.is(TypeId::kFloat32) || type.is(TypeId::kFloat64); }

}  // namespace

// Groups of equal order keys within their stretch.
struct WindowCalls::Peers {
  std::vector<uint32_t> begin, end;  // by row: the first row of its group, the row behind its last
  std::vector<uint32_t> number;      // by row: of its group in the stretch, from 0

  Peers(const std::vector<WindowStretch>& stretches, const std::vector<std::string_view>& keys)
      : begin(keys.size()), end(keys.size()), number(keys.size()) {
    for (const WindowStretch& s : stretches) {
      uint32_t group = 0;
      for (size_t first = s.begin; first < s.end; ++group) {
        size_t last = first + 1;
        while (last < s.end && keys[last] == keys[first]) ++last;
        for (size_t row = first; row < last; ++row) {
          begin[row] = static_cast<uint32_t>(first);
          end[row] = static_cast<uint32_t>(last);
          number[row] = group;
        }
        first = last;
      }
    }
  }
};

// One call of the node. Frames are half-open ranges of rows.
struct WindowCalls::Call {
  struct Input {
    const Batch& rows;
    const std::vector<WindowStretch>& stretches;
    const std::vector<std::string_view>& keys;
    const Peers& peers;
    EvalContext& context;
  };
  struct Frame {
    uint32_t begin, end;
  };

  explicit Call(const PhysicalWindow& window, const std::vector<SortColumn>& order) : plan(window) {
    if (plan.aggregate != nullptr) choose_way();
    if (plan.range_column < 0) return;
    SortColumn by = order[0];
    by.column = plan.range_column;
    const auto encoder = [&](int column) {
      by.column = column;
      return std::make_unique<OrderedKeyEncoder>(std::vector<Type>{plan.range_type}, std::vector<SortColumn>{by});
    };
    range_keys = encoder(plan.range_column);
    if (plan.range_start >= 0) start_keys = encoder(plan.range_start);
    if (plan.range_end >= 0) end_keys = encoder(plan.range_end);
  }

  void choose_way() {
    const AggregateFunction& f = *plan.aggregate;
    if (f.retractable.state_bytes != 0) {
      way = &f.retractable;
      removes = !std::ranges::any_of(plan.arg_types, is_float);
    } else if (f.append_only.state_bytes != 0) {
      way = &f.append_only;
    } else {
      CHECK(f.from_rows != nullptr, "aggregate {} has no way", f.name);
      packer = std::make_unique<RowPacker>(plan.arg_types, plan.args, PackMode::kExact);
    }
  }

  VectorPtr evaluate(const Input& in);
  void number_rows(const Input& in, Vector& out);
  VectorPtr pick_rows(const Input& in);
  uint32_t picked(const Input& in, const WindowStretch& s, uint32_t row);
  uint32_t shifted(const Input& in, const WindowStretch& s, uint32_t row) const;
  void inline_aggregate(const Input& in, Vector& out);
  void rows_aggregate(const Input& in, Vector& out);

  void encode_ranges(const Input& in);
  Frame frame(const Input& in, const WindowStretch& s, uint32_t row) const;
  Frame rows_frame(const WindowStretch& s, uint32_t row) const;
  Frame groups_frame(const Input& in, const WindowStretch& s, uint32_t row) const;
  Frame range_frame(const Input& in, const WindowStretch& s, uint32_t row) const;
  uint32_t bound_of_range(const Input& in, const WindowStretch& s, uint32_t row, bool start) const;
  bool takes(const Input& in, uint32_t row) const {
    if (plan.filter < 0) return true;
    const Vector& filter = *in.rows.columns[plan.filter];
    return !filter.is_null(row) && filter.at<uint8_t>(row) != 0;
  }

  PhysicalWindow plan;
  const AggregateFunction::Inline* way = nullptr;
  bool removes = false;  // the inline state takes rows back
  std::unique_ptr<RowPacker> packer;
  std::unique_ptr<OrderedKeyEncoder> range_keys, start_keys, end_keys;
};

// ---- frames ------------------------------------------------------------------------------------

void WindowCalls::Call::encode_ranges(const Input& in) {
  for (auto* keys : {range_keys.get(), start_keys.get(), end_keys.get()}) {
    if (keys != nullptr) keys->encode(in.rows);
  }
}

WindowCalls::Call::Frame WindowCalls::Call::frame(const Input& in, const WindowStretch& s, uint32_t row) const {
  Frame f{};
  switch (plan.frame.unit) {
    case WindowFrame::kRows: f = rows_frame(s, row); break;
    case WindowFrame::kGroups: f = groups_frame(in, s, row); break;
    case WindowFrame::kRange: f = range_frame(in, s, row); break;
  }
  f.begin = std::max(f.begin, static_cast<uint32_t>(s.begin));
  f.end = std::min(f.end, static_cast<uint32_t>(s.end));
  if (f.end < f.begin) f.end = f.begin;
  return f;
}

WindowCalls::Call::Frame WindowCalls::Call::rows_frame(const WindowStretch& s, uint32_t row) const {
  const auto begin = static_cast<int64_t>(s.begin), end = static_cast<int64_t>(s.end);
  const auto at = [&](const FrameBound& bound) {
    const int64_t n = rows_of(bound);
    switch (bound.kind) {
      case FrameBound::kUnboundedPreceding: return begin - 1;
      case FrameBound::kPreceding: return n >= row - begin + 1 ? begin - 1 : row - n;
      case FrameBound::kCurrentRow: return int64_t{row};
      case FrameBound::kFollowing: return n >= end - row ? end : row + n;
      case FrameBound::kUnboundedFollowing: return end;
    }
    return begin;
  };
  const int64_t first = std::max(at(plan.frame.start), begin);
  const int64_t last = at(plan.frame.end);
  return {static_cast<uint32_t>(first), static_cast<uint32_t>(std::clamp(last + 1, begin, end))};
}

WindowCalls::Call::Frame WindowCalls::Call::groups_frame(const Input& in, const WindowStretch& s,
                                                         uint32_t row) const {
  const Peers& peers = in.peers;
  const auto group = [&](uint32_t at) { return int64_t{peers.number[at]}; };
  const auto edge = [&](int64_t number) {  // the first row of a group, or the stretch's end
    const auto rows = std::views::iota(static_cast<uint32_t>(s.begin), static_cast<uint32_t>(s.end));
    return *std::ranges::lower_bound(rows, number, {}, group);
  };
  const int64_t own = group(row);
  const auto at = [&](const FrameBound& bound) -> int64_t {
    switch (bound.kind) {
      case FrameBound::kPreceding: return own - std::min(rows_of(bound), own + 1);
      case FrameBound::kFollowing: return own + std::min<int64_t>(rows_of(bound), UINT32_MAX);
      default: return own;
    }
  };
  Frame f{static_cast<uint32_t>(s.begin), static_cast<uint32_t>(s.end)};
  if (plan.frame.start.kind != FrameBound::kUnboundedPreceding) {
    const int64_t first = at(plan.frame.start);
    f.begin = first > group(static_cast<uint32_t>(s.end) - 1) ? static_cast<uint32_t>(s.end) : edge(std::max<int64_t>(first, 0));
  }
  if (plan.frame.end.kind != FrameBound::kUnboundedFollowing) {
    const int64_t last = at(plan.frame.end);
    f.end = last >= group(static_cast<uint32_t>(s.end) - 1) ? static_cast<uint32_t>(s.end) : edge(last + 1);
  }
  return f;
}

WindowCalls::Call::Frame WindowCalls::Call::range_frame(const Input& in, const WindowStretch& s,
                                                        uint32_t row) const {
  return {bound_of_range(in, s, row, true), bound_of_range(in, s, row, false)};
}

uint32_t WindowCalls::Call::bound_of_range(const Input& in, const WindowStretch& s, uint32_t row, bool start) const {
  const FrameBound& bound = start ? plan.frame.start : plan.frame.end;
  const auto own = [&] { return start ? in.peers.begin[row] : in.peers.end[row]; };
  switch (bound.kind) {
    case FrameBound::kUnboundedPreceding: return static_cast<uint32_t>(s.begin);
    case FrameBound::kUnboundedFollowing: return static_cast<uint32_t>(s.end);
    case FrameBound::kCurrentRow: return own();
    default: break;
  }
  // A row without a value is near to its like only.
  if (in.rows.columns[plan.range_column]->is_null(row)) return own();
  const int column = start ? plan.range_start : plan.range_end;
  // The bound lies outside of the type: nothing is that far away.
  if (in.rows.columns[column]->is_null(row)) {
    return static_cast<uint32_t>(bound.kind == FrameBound::kPreceding ? s.begin : s.end);
  }
  const std::string_view limit = (start ? start_keys : end_keys)->key(row);
  const auto rows = std::views::iota(static_cast<uint32_t>(s.begin), static_cast<uint32_t>(s.end));
  const auto key = [&](uint32_t at) { return range_keys->key(at); };
  const auto at = start ? std::ranges::lower_bound(rows, limit, {}, key) : std::ranges::upper_bound(rows, limit, {}, key);
  return static_cast<uint32_t>(s.begin + static_cast<size_t>(at - rows.begin()));
}

// ---- numbers of rows ---------------------------------------------------------------------------

void WindowCalls::Call::number_rows(const Input& in, Vector& out) {
  const std::string_view f = plan.function;
  for (const WindowStretch& s : in.stretches) {
    const auto size = static_cast<double>(s.end - s.begin);
    const auto position = [&](size_t row) { return s.position + static_cast<int64_t>(row - s.begin); };
    for (size_t row = s.wanted_begin; row < s.wanted_end; ++row) {
      if (f == "row_number") {
        out.data<int64_t>()[row] = position(row) + 1;
      } else if (f == "rank") {
        out.data<int64_t>()[row] = position(in.peers.begin[row]) + 1;
      } else if (f == "dense_rank") {
        out.data<int64_t>()[row] = int64_t{in.peers.number[row]} + 1;
      } else if (f == "percent_rank") {
        out.data<double>()[row] =
            size > 1 ? static_cast<double>(in.peers.begin[row] - s.begin) / (size - 1) : 0.0;
      } else if (f == "cume_dist") {
        out.data<double>()[row] = static_cast<double>(in.peers.end[row] - s.begin) / size;
      } else {
        CHECK(f == "ntile", "unknown window function {}", f);
        const Vector& buckets = *in.rows.columns[plan.args[0]];
        if (buckets.is_null(row)) {
          out.set_null_value(row);
          continue;
        }
        const int64_t n = buckets.at<int32_t>(row);
        if (n <= 0) {
          in.context.row_error(row, make_error(SqlState::kInvalidArgumentForNtile, "argument of ntile must be greater than zero"));
          out.set_null_value(row);
          continue;
        }
        const auto rows = static_cast<int64_t>(s.end - s.begin), at = position(row);
        const int64_t small = rows / n, larger = rows % n;  // the first `larger` buckets hold one row more
        const int64_t bucket = at < larger * (small + 1) ? at / (small + 1)
                                                         : larger + (at - larger * (small + 1)) / std::max<int64_t>(small, 1);
        out.data<int32_t>()[row] = static_cast<int32_t>(bucket + 1);
      }
    }
  }
}

// ---- values of other rows ----------------------------------------------------------------------

// The row that lag or lead reads; kNoRow: it lies outside of the partition, or how far is NULL.
uint32_t WindowCalls::Call::shifted(const Input& in, const WindowStretch& s, uint32_t row) const {
  int64_t by = 1;
  if (plan.args.size() > 1) {
    const Vector& column = *in.rows.columns[plan.args[1]];
    if (column.is_null(row)) return kNoRow;
    by = column.at<int32_t>(row);
  }
  const int64_t at = int64_t{row} + (plan.function == "lag" ? -by : by);
  if (at < static_cast<int64_t>(s.begin) || at >= static_cast<int64_t>(s.end)) return kNoRow;
  return static_cast<uint32_t>(at);
}

uint32_t WindowCalls::Call::picked(const Input& in, const WindowStretch& s, uint32_t row) {
  if (plan.function == "lag" || plan.function == "lead") return shifted(in, s, row);
  const Frame f = frame(in, s, row);
  if (f.begin == f.end) return kNoRow;
  if (plan.function == "first_value") return f.begin;
  if (plan.function == "last_value") return f.end - 1;
  CHECK(plan.function == "nth_value", "unknown window function {}", plan.function);
  const Vector& column = *in.rows.columns[plan.args[1]];
  if (column.is_null(row)) return kNoRow;
  const int64_t n = column.at<int32_t>(row);
  if (n <= 0) {
    in.context.row_error(row, make_error(SqlState::kInvalidArgumentForNthValue, "argument of nth_value must be greater than zero"));
    return kNoRow;
  }
  return n <= f.end - f.begin ? f.begin + static_cast<uint32_t>(n) - 1 : kNoRow;
}

VectorPtr WindowCalls::Call::pick_rows(const Input& in) {
  const size_t count = in.keys.size();
  std::vector<uint32_t> from(count, 0);
  std::vector<uint8_t> found(count, 0), wanted(count, 0);
  for (const WindowStretch& s : in.stretches) {
    for (size_t row = s.wanted_begin; row < s.wanted_end; ++row) {
      wanted[row] = 1;
      const uint32_t source = picked(in, s, static_cast<uint32_t>(row));
      if (source == kNoRow) continue;
      from[row] = source;
      found[row] = 1;
    }
  }
  VectorPtr out = gather(*in.rows.columns[plan.args[0]], from);
  const bool shift = plan.function == "lag" || plan.function == "lead";
  const Vector* otherwise = shift && plan.args.size() > 2 ? in.rows.columns[plan.args[2]].get() : nullptr;
  // How far is NULL: no row was asked for, so no default either.
  const Vector* distance = shift && plan.args.size() > 1 ? in.rows.columns[plan.args[1]].get() : nullptr;
  for (size_t row = 0; row < count; ++row) {
    if (found[row]) continue;
    if (wanted[row] && otherwise != nullptr && !distance->is_null(row)) {
      out->mutable_null_words()[row >> 6] &= ~(uint64_t{1} << (row & 63));
      out->set_value(row, otherwise->value_at(row));
    } else {
      out->set_null_value(row);
    }
  }
  return out;
}

// ---- aggregates --------------------------------------------------------------------------------

// Walks the frames of a stretch and keeps one state that follows them.
void WindowCalls::Call::inline_aggregate(const Input& in, Vector& out) {
  const size_t size = way->state_bytes, count = in.keys.size();
  std::vector<char> states((count + 2) * size);  // by row; then the running one, then that of no rows
  char* const running = states.data() + count * size;
  std::vector<const Vector*> args;
  for (const int c : plan.args) args.push_back(in.rows.columns[c].get());
  std::vector<uint32_t> rows;
  std::vector<char*> targets;
  std::vector<int32_t> weights;
  const auto add = [&](uint32_t begin, uint32_t end, int32_t weight) {
    rows.clear();
    for (uint32_t row = begin; row < end; ++row) {
      if (takes(in, row)) rows.push_back(row);
    }
    if (rows.empty()) return;
    targets.assign(rows.size(), running);
    weights.assign(rows.size(), weight);
    way->update({targets, rows, weight == 1 ? nullptr : weights.data(), args});
  };
  Frame held{};
  const auto move_to = [&](Frame f) {
    const bool overlaps = f.begin < held.end && held.begin < f.end;
    const bool grows = f.begin <= held.begin && f.end >= held.end;
    if (!overlaps || !(grows || removes)) {
      std::memset(running, 0, size);
      add(f.begin, f.end, 1);
    } else {
      if (f.begin < held.begin) add(f.begin, held.begin, 1);
      if (f.end > held.end) add(held.end, f.end, 1);
      if (f.begin > held.begin) add(held.begin, f.begin, -1);
      if (f.end < held.end) add(f.end, held.end, -1);
    }
    held = f;
  };
  // A frame that ends with the partition grows from its end on.
  const bool backwards = !removes && plan.frame.end.kind == FrameBound::kUnboundedFollowing;
  std::vector<const char*> at(count, states.data() + (count + 1) * size);
  for (const WindowStretch& s : in.stretches) {
    held = {};
    const size_t n = s.wanted_end - s.wanted_begin;
    for (size_t i = 0; i < n; ++i) {
      const size_t row = backwards ? s.wanted_end - 1 - i : s.wanted_begin + i;
      move_to(frame(in, s, static_cast<uint32_t>(row)));
      std::memcpy(states.data() + row * size, running, size);
      at[row] = states.data() + row * size;
    }
  }
  way->result(at, out, in.context);
}

namespace {

class FrameRows final : public AggregateRows {
 public:
  FrameRows(const RowPacker& packer, std::span<const uint32_t> rows) : packer_(packer), rows_(rows) {}
  bool next(std::string_view& packed, int64_t& weight) override {
    if (next_ == rows_.size()) return false;
    packed = packer_.packed(rows_[next_++]);
    weight = 1;
    return true;
  }

 private:
  const RowPacker& packer_;
  std::span<const uint32_t> rows_;
  size_t next_ = 0;
};

}  // namespace

void WindowCalls::Call::rows_aggregate(const Input& in, Vector& out) {
  const AggregateFunction& f = *plan.aggregate;
  packer->pack(in.rows);
  std::vector<uint32_t> place(in.keys.size());  // by row: in the aggregate's own order
  std::iota(place.begin(), place.end(), 0);
  if (f.rows_order != AggregateFunction::kArrival) {
    const SortColumn by{.column = plan.args[0], .descending = f.rows_order == AggregateFunction::kDescending};
    OrderedKeyEncoder order({plan.arg_types[0]}, {by});
    order.encode(in.rows);
    std::vector<uint32_t> sorted = place;
    std::ranges::sort(sorted, {}, [&](uint32_t row) { return std::pair(order.key(row), row); });
    for (size_t i = 0; i < sorted.size(); ++i) place[sorted[i]] = static_cast<uint32_t>(i);
  }
  const Vector* first = f.skips_null_rows && !plan.args.empty() ? in.rows.columns[plan.args[0]].get() : nullptr;
  std::vector<uint8_t> wanted(in.keys.size(), 0);
  std::vector<uint32_t> rows;
  for (const WindowStretch& s : in.stretches) {
    for (size_t row = s.wanted_begin; row < s.wanted_end; ++row) {
      rows.clear();
      const Frame range = frame(in, s, static_cast<uint32_t>(row));
      for (uint32_t at = range.begin; at < range.end; ++at) {
        if (takes(in, at) && (first == nullptr || !first->is_null(at))) rows.push_back(at);
      }
      std::ranges::sort(rows, {}, [&](uint32_t at) { return place[at]; });
      FrameRows frame_rows(*packer, rows);
      f.from_rows(frame_rows, plan.arg_types, out, row, in.context);
      wanted[row] = 1;
    }
  }
  for (size_t row = 0; row < wanted.size(); ++row) {
    if (!wanted[row]) out.set_null_value(row);
  }
}

VectorPtr WindowCalls::Call::evaluate(const Input& in) {
  encode_ranges(in);
  const bool picks = plan.aggregate == nullptr &&
                     (plan.function == "lag" || plan.function == "lead" || plan.function.ends_with("_value"));
  if (picks) return pick_rows(in);
  auto out = std::make_shared<Vector>(plan.type, in.keys.size());
  if (plan.aggregate == nullptr) {
    std::memset(out->data<std::byte>(), 0, in.keys.size() * plan.type.width());
    number_rows(in, *out);
  } else if (way != nullptr) {
    inline_aggregate(in, *out);
  } else {
    rows_aggregate(in, *out);
  }
  return out;
}

// ---- all calls ---------------------------------------------------------------------------------

WindowCalls::WindowCalls(const PhysicalNode& plan) : order_(plan.order) {
  for (const PhysicalWindow& window : plan.windows) {
    calls_.push_back(std::make_unique<Call>(window, order_));
    const WindowReach reach = reach_of(window);
    reach_.results_before = std::max(reach_.results_before, reach.results_before);
    reach_.results_after = std::max(reach_.results_after, reach.results_after);
    reach_.input_before = std::max(reach_.input_before, reach.input_before);
    reach_.input_after = std::max(reach_.input_after, reach.input_after);
    reach_.result_peers |= reach.result_peers;
    reach_.input_peers |= reach.input_peers;
  }
}

WindowCalls::~WindowCalls() = default;

void WindowCalls::evaluate(Batch& rows, const std::vector<WindowStretch>& stretches,
                           const std::vector<std::string_view>& order_keys, EvalContext& context) {
  const Peers peers(stretches, order_keys);
  std::vector<ColumnPtr> results;
  for (const auto& call : calls_) results.push_back(call->evaluate({rows, stretches, order_keys, peers, context}));
  for (ColumnPtr& result : results) rows.columns.push_back(std::move(result));
}

}  // namespace leat
