#include "types/time_zone.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <vector>

#include "base/mutex.h"
#include "types/datetime.h"

namespace leat {
namespace {

constexpr const char* kZoneRoot = "/usr/share/zoneinfo/";
constexpr int64_t kSecondsPerDay = 86'400;
// The Gregorian calendar, weekdays included, repeats after 400 years.
constexpr int64_t kSecondsPerEra = 146'097 * kSecondsPerDay;

struct Transition {
  int64_t at;      // UTC seconds from which the offset holds
  int32_t offset;  // seconds east of UTC
};

// A day of the year on which a POSIX rule switches: Mm.w.d, Jn or n, and the local time of it.
struct SwitchRule {
  enum Kind : uint8_t { kMonthWeekDay, kJulian, kZeroBased } kind = kMonthWeekDay;
  int month = 0, week = 0, day = 0;
  int64_t time = 7200;

  int64_t local_seconds(int64_t year) const {
    const int64_t january = days_from_civil(year, 1, 1);
    int64_t days = january;
    if (kind == kJulian) {
      days += day - 1 + (is_leap_year(year) && day >= 60);
    } else if (kind == kZeroBased) {
      days += day;
    } else {
      const int64_t first = days_from_civil(year, month, 1);
      days = first + floor_mod(day - day_of_week(first), 7) + 7 * (week - 1);
      if (days >= first + days_in_month(year, month)) days -= 7;
    }
    return days * kSecondsPerDay + time;
  }
};

// A POSIX time zone rule: std offset [dst [offset] , start , end]. Offsets here are east of UTC.
struct PosixRule {
  int32_t standard = 0;
  bool has_daylight = false;
  int32_t daylight = 0;
  SwitchRule start, end;
};

// Reads a POSIX rule; what PostgreSQL accepts, the empty name included.
class PosixReader {
 public:
  explicit PosixReader(std::string_view text) : text_(text) {}

  bool read(PosixRule& rule, bool name_required) {
    if (text_.empty() || !skip_name(name_required)) return false;
    int64_t west;
    if (!signed_time(west)) return false;
    rule.standard = static_cast<int32_t>(-west);
    if (done()) return true;
    if (!skip_name(true)) return false;
    rule.has_daylight = true;
    rule.daylight = rule.standard + 3600;
    if (!done() && peek() != ',') {
      if (!signed_time(west)) return false;
      rule.daylight = static_cast<int32_t>(-west);
    }
    if (done()) {  // the rule of the United States
      rule.start = {.month = 3, .week = 2, .day = 0};
      rule.end = {.month = 11, .week = 1, .day = 0};
      return true;
    }
    return switch_rule(rule.start) && switch_rule(rule.end) && done();
  }

 private:
  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool skip_name(bool required) {
    const size_t begin = at_;
    if (take('<')) {
      while (!done() && peek() != '>') ++at_;
      return take('>');
    }
    while (!done() && (isalpha(static_cast<unsigned char>(peek())) != 0)) ++at_;
    return !required || at_ > begin;
  }
  bool number(int64_t& value, int64_t max) {
    const size_t begin = at_;
    value = 0;
    while (peek() >= '0' && peek() <= '9' && at_ - begin < 4)
      value = value * 10 + (text_[at_++] - '0');
    return at_ > begin && value <= max;
  }
  bool signed_time(int64_t& seconds) {
    const bool minus = take('-');
    if (!minus) take('+');
    int64_t h, m = 0, s = 0;
    if (!number(h, 167)) return false;
    if (take(':')) {
      if (!number(m, 59)) return false;
      if (take(':') && !number(s, 59)) return false;
    }
    seconds = (h * 60 + m) * 60 + s;
    if (minus) seconds = -seconds;
    return true;
  }
  bool switch_rule(SwitchRule& rule) {
    int64_t v;
    if (!take(',')) return false;
    if (take('M')) {
      if (!number(v, 12) || v < 1 || !take('.')) return false;
      rule.month = static_cast<int>(v);
      if (!number(v, 5) || v < 1 || !take('.')) return false;
      rule.week = static_cast<int>(v);
      if (!number(v, 6)) return false;
    } else if (take('J')) {
      rule.kind = SwitchRule::kJulian;
      if (!number(v, 365) || v < 1) return false;
    } else {
      rule.kind = SwitchRule::kZeroBased;
      if (!number(v, 365)) return false;
    }
    rule.day = static_cast<int>(v);
    return !take('/') || signed_time(rule.time);
  }

