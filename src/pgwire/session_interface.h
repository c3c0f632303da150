#pragma once
// What the PostgreSQL protocol needs from the other side: SessionFactory, Session and, towards the
// client, ResultSink and Client. pgwire calls, the session room implements (and a fake in tests);
// pgwire never sees the engine, and a session never sees a socket.
//
// Rules:
//   - One session belongs to one connection. Its calls come one at a time, though not always from
//   the
//     same thread; cancel() alone may come at any moment from any thread.
//   - A call runs to completion on the calling thread and may block it.
//   - `sink` and `client` may be used during a call only, from the thread of the call.
//   - The session owns everything that has a name: prepared statements, portals (cursors made by
//     DECLARE are portals too), settings. The empty name is the unnamed statement or portal and may
//     be replaced freely; another name that exists is kDuplicatePreparedStatement /
//     kDuplicateCursor, one that does not is kInvalidSqlStatementName / kInvalidCursorName.
//   - After each error that pgwire reports to the client, its own ones included, it calls
//     fail_transaction(): an explicit transaction becomes failed, an implicit one is rolled back.
//   - An error with kAdminShutdown ends the connection after it has been reported.
//   - Destroying the session is the disconnect: open transactions are rolled back.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "types/batch.h"
#include "types/time_zone.h"
#include "types/type.h"
#include "types/value.h"

namespace leat::pgwire {

// Limits that the session enforces with kProgramLimitExceeded.
inline constexpr size_t kStatementsMax = 10'000;  // named prepared statements of one session
inline constexpr size_t kPortalsMax = 1'000;      // open portals of one session
// PostgreSQL's limit; enforced by pgwire.
inline constexpr size_t kResultColumnsMax = 1'664;

enum class Format : uint8_t { kText = 0, kBinary = 1 };

// The byte of ReadyForQuery.
enum class TransactionStatus : char { kIdle = 'I', kInTransaction = 'T', kFailed = 'E' };

struct ResultColumn {
  std::string name;
  Type type;
  uint32_t table_oid = 0;     // 0: not a column of a relation
  int16_t column_number = 0;  // attnum there
  int32_t type_modifier = -1;
};

enum class Severity : uint8_t { kDebug, kLog, kInfo, kNotice, kWarning };

struct Notice {
  Severity severity = Severity::kNotice;
  SqlState code = SqlState::kSuccessfulCompletion;
  std::string message;
  std::string detail = {};
  std::string hint = {};
};

// What a session may tell its client at any time during a call.
class Client {
 public:
  virtual ~Client() = default;
  virtual void notice(const Notice& notice) = 0;
  // The call is about to wait (for a step, a log write, a lock): another thread takes over the
  // other connections meanwhile. Worth calling before any wait that may exceed some 100 us; cheap
  // otherwise.
  virtual void will_wait() = 0;
  // A reported setting (application_name, TimeZone, DateStyle..) has a new value. Values equal to
  // the last reported one are dropped, so a session may report without looking.
  virtual void parameter_changed(std::string_view name, std::string_view value) = 0;
  // In execute(): the client's Sync is at hand, so the implicit transaction has no statement after this
  // one. False: not known yet.
  virtual bool sync_follows() const { return false; }
};

// Takes the results of one execute() or simple_query(). Per statement, one of:
//   begin_rows, rows*, complete       a query; also when there are no rows
//   complete                          a command ("INSERT 0 1", "CREATE TABLE")
//   empty_query                       nothing but blanks and comments (only in simple_query)
//   copy_in_begin, copy_in_read*, complete
//   copy_out_begin, copy_out_write*, complete
// In execute() the last step is left out: its return value says how it ended.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // `formats`: none = all text, one = all columns, else one per column; a portal gives the formats
  // that its bind() got. kProgramLimitExceeded beyond kResultColumnsMax.
  virtual Result<> begin_rows(std::span<const ResultColumn> columns,
                              std::span<const Format> formats) = 0;
  // Encodes and sends; a row of weight n is sent n times (weights must be positive). Blocks while
  // the client is slow. An error means that nobody listens any more, or that the query was
  // cancelled while it waited for the client: stop and return that error.
  virtual Result<> rows(const Batch& batch) = 0;
  virtual void complete(std::string_view command_tag) = 0;
  virtual void empty_query() = 0;

