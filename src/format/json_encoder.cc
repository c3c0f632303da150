#include "format/json_encoder.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "types/datetime.h"
#include "types/format_value.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {
namespace {

enum class DateMode : uint8_t { kFromCe, kFromEpoch, kString };
enum class TimeMode : uint8_t { kMilli, kMicro, kString };
enum class ZonedMode : uint8_t { kUtcWithoutSuffix, kUtcString, kMilli, kMicro };

struct Modes {
  DateMode date = DateMode::kFromCe;
  TimeMode time = TimeMode::kMilli;
  TimeMode timestamp = TimeMode::kMilli;
  ZonedMode timestamptz = ZonedMode::kUtcWithoutSuffix;
  bool jsonb_dynamic = false;
  bool bytea_hex = false;
  bool numeric_number = false;
  bool float_string = false;
  bool interval_postgres = false;
};

template <class Number>
void append_number(std::string& to, Number value) {
  char text[32];
  to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// Whether a string can stand in JSON as it is: no quote, backslash or control character. Eight bytes at a
// time; bytes from 0x80 up set their own top bit, so that bit is masked out of each test.
bool is_plain(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kTops = 0x8080808080808080;
  const auto needs_escape = [](uint64_t w) {
    const auto has_zero = [](uint64_t v) { return (v - kOnes) & ~v & kTops; };
    const uint64_t control = (w - kOnes * 0x20) & ~w & kTops;
    return (control | has_zero(w ^ (kOnes * '"')) | has_zero(w ^ (kOnes * '\\'))) != 0;
  };
  const char* at = text.data();
  size_t left = text.size();
  uint64_t word;
  for (; left >= 8; at += 8, left -= 8) {
    std::memcpy(&word, at, 8);
    if (needs_escape(word)) return false;
  }
  if (left == 0) return true;
  word = kOnes * ' ';
  std::memcpy(&word, at, left);
  return !needs_escape(word);
}

void append_string(std::string& to, std::string_view text) {
  if (!is_plain(text)) return append_json_string(to, text);
  to += '"';
  to += text;
  to += '"';
}

void append_base64(std::string& to, std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](size_t at) -> uint32_t {
      return at < bytes.size() ? static_cast<uint8_t>(bytes[at]) : 0;
    };
    const uint32_t bits = (byte(i) << 16) | (byte(i + 1) << 8) | byte(i + 2);
    to += kAlphabet[bits >> 18];
    to += kAlphabet[(bits >> 12) & 63];
    to += i + 1 < bytes.size() ? kAlphabet[(bits >> 6) & 63] : '=';
    to += i + 2 < bytes.size() ? kAlphabet[bits & 63] : '=';
  }
}

void append_hex(std::string& to, std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  to += "\\\\x";  // the backslash is escaped in JSON
  for (const char c : bytes) {
    to += kHex[static_cast<uint8_t>(c) >> 4];
    to += kHex[static_cast<uint8_t>(c) & 15];
  }
}

// P1Y2M3DT4H5M6.7S: every part with its own sign, absent if 0; nothing at all is PT0S.
void append_iso_interval(std::string& to, const Interval& value) {
  const size_t begin = to.size();
  to += 'P';
  const auto part = [&to](int64_t amount, char unit) {
    if (amount == 0) return;
    append_number(to, amount);
    to += unit;
  };
  part(value.months / 12, 'Y');
  part(value.months % 12, 'M');
  part(value.days, 'D');
  if (value.micros != 0) {
    to += 'T';
    part(value.micros / kMicrosPerHour, 'H');
    part(value.micros / kMicrosPerMinute % 60, 'M');
    const int64_t rest = value.micros % kMicrosPerMinute;
    if (rest != 0) {
      const int64_t size = rest < 0 ? -rest : rest;
      if (rest < 0) to += '-';
      append_number(to, size / kMicrosPerSecond);
      if (size % kMicrosPerSecond != 0) {
        std::string fraction = fmt::format(".{:06}", size % kMicrosPerSecond);
        while (fraction.back() == '0') fraction.pop_back();
        to += fraction;
      }
      to += 'S';
    }
  }
  if (to.size() == begin + 1) to += "T0S";
}

