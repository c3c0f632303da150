#pragma once
// Operator: one shard's instance of a node of the dataflow.
// The law of all operators: after every step, what an operator has emitted since the beginning, summed,
// equals its definition applied to what has been pushed into it since the beginning, summed.
// In a step an operator is told push(port, batch) any number of times and then finish() once, and emits
// batches; a stateless one emits from push, a stateful one may collect and emit from finish, with the
// step's intermediate states cancelled out. It is not called in steps that bring it nothing.
// Thread: one at a time; the executor sees to it.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/id.h"
#include "dataflow/watermark.h"
#include "expr/eval_context.h"
#include "types/batch.h"

namespace leat {

class JobGraph;
class StateTable;

// What a step is: its epoch, its time, and where errors of single rows go.
struct StepContext {
  Epoch epoch = 0;
  EvalContext eval;
  // The first error that ends the step for good: the store cannot be read, a limit is passed.
  Result<void> failure = {};
  const JobGraph* failed_in = nullptr;
  bool failed() const { return !failure.has_value(); }
  void fail(Error error) {
    if (failure) failure = std::unexpected(std::move(error));
  }
};

// Where an operator emits to.
class Output {
 public:
  virtual void emit(Batch batch) = 0;

 protected:
  ~Output() = default;
};

class Operator {
 public:
  virtual ~Operator() = default;
  virtual void push(int port, const Batch& batch, Output& out, StepContext& step) = 0;
  virtual void finish(Output& out, StepContext& step) { (void)out; (void)step; }
  // Queries only: everything has been pushed into this port; the others may still come.
  virtual void port_done(int port, Output& out, StepContext& step) { (void)port; (void)out; (void)step; }
  // Queries only: a row of input may give many of output, so input comes in small parts.
  virtual bool multiplies() const { return false; }
  // Queries only: the last push() has given but a part of its rows; resume() gives the next part. Nothing is
  // pushed before the last one.
  virtual bool unfinished() const { return false; }
  virtual void resume(Output& out, StepContext& step) { (void)out; (void)step; }
  // Queries only: nothing that could still be pushed would change the result (a LIMIT is reached).
  virtual bool satisfied() const { return false; }
  // A filter by watermark: what its rows have promised so far (µs); and, between steps, what those of all
  // shards have.
  virtual std::optional<int64_t> seen_watermark() const { return std::nullopt; }
  virtual void set_watermark(int64_t micros, StepContext& step) { (void)micros; (void)step; }
  // Between steps: coming changes of input `port` are not below these; what is below may be let go.
  virtual void pass_watermarks(std::span<const Watermarks> inputs, StepContext& step) { (void)inputs; (void)step; }
  // The state it keeps, to be checkpointed, accounted and evicted by its owner. In a fixed order.
  virtual void list_state(std::vector<StateTable*>& tables) { (void)tables; }
};

}  // namespace leat
