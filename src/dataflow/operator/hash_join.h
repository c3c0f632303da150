#pragma once
// HashJoin: rows of both sides with equal keys for which the condition holds; symmetric.
//   out(ΔL) = ΔL ⋈ R, then L += ΔL;  out(ΔR) = L ⋈ ΔR, then R += ΔR.
// Outer, semi and anti joins keep with each row of the side that may stand alone the number of its
// matches; 0↔1 adds or takes back the padded row (outer), the row itself (semi), or its reverse (anti).
// Rows with a NULL key match nothing (unless that key column is null-safe); only the side that may
// stand alone emits them, without keeping them.
// State: both sides' rows by key, in the distribution's vnodes. Grows with the live rows of both.
// Keys that the watermarks of both sides have passed get no more changes: their rows are let go.
// In a query the right side comes first and whole; the left streams past it and is not kept.
// Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "dataflow/operator/watermark_sweep.h"
#include "expr/evaluator.h"
#include "state/multi_state.h"

namespace leat {

class HashJoin final : public Operator {
 public:
  struct Options {
    const PhysicalNode* plan;  // kHashJoin; not kept
    StateOptions left, right;
    bool query = false;
  };
  explicit HashJoin(Options options);
  ~HashJoin() override;

  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  bool multiplies() const override { return true; }
  void pass_watermarks(std::span<const Watermarks> inputs, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override;

 private:
  struct Side;
  struct Pairs;
  void emit_pairs(int port, const Batch& batch, Pairs& pairs, Output& out, StepContext& step);
  void note_match(int other, MultiState::Row* row, int64_t weight);
  void flush_transitions(int other, Output& out);
  // Rows of one side, padded with NULLs on the other (outer), or alone (semi, anti).
  void emit_alone(int side, std::vector<ColumnPtr> columns, std::vector<int32_t> weights, Output& out);
  bool stands_alone(int side) const;

  JoinKind join_;
  bool query_;
  bool single_row_;
  std::vector<int> output_;
  std::vector<int> key_columns_[2];  // by side
  std::unique_ptr<Side> sides_[2];
  std::unique_ptr<Evaluator> condition_;
  // Rows of the other side whose match count this batch has changed (they are marked), with the count before.
  std::vector<std::pair<MultiState::Row*, int64_t>> changed_;
};

}  // namespace leat
