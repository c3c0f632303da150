#include "parser/grammar.h"

// Options in brackets, and the FORMAT ... ENCODE ... clause with its older form.
namespace leat::parser {

using ast::Option;
using ast::OptionValueKind;

std::vector<Option> Grammar::with_options() {
  if (!at(Kw::kWith) || kind(1) != TokenKind::kLeftParen) return {};
  take();
  return bracketed_options();
}

// (key = value, ...). Commas may trail or be missing: documents that people copy from have both.
std::vector<Option> Grammar::bracketed_options() {
  std::vector<Option> options;
  expect(TokenKind::kLeftParen);
  while (!failed() && !at(TokenKind::kRightParen)) {
    options.push_back(option());
    if (!accept(TokenKind::kComma) && !at_label() && !at(TokenKind::kString)) break;
  }
  expect(TokenKind::kRightParen);
  return options;
}

Option Grammar::option() {
  Option result;
  result.position = position();
  result.key = option_key();
  if (at(TokenKind::kComma) || at(TokenKind::kRightParen)) return result;
  expect_operator("=");
  option_value(result);
  result.value_end = previous_end();
  return result;
}

// scan.startup.mode, "a.B".c, 'a.b', fields.1.kind
std::string Grammar::option_key() {
  std::string key;
  if (at(TokenKind::kString) || at_label()) {
    key = take().text;
  } else {
    fail_here();
  }
  while (!failed()) {
    if (at(TokenKind::kDecimal) && peek().text.starts_with('.')) {
      key += take().text;
      if (key.ends_with('.')) {
        if (!at_label()) fail_here();
        key += take().text;
      }
    } else if (accept(TokenKind::kDot)) {
      if (!at_label() && !at(TokenKind::kInteger)) fail_here();
      key += '.';
      key += take().text;
    } else {
      break;
    }
  }
  return key;
}

void Grammar::option_value(Option& option) {
  option.value_position = position();
  if (at(Kw::kSecret) && at_name(1)) {
    take();
    option.kind = OptionValueKind::kSecret;
    option.secret = object_name();
    if (accept(Kw::kAs)) {
      if (!accept_word("file")) fail_here();
      option.secret_as_file = true;
    }
    return;
  }
  const bool negative = accept_operator("-");
  if (!negative) accept_operator("+");
  if (at(TokenKind::kInteger) || at(TokenKind::kDecimal)) {
    option.kind = OptionValueKind::kNumber;
    option.value = (negative ? "-" : "") + take().text;
  } else if (negative) {
    fail_here();
  } else if (at(TokenKind::kString) || at(TokenKind::kBacktick)) {
    option.kind = OptionValueKind::kString;
    option.value = take().text;
  } else if (at_label()) {
    option.kind = OptionValueKind::kWord;
    option.value = take().text;
    while (accept(TokenKind::kDot)) option.value += '.' + label().text;
  } else {
    fail_here();
  }
}

// (analyze, format json, force_quote (a, b)): EXPLAIN's and COPY's options, without `=`.
std::vector<Option> Grammar::plain_options() {
  std::vector<Option> options;
  expect(TokenKind::kLeftParen);
  do {
    Option option;
    option.position = position();
    if (!at_value_word() && !at(Kw::kAnalyze) && !at(Kw::kNull)) fail_here();
    option.key = label().text;
    if (!at(TokenKind::kComma) && !at(TokenKind::kRightParen)) {
      option.value_position = position();
      if (accept_operator("*")) {
        option.kind = OptionValueKind::kWord;
        option.value = "*";
      } else if (at(TokenKind::kLeftParen)) {
        option.kind = OptionValueKind::kWord;
        for (const auto& column : bracketed_names()) {
          if (!option.value.empty()) option.value += ',';
          option.value += column.text;
        }
      } else {
        if (at_label() && !at_value_word()) fail_here();
        option_value(option);
      }
    }
    options.push_back(std::move(option));
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kRightParen);
  return options;
}

void Grammar::add_option(std::vector<Option>& options, std::string_view key, std::string value,
                         uint32_t begin) {
  Option option;
  option.key = key;
  option.kind = OptionValueKind::kString;
  option.value = std::move(value);
  option.position = option.value_position = begin;
  options.push_back(std::move(option));
}

std::optional<ast::FormatClause> Grammar::format_clause() {
  ast::FormatClause format;
  format.position = position();
  if (at(Kw::kFormat)) {
    format_encode(format);
    return format;
  }
  if (at(Kw::kRow, Kw::kFormat)) {
    row_format(format);
    return format;
  }
  return std::nullopt;
}

void Grammar::format_encode(ast::FormatClause& format) {
  take();
  format.format = label();
  expect(Kw::kEncode);
  format.encode = label();
  if (at(TokenKind::kLeftParen)) format.options = bracketed_options();
  if (accept(Kw::kKey, Kw::kEncode)) {
    format.key_encode = label();
    if (at(TokenKind::kLeftParen)) format.key_options = bracketed_options();
  }
}

namespace {

struct RowFormat {
  std::string_view word;
  std::string_view format;
  std::string_view encode;
};
constexpr RowFormat kRowFormats[] = {
    {"avro", "plain", "avro"},
    {"bytes", "plain", "bytes"},
    {"canal_json", "canal", "json"},
    {"csv", "plain", "csv"},
    {"debezium_avro", "debezium", "avro"},
    {"debezium_json", "debezium", "json"},
    {"debezium_mongo_json", "debezium_mongo", "json"},
    {"json", "plain", "json"},
    {"maxwell", "maxwell", "json"},
    {"native", "native", "native"},
    {"protobuf", "plain", "protobuf"},
    {"upsert_avro", "upsert", "avro"},
    {"upsert_json", "upsert", "json"},
    {"upsert_protobuf", "upsert", "protobuf"},
};

}  // namespace

// ROW FORMAT json: the form before FORMAT ... ENCODE.
void Grammar::row_format(ast::FormatClause& format) {
  take();
  take();
  format.legacy = true;
  const ast::Name word = label();
  for (const RowFormat& row : kRowFormats) {
    if (row.word != word.text) continue;
    format.format = {.text = std::string(row.format), .position = word.position};
    format.encode = {.text = std::string(row.encode), .position = word.position};
    return row_format_details(format);
  }
  std::string known;
  for (const RowFormat& row : kRowFormats) {
    known += known.empty() ? "" : ", ";
    known += row.word;
  }
  Error error = make_error(SqlState::kSyntaxError, "unknown row format \"{}\"", word.text);
  error.hint = fmt::format("Known are {}. FORMAT PLAIN ENCODE JSON is the newer form.", known);
  fail_with(word.position, std::move(error));
}

void Grammar::row_format_details(ast::FormatClause& format) {
  while (!failed()) {
    const uint32_t begin = position();
    if (accept(Kw::kMessage)) {
      add_option(format.options, "message", string_literal(), begin);
    } else if (at(Kw::kRow) || at(Kw::kConfluent)) {
      if (accept(Kw::kRow)) expect_all({Kw::kSchema, Kw::kLocation});
      std::string_view key = "schema.location";
      if (accept(Kw::kConfluent)) {
        expect_all({Kw::kSchema, Kw::kRegistry});
        key = "schema.registry";
      }
      add_option(format.options, key, string_literal(), begin);
    } else if (at_word("delimited")) {
      take();
      expect(Kw::kBy);
      add_option(format.options, "delimiter", string_literal(), begin);
    } else if (accept(Kw::kWithout, Kw::kHeader)) {
      add_option(format.options, "without_header", "true", begin);
    } else if (at(TokenKind::kLeftParen)) {
      for (Option& option : bracketed_options()) format.options.push_back(std::move(option));
    } else {
      break;
    }
  }
}

}  // namespace leat::parser
