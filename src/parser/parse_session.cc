#include <limits>

#include "parser/grammar.h"

// Statements about the session: SHOW, SET, transactions, cursors, and a few about the system.
namespace leat::parser {

using ast::ObjectType;
using ast::ShowWhat;
using ast::StatementPtr;

namespace {

constexpr int64_t kCountMax = std::numeric_limits<int64_t>::max();

}  // namespace

// ---- SHOW and DESCRIBE -------------------------------------------------------------------------

StatementPtr Grammar::show() {
  const uint32_t begin = position();
  take();
  if (accept(Kw::kCreate)) return show_create(begin);
  auto node = std::make_unique<ast::Show>(begin);
  struct Row {
    Kw word;
    ShowWhat what;
  };
  static constexpr Row kLists[] = {
      {Kw::kAll, ShowWhat::kAll},
      {Kw::kTables, ShowWhat::kTables},
      {Kw::kSources, ShowWhat::kSources},
      {Kw::kViews, ShowWhat::kViews},
      {Kw::kSinks, ShowWhat::kSinks},
      {Kw::kIndexes, ShowWhat::kIndexes},
      {Kw::kSchemas, ShowWhat::kSchemas},
      {Kw::kDatabases, ShowWhat::kDatabases},
      {Kw::kFunctions, ShowWhat::kFunctions},
      {Kw::kSecrets, ShowWhat::kSecrets},
      {Kw::kConnections, ShowWhat::kConnections},
      {Kw::kSubscriptions, ShowWhat::kSubscriptions},
      {Kw::kUsers, ShowWhat::kUsers},
      {Kw::kRoles, ShowWhat::kRoles},
      {Kw::kColumns, ShowWhat::kColumns},
      {Kw::kJobs, ShowWhat::kJobs},
      {Kw::kProcesslist, ShowWhat::kProcessList},
      {Kw::kCluster, ShowWhat::kCluster},
      {Kw::kCursors, ShowWhat::kCursors},
  };
  if (accept(Kw::kMaterialized)) {
    expect(Kw::kViews);
    node->what = ShowWhat::kMaterializedViews;
  } else if (accept(Kw::kInternal)) {
    expect(Kw::kTables);
    node->what = ShowWhat::kInternalTables;
  } else if (accept(Kw::kTransaction)) {
    expect_all({Kw::kIsolation, Kw::kLevel});
    node->parameter = "transaction_isolation";
  } else if (accept(Kw::kTime, Kw::kZone)) {
    node->parameter = "timezone";
  } else if (accept(Kw::kSession, Kw::kAuthorization)) {
    node->parameter = "session_authorization";
  } else {
    for (const Row& row : kLists) {
      if (!accept(row.word)) continue;
      node->what = row.what;
      break;
    }
    if (node->what == ShowWhat::kParameter) node->parameter = parameter_name();
  }
  if (node->what != ShowWhat::kParameter) show_tail(*node);
  return node;
}

// [FROM schema or relation] [LIKE 'pattern']
void Grammar::show_tail(ast::Show& show) {
  if (show.what == ShowWhat::kColumns && !at(Kw::kFrom)) return fail_here();
  if (accept(Kw::kFrom) || accept(Kw::kIn)) {
    show.from = object_name();
    if (show.what == ShowWhat::kIndexes) show.what = ShowWhat::kIndexesFrom;
  }
  if (accept(Kw::kLike)) show.like = string_literal();
}

StatementPtr Grammar::show_create(uint32_t begin) {
  auto node = std::make_unique<ast::ShowCreate>(begin);
  const uint32_t type_begin = position();
  node->type = object_type();
  switch (node->type) {
    case ObjectType::kTable:
    case ObjectType::kSource:
    case ObjectType::kView:
    case ObjectType::kMaterializedView:
    case ObjectType::kIndex:
    case ObjectType::kSink:
    case ObjectType::kFunction:
    case ObjectType::kSubscription:
      break;
    default:
      refuse(type_begin, "SHOW CREATE of this kind of object");
  }
  node->name = object_name();
  return node;
}

StatementPtr Grammar::describe() {
  auto node = std::make_unique<ast::Describe>(position());
  take();
  node->name = object_name();
  return node;
}

// ---- SET and RESET -----------------------------------------------------------------------------

std::string Grammar::parameter_name() {
  std::string result = name().text;
  while (accept(TokenKind::kDot)) result += '.' + label().text;
  return result;
}

StatementPtr Grammar::set() {
  const uint32_t begin = position();
  take();
  if (accept(Kw::kSession, Kw::kCharacteristics)) {
    expect_all({Kw::kAs, Kw::kTransaction});
    return set_transaction(begin, true);
  }
  auto node = std::make_unique<ast::Set>(begin);
  const bool assigned_word = is_operator(1, "=") || keyword(1) == Kw::kTo;
  const bool session = at(Kw::kSession) && keyword(1) != Kw::kAuthorization && !assigned_word;
  if (session || (at(Kw::kLocal) && !assigned_word)) {
    node->scope = session ? ast::SetScope::kSession : ast::SetScope::kLocal;
    node->explicit_scope = true;
    take();
  }
  const bool assigned = is_operator(1, "=") || keyword(1) == Kw::kTo;
  if (!assigned && accept(Kw::kTransaction)) return set_transaction(begin, false);
  if (accept(Kw::kTime, Kw::kZone)) {
    node->parameter = "timezone";
    node->use_default = accept(Kw::kLocal);
    if (!node->use_default) set_value(*node);
  } else if (!assigned && accept(Kw::kSchema)) {
    node->parameter = "search_path";
    node->values.push_back(string_literal());
  } else if (!assigned && accept(Kw::kNames)) {
    node->parameter = "client_encoding";
    set_value(*node);
  } else if (!assigned && accept(Kw::kRole)) {
    node->parameter = "role";
    set_value(*node);
  } else if (accept(Kw::kSession, Kw::kAuthorization)) {
    node->parameter = "session_authorization";
    set_value(*node);
  } else {
    node->parameter = parameter_name();
    if (!accept(Kw::kTo)) expect_operator("=");
    set_value(*node);
  }
  return node;
}

void Grammar::set_value(ast::Set& set) {
  if (accept(Kw::kDefault)) {
    set.use_default = true;
    return;
  }
  do {
    set.values.push_back(set_item());
  } while (accept(TokenKind::kComma));
}

std::string Grammar::set_item() {
  if (at(Kw::kInterval) && kind(1) == TokenKind::kString) {
    ast::TypeName fields;
    take();
    std::string value = string_literal();
    interval_fields(fields);
    return value;
  }
  const bool negative = accept_operator("-");
  if (!negative) accept_operator("+");
  if (at(TokenKind::kInteger) || at(TokenKind::kDecimal)) {
    return (negative ? "-" : "") + take().text;
  }
  if (!negative && (at(TokenKind::kString) || at_value_word())) return take().text;
  fail_here();
  return {};
}

StatementPtr Grammar::reset() {
  auto node = std::make_unique<ast::Reset>(position());
  take();
  if (accept(Kw::kAll)) return node;
  if (accept(Kw::kTime, Kw::kZone)) {
    node->parameter = "timezone";
  } else if (accept(Kw::kTransaction, Kw::kIsolation)) {
    expect(Kw::kLevel);
    node->parameter = "transaction_isolation";
  } else if (accept(Kw::kSession, Kw::kAuthorization)) {
    node->parameter = "session_authorization";
  } else {
    node->parameter = parameter_name();
  }
  return node;
}

StatementPtr Grammar::set_transaction(uint32_t begin, bool session_characteristics) {
  auto node = std::make_unique<ast::SetTransaction>(begin);
  node->session_characteristics = session_characteristics;
  if (at(Kw::kSnapshot)) refuse(position(), "SET TRANSACTION SNAPSHOT");
  const uint32_t modes_begin = position();
  node->modes = transaction_modes();
  if (position() == modes_begin) fail_here();
  return node;
}

// ---- transactions ------------------------------------------------------------------------------

ast::TransactionModes Grammar::transaction_modes() {
  ast::TransactionModes modes;
  bool wanted = false;  // after a comma
  while (!failed()) {
    if (accept(Kw::kIsolation)) {
      expect(Kw::kLevel);
      if (accept(Kw::kSerializable)) {
        modes.isolation_level = "serializable";
      } else if (accept(Kw::kRepeatable)) {
        expect(Kw::kRead);
        modes.isolation_level = "repeatable read";
      } else {
        expect(Kw::kRead);
        const bool committed = accept(Kw::kCommitted);
        if (!committed) expect(Kw::kUncommitted);
        modes.isolation_level = committed ? "read committed" : "read uncommitted";
      }
    } else if (accept(Kw::kRead)) {
      modes.read_only = accept(Kw::kOnly);
      if (!*modes.read_only) expect(Kw::kWrite);
    } else if (accept(Kw::kDeferrable)) {
      modes.deferrable = true;
    } else if (accept(Kw::kNot)) {
      expect(Kw::kDeferrable);
      modes.deferrable = false;
    } else {
      if (wanted) fail_here();
      break;
    }
    wanted = accept(TokenKind::kComma);
  }
  return modes;
}

StatementPtr Grammar::transaction() {
  using Verb = ast::TransactionVerb;
  auto node = std::make_unique<ast::Transaction>(position());
  const Kw word = take().keyword;
  switch (word) {
    case Kw::kStart:
      expect(Kw::kTransaction);
      node->start_transaction = true;
      node->modes = transaction_modes();
      return node;
    case Kw::kBegin:
      if (!accept(Kw::kWork)) accept(Kw::kTransaction);
      node->modes = transaction_modes();
      return node;
    case Kw::kSavepoint:
      node->verb = Verb::kSavepoint;
      node->savepoint = name();
      return node;
    case Kw::kRelease:
      node->verb = Verb::kReleaseSavepoint;
      accept(Kw::kSavepoint);
      node->savepoint = name();
      return node;
    case Kw::kCommit:
    case Kw::kEnd:
      node->verb = Verb::kCommit;
      break;
    default:
      node->verb = Verb::kRollback;
      break;
  }
  if (at(Kw::kPrepared)) refuse(position(), "two-phase commit");
  if (!accept(Kw::kWork)) accept(Kw::kTransaction);
  if (word == Kw::kRollback && accept(Kw::kTo)) {
    node->verb = Verb::kRollbackToSavepoint;
    accept(Kw::kSavepoint);
    node->savepoint = name();
  } else if (accept(Kw::kAnd)) {
    node->chain = !accept(Kw::kNo);
    expect(Kw::kChain);
  }
  return node;
}

// ---- prepared statements and cursors -----------------------------------------------------------

StatementPtr Grammar::deallocate() {
  auto node = std::make_unique<ast::Deallocate>(position());
  take();
  if (at(Kw::kPrepare) && (at_name(1) || keyword(1) == Kw::kAll)) take();
  if (!accept(Kw::kAll)) node->name = name();
  return node;
}

StatementPtr Grammar::declare_cursor() {
  auto node = std::make_unique<ast::DeclareCursor>(position());
  take();
  node->name = name();
  if (accept(Kw::kSubscription)) {
    expect_all({Kw::kCursor, Kw::kFor});
    node->subscription = object_name();
    if (accept(Kw::kFull)) {
      node->since = "full";
    } else if (accept(Kw::kSince)) {
      if (at(TokenKind::kInteger)) {
        node->since = take().text;
      } else {
        const bool known = at_word("now") || at_word("begin") || at_word("proctime");
        if (!known) fail_here();
        node->since = take().text;
        expect(TokenKind::kLeftParen);
        expect(TokenKind::kRightParen);
      }
    }
    return node;
  }
  while (!failed() && !at(Kw::kCursor)) {
    if (accept(Kw::kBinary)) {
      node->binary = true;
    } else if (accept(Kw::kNo)) {
      expect(Kw::kScroll);
    } else if (accept(Kw::kScroll)) {
      node->scroll = true;
    } else if (!accept(Kw::kInsensitive) && !accept(Kw::kAsensitive)) {
      fail_here();
    }
  }
  expect(Kw::kCursor);
  node->hold = accept(Kw::kWith);
  if (node->hold || accept(Kw::kWithout)) expect(Kw::kHold);
  expect(Kw::kFor);
  node->query = query();
  return node;
}

StatementPtr Grammar::fetch_cursor() {
  auto node = std::make_unique<ast::FetchCursor>(position());
  node->move = take().keyword == Kw::kMove;
  // A cursor may have the name of a direction: a direction is followed by something.
  if (kind(1) != TokenKind::kEnd && kind(1) != TokenKind::kSemicolon && keyword(1) != Kw::kWith) {
    fetch_direction(*node);
    if (!accept(Kw::kFrom)) accept(Kw::kIn);
  }
  node->cursor = name();
  node->options = with_options();
  return node;
}

void Grammar::fetch_direction(ast::FetchCursor& fetch) {
  using Direction = ast::FetchDirection;
  const auto signed_count = [&] {
    const bool negative = accept_operator("-");
    const int64_t count = integer_literal(kCountMax);
    return negative ? -count : count;
  };
  const bool number = at(TokenKind::kInteger) || at_operator("-");
  const auto only = [&](Direction direction) {
    take();
    fetch.direction = direction;
  };
  switch (keyword()) {
    case Kw::kNext:
      return only(Direction::kForward);
    case Kw::kPrior:
      return only(Direction::kPrior);
    case Kw::kFirst:
      return only(Direction::kFirst);
    case Kw::kLast:
      return only(Direction::kLast);
    case Kw::kAll:
      return only(Direction::kAll);
    case Kw::kAbsolute:
    case Kw::kRelative:
      fetch.direction = keyword() == Kw::kAbsolute ? Direction::kAbsolute : Direction::kRelative;
      take();
      fetch.count = signed_count();
      return;
    case Kw::kForward:
    case Kw::kBackward:
      fetch.direction = keyword() == Kw::kForward ? Direction::kForward : Direction::kBackward;
      take();
      if (accept(Kw::kAll)) {
        fetch.count = kCountMax;
        if (fetch.direction == Direction::kForward) fetch.direction = Direction::kAll;
      } else if (at(TokenKind::kInteger) || at_operator("-")) {
        fetch.count = signed_count();
      }
      return;
    default:
      if (number) fetch.count = signed_count();
  }
}

StatementPtr Grammar::close_cursor() {
  auto node = std::make_unique<ast::CloseCursor>(position());
  take();
  if (!accept(Kw::kAll)) node->cursor = name();
  return node;
}

// ---- the rest ----------------------------------------------------------------------------------

StatementPtr Grammar::discard() {
  auto node = std::make_unique<ast::Discard>(position());
  take();
  if (at(Kw::kAll) || at(Kw::kPlans) || at(Kw::kSequences) || at(Kw::kTemp)) {
    node->what = take().text;
  } else {
    expect(Kw::kTemporary);
    node->what = "temp";
  }
  return node;
}

StatementPtr Grammar::listen() {
  auto node = std::make_unique<ast::Listen>(position());
  const Kw word = take().keyword;
  node->verb = word == Kw::kListen     ? ast::ListenVerb::kListen
               : word == Kw::kUnlisten ? ast::ListenVerb::kUnlisten
                                       : ast::ListenVerb::kNotify;
  if (word == Kw::kUnlisten && accept_operator("*")) return node;
  node->channel = name();
  if (word == Kw::kNotify && accept(TokenKind::kComma)) string_literal();
  return node;
}

StatementPtr Grammar::cancel_jobs() {
  auto node = std::make_unique<ast::CancelJobs>(position());
  take();
  if (!accept(Kw::kJobs) && !accept_word("job")) fail_here();
  do {
    node->jobs.push_back(static_cast<uint64_t>(integer_literal(kCountMax)));
  } while (accept(TokenKind::kComma));
  return node;
}

StatementPtr Grammar::kill() {
  auto node = std::make_unique<ast::Kill>(position());
  take();
  if (at(TokenKind::kInteger) || at(TokenKind::kString)) {
    node->process = take().text;
  } else {
    fail_here();
  }
  return node;
}

}  // namespace leat::parser
