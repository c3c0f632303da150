#include "dataflow/job_graph.h"

#include "state/state_table.h"

namespace leat {

std::vector<StateTable*> JobGraph::state_tables() const {
  std::vector<StateTable*> tables;
  for (const auto& node : nodes_) {
    for (const auto& instance : node->instances) instance->list_state(tables);
  }
  return tables;
}

size_t JobGraph::state_bytes() const {
  size_t bytes = 0;
  for (const StateTable* table : state_tables()) bytes += table->bytes();
  return bytes;
}

}  // namespace leat
