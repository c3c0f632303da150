#pragma once
// OverWindow: every input row with the results of the window functions over its partition `keys` in the
// order `order`; equal rows in order are told apart by the rest of the row, so that row_number() and
// frames of ROWS are one and the same on every run.
//   out = -old +new of the rows whose results a change of the step reaches, in partitions that changed.
//   What a change reaches follows from the calls: the frame's rows around it for ROWS and lag/lead, all
//   rows behind it for row_number() and running aggregates, the whole partition otherwise.
// State: the live rows, per partition in order; partitions that a watermark has passed are let go. A step
// costs O(reach + frame) per changed partition; a running aggregate is added up from the partition's start.
// Thread: owner only.

#include "dataflow/operator.h"
#include "dataflow/operator/ordered_rows.h"
#include "dataflow/operator/window_calls.h"

namespace leat {

class OverWindow final : public Operator {
 public:
  OverWindow(const PhysicalNode& plan, StateOptions state);
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void pass_watermarks(std::span<const Watermarks> inputs, StepContext&) override { rows_.pass_watermarks(inputs[0]); }
  void list_state(std::vector<StateTable*>& tables) override { tables.push_back(&rows_.state()); }

 private:
  using Group = OrderedRows::Group;
  using Change = OrderedRows::Change;
  // Rows whose results a partition's changes reach, as positions, and the rows to read for them.
  struct Range {
    int64_t wanted_begin, wanted_end;
    int64_t read_begin, read_end;
  };
  Range range_of(const Group* group, const Change& lowest, const Change& highest) const;
  void read(const Group* group, const Range& range, int32_t weight);
  void emit(Output& out, StepContext& step);

  std::vector<Type> types_;
  OrderedRows rows_;
  WindowCalls calls_;
  // Of the step.
  std::vector<Change> changes_;
  RowUnpacker read_rows_;
  std::vector<std::string_view> read_keys_;
  std::vector<WindowStretch> stretches_;
  std::vector<int32_t> weights_;  // by stretch
};

}  // namespace leat
