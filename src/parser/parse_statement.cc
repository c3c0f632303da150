#include "parser/grammar.h"
#include "parser/parser.h"

// The choice of statement by its first word, and statements that contain statements.
namespace leat::parser {

using ast::StatementPtr;

StatementPtr Grammar::failed_statement() { return std::make_unique<ast::Flush>(position()); }

StatementPtr Grammar::statement() {
  const Level level(*this);
  const Kw word = keyword();
  switch (word) {
    case Kw::kSelect:
    case Kw::kValues:
    case Kw::kTable:
      return query_statement();
    case Kw::kWith:
      return with_statement();
    case Kw::kInsert:
      return insert(std::nullopt);
    case Kw::kUpdate:
      return update(std::nullopt);
    case Kw::kDelete:
      return remove(std::nullopt);
    case Kw::kCopy:
      return copy();
    case Kw::kCreate:
      return create();
    case Kw::kDrop:
      return drop();
    case Kw::kAlter:
      return alter();
    case Kw::kComment:
      return comment();
    case Kw::kTruncate:
      return truncate();
    case Kw::kExplain:
      return explain();
    case Kw::kDescribe:
    case Kw::kDesc:
      return describe();
    case Kw::kShow:
      return show();
    case Kw::kSet:
      return set();
    case Kw::kReset:
      return reset();
    case Kw::kBegin:
    case Kw::kStart:
    case Kw::kCommit:
    case Kw::kEnd:
    case Kw::kRollback:
    case Kw::kAbort:
    case Kw::kSavepoint:
    case Kw::kRelease:
      return transaction();
    case Kw::kPrepare:
      return prepare();
    case Kw::kExecute:
      return execute();
    case Kw::kDeallocate:
      return deallocate();
    case Kw::kDeclare:
      return declare_cursor();
    case Kw::kFetch:
    case Kw::kMove:
      return fetch_cursor();
    case Kw::kClose:
      return close_cursor();
    case Kw::kDiscard:
      return discard();
    case Kw::kListen:
    case Kw::kUnlisten:
    case Kw::kNotify:
      return listen();
    case Kw::kCancel:
      return cancel_jobs();
    case Kw::kKill:
      return kill();
    case Kw::kFlush:
    case Kw::kWait:
    case Kw::kRecover:
      return plain_statement(word);
    default:
      break;
  }
  if (at(TokenKind::kLeftParen)) return query_statement();
  return unsupported_statement(word);
}

StatementPtr Grammar::plain_statement(Kw word) {
  const uint32_t begin = position();
  take();
  if (word == Kw::kFlush) return std::make_unique<ast::Flush>(begin);
  if (word == Kw::kWait) return std::make_unique<ast::Wait>(begin);
  return std::make_unique<ast::Recover>(begin);
}

StatementPtr Grammar::unsupported_statement(Kw word) {
  switch (word) {
    case Kw::kAnalyze:
    case Kw::kCall:
    case Kw::kCheckpoint:
    case Kw::kCluster:
    case Kw::kDo:
    case Kw::kGrant:
    case Kw::kImport:
    case Kw::kLoad:
    case Kw::kLock:
    case Kw::kMerge:
    case Kw::kReassign:
    case Kw::kRefresh:
    case Kw::kReindex:
    case Kw::kRevoke:
    case Kw::kSecurity:
    case Kw::kVacuum: {
      std::string text(keyword_row(word).text);
      for (char& c : text) c = static_cast<char>(c - 32);
      refuse(position(), text);
      return failed_statement();
    }
    default:
      break;
  }
  // For the hint at a mistyped first word.
  static constexpr Kw kFirstWords[] = {
      Kw::kSelect, Kw::kInsert,   Kw::kUpdate,   Kw::kDelete,    Kw::kCreate,  Kw::kDrop,
      Kw::kAlter,  Kw::kShow,     Kw::kDescribe, Kw::kExplain,   Kw::kSet,     Kw::kReset,
      Kw::kBegin,  Kw::kCommit,   Kw::kRollback, Kw::kWith,      Kw::kValues,  Kw::kFlush,
      Kw::kWait,   Kw::kTruncate, Kw::kPrepare,  Kw::kExecute,   Kw::kDeclare, Kw::kFetch,
      Kw::kClose,  Kw::kDiscard,  Kw::kCancel,   Kw::kRecover,   Kw::kCopy,    Kw::kComment,
      Kw::kKill,   Kw::kStart,    Kw::kAbort,    Kw::kDeallocate};
  for (const Kw first : kFirstWords) at(first);
  fail_here();
  return failed_statement();
}

StatementPtr Grammar::query_statement() {
  auto node = std::make_unique<ast::QueryStatement>(position());
  node->query = query();
  return node;
}

StatementPtr Grammar::with_statement() {
  const uint32_t begin = position();
  ast::With clause = with();
  switch (keyword()) {
    case Kw::kInsert:
      return insert(std::move(clause));
    case Kw::kUpdate:
      return update(std::move(clause));
    case Kw::kDelete:
      return remove(std::move(clause));
    default:
      break;
  }
  auto node = std::make_unique<ast::QueryStatement>(begin);
  node->query = query_after_with(std::move(clause), begin);
  return node;
}

// EXPLAIN [(option, ...)] [ANALYZE] [VERBOSE] statement
StatementPtr Grammar::explain() {
  auto node = std::make_unique<ast::Explain>(position());
  take();
  const bool options = at(TokenKind::kLeftParen) && at_label(1) && !at_query(1);
  if (options) {
    node->options = plain_options();
  } else {
    for (const Kw word : {Kw::kAnalyze, Kw::kVerbose}) {
      if (!at(word)) continue;
      ast::Option option;
      option.position = position();
      option.key = take().text;
      node->options.push_back(std::move(option));
    }
  }
  if (at(Kw::kExplain)) fail_here();
  node->statement = statement();
  return node;
}

StatementPtr Grammar::prepare() {
  auto node = std::make_unique<ast::Prepare>(position());
  take();
  if (at(Kw::kTransaction)) refuse(position(), "two-phase commit");
  node->name = name();
  if (accept(TokenKind::kLeftParen)) {
    do {
      node->types.push_back(type_name());
    } while (accept(TokenKind::kComma));
    expect(TokenKind::kRightParen);
  }
  expect(Kw::kAs);
  node->statement_begin = position();
  node->statement = statement();
  node->statement_end = previous_end();
  return node;
}

StatementPtr Grammar::execute() {
  auto node = std::make_unique<ast::Execute>(position());
  take();
  node->name = name();
  if (accept(TokenKind::kLeftParen)) {
    node->arguments = expression_list();
    expect(TokenKind::kRightParen);
  }
  return node;
}

// ---- the starting points -----------------------------------------------------------------------

std::vector<StatementText> Grammar::statements() {
  std::vector<StatementText> result;
  while (!failed()) {
    while (accept(TokenKind::kSemicolon)) {
    }
    if (at(TokenKind::kEnd)) break;
    StatementText item;
    item.begin = position();
    item.statement = statement();
    if (!at(TokenKind::kEnd) && !at(TokenKind::kSemicolon)) fail_here();
    if (failed()) break;
    item.text = sql().substr(item.begin, previous_end() - item.begin);
    result.push_back(std::move(item));
  }
  return result;
}

ast::ExprPtr Grammar::whole_expression() {
  ast::ExprPtr result = expression();
  if (!at(TokenKind::kEnd)) fail_here();
  return result;
}

ast::TypeName Grammar::whole_type() {
  ast::TypeName result = type_name();
  if (!at(TokenKind::kEnd)) fail_here();
  return result;
}

}  // namespace leat::parser
