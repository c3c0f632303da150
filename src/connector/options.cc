#include "connector/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/edit_distance.h"

namespace leat {
namespace {

std::vector<std::string_view> split_list(std::string_view text, char separator = ',') {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  }
  return parts;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "fields.*.kind" matches "fields.id.kind": '*' stands for exactly one non-empty token.
bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.find('*') == std::string_view::npos) return pattern == name;
  const auto wanted = split_list(pattern, '.');
  const auto have = split_list(name, '.');
  if (wanted.size() != have.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] == "*" ? have[i].empty() : wanted[i] != have[i]) return false;
  return true;
}

const OptionRow* find_row(std::span<const std::span<const OptionRow>> tables, std::string_view key) {
  for (const auto table : tables)
    for (const OptionRow& row : table) {
      if (matches(row.name, key)) return &row;
      for (const std::string_view alias : split_list(row.aliases))
        if (alias == key) return &row;
    }
  return nullptr;
}

bool is_pattern(const OptionRow& row) { return row.name.find('*') != std::string_view::npos; }

Result<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    return fail(SqlState::kInvalidParameterValue, "not a whole number");
  return value;
}

// A number, perhaps with a fraction, and a unit of the list; the sum in the list's base unit.
struct Unit {
  std::string_view name;
  double factor;
};

Result<int64_t> number_with_unit(std::string_view text, std::span<const Unit> units,
                                 std::string_view bare_unit) {
  text = trim(text);
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || number < 0) return fail(SqlState::kInvalidParameterValue, "no number");
  std::string unit = lower(trim(text.substr(static_cast<size_t>(end - text.data()))));
  if (unit.empty()) unit = bare_unit;
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    const double value = number * known.factor;
    if (value > 9.0e18) return fail(SqlState::kInvalidParameterValue, "too large");
    return static_cast<int64_t>(value + 0.5);
  }
  return fail(SqlState::kInvalidParameterValue, "unknown unit");
}

constexpr Unit kTimeUnits[] = {
    {"ms", 1},      {"msec", 1},      {"millisecond", 1}, {"milliseconds", 1}, {"s", 1e3},
    {"sec", 1e3},   {"secs", 1e3},    {"second", 1e3},    {"seconds", 1e3},    {"m", 6e4},
    {"min", 6e4},   {"mins", 6e4},    {"minute", 6e4},    {"minutes", 6e4},    {"h", 36e5},
    {"hour", 36e5}, {"hours", 36e5},  {"d", 864e5},       {"day", 864e5},      {"days", 864e5},
};
constexpr double kKi = 1024.0;
constexpr Unit kSizeUnits[] = {
    {"b", 1},           {"byte", 1},         {"bytes", 1},
    {"k", kKi},         {"kb", kKi},         {"kib", kKi},
    {"m", kKi * kKi},   {"mb", kKi * kKi},   {"mib", kKi * kKi},
    {"g", kKi * kKi * kKi}, {"gb", kKi * kKi * kKi}, {"gib", kKi * kKi * kKi},
    {"t", kKi * kKi * kKi * kKi}, {"tb", kKi * kKi * kKi * kKi}, {"tib", kKi * kKi * kKi * kKi},
};

std::string_view expected_form(const OptionRow& row) {
  switch (row.type) {
    case OptionType::kInt: return "a whole number";
    case OptionType::kBool: return "true or false";
    case OptionType::kDuration: return "a time such as \"500ms\", \"10s\" or \"5min\"";
    case OptionType::kSize: return "a size such as \"64MB\" or \"1GB\"";
    case OptionType::kText:
    case OptionType::kEnum: break;
  }
  return "text";
}

Result<bool> truth(std::string_view text) {
  const std::string word = lower(trim(text));
  for (const std::string_view yes : {"true", "t", "on", "yes", "y", "1"})
    if (word == yes) return true;
  for (const std::string_view no : {"false", "f", "off", "no", "n", "0"})
    if (word == no) return false;
  return fail(SqlState::kInvalidParameterValue, "no truth");
}

std::string quoted_list(std::span<const std::string_view> words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i)
    out += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
  return out;
}

