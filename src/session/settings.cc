#include "session/settings.h"

#include <algorithm>

#include "base/check.h"

namespace leat {
namespace {

constexpr SettingDefinition kSettings[] = {
    {.name = "application_name", .default_value = "", .doc = "Name of the client's program.", .reported = true},
    {.name = "background_ddl", .default_value = "off", .doc = "Accepted; CREATE waits for its backfill.", .allowed = "on,off,true,false"},
    {.name = "batch_enable_distributed_dml", .default_value = "off", .doc = "Accepted; there is one way."},
    {.name = "batch_enable_lookup_join", .default_value = "on", .doc = "Accepted; there is one way."},
    {.name = "batch_enable_sort_agg", .default_value = "on", .doc = "Accepted; there is one way."},
    {.name = "batch_parallelism", .default_value = "0", .doc = "Accepted; the session's thread runs its queries."},
    {.name = "bytea_output", .default_value = "hex", .doc = "How bytea is shown.", .allowed = "hex"},
    {.name = "client_encoding", .default_value = "UTF8", .doc = "The client's character set.", .allowed = "utf8,utf-8,unicode,sql_ascii", .reported = true},
    {.name = "client_min_messages", .default_value = "notice", .doc = "Accepted."},
    {.name = "datestyle", .default_value = "ISO, MDY", .doc = "How dates are shown: always ISO.", .display = "DateStyle", .reported = true},
    {.name = "default_table_access_method", .default_value = "heap", .doc = "Always heap.", .read_only = true},
    {.name = "default_tablespace", .default_value = "", .doc = "Accepted."},
    {.name = "default_transaction_isolation", .default_value = "repeatable read", .doc = "Every transaction reads from one snapshot."},
    {.name = "default_transaction_read_only", .default_value = "off", .doc = "Accepted.", .allowed = "on,off,true,false", .reported = true},
    {.name = "enable_index_selection", .default_value = "on", .doc = "Accepted; indexes are used where they help."},
    {.name = "enable_join_ordering", .default_value = "on", .doc = "Accepted."},
    {.name = "enable_share_plan", .default_value = "on", .doc = "Accepted; equal parts of a plan run once."},
    {.name = "enable_two_phase_agg", .default_value = "on", .doc = "Accepted; there is one way."},
    {.name = "extra_float_digits", .default_value = "1", .doc = "Floats are always shown in the shortest form that reads back.", .number = true},
    {.name = "force_split_distinct_agg", .default_value = "off", .doc = "Accepted; there is one way."},
    {.name = "force_two_phase_agg", .default_value = "off", .doc = "Accepted; there is one way."},
    {.name = "idle_in_transaction_session_timeout", .default_value = "0", .doc = "Accepted.", .number = true},
    {.name = "implicit_flush", .default_value = "off", .doc = "Accepted: writes are visible in every view when they return.", .allowed = "on,off,true,false"},
    {.name = "in_hot_standby", .default_value = "off", .doc = "Always off.", .read_only = true, .reported = true},
    {.name = "integer_datetimes", .default_value = "on", .doc = "Always on.", .read_only = true, .reported = true},
    {.name = "intervalstyle", .default_value = "postgres", .doc = "How intervals are shown.", .display = "IntervalStyle", .allowed = "postgres", .reported = true},
    {.name = "is_superuser", .default_value = "on", .doc = "Always on.", .read_only = true, .reported = true},
    {.name = "jit", .default_value = "off", .doc = "Accepted.", .allowed = "on,off,true,false"},
    {.name = "lc_collate", .default_value = "C.UTF-8", .doc = "Text is ordered by its bytes.", .read_only = true},
    {.name = "lc_ctype", .default_value = "C.UTF-8", .doc = "Always C.UTF-8.", .read_only = true},
    {.name = "lock_timeout", .default_value = "0", .doc = "Accepted.", .number = true},
    {.name = "max_identifier_length", .default_value = "63", .doc = "Longer names are cut.", .read_only = true},
    {.name = "max_index_keys", .default_value = "32", .doc = "Told to clients; there is no such limit.", .read_only = true},
    {.name = "query_mode", .default_value = "auto", .doc = "Accepted; there is one way.", .allowed = "auto,local,distributed"},
    {.name = "rw_batch_enable_lookup_join", .default_value = "on", .doc = "Accepted; there is one way."},
    {.name = "rw_batch_enable_sort_agg", .default_value = "on", .doc = "Accepted; there is one way."},
    {.name = "rw_enable_join_ordering", .default_value = "on", .doc = "Accepted."},
    {.name = "rw_enable_share_plan", .default_value = "on", .doc = "Accepted; equal parts of a plan run once."},
    {.name = "rw_enable_two_phase_agg", .default_value = "on", .doc = "Accepted; there is one way."},
    {.name = "rw_force_split_distinct_agg", .default_value = "off", .doc = "Accepted; there is one way."},
    {.name = "rw_force_two_phase_agg", .default_value = "off", .doc = "Accepted; there is one way."},
    {.name = "rw_implicit_flush", .default_value = "off", .doc = "Accepted: writes are visible in every view when they return.", .allowed = "on,off,true,false"},
    {.name = "rw_streaming_enable_bushy_join", .default_value = "on", .doc = "Accepted."},
    {.name = "rw_streaming_enable_delta_join", .default_value = "off", .doc = "Accepted; joins keep one state each side."},
    {.name = "search_path", .default_value = "\"$user\", public", .doc = "Schemas where names are looked up."},
    {.name = "server_encoding", .default_value = "UTF8", .doc = "The server's character set.", .read_only = true, .reported = true},
    {.name = "server_version", .default_value = "13.14.0", .doc = "The PostgreSQL version that clients are told.", .read_only = true, .reported = true},
    {.name = "server_version_num", .default_value = "130014", .doc = "The same as a number.", .read_only = true},
    {.name = "session_authorization", .default_value = "root", .doc = "The user.", .read_only = true, .reported = true},
    {.name = "sink_decouple", .default_value = "default", .doc = "Accepted; a slow sink never holds up its view."},
    {.name = "standard_conforming_strings", .default_value = "on", .doc = "Backslashes in '...' are ordinary.", .allowed = "on,true", .reported = true},
    {.name = "statement_timeout", .default_value = "0", .doc = "A query that runs longer is cancelled; 0: never.", .number = true},
    {.name = "streaming_enable_arrangement_backfill", .default_value = "on", .doc = "Accepted; a backfill never holds up other views."},
    {.name = "streaming_enable_bushy_join", .default_value = "on", .doc = "Accepted."},
    {.name = "streaming_enable_delta_join", .default_value = "off", .doc = "Accepted; joins keep one state each side."},
    {.name = "streaming_max_parallelism", .default_value = "0", .doc = "Accepted; jobs run on all shards."},
    {.name = "streaming_parallelism", .default_value = "0", .doc = "Accepted; jobs run on all shards."},
    {.name = "streaming_use_arrangement_backfill", .default_value = "on", .doc = "Accepted; a backfill never holds up other views."},
    {.name = "streaming_use_snapshot_backfill", .default_value = "on", .doc = "Accepted; a backfill never holds up other views."},
    {.name = "synchronous_commit", .default_value = "on", .doc = "Accepted: writes are durable when they return."},
    {.name = "timezone", .default_value = "UTC", .doc = "Time zone of timestamptz as text.", .display = "TimeZone", .reported = true},
    {.name = "transaction_isolation", .default_value = "repeatable read", .doc = "Every transaction reads from one snapshot."},
    {.name = "transaction_read_only", .default_value = "off", .doc = "Accepted.", .allowed = "on,off,true,false"},
    {.name = "visibility_mode", .default_value = "default", .doc = "Accepted; every committed change is visible.", .allowed = "default,all,checkpoint"},
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

const SettingDefinition* find(std::string_view name) {
  const auto at = std::ranges::find(kSettings, name, &SettingDefinition::name);
  return at == std::end(kSettings) ? nullptr : at;
}

Result<const SettingDefinition*> find_or_fail(std::string_view name) {
  if (const auto* found = find(name)) return found;
  return fail(SqlState::kUndefinedObject, "unrecognized configuration parameter \"{}\"", name);
}

bool is_allowed(std::string_view list, std::string_view value) {
  size_t begin = 0;
  while (begin <= list.size()) {
    const size_t end = std::min(list.find(',', begin), list.size());
    if (list.substr(begin, end - begin) == value) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::span<const SettingDefinition> setting_definitions() { return kSettings; }

Settings::Settings() = default;

Result<void> Settings::set(std::string_view given_name, std::string_view given) {
  const std::string name = lower(given_name);
  std::string value(given);
  if (name.find('.') != std::string::npos) {
    values_[name] = value;
    ++version_;
    return {};
  }
  const SettingDefinition* definition = TRY(find_or_fail(name));
  if (definition->read_only) {
    return fail(SqlState::kInvalidParameterValue, "parameter \"{}\" cannot be changed", name);
  }
  if (name == "client_encoding" && value.size() > 1 && value.front() == '\'') value = value.substr(1, value.size() - 2);
  if (!definition->allowed.empty() && !is_allowed(definition->allowed, lower(value))) {
    return fail(make_error(SqlState::kInvalidParameterValue, "invalid value for parameter \"{}\": \"{}\"", name,
                           value)
                    .with_hint("Available values: " + std::string(definition->allowed) + "."));
  }
  if (definition->number && !value.empty() && !std::isdigit(static_cast<unsigned char>(value[0])) && value[0] != '-') {
    return fail(SqlState::kInvalidParameterValue, "invalid value for parameter \"{}\": \"{}\"", name, value);
  }
  if (name == "timezone") {
    zone_ = TRY(TimeZone::find(value));
    value = zone_.name();
  }
  if (name == "client_encoding") value = "UTF8";
  values_[name] = value;
  ++version_;
  return {};
}

Result<void> Settings::reset(std::string_view given) {
  const std::string name = lower(given);
  if (name.find('.') == std::string::npos) TRY(find_or_fail(name));
  values_.erase(name);
  ++version_;
  if (name == "timezone") zone_ = TimeZone();
  return {};
}

void Settings::reset_all() {
  values_.clear();
  ++version_;
  zone_ = TimeZone();
}

Result<std::string> Settings::get(std::string_view given) const {
  const std::string name = lower(given);
  if (const auto at = values_.find(name); at != values_.end()) return at->second;
  return std::string(TRY(find_or_fail(name))->default_value);
}

std::string Settings::value(std::string_view name) const {
  auto found = get(name);
  CHECK(found.has_value(), "no setting {}", name);
  return *found;
}

std::vector<std::string> Settings::search_path(std::string_view user) const {
  const std::string text = value("search_path");
  std::vector<std::string> schemas;
  std::string current;
  bool quoted = false;
  const auto flush = [&] {
    const size_t first = current.find_first_not_of(' ');
    if (first != std::string::npos) {
      const size_t last = current.find_last_not_of(' ');
      std::string name = current.substr(first, last - first + 1);
      schemas.push_back(name == "$user" ? std::string(user) : name);
    }
    current.clear();
  };
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      flush();
    } else {
      current += c;
    }
  }
  flush();
  return schemas;
}

int64_t Settings::milliseconds(std::string_view name) const {
  const std::string text = value(name);
  char* end = nullptr;
  const int64_t number = std::strtoll(text.c_str(), &end, 10);
  const std::string_view unit(end);
  if (unit == "s") return number * 1000;
  if (unit == "min") return number * 60'000;
  if (unit == "h") return number * 3'600'000;
  return number;
}

void Settings::restore(std::map<std::string, std::string> values) {
  if (values == values_) return;
  values_ = std::move(values);
  ++version_;
  zone_ = TimeZone::find(value("timezone")).value_or(TimeZone());
}

}  // namespace leat
