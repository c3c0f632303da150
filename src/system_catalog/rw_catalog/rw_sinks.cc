// rw_catalog.rw_sinks: sinks.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"id", kInt4}, {"name", kText}, {"schema_id", kInt4}, {"schema_name", kText}, {"owner", kInt4},
          {"definition", kText}, {"connector", kText}, {"sink_type", kText}, {"format", kText},
          {"row_encode", kText}, {"sink_from", kInt4}, {"options", text_list()}, {"created_at", kTimestamptz}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  for (const auto& [id, relation] : context.catalog->relations) {
    if (relation->kind != RelationKind::kSink) continue;
    out.add(id.value).add(relation->name).add(schema_oid(*context.catalog, *relation)).add(relation->schema_name);
    out.add(kRootRole).add(relation->shown_sql);
    out.add(relation->connector).add(relation->append_only ? "append-only" : "upsert").add(relation->format.format);
    out.add(relation->format.encode);
    if (relation->sink_from) {
      out.add(relation->sink_from.value);
    } else {
      out.add_null();
    }
    out.add(text_list_value(shown_options(*relation)));
    out.add(relation->created_micros);
  }
}

}  // namespace

SystemRelation rw_sinks() {
  return {"rw_catalog", "rw_sinks", "sinks", columns, rows};
}

}  // namespace leat::system_catalog
