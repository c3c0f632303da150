#include "parser/to_sql.h"

#include "parser/parser.h"
#include "parser/sql_printer.h"

namespace leat::parser {

using ast::StatementKind;

namespace {

template <class Print>
std::string printed(Print print) {
  SqlPrinter printer;
  print(printer);
  return printer.take();
}

}  // namespace

std::string to_sql(const ast::Expr& expr) {
  return printed([&](SqlPrinter& printer) { printer.expr(expr); });
}
std::string to_sql(const ast::Query& query) {
  return printed([&](SqlPrinter& printer) { printer.query(query); });
}
std::string to_sql(const ast::FromItem& item) {
  return printed([&](SqlPrinter& printer) { printer.from_item(item); });
}
std::string to_sql(const ast::TypeName& type) {
  return printed([&](SqlPrinter& printer) { printer.type(type); });
}
std::string to_sql(const ast::ObjectName& name) {
  return printed([&](SqlPrinter& printer) { printer.object_name(name); });
}
std::string to_sql(const std::vector<ast::Option>& options) {
  return printed([&](SqlPrinter& printer) { printer.options(options); });
}
std::string to_sql(const ast::FormatClause& format) {
  return printed([&](SqlPrinter& printer) { printer.format(format); });
}
std::string to_sql(const ast::Statement& statement) {
  return printed([&](SqlPrinter& printer) { printer.statement(statement); });
}

void SqlPrinter::statement(const ast::Statement& node) {
  if (!ddl(node) && !dml(node)) session(node);
}

// ---- DML ---------------------------------------------------------------------------------------

void SqlPrinter::returning(const std::vector<ast::SelectItem>& items) {
  if (items.empty()) return;
  text(" RETURNING ");
  select_items(items);
}

void SqlPrinter::insert(const ast::Insert& node) {
  if (node.with) with(*node.with);
  text("INSERT INTO ");
  object_name(node.table);
  if (node.alias) {
    text(" AS ");
    name(*node.alias);
  }
  bracketed_names(node.columns);
  if (node.source) {
    text(" ");
    query(*node.source);
  } else {
    text(" DEFAULT VALUES");
  }
  if (node.conflict) conflict(*node.conflict);
  returning(node.returning);
}

void SqlPrinter::conflict(const ast::InsertConflict& conflict) {
  text(" ON CONFLICT");
  if (conflict.constraint) {
    text(" ON CONSTRAINT ");
    name(*conflict.constraint);
  }
  bracketed_names(conflict.columns);
  if (!conflict.update) return text(" DO NOTHING");
  text(" DO UPDATE SET ");
  assignments(conflict.assignments);
  if (conflict.where) {
    text(" WHERE ");
    expr(*conflict.where);
  }
}

void SqlPrinter::assignments(const std::vector<ast::Assignment>& assignments) {
  list(assignments, [&](const ast::Assignment& assignment) {
    if (assignment.multiple) text("(");
    names(assignment.columns);
    text(assignment.multiple ? ") = " : " = ");
    expr(*assignment.value);
  });
}

void SqlPrinter::update(const ast::Update& node) {
  if (node.with) with(*node.with);
  text("UPDATE ");
  object_name(node.table);
  if (node.alias) {
    text(" AS ");
    name(*node.alias);
  }
  text(" SET ");
  assignments(node.assignments);
  if (!node.from.empty()) {
    text(" FROM ");
    from_list(node.from);
  }
  if (node.where) {
    text(" WHERE ");
    expr(*node.where);
  }
  returning(node.returning);
}

void SqlPrinter::remove(const ast::Delete& node) {
  if (node.with) with(*node.with);
  text("DELETE FROM ");
  object_name(node.table);
  if (node.alias) {
    text(" AS ");
    name(*node.alias);
  }
  if (!node.using_items.empty()) {
    text(" USING ");
    from_list(node.using_items);
  }
  if (node.where) {
    text(" WHERE ");
    expr(*node.where);
  }
  returning(node.returning);
}

void SqlPrinter::copy(const ast::Copy& node) {
  text("COPY ");
  if (node.query) {
    text("(");
    query(*node.query);
    text(")");
  } else {
    object_name(node.table);
    bracketed_names(node.columns);
  }
  text(node.from ? " FROM STDIN" : " TO STDOUT");
  plain_options(node.options);
}

// True when the statement was one of these.
bool SqlPrinter::dml(const ast::Statement& node) {
  switch (node.kind) {
    case StatementKind::kQuery:
      query(*ast::as<ast::QueryStatement>(node).query);
      return true;
    case StatementKind::kInsert:
      insert(ast::as<ast::Insert>(node));
      return true;
    case StatementKind::kUpdate:
      update(ast::as<ast::Update>(node));
      return true;
    case StatementKind::kDelete:
      remove(ast::as<ast::Delete>(node));
      return true;
    case StatementKind::kCopy:
      copy(ast::as<ast::Copy>(node));
      return true;
    case StatementKind::kExplain: {
      const auto& explain = ast::as<ast::Explain>(node);
      text("EXPLAIN");
      plain_options(explain.options);
      text(" ");
      statement(*explain.statement);
      return true;
    }
    default:
      return false;
  }
}

// ---- the session -------------------------------------------------------------------------------

void SqlPrinter::show(const ast::Show& node) {
  static constexpr std::string_view kWords[] = {"",
                                                "ALL",
                                                "TABLES",
                                                "SOURCES",
                                                "VIEWS",
                                                "MATERIALIZED VIEWS",
                                                "SINKS",
                                                "INDEXES",
                                                "SCHEMAS",
                                                "DATABASES",
                                                "FUNCTIONS",
                                                "SECRETS",
                                                "CONNECTIONS",
                                                "SUBSCRIPTIONS",
                                                "INTERNAL TABLES",
                                                "USERS",
                                                "ROLES",
                                                "COLUMNS",
                                                "JOBS",
                                                "PROCESSLIST",
                                                "CLUSTER",
                                                "CURSORS",
                                                "INDEXES"};
  static_assert(std::size(kWords) == static_cast<size_t>(ast::ShowWhat::kIndexesFrom) + 1);
  text("SHOW ");
  if (node.what == ast::ShowWhat::kParameter) return word(node.parameter, false);
  text(kWords[static_cast<size_t>(node.what)]);
  if (node.from) {
    text(" FROM ");
    object_name(*node.from);
  }
  if (node.like) text(" LIKE " + quote_literal(*node.like));
}

void SqlPrinter::set(const ast::Set& node) {
  text("SET ");
  if (node.explicit_scope) text(node.scope == ast::SetScope::kLocal ? "LOCAL " : "SESSION ");
  word(node.parameter, false);
  text(" = ");
  if (node.use_default) return text("DEFAULT");
  list(node.values, [&](const std::string& value) { text(quote_literal(value)); });
}

void SqlPrinter::modes(const ast::TransactionModes& modes) {
  std::string_view comma = " ";
  const auto mode = [&](std::string_view words) {
    text(comma);
    text(words);
    comma = ", ";
  };
  const std::string& level = modes.isolation_level;
  if (level == "serializable") mode("ISOLATION LEVEL SERIALIZABLE");
  if (level == "repeatable read") mode("ISOLATION LEVEL REPEATABLE READ");
  if (level == "read committed") mode("ISOLATION LEVEL READ COMMITTED");
  if (level == "read uncommitted") mode("ISOLATION LEVEL READ UNCOMMITTED");
  if (modes.read_only) mode(*modes.read_only ? "READ ONLY" : "READ WRITE");
  if (modes.deferrable) mode(*modes.deferrable ? "DEFERRABLE" : "NOT DEFERRABLE");
}

void SqlPrinter::transaction(const ast::Transaction& node) {
  switch (node.verb) {
    case ast::TransactionVerb::kBegin:
      text(node.start_transaction ? "START TRANSACTION" : "BEGIN");
      return modes(node.modes);
    case ast::TransactionVerb::kCommit:
      text("COMMIT");
      break;
    case ast::TransactionVerb::kRollback:
      text("ROLLBACK");
      break;
    case ast::TransactionVerb::kSavepoint:
      text("SAVEPOINT ");
      break;
    case ast::TransactionVerb::kReleaseSavepoint:
      text("RELEASE SAVEPOINT ");
      break;
    case ast::TransactionVerb::kRollbackToSavepoint:
      text("ROLLBACK TO SAVEPOINT ");
      break;
  }
  if (!node.savepoint.text.empty()) name(node.savepoint);
  if (node.chain) text(" AND CHAIN");
}

void SqlPrinter::declare(const ast::DeclareCursor& node) {
  text("DECLARE ");
  name(node.name);
  if (node.subscription) {
    text(" SUBSCRIPTION CURSOR FOR ");
    object_name(*node.subscription);
    if (node.since == "full") return text(" FULL");
    if (node.since.empty()) return;
    const bool number = node.since[0] >= '0' && node.since[0] <= '9';
    return text(" SINCE " + node.since + (number ? "" : "()"));
  }
  if (node.binary) text(" BINARY");
  if (node.scroll) text(" SCROLL");
  text(node.hold ? " CURSOR WITH HOLD FOR " : " CURSOR FOR ");
  query(*node.query);
}

void SqlPrinter::fetch(const ast::FetchCursor& node) {
  text(node.move ? "MOVE " : "FETCH ");
  switch (node.direction) {
    case ast::FetchDirection::kForward:
      text(fmt::format("FORWARD {}", node.count));
      break;
    case ast::FetchDirection::kBackward:
      text(node.count == INT64_MAX ? "BACKWARD ALL" : fmt::format("BACKWARD {}", node.count));
      break;
    case ast::FetchDirection::kAbsolute:
      text(fmt::format("ABSOLUTE {}", node.count));
      break;
    case ast::FetchDirection::kRelative:
      text(fmt::format("RELATIVE {}", node.count));
      break;
    case ast::FetchDirection::kFirst:
      text("FIRST");
      break;
    case ast::FetchDirection::kLast:
      text("LAST");
      break;
    case ast::FetchDirection::kPrior:
      text("PRIOR");
      break;
    case ast::FetchDirection::kAll:
      text("ALL");
      break;
  }
  text(" FROM ");
  name(node.cursor);
  with_options(node.options);
}

void SqlPrinter::session(const ast::Statement& node) {
  switch (node.kind) {
    case StatementKind::kShow:
      return show(ast::as<ast::Show>(node));
    case StatementKind::kShowCreate: {
      const auto& show = ast::as<ast::ShowCreate>(node);
      text("SHOW CREATE ");
      text(object_type_text(show.type));
      text(" ");
      return object_name(show.name);
    }
    case StatementKind::kDescribe:
      text("DESCRIBE ");
      return object_name(ast::as<ast::Describe>(node).name);
    case StatementKind::kSet:
      return set(ast::as<ast::Set>(node));
    case StatementKind::kReset: {
      const std::string& parameter = ast::as<ast::Reset>(node).parameter;
      text("RESET ");
      return parameter.empty() ? text("ALL") : word(parameter, false);
    }
    case StatementKind::kSetTransaction: {
      const auto& set = ast::as<ast::SetTransaction>(node);
      text(set.session_characteristics ? "SET SESSION CHARACTERISTICS AS TRANSACTION"
                                       : "SET TRANSACTION");
      return modes(set.modes);
    }
    case StatementKind::kTransaction:
      return transaction(ast::as<ast::Transaction>(node));
    case StatementKind::kPrepare: {
      const auto& prepare = ast::as<ast::Prepare>(node);
      text("PREPARE ");
      name(prepare.name);
      if (!prepare.types.empty()) {
        text(" (");
        list(prepare.types, [&](const ast::TypeName& item) { type(item); });
        text(")");
      }
      text(" AS ");
      return statement(*prepare.statement);
    }
    case StatementKind::kExecute: {
      const auto& execute = ast::as<ast::Execute>(node);
      text("EXECUTE ");
      name(execute.name);
      if (execute.arguments.empty()) return;
      text(" (");
      exprs(execute.arguments);
      return text(")");
    }
    case StatementKind::kDeallocate: {
      const auto& deallocate = ast::as<ast::Deallocate>(node);
      text("DEALLOCATE ");
      return deallocate.name ? name(*deallocate.name) : text("ALL");
    }
    case StatementKind::kDeclareCursor:
      return declare(ast::as<ast::DeclareCursor>(node));
    case StatementKind::kFetchCursor:
      return fetch(ast::as<ast::FetchCursor>(node));
    case StatementKind::kCloseCursor: {
      const auto& close = ast::as<ast::CloseCursor>(node);
      text("CLOSE ");
      return close.cursor ? name(*close.cursor) : text("ALL");
    }
    case StatementKind::kDiscard:
      return text("DISCARD " + ast::as<ast::Discard>(node).what);
    case StatementKind::kListen: {
      const auto& listen = ast::as<ast::Listen>(node);
      text(listen.verb == ast::ListenVerb::kListen     ? "LISTEN "
           : listen.verb == ast::ListenVerb::kUnlisten ? "UNLISTEN "
                                                       : "NOTIFY ");
      return listen.channel ? name(*listen.channel) : text("*");
    }
    case StatementKind::kFlush:
      return text("FLUSH");
    case StatementKind::kWait:
      return text("WAIT");
    case StatementKind::kRecover:
      return text("RECOVER");
    case StatementKind::kCancelJobs:
      text("CANCEL JOBS ");
      return list(ast::as<ast::CancelJobs>(node).jobs,
                  [&](uint64_t job) { text(fmt::format("{}", job)); });
    case StatementKind::kKill:
      return text("KILL " + quote_literal(ast::as<ast::Kill>(node).process));
    default:
      UNREACHABLE();
  }
}

}  // namespace leat::parser