  // COPY FROM STDIN: `column_count` columns, all text (csv too) or all binary.
  virtual Result<> copy_in_begin(Format format, int column_count) = 0;
  // The next piece of the client's data, cut anywhere; false: the client is done. A CopyFail from
  // the client is kQueryCanceled. After an error from the session the rest of the data is skipped
  // by pgwire.
  virtual Result<bool> copy_in_read(std::string& piece) = 0;
  // COPY TO STDOUT: each piece should be one row.
  virtual Result<> copy_out_begin(Format format, int column_count) = 0;
  virtual Result<> copy_out_write(std::string_view piece) = 0;
};

struct ParseRequest {
  std::string_view name;
  std::string_view sql;
  std::span<const uint32_t> parameter_oids;  // 0, or missing at the end: infer from the context
};

// Valid until the statement or portal is closed or replaced.
struct StatementDescription {
  std::vector<Type> parameters;                      // all decided: never kUnknown
  std::optional<std::vector<ResultColumn>> columns;  // nullopt: returns no rows
};
struct PortalDescription {
  const std::optional<std::vector<ResultColumn>>* columns = nullptr;  // its statement's; never null
  std::vector<Format> formats;
};

struct BindRequest {
  std::string_view portal;
  std::string_view statement;
  std::vector<Value> parameters;       // of exactly the statement's parameter types
  std::vector<Format> result_formats;  // as in begin_rows
};

struct ExecuteResult {
  enum Outcome : uint8_t { kComplete, kSuspended, kEmptyQuery };
  Outcome outcome = kComplete;
  std::string command_tag = {};  // of kComplete
};

// One virtual function per protocol message.
class Session {
 public:
  virtual ~Session() = default;

  // Extended protocol. Statements run in the open transaction, or in an implicit one that lasts
  // until sync().
  virtual Result<> parse(const ParseRequest& request) = 0;
  virtual Result<const StatementDescription*> describe_statement(std::string_view name) = 0;
  virtual Result<> bind(BindRequest request) = 0;
  virtual Result<const PortalDescription*> describe_portal(std::string_view name) = 0;
  // At most `rows_max` rows (0: all). A portal that has more is kSuspended and goes on at the next
  // execute.
  virtual Result<ExecuteResult> execute(std::string_view portal, uint64_t rows_max,
                                        ResultSink& sink) = 0;
  virtual void close_statement(std::string_view name) = 0;  // one that does not exist is no error
  virtual void close_portal(std::string_view name) = 0;
  // Commits the implicit transaction, if there is one; portals of it end. An error means: rolled
  // back.
  virtual Result<> sync() = 0;

  // Simple protocol: several statements, one implicit transaction around them all.
  virtual Result<> simple_query(std::string_view sql, ResultSink& sink) = 0;

  virtual void fail_transaction() = 0;
  virtual TransactionStatus transaction_status() const = 0;
  virtual const TimeZone& time_zone() const = 0;  // for timestamptz as text, both ways
  // The settings that the client is told at start, with their values. pgwire knows PostgreSQL's 13
  // and sends its default for those that are missing here.
  virtual std::vector<std::pair<std::string, std::string>> reported_parameters() const = 0;

  // Any thread, any time: the running call shall end soon with kQueryCanceled; if none runs,
  // nothing happens (also not to the next one).
  virtual void cancel() = 0;
};

// What a password is checked against; never the password (RFC 5803).
struct ScramKeys {
  int iterations = 4096;
  std::string salt;  // raw bytes
  std::array<uint8_t, 32> stored_key{};
  std::array<uint8_t, 32> server_key{};
};

struct LoginRequest {
  std::string user;
  std::string database;  // the user's name if the client gave none
  std::string client_address;
  bool tls = false;
};

struct StartRequest {
  LoginRequest login;
  std::string application_name;
  // All other start-up parameters (client_encoding, DateStyle, TimeZone, extra_float_digits..) in
  // the client's order, `options` cut into its -c settings.
  std::vector<std::pair<std::string, std::string>> settings;
  int32_t backend_pid = 0;   // pg_backend_pid()
  Client* client = nullptr;  // outlives the session
};

// Thread: any; several connections start at once.
class SessionFactory {
 public:
  virtual ~SessionFactory() = default;
  // nullopt: trusted, no password asked. Keys: SCRAM-SHA-256. For a user that does not exist, give
  // keys that nothing matches (make_unmatchable_scram_keys in scram.h) rather than an error, so as
  // not to tell.
  virtual Result<std::optional<ScramKeys>> authenticate(const LoginRequest& login) = 0;
  // After authentication. kInvalidCatalogName for an unknown database, and so on.
  virtual Result<std::unique_ptr<Session>> start(const StartRequest& request) = 0;
};

}  // namespace leat::pgwire
