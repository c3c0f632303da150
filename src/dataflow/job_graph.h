#pragma once
// JobGraph: the nodes of one job's (or query's) dataflow with their operators, one instance per shard.
// Built from a physical plan; nodes are in topological order, inputs before users.
// An exchange is not a node but a property of an edge: its rows are sent to the shard that owns the
// hash of the keys.
// Thread: owned by whoever runs it: the engine's step thread, a backfill, or a query.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataflow/operator.h"
#include "plan/physical.h"

namespace leat {

struct Node;
class JobGraph;

// Where a node's output goes.
struct Edge {
  enum Route : uint8_t {
    kForward,   // same shard
    kHash,      // the owner of the hash of `keys`
    kSingle,    // shard 0
  };
  Node* to = nullptr;
  int port = 0;
  Route route = kForward;
  std::vector<int> keys;
};

struct NodeStats {  // written by the step thread only, read by anyone
  std::atomic<uint64_t> rows_in{0}, rows_out{0}, busy_ns{0}, steps{0};
};

struct Node {
  PhysicalPtr plan;
  JobGraph* job = nullptr;
  std::vector<std::unique_ptr<Operator>> instances;  // by shard
  std::vector<Edge> outputs;
  uint64_t rank = 0;  // execution order over the whole graph: an edge goes from lower to higher
  int stage = 0;      // how many exchanges lie before it
  // Of each input and of the output; written by the step thread between steps.
  std::vector<Watermarks> input_watermarks;
  Watermarks watermarks;
  bool makes_watermark = false;                // a filter by watermark
  std::atomic<bool> watermark_noted{false};    // it ran in this step
  NodeStats stats;

  // The executor's: what waits to be pushed, by shard.
  struct Delivery {
    int port;
    Batch batch;
  };
  struct Inbox {
    std::vector<Delivery> waiting;
    bool scheduled = false;  // on the agenda
    size_t part_rows = 0;    // queries: how many rows are pushed at once into `part_port`
    int part_port = -1;
  };
  std::vector<Inbox> inbox;
};

// A scan's place in the graph: where changes or rows of a relation enter.
struct ScanPort {
  PhysicalPtr scan;
  Node* node = nullptr;  // the scan node: stateless, projects the relation's columns
};

class JobGraph {
 public:
  JobGraph() = default;
  JobGraph(const JobGraph&) = delete;
  JobGraph& operator=(const JobGraph&) = delete;

  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  const std::vector<ScanPort>& scans() const { return scans_; }
  // Where errors of single rows of this job go; null: to the step's own sink.
  ErrorSink* errors = nullptr;

  Node* root() const { return nodes_.back().get(); }
  size_t shards() const { return shards_; }
  // State tables of all operators, by node and shard.
  std::vector<StateTable*> state_tables() const;
  size_t state_bytes() const;

 private:
  friend class GraphBuilder;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<ScanPort> scans_;
  size_t shards_ = 1;
};

}  // namespace leat
