#include "parser/grammar.h"

// Names, lists of names, and the small phrases that many statements share.
namespace leat::parser {

using ast::Name;
using ast::ObjectName;

namespace {

KeywordClass class_of(const Token& token) {
  return token.keyword == Kw::kNotKeyword ? KeywordClass::kUnreserved
                                          : keyword_row(token.keyword).keyword_class;
}

}  // namespace

bool Grammar::at_name(uint32_t ahead) {
  const Token& token = peek(ahead);
  if (token.kind != TokenKind::kIdentifier) return false;
  const KeywordClass c = class_of(token);
  return c == KeywordClass::kUnreserved || c == KeywordClass::kColumnName;
}

bool Grammar::at_function_name(uint32_t ahead) {
  const Token& token = peek(ahead);
  if (token.kind != TokenKind::kIdentifier) return false;
  const KeywordClass c = class_of(token);
  return c == KeywordClass::kUnreserved || c == KeywordClass::kTypeOrFunction;
}

bool Grammar::at_value_word() {
  const Token& token = peek();
  if (token.kind != TokenKind::kIdentifier) return false;
  switch (token.keyword) {
    case Kw::kTrue:
    case Kw::kFalse:
    case Kw::kOn:
      return true;
    default:
      return class_of(token) != KeywordClass::kReserved;
  }
}

bool Grammar::at_label(uint32_t ahead) { return kind(ahead) == TokenKind::kIdentifier; }

// An alias may be a mistyped keyword: these could have stood there instead.
void Grammar::want_clause() {
  if (keyword() != Kw::kNotKeyword) return;
  for (const Kw word : {Kw::kFrom, Kw::kWhere, Kw::kGroup, Kw::kOrder, Kw::kHaving, Kw::kLimit,
                        Kw::kJoin, Kw::kInner, Kw::kLeft, Kw::kRight, Kw::kUnion, Kw::kUsing,
                        Kw::kOffset, Kw::kExcept, Kw::kIntersect, Kw::kWith, Kw::kNatural}) {
    at(word);
  }
}

// EMIT ON WINDOW CLOSE follows a query, and FORMAT x ENCODE y a sink's: neither is an alias.
bool Grammar::at_bare_label() {
  const Token& token = peek();
  if (token.kind != TokenKind::kIdentifier) return false;
  if (token.keyword == Kw::kEmit && keyword(1) == Kw::kOn) return false;
  want_clause();
  return token.keyword == Kw::kNotKeyword || keyword_row(token.keyword).bare_label;
}

bool Grammar::at_table_alias() {
  if (!at_name()) return false;
  want_clause();
  switch (keyword()) {
    case Kw::kEmit:
      return keyword(1) != Kw::kOn;
    case Kw::kFormat:
      return keyword(2) != Kw::kEncode;
    case Kw::kAsof:
      return keyword(1) != Kw::kJoin && keyword(1) != Kw::kLeft && keyword(1) != Kw::kInner;
    default:
      return true;
  }
}

Name Grammar::take_name() {
  Token token = take();
  return Name{.text = std::move(token.text), .position = token.begin, .quoted = token.quoted};
}

Name Grammar::name() {
  if (at_name()) return take_name();
  if (at_label() && !failed()) {
    const Token& token = peek();
    const std::string_view word = sql().substr(token.begin, token.end - token.begin);
    fail_here(fmt::format(
        "\"{}\" is a reserved word. Write it in double quotes to use it as a name.", word));
  } else {
    fail_here();
  }
  return Name{};
}

Name Grammar::function_name() {
  if (at_function_name()) return take_name();
  fail_here();
  return Name{};
}

Name Grammar::label() {
  if (at_label()) return take_name();
  fail_here();
  return Name{};
}

ObjectName Grammar::object_name() {
  ObjectName result;
  result.parts.push_back(name());
  while (accept(TokenKind::kDot)) result.parts.push_back(label());
  return result;
}

std::vector<ObjectName> Grammar::object_names() {
  std::vector<ObjectName> result;
  do {
    result.push_back(object_name());
  } while (accept(TokenKind::kComma));
  return result;
}

std::vector<Name> Grammar::name_list() {
  std::vector<Name> result;
  do {
    result.push_back(name());
  } while (accept(TokenKind::kComma));
  return result;
}

std::vector<Name> Grammar::bracketed_names() {
  std::vector<Name> result;
  expect(TokenKind::kLeftParen);
  do {
    result.push_back(name());
  } while (accept(TokenKind::kComma) && !at(TokenKind::kRightParen));
  expect(TokenKind::kRightParen);
  return result;
}

std::vector<Name> Grammar::optional_bracketed_names() {
  return at(TokenKind::kLeftParen) ? bracketed_names() : std::vector<Name>{};
}

bool Grammar::if_not_exists() {
  if (!at(Kw::kIf, Kw::kNot)) return false;
  take();
  take();
  expect(Kw::kExists);
  return true;
}

bool Grammar::if_exists() { return accept(Kw::kIf, Kw::kExists); }

bool Grammar::cascade() {
  if (accept(Kw::kCascade)) return true;
  accept(Kw::kRestrict);
  return false;
}

std::string Grammar::string_literal() {
  if (at(TokenKind::kString)) return take().text;
  fail_here();
  return {};
}

int64_t Grammar::integer_literal(int64_t value_max) {
  if (!at(TokenKind::kInteger)) {
    fail_here();
    return 0;
  }
  const Token token = take();
  int64_t value = 0;
  for (const char c : token.text) {
    if (value > (value_max - (c - '0')) / 10) {
      fail_with(token.begin, make_error(SqlState::kNumericValueOutOfRange,
                                        "value \"{}\" is out of range", token.text));
      return 0;
    }
    value = value * 10 + (c - '0');
  }
  return value;
}

void Grammar::refuse(uint32_t position, std::string_view what) {
  fail_with(position, make_error(SqlState::kFeatureNotSupported, "{} is not supported", what));
}

}  // namespace leat::parser
