#include "parser/grammar.h"

// CREATE of everything but tables and sources.
namespace leat::parser {

using ast::StatementPtr;

StatementPtr Grammar::create() {
  const uint32_t begin = position();
  take();
  const bool or_replace = accept(Kw::kOr);
  if (or_replace) expect(Kw::kReplace);
  const bool temporary = accept(Kw::kTemporary) || accept(Kw::kTemp);
  if (accept(Kw::kView)) return create_view(begin, or_replace, temporary);
  if (accept(Kw::kAggregate)) {
    expect(Kw::kFunction);
    return create_function(begin, or_replace, temporary, true);
  }
  if (accept(Kw::kFunction)) return create_function(begin, or_replace, temporary, false);
  if (or_replace) {
    fail_here();
    return failed_statement();
  }
  if (accept(Kw::kTable)) return create_table(begin, temporary);
  if (accept(Kw::kSource)) return create_source(begin, temporary);
  if (accept(Kw::kMaterialized)) {
    // The name that tables with a connector once had.
    if (accept(Kw::kSource)) return create_table(begin, temporary);
    expect(Kw::kView);
    auto view = create_view(begin, false, false);
    ast::as<ast::CreateView>(*view).materialized = true;
    return view;
  }
  if (accept(Kw::kIndex)) return create_index(begin, false);
  if (accept(Kw::kUnique)) {
    expect(Kw::kIndex);
    return create_index(begin, true);
  }
  if (accept(Kw::kSink)) return create_sink(begin);
  if (accept(Kw::kSchema)) return create_schema(begin, false);
  if (accept(Kw::kDatabase)) return create_schema(begin, true);
  if (accept(Kw::kSecret)) return create_secret(begin);
  if (accept(Kw::kUser) || accept(Kw::kRole)) return create_user(begin);
  if (accept(Kw::kSubscription)) return create_subscription(begin);
  if (accept(Kw::kConnection)) return create_connection(begin);
  switch (keyword()) {
    case Kw::kAccess:
    case Kw::kCollation:
    case Kw::kConversion:
    case Kw::kDomain:
    case Kw::kEvent:
    case Kw::kExtension:
    case Kw::kForeign:
    case Kw::kOperator:
    case Kw::kPolicy:
    case Kw::kProcedure:
    case Kw::kPublication:
    case Kw::kRule:
    case Kw::kSequence:
    case Kw::kServer:
    case Kw::kStatistics:
    case Kw::kTablespace:
    case Kw::kTrigger:
    case Kw::kType: {
      std::string what(keyword_row(keyword()).text);
      for (char& c : what) c = static_cast<char>(c - 32);
      refuse(position(), "CREATE " + what);
      break;
    }
    default:
      fail_here();
  }
  return failed_statement();
}

StatementPtr Grammar::create_schema(uint32_t begin, bool database) {
  auto node = std::make_unique<ast::CreateSchema>(begin);
  node->database = database;
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  if (accept(Kw::kAuthorization)) node->owner = name();
  return node;
}

StatementPtr Grammar::create_view(uint32_t begin, bool or_replace, bool temporary) {
  auto node = std::make_unique<ast::CreateView>(begin);
  node->or_replace = or_replace;
  node->temporary = temporary;
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  node->columns = optional_bracketed_names();
  node->options = with_options();
  expect(Kw::kAs);
  node->query = query();
  if (at(Kw::kWith) && (keyword(1) == Kw::kData || keyword(1) == Kw::kNo)) {
    take();
    if (at(Kw::kNo)) refuse(position(), "WITH NO DATA");
    expect(Kw::kData);
  }
  return node;
}

StatementPtr Grammar::create_index(uint32_t begin, bool unique) {
  auto node = std::make_unique<ast::CreateIndex>(begin);
  node->unique = unique;
  accept(Kw::kConcurrently);
  node->if_not_exists = if_not_exists();
  if (!at(Kw::kOn)) node->name = object_name();
  expect(Kw::kOn);
  node->relation = object_name();
  if (accept(Kw::kUsing)) node->method = name();
  expect(TokenKind::kLeftParen);
  node->columns = order_by();
  expect(TokenKind::kRightParen);
  if (accept(Kw::kInclude)) node->include = bracketed_names();
  if (accept(Kw::kDistributed)) {
    expect(Kw::kBy);
    expect(TokenKind::kLeftParen);
    node->distributed_by = expression_list();
    expect(TokenKind::kRightParen);
  }
  node->options = with_options();
  return node;
}

StatementPtr Grammar::create_sink(uint32_t begin) {
  auto node = std::make_unique<ast::CreateSink>(begin);
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  if (accept(Kw::kInto)) {
    node->into = object_name();
    node->into_columns = optional_bracketed_names();
  }
  if (accept(Kw::kFrom)) {
    node->from = object_name();
  } else {
    expect(Kw::kAs);
    node->query = query();
  }
  node->options = with_options();
  node->format = format_clause();
  return node;
}

StatementPtr Grammar::create_secret(uint32_t begin) {
  auto node = std::make_unique<ast::CreateSecret>(begin);
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  node->options = with_options();
  expect(Kw::kAs);
  node->value = string_literal();
  return node;
}

StatementPtr Grammar::create_user(uint32_t begin) {
  auto node = std::make_unique<ast::CreateUser>(begin);
  node->if_not_exists = if_not_exists();
  node->name = name();
  node->options = user_options();
  return node;
}

// [WITH] { SUPERUSER | NOLOGIN | ... | [ENCRYPTED] PASSWORD { 'p' | NULL } } ...
std::vector<ast::Option> Grammar::user_options() {
  std::vector<ast::Option> options;
  accept(Kw::kWith);
  while (!failed() && at_label()) {
    accept(Kw::kEncrypted);
    ast::Option option;
    option.position = position();
    const bool password = at(Kw::kPassword);
    option.key = label().text;
    if (password) {
      option.value_position = position();
      option.kind = ast::OptionValueKind::kString;
      if (accept(Kw::kNull)) {
        option.kind = ast::OptionValueKind::kNone;
      } else {
        option.value = string_literal();
      }
    }
    options.push_back(std::move(option));
  }
  return options;
}

StatementPtr Grammar::create_function(uint32_t begin, bool or_replace, bool temporary,
                                      bool aggregate) {
  auto node = std::make_unique<ast::CreateFunction>(begin);
  node->aggregate = aggregate;
  node->or_replace = or_replace;
  node->temporary = temporary;
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  node->parameters = function_parameters();
  while (!failed() && function_clause(*node)) {
  }
  return node;
}

std::vector<ast::FunctionParameter> Grammar::function_parameters() {
  std::vector<ast::FunctionParameter> parameters;
  expect(TokenKind::kLeftParen);
  while (!failed() && !at(TokenKind::kRightParen)) {
    ast::FunctionParameter parameter;
    const Kw next = keyword(1);
    const bool type_goes_on = next == Kw::kPrecision || next == Kw::kVarying || next == Kw::kWith ||
                              next == Kw::kWithout || next == Kw::kDefault || next == Kw::kArray ||
                              at(Kw::kNational);
    if (kind(1) == TokenKind::kIdentifier && !type_goes_on) parameter.name = label();
    parameter.type = type_name();
    if (accept(Kw::kDefault) || accept_operator("=")) parameter.default_value = expression();
    parameters.push_back(std::move(parameter));
    if (!accept(TokenKind::kComma)) break;
  }
  expect(TokenKind::kRightParen);
  return parameters;
}

// One clause after the parameters; false when none follows.
bool Grammar::function_clause(ast::CreateFunction& function) {
  if (accept(Kw::kReturns)) {
    if (accept(Kw::kNull)) {
      expect_all({Kw::kOn, Kw::kNull, Kw::kInput});
      function.strict = true;
    } else if (accept(Kw::kTable)) {
      function.returns_table = function_parameters();
    } else {
      function.returns = type_name();
    }
  } else if (accept(Kw::kLanguage)) {
    function.language = at(TokenKind::kString) ? take().text : label().text;
  } else if (at(Kw::kAs)) {
    take();
    function.body_position = position();
    function.body = string_literal();
  } else if (accept(Kw::kReturn)) {
    function.return_expr = expression();
  } else if (at(Kw::kImmutable) || at(Kw::kStable) || at(Kw::kVolatile)) {
    function.volatility = take().text;
  } else if (accept(Kw::kStrict)) {
    function.strict = true;
  } else if (accept(Kw::kCalled)) {
    expect_all({Kw::kOn, Kw::kNull, Kw::kInput});
  } else if (accept(Kw::kUsing)) {
    const ast::Name key = label();
    add_option(function.options, key.text, string_literal(), key.position);
  } else if (at(Kw::kWith) && kind(1) == TokenKind::kLeftParen) {
    for (ast::Option& option : with_options()) function.options.push_back(std::move(option));
  } else {
    return false;
  }
  return true;
}

StatementPtr Grammar::create_subscription(uint32_t begin) {
  auto node = std::make_unique<ast::CreateSubscription>(begin);
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  expect(Kw::kFrom);
  node->from = object_name();
  node->options = with_options();
  return node;
}

StatementPtr Grammar::create_connection(uint32_t begin) {
  auto node = std::make_unique<ast::CreateConnection>(begin);
  node->if_not_exists = if_not_exists();
  node->name = object_name();
  expect(Kw::kWith);
  node->options = bracketed_options();
  return node;
}

}  // namespace leat::parser
