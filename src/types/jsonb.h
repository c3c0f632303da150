#pragma once
// jsonb values are kept as canonical text, exactly as PostgreSQL prints jsonb: keys ordered by
// length then bytes, last duplicate kept, one blank after ':' and ',', numbers as numeric prints
// them. So equal documents have equal bytes (but for numbers that differ in scale only).

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "types/decimal.h"

namespace leat {

inline constexpr int kJsonDepthMax = 512;

// Any JSON text to canonical text. Errors: kInvalidTextRepresentation with PostgreSQL's
// `invalid input syntax for type json`, detail says what; kProgramLimitExceeded beyond
// kJsonDepthMax.
Result<std::string> canonical_json(std::string_view text);

enum class JsonKind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

// Walks over canonical text without building a tree. Views point into the text.
struct JsonView {
  std::string_view text;  // canonical text of this value
  JsonKind kind() const;
  // Member of an object, element of an array (negative counts from the end); false if absent.
  bool member(std::string_view key, JsonView& out) const;
  bool element(int64_t index, JsonView& out) const;
  size_t size() const;  // elements or members
  std::vector<JsonView> elements() const;
  std::vector<std::pair<std::string, JsonView>> members() const;  // unescaped keys
  std::string string_value() const;                               // unescaped, of a string
};

// PostgreSQL's jsonb order: Object > Array > Boolean > Number > String > Null.
int compare_json(std::string_view a, std::string_view b);
uint64_t hash_json(std::string_view canonical);
// @> : does `a` contain `b`.
bool json_contains(std::string_view a, std::string_view b);
// Appends `text` as a JSON string with quotes and escapes.
void append_json_string(std::string& to, std::string_view text);

}  // namespace leat