// YYYY-MM-DD HH:MM:SS.ffffff, always six digits behind the second; false: the year has not four digits.
bool append_fixed_timestamp(std::string& to, int64_t micros, char separator) {
  if (is_infinite_timestamp(micros)) return false;
  const CivilTime t = civil_from_micros(micros);
  if (t.date.year < 1 || t.date.year > 9999) return false;
  char text[] = "0000-00-00 00:00:00.000000";
  const auto put = [&text](size_t end, int64_t number) {  // digits before position `end`
    for (; number != 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  text[10] = separator;
  put(4, t.date.year);
  put(7, t.date.month);
  put(10, t.date.day);
  put(13, t.hour);
  put(16, t.minute);
  put(19, t.second);
  put(26, t.micros);
  to.append(text, 26);
  return true;
}

class JsonEncoder : public Encoder {
 public:
  JsonEncoder(const Schema& schema, const Modes& modes) : modes_(modes) {
    for (const Field& field : schema) {
      std::string prefix = prefixes_.empty() ? "{" : ",";
      append_json_string(prefix, field.name);
      prefix += ':';
      prefixes_.push_back(std::move(prefix));
    }
  }

  void encode(const Batch& batch, EncodedRows& out) override {
    CHECK(batch.columns.size() == prefixes_.size());
    out.bytes.clear();
    out.ends.clear();
    out.ends.reserve(batch.size());
    batch.selection.for_each([&](size_t row) {
      for (size_t c = 0; c < prefixes_.size(); ++c) {
        out.bytes += prefixes_[c];
        append(out.bytes, *batch.columns[c], row);
      }
      out.bytes += prefixes_.empty() ? "{}" : "}";
      out.ends.push_back(out.bytes.size());
    });
  }

 private:
  void append(std::string& to, const Vector& column, size_t row) const {
    if (column.is_null(row)) {
      to += "null";
      return;
    }
    const Type& type = column.type();
    if (type.is_string_like()) {
      const std::string_view text = column.string_at(row);
      return append_value(to, type, {text.data(), text.size()});
    }
    const auto width = static_cast<size_t>(type.width());
    const char* at = column.data<char>() + (column.is_constant() ? 0 : row) * width;
    append_value(to, type, {at, width});
  }

  void append_value(std::string& to, const Type& type, PackedValue value) const;
  void append_struct(std::string& to, const Type& type, std::string_view packed) const;
  void append_list(std::string& to, const Type& type, std::string_view packed) const;
  template <class Float>
  void append_float(std::string& to, Float value) const;
  void append_timestamptz(std::string& to, int64_t micros) const;

  Modes modes_;
  std::vector<std::string> prefixes_;  // of each column: {"name":  or  ,"name":
};

// Text between quotes that needs no escapes.
template <class F>
void quoted(std::string& to, F&& append) {
  to += '"';
  append();
  to += '"';
}

void JsonEncoder::append_value(std::string& to, const Type& type, PackedValue value) const {
  if (value.is_null()) {
    to += "null";
    return;
  }
  switch (type.id()) {
    case TypeId::kBoolean: to += value.as<uint8_t>() ? "true" : "false"; return;
    case TypeId::kInt16: return append_number(to, value.as<int16_t>());
    case TypeId::kInt32: return append_number(to, value.as<int32_t>());
    case TypeId::kFloat32: return append_float(to, value.as<float>());
    case TypeId::kFloat64: return append_float(to, value.as<double>());
    case TypeId::kNumeric: {
      const auto decimal = value.as<Decimal>();
      char text[48];
      const std::string_view digits(text, static_cast<size_t>(decimal.append_to(text) - text));
      if (modes_.numeric_number && decimal.is_finite()) {
        to += digits;
        return;
      }
      return quoted(to, [&] { to += digits; });
    }
    case TypeId::kDate: {
      const auto days = value.as<int32_t>();
      const bool number = modes_.date != DateMode::kString && !is_infinite_date(days);
      if (!number) return quoted(to, [&] { append_date(to, days); });
      // Day 1 of the common era is 719162 days before 1970-01-01.
      return append_number(to, modes_.date == DateMode::kFromCe ? int64_t{days} + 719'163 : int64_t{days});
    }
    case TypeId::kTime: {
      const auto micros = value.as<int64_t>();
      if (modes_.time == TimeMode::kString) return quoted(to, [&] { append_time(to, micros); });
      return append_number(to, modes_.time == TimeMode::kMilli ? micros / 1000 : micros);
    }
    case TypeId::kTimestamp: {
      const auto micros = value.as<int64_t>();
      if (modes_.timestamp == TimeMode::kString || is_infinite_timestamp(micros)) {
        return quoted(to, [&] { append_timestamp(to, micros); });
      }
      return append_number(to, modes_.timestamp == TimeMode::kMilli ? floor_div(micros, 1000) : micros);
    }
    case TypeId::kTimestamptz: return append_timestamptz(to, value.as<int64_t>());
    case TypeId::kInterval: {
      const auto interval = value.as<Interval>();
      return quoted(to, [&] {
        if (modes_.interval_postgres) {
          append_interval(to, interval);
        } else {
          append_iso_interval(to, interval);
        }
      });
    }
    case TypeId::kUnknown:
    case TypeId::kVarchar: return append_string(to, value.view());
    case TypeId::kBytea:
      return quoted(to, [&] {
        if (modes_.bytea_hex) {
          append_hex(to, value.view());
        } else {
          append_base64(to, value.view());
        }
      });
    case TypeId::kJsonb:
      if (modes_.jsonb_dynamic) {
        to += value.view();
        return;
      }
      return append_json_string(to, value.view());
    case TypeId::kSerial:
      to += fmt::format("\"0x{:016x}\"", static_cast<uint64_t>(value.as<int64_t>()));
      return;
    case TypeId::kStruct: return append_struct(to, type, value.view());
    case TypeId::kList: return append_list(to, type, value.view());
    default: return append_number(to, value.as<int64_t>());
  }
}

void JsonEncoder::append_struct(std::string& to, const Type& type, std::string_view packed) const {
  PackedReader reader(packed, type.fields().size());
  char separator = '{';
  for (const StructField& field : type.fields()) {
    to += separator;
    separator = ',';
    append_json_string(to, field.name);
    to += ':';
    append_value(to, field.type, reader.next(field.type.physical()));
  }
  to += type.fields().empty() ? "{}" : "}";
}

void JsonEncoder::append_list(std::string& to, const Type& type, std::string_view packed) const {
  PackedReader reader = PackedReader::of_list(packed);
  const Type& element = type.element();
  to += '[';
  for (bool first = true; !reader.done(); first = false) {
    if (!first) to += ',';
    append_value(to, element, reader.next(element.physical()));
  }
  to += ']';
}

template <class Float>
void JsonEncoder::append_float(std::string& to, Float value) const {
  if (std::isfinite(value)) return append_number(to, value);
  if (!modes_.float_string) {
    to += "null";
    return;
  }
  quoted(to, [&] { append_float_text(to, value); });
}

void JsonEncoder::append_timestamptz(std::string& to, int64_t micros) const {
  const bool number = (modes_.timestamptz == ZonedMode::kMilli || modes_.timestamptz == ZonedMode::kMicro) &&
                      !is_infinite_timestamp(micros);
  if (number) {
    return append_number(to, modes_.timestamptz == ZonedMode::kMilli ? floor_div(micros, 1000) : micros);
  }
  quoted(to, [&] {
    if (modes_.timestamptz == ZonedMode::kUtcWithoutSuffix) {
      if (!append_fixed_timestamp(to, micros, ' ')) append_timestamp(to, micros);
    } else if (append_fixed_timestamp(to, micros, 'T')) {
      to += 'Z';
    } else {
      leat::append_timestamptz(to, micros, TimeZone());
    }
  });
}

Modes modes_of(const FormatOptions& options) {
  const auto option = [&options](std::string_view name) -> std::string_view {
    const auto found = options.find(name);
    return found == options.end() ? std::string_view{} : std::string_view(found->second);
  };
  Modes modes;
  if (option("json.profile") == "roundtrip") {
    modes = {.date = DateMode::kString,
             .time = TimeMode::kString,
             .timestamp = TimeMode::kString,
             .timestamptz = ZonedMode::kUtcString,
             .jsonb_dynamic = true,
             .bytea_hex = true,
             .numeric_number = false,
             .float_string = true};
  }
  const auto choose = [&option]<class Mode>(std::string_view name, Mode& mode,
                                            std::initializer_list<std::pair<std::string_view, Mode>> choices) {
    for (const auto& [text, choice] : choices) {
      if (option(name) == text) mode = choice;
    }
  };
  choose("date.handling.mode", modes.date,
         {{"from_ce", DateMode::kFromCe}, {"from_epoch", DateMode::kFromEpoch}, {"string", DateMode::kString}});
  const std::initializer_list<std::pair<std::string_view, TimeMode>> kTimeModes = {
      {"milli", TimeMode::kMilli}, {"micro", TimeMode::kMicro}, {"string", TimeMode::kString}};
  choose("time.handling.mode", modes.time, kTimeModes);
  choose("timestamp.handling.mode", modes.timestamp, kTimeModes);
  choose("timestamptz.handling.mode", modes.timestamptz,
         {{"utc_without_suffix", ZonedMode::kUtcWithoutSuffix},
          {"utc_string", ZonedMode::kUtcString},
          {"milli", ZonedMode::kMilli},
          {"micro", ZonedMode::kMicro}});
  choose("jsonb.handling.mode", modes.jsonb_dynamic, {{"string", false}, {"dynamic", true}});
  choose("bytea.handling.mode", modes.bytea_hex, {{"base64", false}, {"hex", true}});
  choose("numeric.handling.mode", modes.numeric_number, {{"string", false}, {"number", true}});
  choose("float.handling.mode", modes.float_string, {{"null", false}, {"string", true}});
  choose("interval.handling.mode", modes.interval_postgres, {{"iso_8601", false}, {"postgres", true}});
  return modes;
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_json_encoder(const EncoderSpec& spec) {
  return std::make_unique<JsonEncoder>(spec.schema, modes_of(spec.options));
}

}  // namespace leat
