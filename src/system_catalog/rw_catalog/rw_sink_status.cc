// rw_catalog.rw_sink_status: what each sink has sent, what waits, and its last trouble.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"sink", kText}, {"connected", kBool}, {"rows", kInt8}, {"messages", kInt8}, {"bytes", kInt8},
          {"waiting_messages", kInt8}, {"waiting_bytes", kInt8}, {"in_flight", kInt8}, {"duplicates", kInt8},
          {"retries", kInt8}, {"reconnects", kInt8}, {"last_error", kText}, {"last_error_time", kTimestamptz},
          {"failed", kBool}, {"failure", kText}};
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  for (const Engine::SinkRow& sink : context.engine->sink_stats()) {
    const SinkTask::Stats& stats = sink.stats;
    const WriterStats& writer = stats.writer;
    out.add(sink.relation->name).add(writer.connected).add(stats.rows).add(writer.messages).add(writer.bytes);
    out.add(stats.waiting).add(stats.waiting_bytes).add(writer.in_flight).add(writer.duplicates).add(writer.retries);
    out.add(writer.reconnects).add(writer.last_error);
    if (writer.last_error_time_us == 0) {
      out.add_null();
    } else {
      out.add(writer.last_error_time_us);
    }
    out.add(!stats.error.empty()).add(stats.error);
  }
}

}  // namespace

SystemRelation rw_sink_status() {
  return {"rw_catalog", "rw_sink_status", "progress of sinks", columns, rows};
}

}  // namespace leat::system_catalog
