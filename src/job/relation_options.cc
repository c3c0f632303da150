#include "job/relation_options.h"

#include "connector/connectors.h"

namespace leat {
namespace {

constexpr OptionRow kSourceRows[] = {
    {.name = "on_error",
     .type = OptionType::kEnum,
     .doc = "A message that cannot be decoded: `skip` counts and keeps it in rw_catalog.rw_source_errors and "
            "goes on, `fail` stops the source.",
     .default_value = "skip",
     .allowed = "skip,fail"},
};
constexpr OptionRow kSinkRows[] = {
    {.name = "type",
     .type = OptionType::kEnum,
     .doc = "Only append-only: every row of the input becomes one message.",
     .default_value = "append-only",
     .allowed = "append-only"},
    {.name = "force_append_only",
     .type = OptionType::kBool,
     .doc = "Take an input that is not append-only: deletes are dropped, an update sends the new row.",
     .default_value = "false",
     .aliases = "ignore_delete"},
    {.name = "snapshot",
     .type = OptionType::kBool,
     .doc = "Send the rows that exist when the sink is created.",
     .default_value = "true"},
};

std::vector<WithOption> with_of(const Relation& relation) {
  std::vector<WithOption> with;
  for (const auto& option : relation.options) {
    with.push_back({option.name, option.value,
                    option.position ? std::optional(option.position) : std::nullopt});
  }
  return with;
}

std::vector<std::pair<std::string, std::string>> format_options_of(const Relation& relation) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& option : relation.format.options) options.emplace_back(option.name, option.value);
  return options;
}

Result<Options> options_of(const Relation& relation, const ConnectorRow& row) {
  const bool sink = relation.kind == RelationKind::kSink;
  const std::span<const OptionRow> tables[] = {sink ? row.sink_options : row.source_options,
                                               sink ? sink_job_options() : source_job_options()};
  return parse_options("connector " + relation.connector, tables, with_of(relation));
}

const char* format_or(const std::string& given, const char* fallback) {
  return given.empty() ? fallback : given.c_str();
}

}  // namespace

std::span<const OptionRow> source_job_options() { return kSourceRows; }
std::span<const OptionRow> sink_job_options() { return kSinkRows; }

Result<Options> relation_options(const Relation& relation) {
  const ConnectorRow* row = relation.kind == RelationKind::kSink
                                ? TRY(find_sink_connector(relation.connector))
                                : TRY(find_source_connector(relation.connector));
  return options_of(relation, *row);
}

Result<std::unique_ptr<SourceConnector>> make_source_connector(const Relation& relation, Clock& clock) {
  const ConnectorRow* row = TRY(find_source_connector(relation.connector));
  const Options options = TRY(options_of(relation, *row));
  std::vector<ColumnSpec> columns;
  for (const auto& column : relation.columns) {
    if (!column.hidden && column.generated_sql.empty()) columns.push_back({column.name, column.type.name()});
  }
  return row->make_source({.options = options, .clock = clock, .columns = columns});
}

Result<std::unique_ptr<SinkConnector>> make_sink_connector(const Relation& relation, Clock& clock) {
  const ConnectorRow* row = TRY(find_sink_connector(relation.connector));
  const Options options = TRY(options_of(relation, *row));
  return row->make_sink({.options = options, .clock = clock});
}

Result<std::unique_ptr<Encoder>> make_sink_encoder(const Relation& relation) {
  const FormatRow* row = TRY(find_format(format_or(relation.format.format, "PLAIN"),
                                         format_or(relation.format.encode, "JSON")));
  if (row->make_encoder == nullptr) {
    return fail(SqlState::kFeatureNotSupported, "a sink cannot write FORMAT {} ENCODE {}", row->format,
                row->encode);
  }
  const FormatOptions options =
      TRY(check_format_options(*row, row->encode_options, format_options_of(relation)));
  Schema visible;
  for (const auto& column : relation.columns) {
    if (!column.hidden) visible.push_back({column.name, column.type});
  }
  return row->make_encoder({.schema = visible, .options = options});
}

Result<void> check_relation_options(const Relation& relation) {
  TRY(relation_options(relation));
  const bool sink = relation.kind == RelationKind::kSink;
  const ConnectorRow* row = sink ? TRY(find_sink_connector(relation.connector))
                                 : TRY(find_source_connector(relation.connector));
  const std::string format = format_or(relation.format.format, "PLAIN");
  const std::string encode = format_or(relation.format.encode, "JSON");
  const auto pairs = sink ? row->sink_formats : row->source_formats;
  if (sink && pairs.empty()) return {};  // takes rows as they are
  if (auto checked = check_format(*row, pairs, format, encode); !checked) {
    return std::unexpected(std::move(checked).error().at(
        relation.format.position ? std::optional(relation.format.position) : std::nullopt));
  }
  const FormatRow* format_row = TRY(find_format(format, encode));
  TRY(check_format_options(*format_row, sink ? format_row->encode_options : format_row->decode_options,
                           format_options_of(relation)));
  if (sink) TRY(make_sink_encoder(relation));
  return {};
}

}  // namespace leat
