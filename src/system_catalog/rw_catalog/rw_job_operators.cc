// rw_catalog.rw_job_operators: the operators of every job and what they cost.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"job", kText}, {"operator_id", kInt4}, {"operator", kText}, {"rows_in", kInt8}, {"rows_out", kInt8},
          {"busy_seconds", kFloat8}, {"state_bytes", kInt8}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const JobStats& job : context.engine->job_stats()) {
    for (const JobStats::NodeRow& node : job.nodes) {
      out.add(job.relation->name).add(node.id).add(node.name).add(node.rows_in).add(node.rows_out);
      out.add(static_cast<double>(node.busy_ns) / 1e9).add(node.state_bytes);
    }
  }
}

}  // namespace

SystemRelation rw_job_operators() {
  return {"rw_catalog", "rw_job_operators", "operators of jobs", columns, rows};
}

}  // namespace leat::system_catalog
