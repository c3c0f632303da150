#pragma once
// Collect: the end of a query or a sink: keeps the batches that reach it until its owner takes them.
// Law: what was taken, summed, is what was pushed. Thread: owner only.

#include "dataflow/operator.h"

namespace leat {

class Collect final : public Operator {
 public:
  void push(int, const Batch& batch, Output&, StepContext&) override {
    rows_ += batch.size();
    batches_.push_back(batch);
  }
  bool empty() const { return batches_.empty(); }
  size_t rows() const { return rows_; }
  std::vector<Batch> take() {
    rows_ = 0;
    return std::exchange(batches_, {});
  }

 private:
  std::vector<Batch> batches_;
  size_t rows_ = 0;
};

}  // namespace leat
