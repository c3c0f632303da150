#pragma once
// LiveJob: a job that takes part in the live steps, with what feeds it and what it feeds.
// Thread: the step thread, but for what its parts say themselves.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataflow/graph_builder.h"
#include "job/engine.h"

namespace leat {

struct Engine::LiveJob {
  RelationPtr relation;
  PhysicalPlan plan;
  std::unique_ptr<JobErrors> errors;
  std::unique_ptr<JobGraph> graph;
  const ScanPort* own_input = nullptr;  // tables and sources: where written rows and messages enter
  std::vector<Collect*> collects;       // sinks: by shard
  std::unique_ptr<Ingest> ingest;
  std::map<std::string, Position> positions;  // by split, of what the steps have taken
  std::unique_ptr<SinkTask> sink;
  bool sends_snapshot = true;  // sinks: the rows that are there at CREATE too
  uint64_t rows_in = 0;
  std::vector<Node*> clocks;  // nodes that show the time
  // Freshness: the jobs read; when the oldest input of this step arrived (0: it brings none); how long the
  // input of the last step that brought some was on its way, from its arrival until it was visible.
  std::vector<const LiveJob*> inputs;
  int64_t arrived_us = 0;
  int64_t way_us = 0;
  void note_arrival(int64_t us) {
    if (us != 0 && (arrived_us == 0 || us < arrived_us)) arrived_us = us;
  }

  Node* output() const { return graph->root(); }
};

}  // namespace leat
