#pragma once
// The settings whose values every client is told, with PostgreSQL's spelling and order, and the
// values that are sent when the session has no other.

#include <string_view>

namespace leat::pgwire {

struct ReportedParameter {
  std::string_view name;
  std::string_view value;
};

inline constexpr ReportedParameter kReportedParameters[] = {
    {"application_name", ""},      {"client_encoding", "UTF8"},
    {"DateStyle", "ISO, MDY"},     {"default_transaction_read_only", "off"},
    {"in_hot_standby", "off"},     {"integer_datetimes", "on"},
    {"IntervalStyle", "postgres"}, {"is_superuser", "on"},
    {"server_encoding", "UTF8"},   {"server_version", "13.14.0"},
    {"session_authorization", ""}, {"standard_conforming_strings", "on"},
    {"TimeZone", "UTC"},
};

}  // namespace leat::pgwire
