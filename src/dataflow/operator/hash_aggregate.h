#pragma once
// HashAggregate: one row per group: the group's key and its aggregates.
//   out = -old +new for each group whose row differs after the step; +new when the group appears,
//   -old when its last row is gone. Without keys there is always one row.
// Key: the group columns. State, by group: number of rows, inline aggregate states, the exact key;
// beside it, per aggregate that needs them: its rows in order (rows way), its distinct arguments with
// their counts. Grows with the live groups (and rows and distinct arguments).
// Groups that a watermark has passed get no more changes: their state goes, their rows stay.
// In a query, and on append-only input, aggregates take their append-only variant.
// Thread: owner only.

#include "aggregate/aggregate.h"
#include "dataflow/operator.h"
#include "dataflow/operator/key_reader.h"
#include "dataflow/operator/watermark_sweep.h"
#include "state/keyed_state.h"
#include "state/ordered_state.h"
#include "types/ordered_key.h"

namespace leat {

class HashAggregate final : public Operator {
 public:
  struct Options {
    const PhysicalNode* plan;
    bool append_only_input;
    bool query;
    bool owns_empty_key;  // without keys: this shard holds the one row
    // State tables, taken in order: the groups first, then what each aggregate needs
    // (aggregate_state_tables() of them in all).
    std::vector<StateOptions> state;
  };
  explicit HashAggregate(Options options);
  ~HashAggregate() override;
  void push(int port, const Batch& batch, Output& out, StepContext& step) override;
  void finish(Output& out, StepContext& step) override;
  void pass_watermarks(std::span<const Watermarks> inputs, StepContext& step) override;
  void list_state(std::vector<StateTable*>& tables) override;

 private:
  struct Call;
  // The head of a group's state bytes.
  struct Head {
    int64_t rows;
    int64_t emitted;  // its row is out
  };
  struct Touched {
    KeyedState::Entry* entry;
    bool emitted;      // its row was out before the step
    size_t old_state;  // offset in old_states_
  };
  // What comes out, row by row: the old or the new row of a touched group, an old one before its new one.
  struct Rows {
    std::vector<uint32_t> touched;
    std::vector<int32_t> weights;  // -1 old, +1 new
    std::vector<const char*> states;
  };
  // The rows that a call takes of a batch: positions in the key reader's order.
  struct Taken {
    std::vector<uint32_t> at;
    std::vector<int32_t> weights;
  };

  void show_empty_key(StepContext& step);
  void touch(KeyedState::Entry* entry, StepContext& step);
  void push_call(Call& call, const Batch& batch, StepContext& step);
  void take_rows(const Call& call, const Batch& batch, Taken& taken) const;
  bool keep_distinct(Call& call, const Batch& batch, Taken& taken, StepContext& step);
  void update_inline(Call& call, const Batch& batch, const Taken& taken);
  void update_rows(Call& call, const Batch& batch, const Taken& taken, StepContext& step);
  void apply_rows(Call& call);
  Rows changed_rows(std::vector<KeyedState::Entry*>& gone);
  std::vector<ColumnPtr> key_columns(const Rows& rows) const;
  ColumnPtr result_column(Call& call, const Rows& rows, StepContext& step);
  void emit_differing(Batch result, Rows rows, Output& out) const;
  void forget_step();
  void rows_result(Call& call, std::string_view key, uint64_t hash, Vector& out, size_t row, StepContext& step);

  std::vector<int> key_columns_;
  std::vector<Type> key_types_;
  bool append_only_, query_, owns_empty_key_, may_be_empty_;
  bool exact_keys_;  // key bytes do not hold the values as they were written (numeric scale ..)
  KeyReader keys_;
  RowPacker exact_key_packer_;
  std::vector<std::unique_ptr<Call>> calls_;
  size_t state_bytes_ = sizeof(Head);
  std::unique_ptr<KeyedState> groups_;
  WatermarkSweep sweep_;

  std::vector<KeyedState::Entry*> entries_;  // of the batch being pushed
  std::vector<char*> states_;
  std::vector<Touched> touched_;  // this step; their entries are marked
  std::vector<char> old_states_;
};

// How many state tables a HashAggregate of this plan takes.
size_t aggregate_state_tables(const PhysicalNode& plan, bool append_only_input);

}  // namespace leat
