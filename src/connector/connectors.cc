#include "connector/connectors.h"

#include "connector/blackhole/blackhole.h"
#include "connector/nats/nats.h"

namespace leat {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return low(x) == low(y); });
}

Result<const ConnectorRow*> find(std::string_view name, bool source) {
  std::vector<std::string_view> names;
  for (const ConnectorRow& row : connectors()) {
    const bool offers = source ? row.make_source != nullptr : row.make_sink != nullptr;
    if (offers) names.push_back(row.name);
    if (row.name != name) continue;
    if (offers) return &row;
    return fail(SqlState::kFeatureNotSupported, "connector \"{}\" cannot be used as a {}", name,
                source ? "source" : "sink");
  }
  Error error = make_error(SqlState::kInvalidParameterValue, "connector \"{}\" is not supported", name);
  const auto near = nearest_name(name, names);
  std::string list;
  for (const auto known : names) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", known);
  error.detail = fmt::format("Known for a {}: {}.", source ? "source" : "sink", list);
  if (!near.empty()) error.hint = fmt::format("Did you mean \"{}\"?", near);
  return fail(std::move(error));
}

}  // namespace

std::span<const ConnectorRow> connectors() {
  static const ConnectorRow kConnectors[] = {
      nats_connector(),
      blackhole_connector(),
  };
  return kConnectors;
}

Result<const ConnectorRow*> find_source_connector(std::string_view name) { return find(name, true); }
Result<const ConnectorRow*> find_sink_connector(std::string_view name) { return find(name, false); }

Result<void> check_format(const ConnectorRow& row, std::span<const FormatPair> pairs,
                          std::string_view format, std::string_view encode) {
  std::string list;
  for (const FormatPair& pair : pairs) {
    if (same_word(pair.format, format) && same_word(pair.encode, encode)) return {};
    list += fmt::format("{}FORMAT {} ENCODE {}", list.empty() ? "" : ", ", pair.format, pair.encode);
  }
  Error error = make_error(SqlState::kFeatureNotSupported,
                           "connector {} does not support format {} with encode {}", row.name, format, encode);
  error.hint = fmt::format("Supported: {}.", list);
  return fail(std::move(error));
}

Result<const IncludeColumn*> find_include_column(const ConnectorRow& row, std::string_view name) {
  std::string list;
  for (const IncludeColumn& column : row.include_columns) {
    if (same_word(column.name, name)) return &column;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", column.name);
  }
  Error error = make_error(SqlState::kInvalidParameterValue,
                           "connector {} has no column \"{}\" to include", row.name, name);
  error.hint = list.empty() ? "It offers none." : fmt::format("It offers: {}.", list);
  return fail(std::move(error));
}

std::string include_column_name(const ConnectorRow& row, const IncludeColumn& column,
                                std::string_view field) {
  std::string name = fmt::format("_rw_{}_{}", row.name, column.name);
  if (!field.empty()) name += fmt::format("_{}", field);
  return name;
}

}  // namespace leat
