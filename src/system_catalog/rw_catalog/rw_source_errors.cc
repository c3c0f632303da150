// rw_catalog.rw_source_errors: the last messages of each source that gave no row, or a NULL where there was something.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"source", kText}, {"split", kText}, {"message_offset", kText}, {"time", kTimestamptz}, {"error", kText},
          {"sample", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const Engine::SourceRow& source : context.engine->source_stats()) {
    for (const SourceError& error : source.errors) {
      out.add(source.relation->name).add(error.split).add(error.offset).add(error.time_us).add(error.error).add(error.sample);
    }
  }
}

}  // namespace

SystemRelation rw_source_errors() {
  return {"rw_catalog", "rw_source_errors", "messages that could not be decoded", columns, rows};
}

}  // namespace leat::system_catalog
