#include "format/json_decoder.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/check.h"
#include "format/json_index.h"
#include "format/json_value.h"
#include "types/jsonb.h"

namespace leat {
namespace {

constexpr size_t kShownValueMax = 64;     // bytes of a value in an error's text
constexpr size_t kPredictedNamesMax = 256;  // members whose order is remembered

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// How a member found its column.
enum class Match : uint8_t { kNone, kWithoutCase, kExact };

class JsonDecoder : public Decoder {
 public:
  JsonDecoder(std::span<const DecodeColumn> columns, JsonValueOptions options, bool array_is_rows);
  void decode(std::span<const std::string_view> payloads, DecodedBatch& out) override;

 private:
  struct Column {
    DecodeColumn spec;
    bool by_name;              // takes part in decoding a message's members
    VectorPtr vector = {};
    std::byte* data = nullptr;
    Match match = Match::kNone;  // in the message at hand
  };
  // What the k-th member of a message was last time; messages of one source tend to be alike.
  struct Prediction {
    std::string name;
    int column = -1;
    Match match = Match::kNone;
  };

  void start(size_t rows);
  void decode_message(std::string_view payload, DecodedBatch& out);
  size_t decode_object(size_t i);
  size_t decode_member(size_t ordinal, size_t i);
  size_t take_value(Column& column, size_t i);
  bool finish_row(std::string_view payload);
  JsonFit read_value(Column& column, size_t i, size_t end);
  JsonFit read_string_like(Column& column, size_t i, size_t end);
  void look_up(std::string_view raw_name, Prediction& prediction);
  void set_null(Column& column);
  void clear_null(Column& column);
  void misfit(size_t column, std::string error);
  std::string misfit_text(const Column& column, size_t i, size_t end) const;
  size_t broken(std::string text);
  void next_row();
  void drop_row();

