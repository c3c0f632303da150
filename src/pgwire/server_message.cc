#include "pgwire/server_message.h"

namespace leat::pgwire {

namespace {

constexpr uint32_t kAuthenticationOk = 0;
constexpr uint32_t kAuthenticationSasl = 10;
constexpr uint32_t kAuthenticationSaslContinue = 11;
constexpr uint32_t kAuthenticationSaslFinal = 12;

void append_authentication(WireBuffer& out, uint32_t kind, std::string_view data) {
  const size_t message = out.begin_message('R');
  out.append_number(kind);
  out.append(data);
  out.end_message(message);
}

void append_field(WireBuffer& out, char field, std::string_view text) {
  if (text.empty()) return;
  out.append_byte(field);
  out.append_cstring(text.substr(0, text.find('\0')));
}

void append_severity(WireBuffer& out, std::string_view severity) {
  append_field(out, 'S', severity);
  append_field(out, 'V', severity);
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "DEBUG";
    case Severity::kLog:
      return "LOG";
    case Severity::kInfo:
      return "INFO";
    case Severity::kNotice:
      return "NOTICE";
    case Severity::kWarning:
      return "WARNING";
  }
  UNREACHABLE();
}

}  // namespace

void append_authentication_ok(WireBuffer& out) {
  append_authentication(out, kAuthenticationOk, {});
}

void append_authentication_sasl(WireBuffer& out) {
  using namespace std::string_view_literals;
  append_authentication(out, kAuthenticationSasl, "SCRAM-SHA-256\0\0"sv);
}

void append_authentication_sasl_continue(WireBuffer& out, std::string_view data) {
  append_authentication(out, kAuthenticationSaslContinue, data);
}

void append_authentication_sasl_final(WireBuffer& out, std::string_view data) {
  append_authentication(out, kAuthenticationSaslFinal, data);
}

void append_negotiate_protocol_version(WireBuffer& out, uint32_t minor,
                                       std::span<const std::string> unknown_options) {
  const size_t message = out.begin_message('v');
  out.append_number(minor);
  out.append_number(static_cast<uint32_t>(unknown_options.size()));
  for (const std::string& name : unknown_options) out.append_cstring(name);
  out.end_message(message);
}

void append_parameter_status(WireBuffer& out, std::string_view name, std::string_view value) {
  const size_t message = out.begin_message('S');
  out.append_cstring(name);
  out.append_cstring(value);
  out.end_message(message);
}

void append_backend_key_data(WireBuffer& out, int32_t pid, int32_t secret) {
  const size_t message = out.begin_message('K');
  out.append_number(pid);
  out.append_number(secret);
  out.end_message(message);
}

void append_ready_for_query(WireBuffer& out, TransactionStatus status) {
  const size_t message = out.begin_message('Z');
  out.append_byte(static_cast<char>(status));
  out.end_message(message);
}

void append_error(WireBuffer& out, const Error& error, ErrorSeverity severity) {
  const size_t message = out.begin_message('E');
  append_severity(out, severity == ErrorSeverity::kFatal ? "FATAL" : "ERROR");
  append_field(out, 'C', sqlstate_text(error.code));
  append_field(out, 'M', error.message.empty() ? std::string_view("unknown error") : error.message);
  append_field(out, 'D', error.detail);
  append_field(out, 'H', error.hint);
  if (error.position) append_field(out, 'P', std::to_string(*error.position));
  out.append_byte(0);
  out.end_message(message);
}

void append_notice(WireBuffer& out, const Notice& notice) {
  const size_t message = out.begin_message('N');
  append_severity(out, severity_name(notice.severity));
  append_field(out, 'C', sqlstate_text(notice.code));
  append_field(out, 'M', notice.message);
  append_field(out, 'D', notice.detail);
  append_field(out, 'H', notice.hint);
  out.append_byte(0);
  out.end_message(message);
}

Format format_of(std::span<const Format> formats, size_t column) {
  if (formats.empty()) return Format::kText;
  return formats.size() == 1 ? formats[0] : formats[column];
}

void append_row_description(WireBuffer& out, std::span<const ResultColumn> columns,
                            std::span<const Format> formats) {
  const size_t message = out.begin_message('T');
  out.append_number(static_cast<uint16_t>(columns.size()));
  for (size_t i = 0; i < columns.size(); ++i) {
    const ResultColumn& column = columns[i];
    out.append_cstring(std::string_view(column.name).substr(0, column.name.find('\0')));
    out.append_number(column.table_oid);
    out.append_number(column.column_number);
    out.append_number(column.type.oid());
    out.append_number(column.type.typlen());
    out.append_number(column.type_modifier);
    out.append_number(static_cast<int16_t>(format_of(formats, i)));
  }
  out.end_message(message);
}

void append_parameter_description(WireBuffer& out, std::span<const Type> types) {
  const size_t message = out.begin_message('t');
  out.append_number(static_cast<uint16_t>(types.size()));
  for (const Type& type : types) out.append_number(type.oid());
  out.end_message(message);
}

void append_command_complete(WireBuffer& out, std::string_view tag) {
  const size_t message = out.begin_message('C');
  out.append_cstring(tag);
  out.end_message(message);
}

void append_copy_response(WireBuffer& out, char type, Format format, int column_count) {
  const size_t message = out.begin_message(type);
  out.append_byte(static_cast<char>(format));
  out.append_number(static_cast<int16_t>(column_count));
  for (int i = 0; i < column_count; ++i) out.append_number(static_cast<int16_t>(format));
  out.end_message(message);
}

void append_copy_data(WireBuffer& out, std::string_view piece) {
  const size_t message = out.begin_message('d');
  out.append(piece);
  out.end_message(message);
}

void append_empty_message(WireBuffer& out, char type) { out.end_message(out.begin_message(type)); }

}  // namespace leat::pgwire
