#pragma once
// OptionRow, Options: what may stand in WITH (...), declared as data and parsed by one routine.
// A connector, a format and the job each bring a table of rows; parse_options() reads a WITH list
// against all of them at once, so that an unknown key is unknown to everybody. The same rows give
// the reference documentation. Rows are constant tables; a parsed Options is immutable.
// Thread: any.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace leat {

enum class OptionType : uint8_t {
  kText,
  kInt,       // 64-bit, minimum/maximum apply
  kBool,      // true, false (also t, f, on, off, 1, 0)
  kEnum,      // one of `allowed`
  kDuration,  // "500ms", "10s", "5 min", "1h"; a bare number is in `bare_unit`
  kSize,      // "64MB", "1GiB"; a bare number is bytes
};

struct OptionRow {
  std::string_view name;  // a '*' token matches any one token: "fields.*.kind"
  OptionType type = OptionType::kText;
  std::string_view doc = {};
  std::string_view default_value = {};  // empty: none
  std::string_view allowed = {};        // kEnum: "a,b,c"
  std::string_view aliases = {};        // "old.name,other_name"
  bool required = false;
  std::string_view required_when = {};  // "connect_mode=credential": required if so, refused else
  bool secret = false;                  // never printed back
  int64_t minimum = INT64_MIN;
  int64_t maximum = INT64_MAX;
  std::string_view bare_unit = "ms";  // kDuration: "ms" or "s"
};

// One pair of a WITH list, in the order written.
struct WithOption {
  std::string key;
  std::string value;
  std::optional<uint32_t> position = {};  // of the key in the statement, characters from 1
};

class Options {
 public:
  // Given by the user (under any alias); a default does not count.
  bool given(std::string_view name) const;
  // Given, or has a default.
  bool has(std::string_view name) const;

  // The value, or the row's default. The name must be a row of the tables and, for other than
  // text, must have a value: anything else is our own mistake (CHECK).
  const std::string& text(std::string_view name) const;  // empty when absent
  int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;
  uint64_t size(std::string_view name) const;
  std::optional<int64_t> maybe_integer(std::string_view name) const;

  // Where the user wrote it, for an error that only the connector can find.
  std::optional<uint32_t> position(std::string_view name) const;

  // All given pairs by their row's name ("fields.id.kind" as written), sorted by name.
  struct Given {
    std::string name;
    std::string value;
    bool secret = false;
  };
  std::vector<Given> all_given() const;

  // An error at that option's place: make(kInvalidParameterValue, ...).at(position).
  Error error_at(std::string_view name, SqlState state, std::string message) const;

 private:
  friend Result<Options> parse_options(std::string_view, std::span<const std::span<const OptionRow>>,
                                       std::span<const WithOption>);
  struct Value {
    const OptionRow* row = nullptr;
    std::string text = {};
    int64_t number = 0;  // integer, boolean, milliseconds or bytes
    bool given = false;
    std::optional<uint32_t> position = {};
  };
  const Value& find(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

// Reads a WITH list. `who` stands in messages: "connector nats". Refused, with the place and a hint:
// an unknown key, a key given twice (also under an alias), a value not of its type, a missing
// required one, one that is required or refused by another's value.
Result<Options> parse_options(std::string_view who, std::span<const std::span<const OptionRow>> tables,
                              std::span<const WithOption> with);
Result<Options> parse_options(std::string_view who, std::span<const OptionRow> table,
                              std::span<const WithOption> with);

// A Markdown table of the rows, for the reference documentation.
std::string options_markdown(std::span<const OptionRow> table);

// The name of `names` nearest to `text`, if it is near enough to be meant; else empty.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names);

}  // namespace leat
