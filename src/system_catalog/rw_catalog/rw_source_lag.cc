// rw_catalog.rw_source_lag: per split of a source: how far it has read and how much waits. lag_seconds is the age of the last
// // message read, when more are waiting or the connection is down; NULL where the connector cannot tell.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"source", kText}, {"split", kText}, {"connected", kBool}, {"last_offset", kText},
          {"last_message_time", kTimestamptz}, {"pending_messages", kInt8}, {"lag_seconds", kFloat8},
          {"messages", kInt8}, {"rows", kInt8}, {"bytes", kInt8}, {"queued_rows", kInt8}, {"errors", kInt8},
          {"reconnects", kInt8}, {"duplicates", kInt8}, {"acks", kInt8}, {"gap_messages", kInt8},
          {"last_rows_time", kTimestamptz}, {"last_error", kText}, {"last_error_time", kTimestamptz},
          {"stopped", kBool}, {"stop_reason", kText}};
}

void add_time(int64_t time_us, RowBuilder& out) {
  if (time_us == 0) {
    out.add_null();
  } else {
    out.add(time_us);
  }
}

void add_lag(const SourceStats& split, int64_t now_us, RowBuilder& out) {
  const ReaderStats& reader = split.reader;
  const bool waiting = reader.pending.value_or(0) > 0 || split.queued_rows > 0 || !reader.connected;
  if (!waiting) {
    out.add(0.0);
  } else if (reader.last_time_us == 0) {
    out.add_null();
  } else {
    out.add(std::max(0.0, static_cast<double>(now_us - reader.last_time_us) / 1e6));
  }
}

void add_split(const std::string& source, const SourceStats& split, int64_t now_us, RowBuilder& out) {
  const ReaderStats& reader = split.reader;
  out.add(source).add(split.split).add(reader.connected).add(reader.last_offset);
  add_time(reader.last_time_us, out);
  if (reader.pending) {
    out.add(*reader.pending);
  } else {
    out.add_null();
  }
  add_lag(split, now_us, out);
  out.add(reader.messages).add(split.rows).add(reader.bytes).add(split.queued_rows).add(split.errors);
  out.add(reader.reconnects).add(reader.duplicates).add(reader.acks).add(reader.gap_messages);
  add_time(split.last_rows_us, out);
  out.add(reader.last_error);
  add_time(reader.last_error_time_us, out);
  out.add(split.stopped).add(split.stop_reason);
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.engine == nullptr) return;
  const int64_t now_us = context.engine->clock().now_us();
  for (const Engine::SourceRow& source : context.engine->source_stats()) {
    for (const SourceStats& split : source.splits) add_split(source.relation->name, split, now_us, out);
  }
}

}  // namespace

SystemRelation rw_source_lag() {
  return {"rw_catalog", "rw_source_lag", "progress and lag of sources", columns, rows};
}

}  // namespace leat::system_catalog
