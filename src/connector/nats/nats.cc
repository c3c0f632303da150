#include "connector/nats/nats.h"

#include "connector/nats/nats_options.h"
#include "connector/nats/nats_sink.h"
#include "connector/nats/nats_source.h"

namespace leat {
namespace {

constexpr FormatPair kSourceFormats[] = {{"PLAIN", "JSON"}, {"PLAIN", "BYTES"}};
constexpr FormatPair kSinkFormats[] = {{"PLAIN", "JSON"}};

constexpr IncludeColumn kIncludeColumns[] = {
    {.name = "partition", .type = "varchar", .doc = "The split, always 0."},
    {.name = "offset", .type = "varchar", .doc = "Sequence of the message in its stream."},
    {.name = "payload", .type = "jsonb", .doc = "The whole message, with ENCODE JSON."},
    {.name = "subject", .type = "varchar", .doc = "Subject the message was published to."},
    {.name = "timestamp", .type = "timestamptz", .doc = "When the server stored the message."},
    {.name = "header", .type = "struct<key varchar, value bytea>[]", .takes_field = true, .field_type = "bytea",
     .doc = "The message's headers, or one of them by name."},
};

Result<std::unique_ptr<SourceConnector>> make_source(const SourceSpec& spec) {
  return std::make_unique<nats::NatsSource>(TRY(nats::read_source_settings(spec.options)), spec.clock);
}
Result<std::unique_ptr<SinkConnector>> make_sink(const SinkSpec& spec) {
  return std::make_unique<nats::NatsSink>(TRY(nats::read_sink_settings(spec.options)), spec.clock);
}

}  // namespace

const ConnectorRow& nats_connector() {
  static const ConnectorRow kRow{
      .name = "nats",
      .doc = "NATS JetStream streams as sources; JetStream and core NATS subjects as sinks.",
      .example = "CREATE SOURCE s (id int, v varchar) WITH (connector = 'nats', server_url = 'localhost:4222', "
                 "stream = 'events', subject = 'events.>') FORMAT PLAIN ENCODE JSON;",
      .source_options = nats::source_option_rows(),
      .sink_options = nats::sink_option_rows(),
      .source_formats = kSourceFormats,
      .sink_formats = kSinkFormats,
      .include_columns = kIncludeColumns,
      .make_source = make_source,
      .make_sink = make_sink,
  };
  return kRow;
}

}  // namespace leat
