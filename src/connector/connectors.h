#pragma once
// The list of connectors: one row each, in connectors.cc.

#include "connector/connector.h"

namespace leat {

std::span<const ConnectorRow> connectors();

// Errors name the connector and what there is: unknown name, no source or no sink of that name.
Result<const ConnectorRow*> find_source_connector(std::string_view name);
Result<const ConnectorRow*> find_sink_connector(std::string_view name);

// connector X does not support format F with encode E (compared without case; hint: the list).
Result<void> check_format(const ConnectorRow& row, std::span<const FormatPair> pairs,
                          std::string_view format, std::string_view encode);
// The row's INCLUDE column, or an error that lists what the connector offers.
Result<const IncludeColumn*> find_include_column(const ConnectorRow& row, std::string_view name);
// The name an INCLUDE column has without AS: _rw_nats_subject.
std::string include_column_name(const ConnectorRow& row, const IncludeColumn& column,
                                std::string_view field);

}  // namespace leat
