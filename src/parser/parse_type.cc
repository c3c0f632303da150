#include <limits>

#include "parser/grammar.h"

// Type names: PostgreSQL's spellings, each brought to one internal name, and struct and map.
namespace leat::parser {

using ast::Name;
using ast::TypeName;

namespace {

void set_builtin(TypeName& type, std::string_view name) {
  type.builtin = true;
  type.name.parts.assign(1, Name{.text = std::string(name), .position = type.position});
}

constexpr int64_t kModifierMax = std::numeric_limits<int32_t>::max();

}  // namespace

TypeName Grammar::type_name() {
  const Level level(*this);
  TypeName type;
  type.position = position();
  if (at_word("struct") && is_operator(1, "<")) {
    struct_type(type);
  } else if (at_word("map") && kind(1) == TokenKind::kLeftParen) {
    map_type(type);
  } else if (!builtin_type(type)) {
    type.name.parts.push_back(function_name());
    while (accept(TokenKind::kDot)) type.name.parts.push_back(label());
    type_modifiers(type);
  }
  array_dimensions(type);
  return type;
}

bool Grammar::builtin_type(TypeName& type) {
  const auto simple = [&](std::string_view name) {
    take();
    set_builtin(type, name);
    return true;
  };
  switch (keyword()) {
    case Kw::kBoolean:
      return simple("bool");
    case Kw::kSmallint:
      return simple("int2");
    case Kw::kInt:
    case Kw::kInteger:
      return simple("int4");
    case Kw::kBigint:
      return simple("int8");
    case Kw::kReal:
      return simple("float4");
    case Kw::kFloat:
      return float_type(type), true;
    case Kw::kDouble:
      if (keyword(1) != Kw::kPrecision) return false;
      take();
      return simple("float8");
    case Kw::kDecimal:
    case Kw::kDec:
    case Kw::kNumeric:
      return simple("numeric"), type_modifiers(type), true;
    case Kw::kVarchar:
      return simple("varchar"), type_modifiers(type), true;
    case Kw::kNational:
      take();
      if (!at(Kw::kChar) && !at(Kw::kCharacter)) return fail_here(), true;
      return character_type(type, "bpchar", "varchar"), true;
    case Kw::kChar:
    case Kw::kCharacter:
    case Kw::kNchar:
      return character_type(type, "bpchar", "varchar"), true;
    case Kw::kBit:
      return character_type(type, "bit", "varbit"), true;
    case Kw::kTime:
      return time_type(type, "time", "timetz"), true;
    case Kw::kTimestamp:
      return time_type(type, "timestamp", "timestamptz"), true;
    case Kw::kInterval:
      return interval_type(type), true;
    default:
      return false;
  }
}

// char and bit without a length are of length 1; their varying forms are of any.
void Grammar::character_type(TypeName& type, std::string_view plain, std::string_view varying) {
  take();
  const bool is_varying = accept(Kw::kVarying);
  set_builtin(type, is_varying ? varying : plain);
  type_modifiers(type);
  if (!is_varying && type.modifiers.empty()) type.modifiers.push_back(1);
}

void Grammar::time_type(TypeName& type, std::string_view plain, std::string_view with_zone) {
  take();
  set_builtin(type, plain);
  type_modifiers(type);
  const bool with = at(Kw::kWith);
  if ((with || at(Kw::kWithout)) && keyword(1) == Kw::kTime) {
    take();
    expect_all({Kw::kTime, Kw::kZone});
    if (with) set_builtin(type, with_zone);
  }
}

void Grammar::float_type(TypeName& type) {
  take();
  set_builtin(type, "float8");
  if (!accept(TokenKind::kLeftParen)) return;
  const uint32_t at = position();
  const int64_t bits = integer_literal(kModifierMax);
  if (bits < 1 || bits > 53) {
    fail_with(at,
              make_error(SqlState::kInvalidParameterValue, "precision for type float must be {}",
                         bits < 1 ? "at least 1 bit" : "less than 54 bits"));
  }
  if (bits <= 24) set_builtin(type, "float4");
  expect(TokenKind::kRightParen);
}

void Grammar::interval_type(TypeName& type) {
  take();
  set_builtin(type, "interval");
  if (at(TokenKind::kLeftParen)) {
    type_modifiers(type);
  } else {
    interval_fields(type);
  }
}

// YEAR, DAY TO SECOND(3), ...
void Grammar::interval_fields(TypeName& type) {
  static constexpr Kw kFields[] = {Kw::kYear, Kw::kMonth,  Kw::kDay,
                                   Kw::kHour, Kw::kMinute, Kw::kSecond};
  const auto field_at = [&](uint32_t ahead) {
    for (int i = 0; i < 6; ++i) {
      if (keyword(ahead) == kFields[i]) return i;
    }
    return -1;
  };
  const int first = field_at(0);
  if (first < 0) return;
  take();
  int last = first;
  type.interval_fields = keyword_row(kFields[first]).text;
  if (at(Kw::kTo)) {
    last = field_at(1);
    take();
    // YEAR TO MONTH, and from a time of day to any finer one.
    const bool good = first == 0 ? last == 1 : first >= 2 && last > first;
    if (!good) return fail_here();
    take();
    type.interval_fields += " to ";
    type.interval_fields += keyword_row(kFields[last]).text;
  }
  if (last == 5) type_modifiers(type);
}

void Grammar::struct_type(TypeName& type) {
  take();
  set_builtin(type, "struct");
  expect_operator("<");
  do {
    ast::StructField field;
    field.name = label();
    field.type = type_name();
    type.fields.push_back(std::move(field));
  } while (accept(TokenKind::kComma));
  if (!accept_angle()) fail_here();
}

void Grammar::map_type(TypeName& type) {
  take();
  set_builtin(type, "map");
  expect(TokenKind::kLeftParen);
  type.arguments.push_back(type_name());
  expect(TokenKind::kComma);
  type.arguments.push_back(type_name());
  expect(TokenKind::kRightParen);
}

void Grammar::type_modifiers(TypeName& type) {
  if (!accept(TokenKind::kLeftParen)) return;
  do {
    const bool negative = accept_operator("-");
    const int64_t value = integer_literal(kModifierMax);
    type.modifiers.push_back(static_cast<int32_t>(negative ? -value : value));
  } while (accept(TokenKind::kComma));
  expect(TokenKind::kRightParen);
}

// [], [3], ARRAY, ARRAY[3]: PostgreSQL ignores the sizes, and so do we.
void Grammar::array_dimensions(TypeName& type) {
  if (accept(Kw::kArray)) {
    type.array_dimensions = 1;
    if (!accept(TokenKind::kLeftBracket)) return;
    integer_literal(kModifierMax);
    return expect(TokenKind::kRightBracket);
  }
  while (accept(TokenKind::kLeftBracket)) {
    if (at(TokenKind::kInteger)) integer_literal(kModifierMax);
    expect(TokenKind::kRightBracket);
    constexpr uint32_t kDimensionsMax = 6;
    if (++type.array_dimensions > kDimensionsMax) {
      fail_with(type.position,
                make_error(SqlState::kProgramLimitExceeded,
                           "number of array dimensions exceeds the maximum allowed ({})",
                           kDimensionsMax));
    }
  }
}

bool Grammar::at_typed_literal() {
  const bool text_next = kind(1) == TokenKind::kString;
  const bool bracket_next = kind(1) == TokenKind::kLeftParen;
  switch (keyword()) {
    case Kw::kInt:
    case Kw::kInteger:
    case Kw::kSmallint:
    case Kw::kBigint:
    case Kw::kReal:
    case Kw::kBoolean:
      return text_next;
    case Kw::kFloat:
    case Kw::kDecimal:
    case Kw::kDec:
    case Kw::kNumeric:
    case Kw::kVarchar:
    case Kw::kInterval:
      return text_next || bracket_next;
    case Kw::kChar:
    case Kw::kCharacter:
    case Kw::kNchar:
    case Kw::kBit:
      return text_next || bracket_next || keyword(1) == Kw::kVarying;
    case Kw::kTime:
    case Kw::kTimestamp:
      return text_next || bracket_next ||
             ((keyword(1) == Kw::kWith || keyword(1) == Kw::kWithout) && keyword(2) == Kw::kTime);
    case Kw::kDouble:
      return keyword(1) == Kw::kPrecision;
    case Kw::kNational:
      return keyword(1) == Kw::kChar || keyword(1) == Kw::kCharacter;
    default:
      return false;
  }
}

}  // namespace leat::parser
