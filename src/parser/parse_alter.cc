#include "parser/grammar.h"

// DROP, ALTER, COMMENT and TRUNCATE.
namespace leat::parser {

using ast::AlterAction;
using ast::ObjectType;
using ast::StatementPtr;

std::optional<ObjectType> Grammar::optional_object_type() {
  if (accept(Kw::kTable)) return ObjectType::kTable;
  if (accept(Kw::kSource)) return ObjectType::kSource;
  if (accept(Kw::kView)) return ObjectType::kView;
  if (at(Kw::kMaterialized)) {
    take();
    if (accept(Kw::kSource)) return ObjectType::kTable;
    expect(Kw::kView);
    return ObjectType::kMaterializedView;
  }
  if (accept(Kw::kIndex)) return ObjectType::kIndex;
  if (accept(Kw::kSink)) return ObjectType::kSink;
  if (accept(Kw::kSchema)) return ObjectType::kSchema;
  if (accept(Kw::kDatabase)) return ObjectType::kDatabase;
  if (accept(Kw::kSecret)) return ObjectType::kSecret;
  if (accept(Kw::kUser) || accept(Kw::kRole)) return ObjectType::kUser;
  if (accept(Kw::kFunction)) return ObjectType::kFunction;
  if (accept(Kw::kAggregate)) return ObjectType::kFunction;
  if (accept(Kw::kSubscription)) return ObjectType::kSubscription;
  if (accept(Kw::kConnection)) return ObjectType::kConnection;
  return std::nullopt;
}

ObjectType Grammar::object_type() {
  if (const auto type = optional_object_type()) return *type;
  fail_here();
  return ObjectType::kTable;
}

StatementPtr Grammar::drop() {
  auto node = std::make_unique<ast::Drop>(position());
  take();
  node->type = object_type();
  node->if_exists = if_exists();
  node->names = object_names();
  if (node->type == ObjectType::kFunction && accept(TokenKind::kLeftParen)) {
    node->argument_types.emplace();
    while (!failed() && !at(TokenKind::kRightParen)) {
      node->argument_types->push_back(type_name());
      if (!accept(TokenKind::kComma)) break;
    }
    expect(TokenKind::kRightParen);
  }
  node->cascade = cascade();
  return node;
}

StatementPtr Grammar::alter() {
  auto node = std::make_unique<ast::Alter>(position());
  take();
  node->type = object_type();
  node->if_exists = if_exists();
  node->name = object_name();
  node->action_position = position();
  alter_action(*node);
  return node;
}

void Grammar::alter_action(ast::Alter& alter) {
  if (at(Kw::kRename)) return alter_rename(alter);
  if (at(Kw::kAdd)) return alter_add(alter);
  if (at(Kw::kDrop)) return alter_drop(alter);
  if (at(Kw::kAlter)) return alter_column(alter);
  if (at(Kw::kSet)) return alter_set(alter);
  if (accept(Kw::kOwner)) {
    expect(Kw::kTo);
    alter.action = AlterAction::kOwner;
    alter.new_name = name();
  } else if (accept(Kw::kSwap)) {
    expect(Kw::kWith);
    alter.action = AlterAction::kSwap;
    alter.target = object_name();
  } else if (accept(Kw::kConnector)) {
    expect(Kw::kWith);
    alter.action = AlterAction::kConnector;
    alter.options = bracketed_options();
  } else if (at(Kw::kFormat)) {
    alter.action = AlterAction::kFormat;
    alter.format = format_clause();
  } else if (accept(Kw::kRefresh)) {
    expect(Kw::kSchema);
    alter.action = AlterAction::kRefreshSchema;
  } else if (at(Kw::kAs)) {
    take();
    alter.action = AlterAction::kAsQuery;
    alter.query = query();
  } else if (alter.type == ObjectType::kUser && at_label()) {
    alter.action = AlterAction::kUserOptions;
    alter.options = user_options();
  } else {
    fail_here();
  }
}

void Grammar::alter_rename(ast::Alter& alter) {
  take();
  alter.action = AlterAction::kRename;
  if (!accept(Kw::kTo)) {
    accept(Kw::kColumn);
    alter.action = AlterAction::kRenameColumn;
    alter.column = name();
    expect(Kw::kTo);
  }
  alter.new_name = name();
}

void Grammar::alter_add(ast::Alter& alter) {
  take();
  alter.action = AlterAction::kAddColumn;
  switch (keyword()) {
    case Kw::kConstraint:
    case Kw::kPrimary:
    case Kw::kUnique:
    case Kw::kCheck:
    case Kw::kForeign:
      return refuse(position(), "adding a constraint");
    default:
      break;
  }
  accept(Kw::kColumn);
  alter.column_if_exists = if_not_exists();
  alter.column_def = column_def();
}

void Grammar::alter_drop(ast::Alter& alter) {
  take();
  if (accept(Kw::kConnector)) {
    alter.action = AlterAction::kDropConnector;
    return;
  }
  if (at(Kw::kConstraint)) return refuse(position(), "dropping a constraint");
  alter.action = AlterAction::kDropColumn;
  accept(Kw::kColumn);
  alter.column_if_exists = if_exists();
  alter.column = name();
  alter.cascade = cascade();
}

void Grammar::alter_set(ast::Alter& alter) {
  take();
  if (accept(Kw::kSchema)) {
    alter.action = AlterAction::kSetSchema;
    alter.new_name = name();
    return;
  }
  alter.action = AlterAction::kSet;
  if (at(TokenKind::kLeftParen)) {
    alter.options = bracketed_options();
    return;
  }
  ast::Option option;
  option.position = position();
  option.key = option_key();
  if (!accept(Kw::kTo)) expect_operator("=");
  option_value(option);
  alter.options.push_back(std::move(option));
}

void Grammar::alter_column(ast::Alter& alter) {
  take();
  accept(Kw::kColumn);
  alter.action = AlterAction::kAlterColumn;
  alter.column = name();
  if (accept(Kw::kDrop)) {
    if (accept(Kw::kDefault)) {
      alter.column_change = ast::ColumnChange::kDropDefault;
    } else {
      expect_all({Kw::kNot, Kw::kNull});
      alter.column_change = ast::ColumnChange::kDropNotNull;
    }
    return;
  }
  const bool set = accept(Kw::kSet);
  if (set && accept(Kw::kDefault)) {
    alter.column_change = ast::ColumnChange::kSetDefault;
    alter.default_value = expression();
  } else if (set && accept(Kw::kNot)) {
    expect(Kw::kNull);
    alter.column_change = ast::ColumnChange::kSetNotNull;
  } else {
    if (set) expect(Kw::kData);
    expect(Kw::kType);
    alter.column_change = ast::ColumnChange::kType;
    alter.column_type = type_name();
  }
}

StatementPtr Grammar::comment() {
  auto node = std::make_unique<ast::Comment>(position());
  take();
  expect(Kw::kOn);
  node->type = accept(Kw::kColumn) ? ObjectType::kColumn : object_type();
  node->name = object_name();
  expect(Kw::kIs);
  if (!accept(Kw::kNull)) node->text = string_literal();
  return node;
}

StatementPtr Grammar::truncate() {
  auto node = std::make_unique<ast::Truncate>(position());
  take();
  accept(Kw::kTable);
  node->names = object_names();
  if (accept(Kw::kRestart) || accept(Kw::kContinue)) expect(Kw::kIdentity);
  cascade();
  return node;
}

}  // namespace leat::parser