  std::string_view text_;
  size_t at_ = 0;
};

// Appends the rule's transitions of the years [from, to] that come after `after`.
void append_rule(std::vector<Transition>& to_list, const PosixRule& rule, int64_t from, int64_t to,
                 int64_t after) {
  for (int64_t year = from; year <= to; ++year) {
    Transition a{rule.start.local_seconds(year) - rule.standard, rule.daylight};
    Transition b{rule.end.local_seconds(year) - rule.daylight, rule.standard};
    if (b.at < a.at) std::swap(a, b);
    if (a.at > after) to_list.push_back(a);
    if (b.at > after) to_list.push_back(b);
  }
}

bool is_zone_file_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name[0] == '/' || name.find("..") != name.npos)
    return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return isalnum(c) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
  });
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return tolower(x) == tolower(y); });
}

std::string read_zone_file(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(kZoneRoot + name, error)) return {};
  std::ifstream file(kZoneRoot + name, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

// The database's spelling of a name; empty if there is none.
std::string find_zone_name(std::string_view name) {
  std::error_code error;
  const std::filesystem::path root(kZoneRoot);
  if (std::filesystem::is_regular_file(root / name, error)) return std::string(name);
  for (std::filesystem::recursive_directory_iterator it(root, error), end; !error && it != end;
       it.increment(error)) {
    const std::string found = it->path().string().substr(std::strlen(kZoneRoot));
    if (equal_without_case(found, name)) return found;
  }
  return {};
}

int64_t big_endian(const char* at, int bytes) {
  uint64_t v = 0;
  for (int i = 0; i < bytes; ++i) v = (v << 8) | static_cast<uint8_t>(at[i]);
  return bytes == 4 ? static_cast<int32_t>(v) : static_cast<int64_t>(v);
}

}  // namespace

struct TimeZone::Table {
  std::string name;
  std::vector<Transition> transitions;  // ascending; the first holds from the beginning of time
  bool repeats = false;                 // the last 400 years of the table stand for all later ones

  size_t index_at(int64_t seconds) const {
    const auto after = std::upper_bound(transitions.begin() + 1, transitions.end(), seconds,
                                        [](int64_t s, const Transition& t) { return s < t.at; });
    return static_cast<size_t>(after - transitions.begin()) - 1;
  }
  // Moves late instants back by whole eras into the part of the table that repeats.
  int64_t into_table(int64_t seconds) const {
    if (!repeats || seconds < transitions.back().at) return seconds;
    const int64_t eras = (seconds - transitions.back().at) / kSecondsPerEra + 1;
    return seconds - eras * kSecondsPerEra;
  }

  static std::shared_ptr<const Table> fixed(std::string name, int32_t offset) {
    auto table = std::make_shared<Table>();
    table->name = std::move(name);
    table->transitions.push_back({std::numeric_limits<int64_t>::min(), offset});
    return table;
  }

  void add_rule(const PosixRule& rule) {
    if (!rule.has_daylight) {
      if (transitions.empty()) {
        transitions.push_back({std::numeric_limits<int64_t>::min(), rule.standard});
      }
      return;
    }
    int64_t from = 1900;
    int64_t after = std::numeric_limits<int64_t>::min();
    if (transitions.empty()) {
      transitions.push_back({after, rule.standard});
    } else if (transitions.size() > 1) {
      after = transitions.back().at;
      from = civil_from_days(floor_div(after, kSecondsPerDay)).year;
    }
    append_rule(transitions, rule, from, from + 402, after);
    repeats = true;
  }

  static std::shared_ptr<const Table> from_posix(std::string_view text) {
    PosixRule rule;
    if (!PosixReader(text).read(rule, false)) return nullptr;
    auto table = std::make_shared<Table>();
    table->name = text;
    table->add_rule(rule);
    return table;
  }

  // Reads a TZif file (RFC 8536), its 64-bit part.
  static std::shared_ptr<const Table> from_file(std::string name, std::string_view bytes) {
    constexpr size_t kHeader = 44;
    const auto count = [&](size_t header, int i) {
      return static_cast<size_t>(big_endian(bytes.data() + header + 20 + 4 * i, 4));
    };
    if (bytes.size() < kHeader || bytes.substr(0, 4) != "TZif" || bytes[4] < '2') return nullptr;
    const auto body_size = [&](size_t h, size_t time_size) {
      const size_t isut = count(h, 0), isstd = count(h, 1), leap = count(h, 2), times = count(h, 3),
                   types = count(h, 4), chars = count(h, 5);
      return times * time_size + times + types * 6 + chars + leap * (time_size + 4) + isstd + isut;
    };
    const size_t h = kHeader + body_size(0, 4);
    if (bytes.size() < h + kHeader || bytes.substr(h, 4) != "TZif") return nullptr;
    const size_t times = count(h, 3), types = count(h, 4);
    const size_t end = h + kHeader + body_size(h, 8);
    if (types == 0 || bytes.size() < end) return nullptr;
    const char* at = bytes.data() + h + kHeader;
    const char* indices = at + times * 8;
    const char* infos = indices + times;
    const auto offset_of = [&](size_t type) {
      return static_cast<int32_t>(big_endian(infos + 6 * type, 4));
    };
    auto table = std::make_shared<Table>();
    table->name = std::move(name);
    table->transitions.push_back({std::numeric_limits<int64_t>::min(), offset_of(0)});
    for (size_t i = 0; i < times; ++i) {
      const auto type = static_cast<uint8_t>(indices[i]);
      if (type >= types) return nullptr;
      table->transitions.push_back({big_endian(at + 8 * i, 8), offset_of(type)});
    }
    std::string_view footer = bytes.substr(end);
    if (footer.size() > 2 && footer.front() == '\n') {
      footer = footer.substr(1, footer.find('\n', 1) - 1);
      PosixRule rule;
      if (PosixReader(footer).read(rule, true)) table->add_rule(rule);
    }
    return table;
  }

