// rw_catalog.rw_ddl_progress: the CREATE statements that are filling their relation right now.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"ddl_statement", kText}, {"rows_done", kInt8}, {"rows_total", kInt8}, {"progress", kText},
          {"initialized_at", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const Engine::Progress& progress : context.engine->progress()) {
    const double done = static_cast<double>(progress.rows_done);
    const double percent = progress.rows_total == 0 ? 0.0 : 100.0 * done / static_cast<double>(progress.rows_total);
    out.add(progress.statement).add(progress.rows_done).add(progress.rows_total).add(fmt::format("{:.2f}%", percent));
    out.add(progress.started_us);
  }
}

}  // namespace

SystemRelation rw_ddl_progress() {
  return {"rw_catalog", "rw_ddl_progress", "progress of CREATE statements", columns, rows};
}

}  // namespace leat::system_catalog
