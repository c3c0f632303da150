#include "parser/grammar.h"
#include "parser/parser.h"
#include "parser/sql_printer.h"

// CREATE, DROP, ALTER and their parts back to SQL.
namespace leat::parser {

using ast::ObjectType;
using ast::StatementKind;

std::string_view object_type_text(ObjectType type) {
  switch (type) {
    case ObjectType::kTable:
      return "TABLE";
    case ObjectType::kSource:
      return "SOURCE";
    case ObjectType::kView:
      return "VIEW";
    case ObjectType::kMaterializedView:
      return "MATERIALIZED VIEW";
    case ObjectType::kIndex:
      return "INDEX";
    case ObjectType::kSink:
      return "SINK";
    case ObjectType::kSchema:
      return "SCHEMA";
    case ObjectType::kSecret:
      return "SECRET";
    case ObjectType::kUser:
      return "USER";
    case ObjectType::kFunction:
      return "FUNCTION";
    case ObjectType::kSubscription:
      return "SUBSCRIPTION";
    case ObjectType::kConnection:
      return "CONNECTION";
    case ObjectType::kDatabase:
      return "DATABASE";
    case ObjectType::kColumn:
      return "COLUMN";
  }
  return "";
}

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

// A key as it may be written: bare parts between dots, or the whole in quotes.
std::string option_key_text(std::string_view key) {
  bool plain = !key.empty() && is_identifier_start(key[0]);
  char before = '.';
  for (const char c : key) {
    const bool starts = before == '.' ? is_identifier_start(c) : is_identifier_part(c) || c == '.';
    plain &= starts && !(c >= 'A' && c <= 'Z') && c != '$';
    before = c;
  }
  if (plain && before != '.') return std::string(key);
  return quote_literal(key);
}

}  // namespace

// ---- options -----------------------------------------------------------------------------------

// Bare when it is made of plain words with dots between, else in quotes.
void SqlPrinter::word(std::string_view item, bool upper_case) {
  bool plain = !item.empty();
  char before = '.';
  for (const char c : item) {
    plain &= before == '.' ? is_identifier_start(c) : is_identifier_part(c) || c == '.';
    plain &= !(c >= 'A' && c <= 'Z') && c != '$';
    before = c;
  }
  if (plain && before != '.') return text(upper_case ? upper(item) : std::string(item));
  text("\"");
  for (const char c : item) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  text("\"");
}

void SqlPrinter::option(const ast::Option& option, bool with_equals) {
  if (with_equals) {
    text(option_key_text(option.key));
  } else {
    word(option.key, true);
  }
  if (option.kind == ast::OptionValueKind::kNone) return;
  text(with_equals ? " = " : " ");
  switch (option.kind) {
    case ast::OptionValueKind::kNone:
      return;
    case ast::OptionValueKind::kString:
      return text(quote_literal(option.value));
    case ast::OptionValueKind::kNumber:
      return text(option.value);
    case ast::OptionValueKind::kWord:
      return option.value == "*" && !with_equals ? text("*") : word(option.value, false);
    case ast::OptionValueKind::kSecret:
      text("SECRET ");
      object_name(option.secret);
      return text(option.secret_as_file ? " AS FILE" : "");
  }
}

void SqlPrinter::options(const std::vector<ast::Option>& items) {
  text("(");
  list(items, [&](const ast::Option& item) { option(item, true); });
  text(")");
}

void SqlPrinter::with_options(const std::vector<ast::Option>& items) {
  if (items.empty()) return;
  text(" WITH ");
  options(items);
}

void SqlPrinter::plain_options(const std::vector<ast::Option>& items) {
  if (items.empty()) return;
  text(" (");
  list(items, [&](const ast::Option& item) {
    // force_quote (a, b) was joined with commas
    if (item.kind == ast::OptionValueKind::kWord && item.value != "*" &&
        item.key.starts_with("force_")) {
      word(item.key, true);
      return text(" (" + item.value + ")");
    }
    option(item, false);
  });
  text(")");
}

void SqlPrinter::format(const ast::FormatClause& format) {
  text("FORMAT ");
  word(format.format.text, true);
  text(" ENCODE ");
  word(format.encode.text, true);
  if (!format.options.empty()) {
    text(" ");
    options(format.options);
  }
  if (!format.key_encode) return;
  text(" KEY ENCODE ");
  word(format.key_encode->text, true);
  if (format.key_options.empty()) return;
  text(" ");
  options(format.key_options);
}

// ---- tables ------------------------------------------------------------------------------------

