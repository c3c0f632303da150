#include "format/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/edit_distance.h"
#include "format/bytes_decoder.h"
#include "format/json_decoder.h"
#include "format/json_encoder.h"

namespace leat {
namespace {

constexpr FormatRow kFormats[] = {
    {.format = "PLAIN",
     .encode = "JSON",
     .doc = "Each message is a JSON object; its members become columns by name.",
     .example = "FORMAT PLAIN ENCODE JSON (timestamptz.handling.mode = 'milli')",
     .decode_options = kJsonDecodeOptions,
     .encode_options = kJsonEncodeOptions,
     .make_decoder = make_json_decoder,
     .make_encoder = make_json_encoder},
    {.format = "PLAIN",
     .encode = "BYTES",
     .doc = "Each message is the value of the one bytea column.",
     .example = "FORMAT PLAIN ENCODE BYTES",
     .make_decoder = make_bytes_decoder},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

bool same_name(std::string_view a, std::string_view b) { return lower(a) == lower(b); }

bool is_listed(std::string_view allowed, std::string_view value) {
  while (!allowed.empty()) {
    const size_t comma = std::min(allowed.find(','), allowed.size());
    if (allowed.substr(0, comma) == value) return true;
    allowed.remove_prefix(std::min(comma + 1, allowed.size()));
  }
  return false;
}

}  // namespace

std::span<const FormatRow> format_rows() { return kFormats; }

Result<const FormatRow*> find_format(std::string_view format, std::string_view encode) {
  std::string known;
  for (const FormatRow& row : kFormats) {
    if (same_name(row.format, format) && same_name(row.encode, encode)) return &row;
    known += fmt::format("{}FORMAT {} ENCODE {}", known.empty() ? "" : ", ", row.format, row.encode);
  }
  return fail(make_error(SqlState::kFeatureNotSupported, "FORMAT {} ENCODE {} is not supported", format,
                         encode)
                  .with_hint(fmt::format("There is {}.", known)));
}

Result<FormatOptions> check_format_options(const FormatRow& row,
                                           std::span<const FormatOptionRow> declared,
                                           std::span<const std::pair<std::string, std::string>> given) {
  FormatOptions options;
  for (const auto& [name, value] : given) {
    const auto option = std::find_if(declared.begin(), declared.end(),
                                     [&](const FormatOptionRow& o) { return same_name(o.name, name); });
    if (option == declared.end()) {
      Error error = make_error(SqlState::kInvalidParameterValue, "unknown option \"{}\" for ENCODE {}",
                               name, row.encode);
      NearestName nearest(name);
      std::vector<std::string_view> allowed;
      for (const FormatOptionRow& o : declared) {
        nearest.look_at(o.name);
        allowed.push_back(o.name);
      }
      std::ranges::sort(allowed);
      error.detail = allowed.empty() ? fmt::format("ENCODE {} takes no options.", row.encode)
                                     : fmt::format("Allowed: {}.", fmt::join(allowed, ", "));
      if (!nearest.best().empty()) error.hint = fmt::format("Did you mean \"{}\"?", nearest.best());
      return fail(std::move(error));
    }
    const std::string text = option->allowed.empty() ? value : lower(value);
    if (!option->allowed.empty() && !is_listed(option->allowed, text)) {
      return fail(make_error(SqlState::kInvalidParameterValue, "invalid value \"{}\" for option \"{}\"",
                             value, option->name)
                      .with_hint(fmt::format("It takes one of: {}.", option->allowed)));
    }
    if (!options.emplace(option->name, text).second) {
      return fail(SqlState::kInvalidParameterValue, "option \"{}\" is given twice", option->name);
    }
  }
  for (const FormatOptionRow& option : declared) {
    if (!option.default_value.empty()) options.emplace(option.name, option.default_value);
  }
  return options;
}

}  // namespace leat