Error bad_value(std::string_view who, const OptionRow& row, std::string_view key,
                std::string_view value, std::optional<uint32_t> position) {
  Error error = make_error(SqlState::kInvalidParameterValue,
                           "invalid value for option \"{}\" of {}: {}", key, who,
                           row.secret ? std::string("(secret)") : fmt::format("\"{}\"", value));
  error.position = position;
  if (row.type == OptionType::kEnum) {
    const auto words = split_list(row.allowed);
    error.detail = fmt::format("Allowed: {}.", quoted_list(words));
    const auto near = nearest_name(lower(value), words);
    if (!near.empty()) error.hint = fmt::format("Did you mean \"{}\"?", near);
    return error;
  }
  error.detail = fmt::format("Expected {}.", expected_form(row));
  if (row.minimum != INT64_MIN && row.maximum != INT64_MAX)
    error.detail = fmt::format("Expected {} from {} to {}.", expected_form(row), row.minimum, row.maximum);
  else if (row.minimum != INT64_MIN)
    error.detail = fmt::format("Expected {}, at least {}.", expected_form(row), row.minimum);
  else if (row.maximum != INT64_MAX)
    error.detail = fmt::format("Expected {}, at most {}.", expected_form(row), row.maximum);
  return error;
}

// The value's number; enum and text values are put into their stored form.
Result<int64_t> read_value(const OptionRow& row, std::string& value) {
  Result<int64_t> number = 0;
  switch (row.type) {
    case OptionType::kText: return 0;
    case OptionType::kEnum: {
      const std::string word = lower(trim(value));
      for (const std::string_view allowed : split_list(row.allowed))
        if (allowed == word) {
          value = word;
          return 0;
        }
      return fail(SqlState::kInvalidParameterValue, "not allowed");
    }
    case OptionType::kBool: return TRY(truth(value)) ? 1 : 0;
    case OptionType::kInt: number = whole_number(trim(value)); break;
    case OptionType::kDuration: number = number_with_unit(value, kTimeUnits, row.bare_unit); break;
    case OptionType::kSize: number = number_with_unit(value, kSizeUnits, "b"); break;
  }
  if (number && (*number < row.minimum || *number > row.maximum))
    return fail(SqlState::kInvalidParameterValue, "out of range");
  return number;
}

Error unknown_option(std::string_view who, std::span<const std::span<const OptionRow>> tables,
                     const WithOption& option) {
  std::vector<std::string_view> names, allowed;
  for (const auto table : tables)
    for (const OptionRow& row : table) {
      allowed.push_back(row.name);
      if (!is_pattern(row)) names.push_back(row.name);
      for (const std::string_view alias : split_list(row.aliases)) names.push_back(alias);
    }
  Error error = make_error(SqlState::kInvalidParameterValue, "unknown option \"{}\" for {}",
                           option.key, who);
  error.position = option.position;
  std::ranges::sort(allowed);
  error.detail = fmt::format("Allowed: {}.", fmt::join(allowed, ", "));
  const auto near = nearest_name(lower(option.key), names);
  if (!near.empty()) error.hint = fmt::format("Did you mean \"{}\"?", near);
  return error;
}

}  // namespace

std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names) {
  constexpr size_t kNameMax = 128;
  if (text.size() > kNameMax) return {};
  NearestName nearest(text);
  for (const std::string_view name : names) nearest.look_at(name);
  return nearest.best();
}

Result<Options> parse_options(std::string_view who, std::span<const std::span<const OptionRow>> tables,
                              std::span<const WithOption> with) {
  Options options;
  for (const auto table : tables)
    for (const OptionRow& row : table) {
      if (is_pattern(row)) continue;
      Options::Value value{.row = &row, .text = std::string(row.default_value)};
      if (!row.default_value.empty()) {
        const auto number = read_value(row, value.text);
        CHECK(number.has_value(), "default of option {} does not fit its row", row.name);
        value.number = *number;
      }
      CHECK(options.values_.emplace(std::string(row.name), std::move(value)).second,
            "option {} stands in two tables", row.name);
    }

  for (const WithOption& option : with) {
    const OptionRow* row = find_row(tables, option.key);
    if (row == nullptr) return std::unexpected(unknown_option(who, tables, option));
    const std::string name = is_pattern(*row) ? option.key : std::string(row->name);
    Options::Value& value = options.values_[name];
    if (value.given) {
      Error error = make_error(SqlState::kInvalidParameterValue, "option \"{}\" is given twice",
                               name);
      error.position = option.position;
      if (option.key != name) error.detail = fmt::format("\"{}\" is another name of it.", option.key);
      return fail(std::move(error));
    }
    value.row = row;
    value.given = true;
    value.position = option.position;
    value.text = option.value;
    const auto number = read_value(*row, value.text);
    if (!number)
      return std::unexpected(bad_value(who, *row, option.key, option.value, option.position));
    value.number = *number;
  }

  for (const auto table : tables)
    for (const OptionRow& row : table) {
      if (is_pattern(row)) continue;
      const Options::Value& value = options.values_.find(row.name)->second;
      if (row.required && (!value.given || value.text.empty())) {
        Error error = make_error(SqlState::kInvalidParameterValue, "{} needs option \"{}\"", who,
                                 row.name);
        error.position = value.position;
        error.hint = fmt::format("{}: {}", row.name, row.doc);
        return fail(std::move(error));
      }
      if (row.required_when.empty()) continue;
      const size_t equals = row.required_when.find('=');
      CHECK(equals != std::string_view::npos, "required_when of {} has no '='", row.name);
      const std::string_view other = row.required_when.substr(0, equals);
      const auto wanted = split_list(row.required_when.substr(equals + 1), '|');
      const Options::Value& decider = options.find(other);
      // Without a value and a default the connector decides for itself what is meant.
      if (!decider.given && decider.text.empty()) continue;
      const bool applies = std::ranges::find(wanted, decider.text) != wanted.end();
      if (applies && (!value.given || value.text.empty())) {
        Error error = make_error(SqlState::kInvalidParameterValue, "option \"{}\" is required when {} is \"{}\"",
                                 row.name, other, decider.text);
        error.position = decider.position;
        return fail(std::move(error));
      }
      if (!applies && value.given) {
        Error error = make_error(SqlState::kInvalidParameterValue,
                                 "option \"{}\" contradicts {} = \"{}\"", row.name, other, decider.text);
        error.position = value.position;
        error.hint = fmt::format("Leave it out, or set {} = '{}'.", other, wanted.front());
        return fail(std::move(error));
      }
    }
  return options;
}

