#include "parser/grammar.h"

// Function calls: arguments, aggregates' clauses, windows, and SQL's calls with words inside.
namespace leat::parser {

using ast::ExprPtr;
using ast::FunctionCall;

void Grammar::add_argument(FunctionCall& call, ExprPtr value) {
  ast::FunctionArgument argument;
  argument.value = std::move(value);
  call.arguments.push_back(std::move(argument));
}

std::unique_ptr<FunctionCall> Grammar::call(ast::ObjectName name) {
  const Level level(*this);
  auto node = std::make_unique<FunctionCall>(name.position());
  node->name = std::move(name);
  call_arguments(*node);
  call_tail(*node);
  return node;
}

void Grammar::call_arguments(FunctionCall& call) {
  expect(TokenKind::kLeftParen);
  if (accept(TokenKind::kRightParen)) return;
  if (accept_operator("*")) {
    call.star = true;
    return expect(TokenKind::kRightParen);
  }
  call.distinct = accept(Kw::kDistinct);
  if (!call.distinct) accept(Kw::kAll);
  do {
    call_argument(call);
  } while (!call.variadic && accept(TokenKind::kComma));
  if (accept(Kw::kOrder)) {
    expect(Kw::kBy);
    call.order_by = order_by();
  }
  expect(TokenKind::kRightParen);
}

void Grammar::call_argument(FunctionCall& call) {
  ast::FunctionArgument argument;
  call.variadic = accept(Kw::kVariadic);
  const TokenKind next = kind(1);
  if (at_function_name() && (next == TokenKind::kArrow || next == TokenKind::kColonEquals)) {
    argument.name = take_name();
    take();
  }
  argument.value = expression();
  call.arguments.push_back(std::move(argument));
}

void Grammar::call_tail(FunctionCall& call) {
  if (at(Kw::kWithin, Kw::kGroup)) {
    take();
    take();
    expect(TokenKind::kLeftParen);
    expect_all({Kw::kOrder, Kw::kBy});
    call.within_group = order_by();
    expect(TokenKind::kRightParen);
  }
  if (at(Kw::kFilter) && kind(1) == TokenKind::kLeftParen) {
    take();
    take();
    expect(Kw::kWhere);
    call.filter = expression();
    expect(TokenKind::kRightParen);
  }
  if (accept(Kw::kIgnore, Kw::kNulls)) {
    call.ignore_nulls = true;
  } else {
    accept(Kw::kRespect, Kw::kNulls);
  }
  if (accept(Kw::kOver)) {
    if (at(TokenKind::kLeftParen)) {
      call.over = std::make_unique<ast::WindowSpec>(window_spec());
    } else {
      call.over = std::make_unique<ast::WindowSpec>();
      call.over->position = position();
      call.over->reference = true;
      call.over->base_name = name();
    }
  }
}

ast::WindowSpec Grammar::window_spec() {
  const Level level(*this);
  ast::WindowSpec spec;
  spec.position = position();
  expect(TokenKind::kLeftParen);
  const Kw word = keyword();
  const bool clause = word == Kw::kPartition || word == Kw::kRange || word == Kw::kRows ||
                      word == Kw::kGroups || at(Kw::kSession, Kw::kWith);
  if (at_name() && !clause) spec.base_name = name();
  if (accept(Kw::kPartition)) {
    expect(Kw::kBy);
    spec.partition_by = expression_list();
  }
  if (accept(Kw::kOrder)) {
    expect(Kw::kBy);
    spec.order_by = order_by();
  }
  if (at(Kw::kRows) || at(Kw::kRange) || at(Kw::kGroups) || at(Kw::kSession)) {
    spec.frame = window_frame();
  }
  expect(TokenKind::kRightParen);
  return spec;
}

ast::WindowFrame Grammar::window_frame() {
  ast::WindowFrame frame;
  frame.position = position();
  switch (take().keyword) {
    case Kw::kRows:
      frame.units = ast::FrameUnits::kRows;
      break;
    case Kw::kGroups:
      frame.units = ast::FrameUnits::kGroups;
      break;
    case Kw::kSession:
      frame.units = ast::FrameUnits::kSession;
      expect_all({Kw::kWith});
      if (!accept(Kw::kGap)) fail_here();
      frame.session_gap = expression();
      return frame;
    default:
      frame.units = ast::FrameUnits::kRange;
      break;
  }
  if (accept(Kw::kBetween)) {
    frame.start = frame_bound();
    expect(Kw::kAnd);
    frame.end = frame_bound();
  } else {
    frame.start = frame_bound();
  }
  const auto refuse_frame = [&](std::string_view message) {
    fail_with(frame.position, make_error(SqlState::kWindowingError, "{}", message));
  };
  if (frame.start.kind == ast::FrameBoundKind::kUnboundedFollowing) {
    refuse_frame("frame start cannot be UNBOUNDED FOLLOWING");
  } else if (frame.end.kind == ast::FrameBoundKind::kUnboundedPreceding) {
    refuse_frame("frame end cannot be UNBOUNDED PRECEDING");
  } else if (frame.end.kind < frame.start.kind) {
    refuse_frame(frame.start.kind == ast::FrameBoundKind::kCurrentRow
                     ? "frame starting from current row cannot have preceding rows"
                     : "frame starting from following row cannot end before it");
  }
  if (accept(Kw::kExclude)) {
    if (accept(Kw::kCurrent, Kw::kRow)) {
      frame.exclusion = ast::FrameExclusion::kCurrentRow;
    } else if (accept(Kw::kGroup)) {
      frame.exclusion = ast::FrameExclusion::kGroup;
    } else if (accept(Kw::kTies)) {
      frame.exclusion = ast::FrameExclusion::kTies;
    } else {
      expect_all({Kw::kNo, Kw::kOthers});
    }
  }
  return frame;
}

ast::FrameBound Grammar::frame_bound() {
  ast::FrameBound bound;
  if (accept(Kw::kCurrent, Kw::kRow)) {
    bound.kind = ast::FrameBoundKind::kCurrentRow;
    return bound;
  }
  const bool unbounded =
      at(Kw::kUnbounded) && (keyword(1) == Kw::kPreceding || keyword(1) == Kw::kFollowing);
  if (unbounded) {
    take();
  } else {
    bound.offset = expression();
  }
  if (accept(Kw::kFollowing)) {
    bound.kind =
        unbounded ? ast::FrameBoundKind::kUnboundedFollowing : ast::FrameBoundKind::kFollowing;
  } else {
    expect(Kw::kPreceding);
    bound.kind =
        unbounded ? ast::FrameBoundKind::kUnboundedPreceding : ast::FrameBoundKind::kPreceding;
  }
  return bound;
}

std::vector<ast::OrderItem> Grammar::order_by() {
  std::vector<ast::OrderItem> items;
  do {
    items.push_back(order_item());
  } while (accept(TokenKind::kComma));
  return items;
}

ast::OrderItem Grammar::order_item() {
  ast::OrderItem item;
  item.expr = expression();
  if (at(Kw::kUsing)) {
    take();
    item.descending = at_operator(">");
    if (!item.descending && !at_operator("<")) fail_here();
    take();
  } else if (accept(Kw::kDesc)) {
    item.descending = true;
  } else {
    accept(Kw::kAsc);
  }
  if (accept(Kw::kNulls)) {
    if (accept(Kw::kFirst)) {
      item.nulls = ast::NullsOrder::kFirst;
    } else {
      expect(Kw::kLast);
      item.nulls = ast::NullsOrder::kLast;
    }
  }
  return item;
}

// The calls whose names are keywords.
ExprPtr Grammar::special_call() {
  const Level level(*this);
  auto node = std::make_unique<FunctionCall>(position());
  const Kw word = take().keyword;
  node->name.parts.push_back(
      {.text = std::string(keyword_row(word).text), .position = node->position});
  expect(TokenKind::kLeftParen);
  switch (word) {
    case Kw::kExtract:
      extract_arguments(*node);
      break;
    case Kw::kSubstring:
      substring_arguments(*node);
      break;
    case Kw::kPosition:
      position_arguments(*node);
      break;
    case Kw::kTrim:
      trim_arguments(*node);
      break;
    case Kw::kOverlay:
      overlay_arguments(*node);
      break;
    default:
      for (auto& value : expression_list()) add_argument(*node, std::move(value));
      break;
  }
  expect(TokenKind::kRightParen);
  return node;
}

// EXTRACT(field FROM x), the field as a word or as text.
void Grammar::extract_arguments(FunctionCall& call) {
  call.syntax = ast::CallSyntax::kExtract;
  auto field = std::make_unique<ast::Literal>(position());
  field->literal = ast::LiteralKind::kString;
  if (at_label() || at(TokenKind::kString)) {
    field->text = take().text;
  } else {
    fail_here();
  }
  add_argument(call, std::move(field));
  expect(Kw::kFrom);
  add_argument(call, expression());
}

void Grammar::substring_arguments(FunctionCall& call) {
  if (at(TokenKind::kRightParen)) return fail_here();
  add_argument(call, expression());
  if (!at(Kw::kFrom) && !at(Kw::kFor) && !at(Kw::kSimilar)) {
    while (accept(TokenKind::kComma)) add_argument(call, expression());
    return;
  }
  if (accept(Kw::kSimilar)) {
    add_argument(call, expression());
    expect(Kw::kEscape);
    return add_argument(call, expression());
  }
  call.syntax = ast::CallSyntax::kSubstring;
  ExprPtr from, length;
  for (int clause = 0; clause < 2; ++clause) {
    if (!from && accept(Kw::kFrom)) {
      from = expression();
    } else if (!length && accept(Kw::kFor)) {
      length = expression();
    }
  }
  if (!from) {
    auto one = std::make_unique<ast::Literal>(call.position);
    one->literal = ast::LiteralKind::kNumber;
    one->text = "1";
    from = std::move(one);
  }
  add_argument(call, std::move(from));
  if (length) add_argument(call, std::move(length));
}

void Grammar::position_arguments(FunctionCall& call) {
  call.syntax = ast::CallSyntax::kPosition;
  ExprPtr needle = expression(kAnyPrecedence, true);
  expect(Kw::kIn);
  add_argument(call, expression(kAnyPrecedence, true));
  add_argument(call, std::move(needle));
}

// TRIM([LEADING | TRAILING | BOTH] [characters] FROM text), also TRIM(text, characters)
void Grammar::trim_arguments(FunctionCall& call) {
  call.syntax = ast::CallSyntax::kTrim;
  std::string_view name = "btrim";
  if (accept(Kw::kLeading)) {
    name = "ltrim";
  } else if (accept(Kw::kTrailing)) {
    name = "rtrim";
  } else {
    accept(Kw::kBoth);
  }
  call.name.parts.back().text = name;
  ExprPtr characters;
  if (!accept(Kw::kFrom)) {
    characters = expression();
    if (!accept(Kw::kFrom)) {
      add_argument(call, std::move(characters));
      while (accept(TokenKind::kComma)) add_argument(call, expression());
      return;
    }
  }
  for (auto& value : expression_list()) add_argument(call, std::move(value));
  if (characters) add_argument(call, std::move(characters));
}

void Grammar::overlay_arguments(FunctionCall& call) {
  add_argument(call, expression());
  if (!accept(Kw::kPlacing)) {
    while (accept(TokenKind::kComma)) add_argument(call, expression());
    return;
  }
  call.syntax = ast::CallSyntax::kOverlay;
  add_argument(call, expression());
  expect(Kw::kFrom);
  add_argument(call, expression());
  if (accept(Kw::kFor)) add_argument(call, expression());
}

}  // namespace leat::parser
