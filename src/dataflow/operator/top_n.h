#pragma once
// TopN: per group of `keys`, the rows offset+1 .. offset+limit in the order `order`; ties are broken
// by the rest of the row, so that the result is one and the same on every run.
//   out = what enters and leaves the window; a change outside of it moves nothing.
//   WITH TIES keeps every row that is equal in order to the last one; emit_rank appends row_number.
// State: per group its rows in order; of an append-only input only those up to the window's end (not WITH
// TIES), because what is behind it stays behind. Groups that a watermark has passed are let go. Bounded by
// the live rows; O(log n) per change, O(window) per changed group with rank or ties.
// Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/ordered_rows.h"

namespace leat {

class TopN final : public Operator {
 public:
  // `limit` < 0: none. In a query the input is append-only and finish() comes once.
  struct Bounds {
    int64_t limit = -1;
    int64_t offset = 0;
  };
  TopN(const PhysicalNode& plan, Bounds bounds, StateOptions state, bool query);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void pass_watermarks(std::span<const Watermarks> inputs, StepContext&) override { rows_.pass_watermarks(inputs[0]); }
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&state_); }

 private:
  using Group = OrderedRows::Group;
  using Change = OrderedRows::Change;
  struct Emission {
    std::string_view value;  // as stored
    int64_t rank;
    int32_t weight;
  };
  bool behind_window(const Group* group, std::string_view sort_key) const;
  void apply_changes();
  void apply(const Change& change);
  void forget_behind_window(Group* group);
  void change_window(Group* group, std::string_view sort_key, std::string_view value, int64_t weight);
  void note(std::string_view value, int64_t rank, int64_t weight);
  // The window's rows with ranks, appended as text for comparison: rank or ties make it move whole.
  void list_window(const Group* group, std::vector<std::pair<int64_t, std::string>>& rows) const;
  std::string_view row_at(const Group* group, int64_t rank) const;
  // In a query there is nothing before: the window comes out whole at its end.
  bool moves_whole() const { return query_ || emit_rank_ || with_ties_; }
  int64_t high() const { return bounds_.limit < 0 ? INT64_MAX : bounds_.offset + bounds_.limit; }
  void emit(Output& out);

  Bounds bounds_;
  bool with_ties_, emit_rank_, query_;
  bool forgets_;  // rows behind the window's end
  std::vector<Type> types_;
  OrderedRows rows_;
  OrderedState& state_;  // of rows_
  std::vector<Change> changes_;
  std::vector<Emission> emissions_;
  // Groups whose window is compared whole (they are marked), with the window before.
  std::vector<std::pair<Group*, std::vector<std::pair<int64_t, std::string>>>> whole_;
};

}  // namespace leat
