#pragma once
// Settings: the parameters of a session that SET, SHOW and current_setting know, one row each.
// Thread: one session's.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "types/time_zone.h"

namespace leat {

struct SettingDefinition {
  std::string_view name;
  std::string_view default_value;
  std::string_view doc;
  std::string_view display = {};  // as SHOW names it ("TimeZone"); empty: the name
  std::string_view allowed = {};  // "a,b": other values are refused; empty: any
  bool read_only = false;
  bool reported = false;          // clients are told its value at start and when it changes
  bool number = false;            // whole numbers (with a unit for times) only
};
std::span<const SettingDefinition> setting_definitions();

class Settings {
 public:
  Settings();
  // Errors: kUndefinedObject `unrecognized configuration parameter "x"` with the nearest name,
  // kInvalidParameterValue. Names without case. Names with a dot are the user's own and always exist.
  Result<void> set(std::string_view name, std::string_view value);
  Result<void> reset(std::string_view name);
  void reset_all();
  Result<std::string> get(std::string_view name) const;
  std::string value(std::string_view name) const;  // a built-in one; CHECK that it exists
  const TimeZone& zone() const { return zone_; }
  std::vector<std::string> search_path(std::string_view user) const;
  int64_t milliseconds(std::string_view name) const;
  // Another number after every change: what was made under one version is as good as long as it lasts.
  uint64_t version() const { return version_; }

  // For ROLLBACK and SET LOCAL: values as they were.
  std::map<std::string, std::string> save() const { return values_; }
  void restore(std::map<std::string, std::string> values);

 private:
  std::map<std::string, std::string> values_;  // those that differ from their defaults
  TimeZone zone_;
  uint64_t version_ = 0;
};

}  // namespace leat