void SqlPrinter::column_def(const ast::ColumnDef& column) {
  name(column.name);
  if (column.type) {
    text(" ");
    type(*column.type);
  }
  if (column.collation) {
    text(" COLLATE ");
    object_name(*column.collation);
  }
  if (column.default_value) {
    text(" DEFAULT ");
    expr(*column.default_value, kOtherPrecedence);
  }
  if (column.generated) {
    text(" AS ");
    expr(*column.generated);
    if (column.generated_stored) text(" STORED");
  }
  if (column.not_null) text(" NOT NULL");
  if (column.null) text(" NULL");
  if (column.primary_key) text(" PRIMARY KEY");
}

void SqlPrinter::column_list(const ast::TableDefinition& table) {
  if (!table.has_column_list) return;
  text(" (");
  std::string_view comma = "";
  const auto separate = [&] {
    text(comma);
    comma = ", ";
  };
  for (size_t i = 0; i <= table.columns.size(); ++i) {
    if (table.wildcard_at == i) {
      separate();
      text("*");
    }
    if (i == table.columns.size()) break;
    separate();
    column_def(table.columns[i]);
  }
  for (const ast::WatermarkDef& watermark : table.watermarks) {
    separate();
    text("WATERMARK FOR ");
    name(watermark.column);
    text(" AS ");
    expr(*watermark.expr);
  }
  if (table.primary_key) {
    separate();
    text("PRIMARY KEY");
    bracketed_names(*table.primary_key);
  }
  text(")");
}

void SqlPrinter::table(const ast::TableDefinition& table,
                       const std::vector<ast::Name>& as_columns) {
  if (table.if_not_exists) text("IF NOT EXISTS ");
  object_name(table.name);
  column_list(table);
  bracketed_names(as_columns);
  if (table.append_only) text(" APPEND ONLY");
  switch (table.on_conflict) {
    case ast::OnConflict::kNone:
      break;
    case ast::OnConflict::kOverwrite:
      text(" ON CONFLICT OVERWRITE");
      break;
    case ast::OnConflict::kDoNothing:
      text(" ON CONFLICT DO NOTHING");
      break;
    case ast::OnConflict::kDoUpdateIfNotNull:
      text(" ON CONFLICT DO UPDATE IF NOT NULL");
      break;
  }
  if (!table.version_columns.empty()) {
    text(" WITH VERSION COLUMN");
    bracketed_names(table.version_columns);
  }
  for (const ast::IncludeColumn& include : table.includes) {
    text(" INCLUDE ");
    word(include.what.text, false);
    if (include.inner_field) text(" " + quote_literal(*include.inner_field));
    if (include.type) {
      text(" ");
      type(*include.type);
    }
    if (!include.alias) continue;
    text(" AS ");
    name(*include.alias);
  }
  with_options(table.options);
  if (!table.format) return;
  text(" ");
  format(*table.format);
}

// ---- the statements ----------------------------------------------------------------------------

void SqlPrinter::create_view(const ast::CreateView& node) {
  text(node.or_replace ? "CREATE OR REPLACE " : "CREATE ");
  if (node.temporary) text("TEMPORARY ");
  text(node.materialized ? "MATERIALIZED VIEW " : "VIEW ");
  if (node.if_not_exists) text("IF NOT EXISTS ");
  object_name(node.name);
  bracketed_names(node.columns);
  with_options(node.options);
  text(" AS ");
  query(*node.query);
}