  static std::shared_ptr<const Table> load(std::string_view name) {
    if (is_zone_file_name(name)) {
      if (const std::string found = find_zone_name(name); !found.empty()) {
        if (auto table = from_file(found, read_zone_file(found))) return table;
      }
    }
    if (const auto offset = zone_abbreviation_offset(name)) {
      std::string upper(name);
      for (char& c : upper) c = static_cast<char>(toupper(static_cast<unsigned char>(c)));
      return fixed(std::move(upper), *offset);
    }
    return from_posix(name);
  }
};

TimeZone::TimeZone() {
  static const std::shared_ptr<const Table> utc = Table::fixed("UTC", 0);
  table_ = utc;
}

TimeZone TimeZone::fixed(int32_t seconds_east) {
  TimeZone zone;
  const int32_t a = seconds_east < 0 ? -seconds_east : seconds_east;
  std::string text = fmt::format("{}{:02}", seconds_east < 0 ? '-' : '+', a / 3600);
  if (a % 3600 != 0) text += fmt::format(":{:02}", a / 60 % 60);
  // The POSIX form, whose sign is the other way round, as PostgreSQL shows it.
  std::string name = "<" + text + ">" + text;
  const size_t sign = text.size() + 2;
  name[sign] = seconds_east < 0 ? '+' : '-';
  zone.table_ = Table::fixed(std::move(name), seconds_east);
  return zone;
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  // Zones are immutable and few; reading one from disk for each row of `AT TIME ZONE column` would
  // not do. The cache is bounded because users may invent POSIX names without end.
  constexpr size_t kCachedMax = 2000;
  static Mutex mutex;
  static std::map<std::string, std::shared_ptr<const Table>, std::less<>>
      cache;  // guarded by mutex
  TimeZone zone;
  {
    MutexLock lock(mutex);
    if (const auto it = cache.find(name); it != cache.end()) {
      zone.table_ = it->second;
      return zone;
    }
  }
  zone.table_ = Table::load(name);
  if (zone.table_ == nullptr) {
    return fail(SqlState::kInvalidParameterValue, "time zone \"{}\" not recognized", name);
  }
  MutexLock lock(mutex);
  if (cache.size() < kCachedMax) cache.emplace(name, zone.table_);
  return zone;
}

const std::string& TimeZone::name() const { return table_->name; }

int64_t TimeZone::offset_at(int64_t utc_micros) const {
  const auto& list = table_->transitions;
  if (list.size() == 1) return list[0].offset * kMicrosPerSecond;
  const int64_t seconds = table_->into_table(floor_div(utc_micros, kMicrosPerSecond));
  return list[table_->index_at(seconds)].offset * kMicrosPerSecond;
}

int64_t TimeZone::to_utc(int64_t local_micros) const {
  const auto& list = table_->transitions;
  const auto minus = [&](int64_t offset_seconds) {
    int64_t utc;
    if (__builtin_sub_overflow(local_micros, offset_seconds * kMicrosPerSecond, &utc)) {
      return offset_seconds < 0 ? kTimestampInfinity : kTimestampMinusInfinity;
    }
    return utc;
  };
  if (list.size() == 1) return minus(list[0].offset);
  const int64_t local = table_->into_table(floor_div(local_micros, kMicrosPerSecond));
  // The transition at or before the local time taken as UTC, or a neighbour, decides.
  size_t i = table_->index_at(local - kSecondsPerDay);
  while (i + 1 < list.size()) {
    // A local time that does not exist counts with the old offset, one that is there twice with the
    // new one: both ways the new offset begins with its own first local time.
    if (local < list[i + 1].at + list[i + 1].offset) break;
    ++i;
  }
  return minus(list[i].offset);
}

}  // namespace leat
