// pg_stat_activity: the sessions and what they are doing.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"datid", kOid}, {"datname", kText}, {"pid", kInt4}, {"leader_pid", kInt4}, {"usesysid", kOid},
          {"usename", kText}, {"application_name", kText}, {"client_addr", kText}, {"client_hostname", kText},
          {"client_port", kInt4}, {"backend_start", kTimestamptz}, {"xact_start", kTimestamptz},
          {"query_start", kTimestamptz}, {"state_change", kTimestamptz}, {"wait_event_type", kText},
          {"wait_event", kText}, {"state", kText}, {"backend_xid", kInt8}, {"backend_xmin", kInt8},
          {"query", kText}, {"backend_type", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (!context.sessions) return;
  for (const SessionRow& row : context.sessions()) {
    out.add(kDatabase).add(row.database).add(row.pid).add_null().add(kRootRole).add(row.user).add(row.application_name);
    out.add(row.client_address).add_null().add_null().add(row.started_us).add_null();
    if (row.query_started_us == 0) {
      out.add_null().add_null();
    } else {
      out.add(row.query_started_us).add(row.query_started_us);
    }
    out.add_null().add_null().add(row.state).add_null().add_null().add(row.query).add("client backend");
  }
}

}  // namespace

SystemRelation pg_stat_activity() {
  return {"pg_catalog", "pg_stat_activity", "sessions", columns, rows};
}

}  // namespace leat::system_catalog
