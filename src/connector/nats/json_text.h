#pragma once
// JsonValue, parse_json, JsonObject: the small JSON of the JetStream API and of tokens. For control
// messages only; rows are the business of format. Numbers keep their text, so 64 bits stay exact.
// Thread: any.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace leat::nats {

inline constexpr int kJsonDepthMax = 64;

class JsonValue {
 public:
  enum class Kind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string text = {};  // string, number's digits, or "true"/"false"
  std::vector<JsonValue> items = {};
  std::vector<std::pair<std::string, JsonValue>> members = {};

  bool is(Kind wanted) const { return kind == wanted; }
  // A member of an object; a null value when it is absent, so that calls can be chained.
  const JsonValue& operator[](std::string_view name) const;
  bool has(std::string_view name) const { return !(*this)[name].is(Kind::kNull); }
  // Numbers: whole part, 0 when absent or no number; a fraction is cut.
  int64_t integer() const;
  uint64_t natural() const;
  bool truth() const { return kind == Kind::kBool && text == "true"; }
  std::vector<std::string> strings() const;  // of an array's string items
};

Result<JsonValue> parse_json(std::string_view text);

// With quotes, escaped.
std::string json_quote(std::string_view text);

// {"a":1,"b":"x"} piece by piece.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view value) { return raw(name, json_quote(value)); }
  JsonObject& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
  JsonObject& add(std::string_view name, int64_t value) { return raw(name, std::to_string(value)); }
  JsonObject& add(std::string_view name, uint64_t value) { return raw(name, std::to_string(value)); }
  JsonObject& add(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  JsonObject& add(std::string_view name, std::span<const std::string> values);
  JsonObject& raw(std::string_view name, std::string_view json);
  std::string text() const { return "{" + body_ + "}"; }

 private:
  std::string body_;
};

}  // namespace leat::nats
