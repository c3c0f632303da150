#pragma once
// The messages that the server sends, appended to a buffer. Names are the protocol's.

#include <span>
#include <string_view>

#include "pgwire/session_interface.h"
#include "pgwire/wire_buffer.h"

namespace leat::pgwire {

enum class ErrorSeverity : uint8_t { kError, kFatal };

void append_authentication_ok(WireBuffer& out);
void append_authentication_sasl(WireBuffer& out);
void append_authentication_sasl_continue(WireBuffer& out, std::string_view data);
void append_authentication_sasl_final(WireBuffer& out, std::string_view data);
void append_negotiate_protocol_version(WireBuffer& out, uint32_t minor,
                                       std::span<const std::string> unknown_options);
void append_parameter_status(WireBuffer& out, std::string_view name, std::string_view value);
void append_backend_key_data(WireBuffer& out, int32_t pid, int32_t secret);
void append_ready_for_query(WireBuffer& out, TransactionStatus status);

void append_error(WireBuffer& out, const Error& error, ErrorSeverity severity);
void append_notice(WireBuffer& out, const Notice& notice);

// `format_of(i)` by the rule of ResultSink::begin_rows.
Format format_of(std::span<const Format> formats, size_t column);
void append_row_description(WireBuffer& out, std::span<const ResultColumn> columns,
                            std::span<const Format> formats);
void append_parameter_description(WireBuffer& out, std::span<const Type> types);
void append_command_complete(WireBuffer& out, std::string_view tag);
void append_copy_response(WireBuffer& out, char type, Format format,
                          int column_count);  // 'G' or 'H'
void append_copy_data(WireBuffer& out, std::string_view piece);
// A message without a body: ParseComplete '1', NoData 'n', PortalSuspended 's' ...
void append_empty_message(WireBuffer& out, char type);

}  // namespace leat::pgwire
