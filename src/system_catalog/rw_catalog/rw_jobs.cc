// rw_catalog.rw_jobs: every lasting dataflow: a table, source, materialized view, index or sink.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"job", kText}, {"kind", kText}, {"rows_in", kInt8}, {"rows_out", kInt8}, {"state_bytes", kInt8},
          {"expression_errors", kInt8}, {"freshness_seconds", kFloat8}, {"status", kText}, {"reason", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const JobStats& job : context.engine->job_stats()) {
    out.add(job.relation->name).add(relation_kind_text(job.relation->kind)).add(job.rows_in).add(job.rows_out);
    out.add(job.state_bytes).add(job.errors).add(job.freshness_seconds).add(job.status).add(job.reason);
  }
}

}  // namespace

SystemRelation rw_jobs() {
  return {"rw_catalog", "rw_jobs", "jobs", columns, rows};
}

}  // namespace leat::system_catalog