void SqlPrinter::create_index(const ast::CreateIndex& node) {
  text(node.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
  if (node.if_not_exists) text("IF NOT EXISTS ");
  if (node.name) {
    object_name(*node.name);
    text(" ");
  }
  text("ON ");
  object_name(node.relation);
  if (node.method) {
    text(" USING ");
    name(*node.method);
  }
  text(" (");
  list(node.columns, [&](const ast::OrderItem& item) {
    expr(*item.expr);
    if (item.descending) text(" DESC");
    if (item.nulls == ast::NullsOrder::kFirst) text(" NULLS FIRST");
    if (item.nulls == ast::NullsOrder::kLast) text(" NULLS LAST");
  });
  text(")");
  if (!node.include.empty()) text(" INCLUDE");
  bracketed_names(node.include);
  if (!node.distributed_by.empty()) {
    text(" DISTRIBUTED BY (");
    exprs(node.distributed_by);
    text(")");
  }
  with_options(node.options);
}

void SqlPrinter::create_sink(const ast::CreateSink& node) {
  text(node.if_not_exists ? "CREATE SINK IF NOT EXISTS " : "CREATE SINK ");
  object_name(node.name);
  if (node.into) {
    text(" INTO ");
    object_name(*node.into);
    bracketed_names(node.into_columns);
  }
  if (node.from) {
    text(" FROM ");
    object_name(*node.from);
  } else {
    text(" AS ");
    query(*node.query);
  }
  with_options(node.options);
  if (!node.format) return;
  text(" ");
  format(*node.format);
}

void SqlPrinter::parameters(const std::vector<ast::FunctionParameter>& items) {
  text("(");
  list(items, [&](const ast::FunctionParameter& item) {
    if (item.name) {
      name(*item.name);
      text(" ");
    }
    type(item.type);
    if (!item.default_value) return;
    text(" DEFAULT ");
    expr(*item.default_value);
  });
  text(")");
}

void SqlPrinter::create_function(const ast::CreateFunction& node) {
  text(node.or_replace ? "CREATE OR REPLACE " : "CREATE ");
  if (node.temporary) text("TEMPORARY ");
  text(node.aggregate ? "AGGREGATE FUNCTION " : "FUNCTION ");
  if (node.if_not_exists) text("IF NOT EXISTS ");
  object_name(node.name);
  parameters(node.parameters);
  if (node.returns) {
    text(" RETURNS ");
    type(*node.returns);
  }
  if (!node.returns_table.empty()) {
    text(" RETURNS TABLE ");
    parameters(node.returns_table);
  }
  if (!node.language.empty()) text(" LANGUAGE " + quote_identifier(node.language));
  if (!node.volatility.empty()) text(" " + upper(node.volatility));
  if (node.strict) text(" STRICT");
  if (node.body) text(" AS " + quote_literal(*node.body));
  if (node.return_expr) {
    text(" RETURN ");
    expr(*node.return_expr);
  }
  with_options(node.options);
}

void SqlPrinter::user_options(const std::vector<ast::Option>& items) {
  if (!items.empty()) text(" WITH");
  for (const ast::Option& item : items) {
    text(" ");
    word(item.key, true);
    if (item.key != "password") continue;
    text(item.kind == ast::OptionValueKind::kNone ? " NULL" : " " + quote_literal(item.value));
  }
}

void SqlPrinter::alter_column(const ast::Alter& node) {
  text("ALTER COLUMN ");
  name(node.column);
  switch (node.column_change) {
    case ast::ColumnChange::kSetDefault:
      text(" SET DEFAULT ");
      return expr(*node.default_value);
    case ast::ColumnChange::kDropDefault:
      return text(" DROP DEFAULT");
    case ast::ColumnChange::kSetNotNull:
      return text(" SET NOT NULL");
    case ast::ColumnChange::kDropNotNull:
      return text(" DROP NOT NULL");
    case ast::ColumnChange::kType:
      text(" TYPE ");
      return type(*node.column_type);
  }
}

void SqlPrinter::alter(const ast::Alter& node) {
  text("ALTER ");
  text(object_type_text(node.type));
  text(node.if_exists ? " IF EXISTS " : " ");
  object_name(node.name);
  const auto named = [&](std::string_view words) {
    text(words);
    name(node.new_name);
  };
  text(" ");
  switch (node.action) {
    case ast::AlterAction::kRename:
      return named("RENAME TO ");
    case ast::AlterAction::kRenameColumn:
      text("RENAME COLUMN ");
      name(node.column);
      return named(" TO ");
    case ast::AlterAction::kAddColumn:
      text(node.column_if_exists ? "ADD COLUMN IF NOT EXISTS " : "ADD COLUMN ");
      return column_def(*node.column_def);
    case ast::AlterAction::kDropColumn:
      text(node.column_if_exists ? "DROP COLUMN IF EXISTS " : "DROP COLUMN ");
      name(node.column);
      return text(node.cascade ? " CASCADE" : "");
    case ast::AlterAction::kAlterColumn:
      return alter_column(node);
    case ast::AlterAction::kOwner:
      return named("OWNER TO ");
    case ast::AlterAction::kSetSchema:
      return named("SET SCHEMA ");
    case ast::AlterAction::kSwap:
      text("SWAP WITH ");
      return object_name(node.target);
    case ast::AlterAction::kSet:
      text("SET ");
      return options(node.options);
    case ast::AlterAction::kConnector:
      text("CONNECTOR WITH ");
      return options(node.options);
    case ast::AlterAction::kDropConnector:
      return text("DROP CONNECTOR");
    case ast::AlterAction::kFormat:
      return format(*node.format);
    case ast::AlterAction::kRefreshSchema:
      return text("REFRESH SCHEMA");
    case ast::AlterAction::kAsQuery:
      text("AS ");
      return query(*node.query);
    case ast::AlterAction::kUserOptions:
      out_.pop_back();
      return user_options(node.options);
  }
}

// True when the statement was one of these.
bool SqlPrinter::ddl(const ast::Statement& node) {
  const auto begin = [&](std::string_view words, bool if_not_exists, const ast::ObjectName& name) {
    text(words);
    if (if_not_exists) text("IF NOT EXISTS ");
    object_name(name);
  };
  switch (node.kind) {
    case StatementKind::kCreateTable: {
      const auto& create = ast::as<ast::CreateTable>(node);
      text(create.definition.temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ");
      table(create.definition, create.as_columns);
      if (create.from_source) {
        text(" FROM ");
        object_name(*create.from_source);
        text(" TABLE " + quote_literal(create.from_external_table));
      }
      if (!create.as) return true;
      text(" AS ");
      query(*create.as);
      return true;
    }
    case StatementKind::kCreateSource: {
      const auto& create = ast::as<ast::CreateSource>(node);
      text(create.definition.temporary ? "CREATE TEMPORARY SOURCE " : "CREATE SOURCE ");
      table(create.definition, {});
      return true;
    }
    case StatementKind::kCreateSchema: {
      const auto& create = ast::as<ast::CreateSchema>(node);
      begin(create.database ? "CREATE DATABASE " : "CREATE SCHEMA ", create.if_not_exists,
            create.name);
      if (!create.owner) return true;
      text(" AUTHORIZATION ");
      name(*create.owner);
      return true;
    }
    case StatementKind::kCreateView:
      create_view(ast::as<ast::CreateView>(node));
      return true;
    case StatementKind::kCreateIndex:
      create_index(ast::as<ast::CreateIndex>(node));
      return true;
    case StatementKind::kCreateSink:
      create_sink(ast::as<ast::CreateSink>(node));
      return true;
    case StatementKind::kCreateFunction:
      create_function(ast::as<ast::CreateFunction>(node));
      return true;
    case StatementKind::kCreateSecret: {
      const auto& create = ast::as<ast::CreateSecret>(node);
      begin("CREATE SECRET ", create.if_not_exists, create.name);
      with_options(create.options);
      text(" AS " + quote_literal(create.value));
      return true;
    }
    case StatementKind::kCreateUser: {
      const auto& create = ast::as<ast::CreateUser>(node);
      begin("CREATE USER ", create.if_not_exists, {{create.name}});
      user_options(create.options);
      return true;
    }
    case StatementKind::kCreateSubscription: {
      const auto& create = ast::as<ast::CreateSubscription>(node);
      begin("CREATE SUBSCRIPTION ", create.if_not_exists, create.name);
      text(" FROM ");
      object_name(create.from);
      with_options(create.options);
      return true;
    }
    case StatementKind::kCreateConnection: {
      const auto& create = ast::as<ast::CreateConnection>(node);
      begin("CREATE CONNECTION ", create.if_not_exists, create.name);
      text(" WITH ");
      options(create.options);
      return true;
    }
    case StatementKind::kDrop: {
      const auto& drop = ast::as<ast::Drop>(node);
      text("DROP ");
      text(object_type_text(drop.type));
      text(drop.if_exists ? " IF EXISTS " : " ");
      list(drop.names, [&](const ast::ObjectName& item) { object_name(item); });
      if (drop.argument_types) {
        text("(");
        list(*drop.argument_types, [&](const ast::TypeName& item) { type(item); });
        text(")");
      }
      text(drop.cascade ? " CASCADE" : "");
      return true;
    }
    case StatementKind::kAlter:
      alter(ast::as<ast::Alter>(node));
      return true;
    case StatementKind::kComment: {
      const auto& comment = ast::as<ast::Comment>(node);
      text("COMMENT ON ");
      text(object_type_text(comment.type));
      text(" ");
      object_name(comment.name);
      text(" IS " + (comment.text ? quote_literal(*comment.text) : "NULL"));
      return true;
    }
    case StatementKind::kTruncate:
      text("TRUNCATE ");
      list(ast::as<ast::Truncate>(node).names,
           [&](const ast::ObjectName& item) { object_name(item); });
      return true;
    default:
      return false;
  }
}

}  // namespace leat::parser