Result<Options> parse_options(std::string_view who, std::span<const OptionRow> table,
                              std::span<const WithOption> with) {
  return parse_options(who, std::span<const std::span<const OptionRow>>(&table, 1), with);
}

const Options::Value& Options::find(std::string_view name) const {
  const auto at = values_.find(name);
  CHECK(at != values_.end(), "option {} is in no table", name);
  return at->second;
}

bool Options::given(std::string_view name) const {
  const auto at = values_.find(name);
  return at != values_.end() && at->second.given;
}
bool Options::has(std::string_view name) const {
  const auto at = values_.find(name);
  return at != values_.end() && (at->second.given || !at->second.row->default_value.empty());
}
const std::string& Options::text(std::string_view name) const { return find(name).text; }
int64_t Options::integer(std::string_view name) const {
  CHECK(has(name), "option {} has no value", name);
  return find(name).number;
}
bool Options::boolean(std::string_view name) const { return integer(name) != 0; }
std::chrono::milliseconds Options::duration(std::string_view name) const {
  return std::chrono::milliseconds(integer(name));
}
uint64_t Options::size(std::string_view name) const { return static_cast<uint64_t>(integer(name)); }
std::optional<int64_t> Options::maybe_integer(std::string_view name) const {
  return has(name) ? std::optional(integer(name)) : std::nullopt;
}
std::optional<uint32_t> Options::position(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::nullopt : at->second.position;
}

std::vector<Options::Given> Options::all_given() const {
  std::vector<Given> out;
  for (const auto& [name, value] : values_)
    if (value.given) out.push_back({.name = name, .value = value.text, .secret = value.row->secret});
  return out;
}

Error Options::error_at(std::string_view name, SqlState state, std::string message) const {
  Error error{.code = state, .message = std::move(message)};
  error.position = position(name);
  return error;
}

std::string options_markdown(std::span<const OptionRow> table) {
  constexpr std::string_view kTypeNames[] = {"text", "integer", "boolean", "", "duration", "size"};
  std::string out = "| option | type | default | |\n|---|---|---|---|\n";
  for (const OptionRow& row : table) {
    std::string type = row.type == OptionType::kEnum ? std::string()
                                                     : std::string(kTypeNames[static_cast<size_t>(row.type)]);
    if (row.type == OptionType::kEnum)
      for (const std::string_view word : split_list(row.allowed))
        type += fmt::format("{}`{}`", type.empty() ? "" : ", ", word);
    std::string name = fmt::format("`{}`", row.name);
    for (const std::string_view alias : split_list(row.aliases)) name += fmt::format(" (also `{}`)", alias);
    std::string doc(row.doc);
    if (row.required) doc = "Required. " + doc;
    if (!row.required_when.empty()) doc += fmt::format(" Required when `{}`.", row.required_when);
    if (row.secret) doc += " Secret: never shown again.";
    out += fmt::format("| {} | {} | {} | {} |\n", name, type,
                       row.default_value.empty() ? std::string() : fmt::format("`{}`", row.default_value), doc);
  }
  return out;
}

}  // namespace leat
