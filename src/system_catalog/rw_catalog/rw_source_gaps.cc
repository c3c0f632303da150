// rw_catalog.rw_source_gaps: messages that were gone from the broker before a source could read them.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"source", kText}, {"split", kText}, {"first_offset", kInt8}, {"last_offset", kInt8},
          {"messages_max", kInt8}, {"reason", kText}, {"time", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const Engine::SourceRow& source : context.engine->source_stats()) {
    for (const SourceStats& split : source.splits) {
      for (const OffsetGap& gap : split.reader.gaps) {
        out.add(source.relation->name).add(split.split).add(gap.first).add(gap.last).add(gap.messages).add(gap.reason);
        out.add(gap.time_us);
      }
    }
  }
}

}  // namespace

SystemRelation rw_source_gaps() {
  return {"rw_catalog", "rw_source_gaps", "gaps in sources", columns, rows};
}

}  // namespace leat::system_catalog
