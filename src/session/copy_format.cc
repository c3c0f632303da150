#include "session/copy_format.h"

#include <algorithm>

namespace leat {
namespace {

constexpr std::string_view kEndMark = "\\.";
constexpr std::string_view kOptionNames = "format, delimiter, null, header, quote, escape, encoding, freeze";

Result<char> one_character(const ast::Option& option) {
  if (option.value.size() != 1) {
    return fail(SqlState::kFeatureNotSupported, "COPY {} must be a single one-byte character", option.key);
  }
  return option.value[0];
}

Result<bool> boolean(const ast::Option& option) {
  const std::string& value = option.value;
  if (option.kind == ast::OptionValueKind::kNone || value == "true" || value == "on" || value == "1") return true;
  if (value == "false" || value == "off" || value == "0") return false;
  return fail(SqlState::kSyntaxError, "{} requires a Boolean value", option.key);
}

Result<CopyOptions::Header> header(const ast::Option& option) {
  if (option.value == "match") return CopyOptions::Header::kMatch;
  return TRY(boolean(option)) ? CopyOptions::Header::kSkip : CopyOptions::Header::kNone;
}

Result<bool> is_csv(const ast::Option& option) {
  if (option.value == "csv") return true;
  if (option.value == "text") return false;
  if (option.value == "binary") return fail(SqlState::kFeatureNotSupported, "COPY in format binary is not supported");
  return fail(make_error(SqlState::kInvalidParameterValue, "COPY format \"{}\" not recognized", option.value)
                  .with_hint("Allowed: text, csv."));
}

Result<void> check_encoding(const ast::Option& option) {
  std::string name;
  for (const char c : option.value) {
    if (c != '-' && c != '_') name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (name == "utf8" || name == "sqlascii") return {};
  return fail(SqlState::kFeatureNotSupported, "COPY in encoding \"{}\" is not supported, only UTF8", option.value);
}

Result<void> check(const CopyOptions& options) {
  const char d = options.delimiter;
  if (d == '\n' || d == '\r') return fail(SqlState::kInvalidParameterValue, "COPY delimiter cannot be newline or carriage return");
  if (options.null_text.find_first_of("\r\n") != std::string::npos) {
    return fail(SqlState::kInvalidParameterValue, "COPY null representation cannot use newline or carriage return");
  }
  if (!options.csv && std::string_view("\\.abcdefghijklmnopqrstuvwxyz0123456789").contains(d)) {
    return fail(SqlState::kInvalidParameterValue, "COPY delimiter cannot be \"{}\"", d);
  }
  if (options.csv && d == options.quote) {
    return fail(SqlState::kInvalidParameterValue, "COPY delimiter and quote must be different");
  }
  if (options.null_text.contains(d)) {
    return fail(SqlState::kInvalidParameterValue, "COPY delimiter must not appear in the NULL specification");
  }
  if (options.csv && options.null_text.contains(options.quote)) {
    return fail(SqlState::kInvalidParameterValue, "CSV quote character must not appear in the NULL specification");
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

Result<CopyOptions> read_copy_options(const ast::Copy& copy) {
  CopyOptions options;
  std::optional<char> delimiter, quote, escape;
  std::optional<std::string> null_text;
  for (const ast::Option& option : copy.options) {
    const std::string& key = option.key;
    if (key == "csv" || key == "binary") {  // COPY t FROM STDIN CSV
      ast::Option format;
      format.value = key;
      options.csv = TRY(is_csv(format));
    } else if (key == "format") {
      options.csv = TRY(is_csv(option));
    } else if (key == "delimiter") {
      delimiter = TRY(one_character(option));
    } else if (key == "null") {
      null_text = option.value;
    } else if (key == "header") {
      options.header = TRY(header(option));
    } else if (key == "quote") {
      quote = TRY(one_character(option));
    } else if (key == "escape") {
      escape = TRY(one_character(option));
    } else if (key == "encoding") {
      TRY(check_encoding(option));
    } else if (key == "freeze") {
      TRY(boolean(option));  // nothing to do: there are no dead rows
    } else {
      return fail(make_error(SqlState::kSyntaxError, "option \"{}\" not recognized", key)
                      .with_hint("Allowed: " + std::string(kOptionNames) + "."));
    }
  }
  if (!options.csv && (quote || escape)) {
    return fail(SqlState::kFeatureNotSupported, "COPY {} available only in CSV mode", quote ? "quote" : "escape");
  }
  if (copy.from == false && options.header == CopyOptions::Header::kMatch) {
    return fail(SqlState::kFeatureNotSupported, "cannot use \"match\" with HEADER in COPY TO");
  }
  options.delimiter = delimiter.value_or(options.csv ? ',' : '\t');
  options.null_text = null_text.value_or(options.csv ? "" : "\\N");
  options.quote = quote.value_or('"');
  options.escape = escape.value_or(options.quote);
  TRY(check(options));
  return options;
}

// ---- reading ---------------------------------------------------------------------------------

void CopyReader::add(std::string_view piece) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_ += piece;
}

// Where the line feed is that ends the record; npos: not here. What was looked at once is not looked at
// again, however small the pieces are.
size_t CopyReader::find_end() {
  size_t i = at_ + looked_at_;
  for (; i < buffer_.size(); ++i) {
    const char c = buffer_[i];
    const bool escapes = options_.csv ? in_quotes_ && c == options_.escape && c != options_.quote : c == '\\';
    if (escapes) {
      if (i + 1 == buffer_.size()) break;  // what it escapes is still to come
      const char next = buffer_[i + 1];
      if (!options_.csv || next == options_.quote || next == options_.escape) ++i;
    } else if (options_.csv && c == options_.quote) {
      in_quotes_ = !in_quotes_;  // a doubled quote does it twice
    } else if (c == '\n' && !in_quotes_) {
      return i;
    }
  }
  looked_at_ = i - at_;
  return std::string::npos;
}

// The bytes of the next record without its line end.
Result<std::optional<std::string_view>> CopyReader::record() {
  if (finished_) return std::nullopt;
  size_t end = find_end();
  const bool has_end = end != std::string::npos;
  if (!has_end) {
    if (buffer_.size() - at_ > kRecordBytesMax) {
      return fail(SqlState::kProgramLimitExceeded, "a record of COPY is larger than {} MB", kRecordBytesMax >> 20);
    }
    if (!at_end_ || at_ == buffer_.size()) return std::nullopt;
    end = buffer_.size();
  }
  std::string_view found(buffer_.data() + at_, end - at_);
  at_ = has_end ? end + 1 : end;
  looked_at_ = 0;
  in_quotes_ = false;
  line_ = lines_read_ + 1;
  lines_read_ += 1 + static_cast<uint64_t>(std::ranges::count(found, '\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  if (found == kEndMark) {
    finished_ = true;
    return std::nullopt;
  }
  return found;
}

Result<bool> CopyReader::next(std::vector<CopyField>& fields) {
  const auto found = TRY(record());
  if (!found) return false;
  text_.clear();
  fields_.clear();
  TRY(options_.csv ? cut_csv(*found) : cut_text(*found));
  fields.clear();
  const std::string_view text = text_;
  for (const Field& field : fields_) {
    fields.push_back(field.null ? CopyField() : CopyField(text.substr(field.begin, field.end - field.begin)));
  }
  return true;
}

Result<void> CopyReader::cut_text(std::string_view record) {
  for (size_t begin = 0;;) {
    size_t end = begin;
    while (end < record.size() && record[end] != options_.delimiter) end += record[end] == '\\' ? 2 : 1;
    end = std::min(end, record.size());
    const std::string_view raw = record.substr(begin, end - begin);
    const size_t at = text_.size();
    const bool null = raw == options_.null_text;  // compared as it is written
    if (!null) unescape(raw);
    fields_.push_back({at, text_.size(), null});
    if (end == record.size()) return {};
    begin = end + 1;
  }
}

void CopyReader::unescape(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      text_ += text[i];
      continue;
    }
    const char c = text[++i];
    switch (c) {
      case 'b': text_ += '\b'; break;
      case 'f': text_ += '\f'; break;
      case 'n': text_ += '\n'; break;
      case 'r': text_ += '\r'; break;
      case 't': text_ += '\t'; break;
      case 'v': text_ += '\v'; break;
      default: {
        int value = 0;
        size_t digits = 0;
        if (is_octal(c)) {
          for (; digits < 3 && i + digits < text.size() && is_octal(text[i + digits]); ++digits) {
            value = value * 8 + (text[i + digits] - '0');
          }
          i += digits - 1;
        } else if (c == 'x') {
          for (; digits < 2 && i + 1 + digits < text.size() && hex_digit(text[i + 1 + digits]) >= 0; ++digits) {
            value = value * 16 + hex_digit(text[i + 1 + digits]);
          }
          i += digits;
        }
        text_ += digits > 0 ? static_cast<char>(value) : c;
      }
    }
  }
}

Result<void> CopyReader::cut_csv(std::string_view record) {
  for (size_t i = 0;;) {
    const size_t at = text_.size();
    bool any_quotes = false, quoted = false;
    for (; i < record.size(); ++i) {
      const char c = record[i];
      const bool escapes = quoted && c == options_.escape && i + 1 < record.size() &&
                           (record[i + 1] == options_.quote || record[i + 1] == options_.escape);
      if (escapes) {
        text_ += record[++i];
      } else if (c == options_.quote) {
        any_quotes = true;
        quoted = !quoted;
      } else if (c == options_.delimiter && !quoted) {
        break;
      } else {
        text_ += c;
      }
    }
    if (quoted) return fail(SqlState::kBadCopyFileFormat, "unterminated CSV quoted field");
    // Only what is not quoted can be NULL.
    const bool null = !any_quotes && std::string_view(text_).substr(at) == options_.null_text;
    fields_.push_back({at, text_.size(), null});
    if (i == record.size()) return {};
    ++i;
  }
}

// ---- writing ---------------------------------------------------------------------------------

namespace {

void append_escaped(std::string& to, std::string_view text, char delimiter) {
  for (const char c : text) {
    switch (c) {
      case '\b': to += "\\b"; break;
      case '\f': to += "\\f"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      case '\v': to += "\\v"; break;
      default:
        if (c == '\\' || c == delimiter) to += '\\';
        to += c;
    }
  }
}

bool needs_quotes(std::string_view text, const CopyOptions& options, bool is_alone) {
  if (text == options.null_text || (is_alone && text == kEndMark)) return true;
  return std::ranges::any_of(text, [&](char c) {
    return c == options.delimiter || c == options.quote || c == '\n' || c == '\r';
  });
}

void append_quoted(std::string& to, std::string_view text, const CopyOptions& options) {
  to += options.quote;
  for (const char c : text) {
    if (c == options.quote || c == options.escape) to += options.escape;
    to += c;
  }
  to += options.quote;
}

}  // namespace

void append_copy_record(std::string& to, std::span<const CopyField> fields, const CopyOptions& options) {
  bool first = true;
  for (const CopyField& field : fields) {
    if (!first) to += options.delimiter;
    first = false;
    if (!field) {
      to += options.null_text;
    } else if (!options.csv) {
      append_escaped(to, *field, options.delimiter);
    } else if (needs_quotes(*field, options, fields.size() == 1)) {
      append_quoted(to, *field, options);
    } else {
      to += *field;
    }
  }
  to += '\n';
}

}  // namespace leat
