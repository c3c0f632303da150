// rw_catalog.rw_expression_errors: rows of running jobs whose expression failed and became NULL: the last ones of each job.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"job", kText}, {"errors", kInt8}, {"time", kTimestamptz}, {"sqlstate", kText}, {"error", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const Engine::ExpressionErrors& job : context.engine->expression_errors()) {
    for (const JobErrors::Entry& entry : job.last) {
      out.add(job.relation->name).add(job.count).add(entry.time_us).add(sqlstate_text(entry.error.code));
      out.add(entry.error.message);
    }
  }
}

}  // namespace

SystemRelation rw_expression_errors() {
  return {"rw_catalog", "rw_expression_errors", "failed expressions in jobs", columns, rows};
}

}  // namespace leat::system_catalog
