#pragma once
// TimeZone: offsets of a named zone or a fixed offset, from the system's tz database, in a table of
// our own. Immutable, shared, any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace leat {

class TimeZone {
 public:
  TimeZone();  // UTC
  // What AT TIME ZONE takes: IANA names (without case), abbreviations (PST), and POSIX forms, whose
  // sign counts westward as in PostgreSQL: 'UTC+3' and '+3' are three hours behind UTC.
  // Error: kInvalidParameterValue `time zone "x" not recognized`.
  static Result<TimeZone> find(std::string_view name);
  // A fixed offset: SET TIME ZONE 2.
  static TimeZone fixed(int32_t seconds_east);

  const std::string& name() const;
  // Microseconds east of UTC in force at an instant (UTC microseconds).
  int64_t offset_at(int64_t utc_micros) const;
  // The instant of a local time. In a gap: the offset before it; in an overlap: standard time, as
  // PostgreSQL does.
  int64_t to_utc(int64_t local_micros) const;
  int64_t to_local(int64_t utc_micros) const { return utc_micros + offset_at(utc_micros); }

 private:
  struct Table;
  std::shared_ptr<const Table> table_;
};

}  // namespace leat
