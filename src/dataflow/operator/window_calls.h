#pragma once
// WindowCalls: the results of the window functions of one OverWindow node over ordered rows.
// Rows lie in columns, stretch behind stretch; a stretch is a run of neighbours of one partition, and
// holds whatever the frames of its wanted rows reach into. Knows nothing of state or changes.
// Sums of floats are added up anew for each frame that does not only grow, so that a result depends on
// its frame alone and not on how it was reached.
// Thread: owner only.

#include <memory>
#include <string>
#include <vector>

#include "expr/eval_context.h"
#include "plan/physical.h"

namespace leat {

// Rows [begin, end) of the columns.
struct WindowStretch {
  size_t begin = 0, end = 0;
  size_t wanted_begin = 0, wanted_end = 0;  // rows whose results are asked for
  int64_t position = 0;                     // of row `begin` in its partition, from 0
};

// How far a change of one row is felt, and how far a result looks, in rows of the partition.
struct WindowReach {
  static constexpr int64_t kAll = INT64_MAX;
  int64_t results_before = 0, results_after = 0;  // rows before and after a change whose results may differ
  int64_t input_before = 0, input_after = 0;      // rows before and after a wanted row that are read
  bool result_peers = false;                      // results of the change's peers may differ
  bool input_peers = false;                       // read from the first peer of the first wanted row on
};

class WindowCalls {
 public:
  explicit WindowCalls(const PhysicalNode& plan);
  ~WindowCalls();

  const WindowReach& reach() const { return reach_; }
  // `order_keys`: for every row the bytes of the window's ORDER BY; equal bytes are peers.
  // Appends one column per call to rows.columns; results of rows that are not wanted mean nothing.
  void evaluate(Batch& rows, const std::vector<WindowStretch>& stretches,
                const std::vector<std::string_view>& order_keys, EvalContext& context);

 private:
  struct Call;
  struct Peers;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<SortColumn> order_;
  WindowReach reach_;
};

}  // namespace leat