  std::vector<Column> columns_;
  std::vector<size_t> whole_payload_;  // columns
  std::unordered_map<std::string, int> exact_;
  std::unordered_map<std::string, int> without_case_;
  std::vector<Prediction> predictions_;
  JsonIndex json_;
  JsonValueReader values_;
  bool array_is_rows_;
  // Of the call at hand.
  DecodedBatch* out_ = nullptr;
  uint32_t message_ = 0;
  size_t row_ = 0;
  size_t capacity_ = 0;
  std::string error_;  // of the message at hand; empty: none
};

JsonDecoder::JsonDecoder(std::span<const DecodeColumn> columns, JsonValueOptions options,
                         bool array_is_rows)
    : values_(options), array_is_rows_(array_is_rows) {
  for (const DecodeColumn& spec : columns) {
    const int index = static_cast<int>(columns_.size());
    const bool by_name = !spec.whole_payload && (spec.wanted || spec.not_null);
    columns_.push_back({.spec = spec, .by_name = by_name});
    if (spec.whole_payload && spec.wanted) whole_payload_.push_back(index);
    if (!by_name) continue;
    exact_.emplace(spec.name, index);
    without_case_.emplace(lower(spec.name), index);
  }
}

void JsonDecoder::decode(std::span<const std::string_view> payloads, DecodedBatch& out) {
  out = {};
  out.nulled.resize(columns_.size());
  out.messages.reserve(payloads.size());
  out_ = &out;
  start(payloads.size());
  for (size_t i = 0; i < payloads.size(); ++i) {
    message_ = static_cast<uint32_t>(i);
    decode_message(payloads[i], out);
  }
  out.columns.resize(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    Column& column = columns_[c];
    if (column.vector == nullptr) continue;
    column.vector->shrink(row_);
    if (column.spec.wanted) out.columns[c] = std::move(column.vector);
    column.vector = nullptr;
  }
}

void JsonDecoder::start(size_t rows) {
  row_ = 0;
  capacity_ = rows;
  for (Column& column : columns_) {
    if (!column.by_name && !(column.spec.whole_payload && column.spec.wanted)) continue;
    column.vector = std::make_shared<Vector>(column.spec.type, rows);
    column.data = column.vector->data<std::byte>();
  }
}

void JsonDecoder::decode_message(std::string_view payload, DecodedBatch& out) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (payload.starts_with(kByteOrderMark)) payload.remove_prefix(kByteOrderMark.size());
  error_.clear();
  const size_t first_row = row_;
  size_t end = 0;
  if (const char* wrong = json_.read(payload)) {
    error_ = fmt::format("invalid JSON: {}", wrong);
  } else if (json_.count() == 0) {
    finish_row("{}");
  } else if (json_.at(0) == '{') {
    end = decode_object(0);
    if (error_.empty() && end != json_.count()) broken("something follows the object");
    if (error_.empty()) finish_row(payload);
  } else if (json_.at(0) == '[' && array_is_rows_) {
    for (size_t at = 1; json_.at(at) != ']' && error_.empty();) {
      if (json_.at(at) != '{') {
        broken("an element of the array is not an object");
        break;
      }
      end = decode_object(at);
      if (!error_.empty()) break;
      finish_row(json_.range(at, end));
      at = end;
      if (json_.at(at) == ',' && json_.at(at + 1) != ']') {
        ++at;
      } else if (json_.at(at) != ']') {
        broken("a comma or the end of the array is missing");
      }
    }
    if (error_.empty() && json_.skip(0) != json_.count()) broken("something follows the array");
  } else {
    error_ = json_.skip(0) == json_.count() ? "the message is not a JSON object" : "invalid JSON";
  }
  if (error_.empty()) return;
  // Of a bad message nothing stays, also if its first elements were good.
  while (row_ > first_row) {
    --row_;
    drop_row();
    out.messages.pop_back();
  }
  drop_row();
  out.bad.push_back({message_, std::move(error_)});
}

// From an opening brace; gives the token behind the closing one, or sets error_.
size_t JsonDecoder::decode_object(size_t i) {
  if (row_ == capacity_) next_row();
  for (Column& column : columns_) column.match = Match::kNone;
  ++i;
  if (json_.at(i) == '}') return i + 1;
  for (size_t ordinal = 0;; ++ordinal) {
    if (json_.at(i) != '"' || json_.at(i + 1) != ':') return broken("a member's name is missing");
    i = decode_member(ordinal, i);
    if (!error_.empty()) return 0;
    if (json_.at(i) == '}') return i + 1;
    if (json_.at(i) != ',') return broken("a comma or the end of an object is missing");
    ++i;
  }
}

// From a member's name; gives the token behind its value.
size_t JsonDecoder::decode_member(size_t ordinal, size_t i) {
  const std::string_view name = json_.string(i);
  i += 2;
  Prediction once;
  Prediction* found = &once;
  if (ordinal < kPredictedNamesMax) {
    if (ordinal >= predictions_.size()) {
      predictions_.emplace_back();
      look_up(name, predictions_.back());
    }
    found = &predictions_[ordinal];
    if (found->name != name) look_up(name, *found);
  } else {
    look_up(name, once);
  }
  if (found->column >= 0) {
    Column& column = columns_[found->column];
    if (found->match >= column.match) {
      if (column.match != Match::kNone) clear_null(column);
      column.match = found->match;
      return take_value(column, i);
    }
  }
  const size_t end = json_.skip(i);
  return end == 0 ? broken("a value is missing or malformed") : end;
}

// Puts a value into its column; gives the token behind it.
size_t JsonDecoder::take_value(Column& column, size_t i) {
  const char c = json_.at(i);
  const bool nested = c == '{' || c == '[';
  const size_t end = nested ? json_.skip(i) : i + 1;
  if (end == 0 || i >= json_.count()) return broken("a value is missing or malformed");
  switch (read_value(column, i, end)) {
    case JsonFit::kValue: return end;
    case JsonFit::kNull:
      if (column.spec.not_null) {
        error_ = fmt::format("column \"{}\" must not be null", column.spec.name);
        return 0;
      }
      set_null(column);
      return end;
    case JsonFit::kMisfit: break;
  }
  if (!nested && json_.skip(i) == 0) return broken("a value is missing or malformed");
  if (column.spec.not_null) {
    error_ = misfit_text(column, i, end);
    return 0;
  }
  set_null(column);
  misfit(static_cast<size_t>(&column - columns_.data()), misfit_text(column, i, end));
  return end;
}

JsonFit JsonDecoder::read_value(Column& column, size_t i, size_t end) {
  const auto at = [&column, this]<class T>(T) -> T& {
    return reinterpret_cast<T*>(column.data)[row_];
  };
  int64_t number;
  JsonFit fit;
  switch (column.spec.type.id()) {
    case TypeId::kBoolean: return values_.boolean(json_, i, at(uint8_t{}));
    case TypeId::kInt16:
      fit = values_.integer(json_, i, INT16_MIN, INT16_MAX, number);
      if (fit == JsonFit::kValue) at(int16_t{}) = static_cast<int16_t>(number);
      return fit;
    case TypeId::kInt32:
      fit = values_.integer(json_, i, INT32_MIN, INT32_MAX, number);
      if (fit == JsonFit::kValue) at(int32_t{}) = static_cast<int32_t>(number);
      return fit;
    case TypeId::kFloat32: return values_.real(json_, i, at(float{}));
    case TypeId::kFloat64: return values_.real(json_, i, at(double{}));
    case TypeId::kNumeric: return values_.decimal(json_, i, at(Decimal{}));
    case TypeId::kDate: return values_.date(json_, i, at(int32_t{}));
    case TypeId::kTime: return values_.time(json_, i, at(int64_t{}));
    case TypeId::kTimestamp: return values_.timestamp(json_, i, at(int64_t{}));
    case TypeId::kTimestamptz: return values_.timestamptz(json_, i, at(int64_t{}));
    case TypeId::kInterval: return values_.interval(json_, i, at(Interval{}));
    case TypeId::kUnknown:
    case TypeId::kVarchar:
    case TypeId::kBytea:
    case TypeId::kJsonb:
    case TypeId::kStruct:
    case TypeId::kList: return read_string_like(column, i, end);
    default: return values_.integer(json_, i, INT64_MIN, INT64_MAX, at(int64_t{}));
  }
}

JsonFit JsonDecoder::read_string_like(Column& column, size_t i, size_t end) {
  std::string_view text;
  JsonFit fit;
  switch (column.spec.type.id()) {
    case TypeId::kBytea: fit = values_.bytea(json_, i, text); break;
    case TypeId::kJsonb: fit = values_.jsonb(json_, i, end, text); break;
    case TypeId::kStruct:
    case TypeId::kList: fit = values_.nested(column.spec.type, json_, i, text); break;
    default: fit = values_.text(json_, i, end, text); break;
  }
  if (fit == JsonFit::kValue) column.vector->set_string(row_, text);
  return fit;
}

// Fills what the message did not name and takes the row, or sets error_.
bool JsonDecoder::finish_row(std::string_view payload) {
  if (row_ == capacity_) next_row();
  const bool blank = json_.count() == 0;
  for (Column& column : columns_) {
    if (!column.by_name || (!blank && column.match != Match::kNone)) continue;
    if (!column.spec.default_value.is_null()) {
      column.vector->set_value(row_, column.spec.default_value);
    } else if (column.spec.not_null) {
      error_ = fmt::format("column \"{}\" must not be null and the message has no such member",
                           column.spec.name);
      return false;
    } else {
      set_null(column);
    }
  }
  for (const size_t c : whole_payload_) {
    const auto text = canonical_json(payload);
    if (!text) {
      error_ = fmt::format("column \"{}\": {}", columns_[c].spec.name, text.error().to_string());
      return false;
    }
    columns_[c].vector->set_string(row_, *text);
  }
  ++row_;
  out_->messages.push_back(message_);
  return true;
}

void JsonDecoder::look_up(std::string_view raw_name, Prediction& prediction) {
  prediction.name.assign(raw_name);
  prediction.column = -1;
  prediction.match = Match::kNone;
  std::string name;
  if (!JsonIndex::unescape(raw_name, name)) return;
  if (const auto exact = exact_.find(name); exact != exact_.end()) {
    prediction.column = exact->second;
    prediction.match = Match::kExact;
  } else if (const auto other = without_case_.find(lower(name)); other != without_case_.end()) {
    prediction.column = other->second;
    prediction.match = Match::kWithoutCase;
  }
}

void JsonDecoder::set_null(Column& column) { column.vector->set_null_value(row_); }

void JsonDecoder::clear_null(Column& column) {
  if (column.vector->is_null(row_)) {
    column.vector->mutable_null_words()[row_ >> 6] &= ~(uint64_t{1} << (row_ & 63));
  }
}

void JsonDecoder::misfit(size_t column, std::string error) {
  NulledValues& nulled = out_->nulled[column];
  if (nulled.count++ == 0) {
    nulled.first_message = message_;
    nulled.first_error = std::move(error);
  }
}

std::string JsonDecoder::misfit_text(const Column& column, size_t i, size_t end) const {
  std::string_view value = json_.range(i, end);
  const bool cut = value.size() > kShownValueMax;
  if (cut) {
    size_t keep = kShownValueMax;
    while (keep > 0 && (static_cast<uint8_t>(value[keep]) & 0xC0) == 0x80) --keep;
    value = value.substr(0, keep);
  }
  return fmt::format("column \"{}\": {}{} is not a valid {}", column.spec.name, value, cut ? "..." : "",
                     column.spec.type.name());
}

size_t JsonDecoder::broken(std::string text) {
  error_ = fmt::format("invalid JSON: {}", text);
  return 0;
}

// Makes room for more rows than messages.
void JsonDecoder::next_row() {
  capacity_ = std::max<size_t>(16, capacity_ * 2);
  for (Column& column : columns_) {
    if (column.vector == nullptr) continue;
    column.vector->grow(capacity_);
    column.data = column.vector->data<std::byte>();
  }
}

// Clears what a given-up row may have left behind at row_.
void JsonDecoder::drop_row() {
  if (row_ == capacity_) return;
  for (Column& column : columns_) {
    if (column.vector != nullptr) clear_null(column);
  }
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderSpec& spec) {
  for (const DecodeColumn& column : spec.columns) {
    if (column.whole_payload && !column.type.is(TypeId::kJsonb)) {
      return fail(SqlState::kInvalidTableDefinition, "column \"{}\" holds the payload and must be jsonb",
                  column.name);
    }
  }
  const auto option = [&spec](std::string_view name) -> std::string_view {
    const auto found = spec.options.find(name);
    return found == spec.options.end() ? std::string_view{} : std::string_view(found->second);
  };
  constexpr std::pair<std::string_view, TimestamptzMode> kModes[] = {
      {"micro", TimestamptzMode::kMicro},
      {"milli", TimestamptzMode::kMilli},
      {"utc_string", TimestamptzMode::kUtcString},
      {"utc_without_suffix", TimestamptzMode::kUtcWithoutSuffix},
  };
  JsonValueOptions options;
  for (const auto& [name, mode] : kModes) {
    if (option("timestamptz.handling.mode") == name) options.timestamptz = mode;
  }
  options.bytea_base64 = option("bytea.handling.mode") == "base64";
  return std::make_unique<JsonDecoder>(spec.columns, options, option("top_level_array") == "rows");
}

}  // namespace leat
