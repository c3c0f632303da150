#pragma once
// FakeSession: a session without an engine, for tests and fuzzing. It knows a handful of
// statements, separated by ';':
//   rows N          columns n bigint, s varchar; row i is (i, "row <i>"), s is NULL for every 7th
//   wide N          one row of N integer columns
//   types           one row with a value of each type, and one of NULLs
//   echo T, U..     one row with the parameters $1, $2.. of these types
//   big N           N rows of one 1 MB string
//   twice           one row of weight 2
//   fail            an error with position, detail and hint
//   sleep MS        ends early when cancelled
//   notice, set NAME VALUE, begin, commit, rollback, copy in, copy out N, terminate
// Thread: as Session. FakeSessionFactory: any.

#include <atomic>
#include <map>

#include "base/mutex.h"
#include "pgwire/scram.h"
#include "pgwire/session_interface.h"

namespace leat::pgwire {

class FakeSession final : public Session {
 public:
  FakeSession(StartRequest request, std::atomic<int>& live)
      : request_(std::move(request)), live_(live) {
    ++live_;
  }
  ~FakeSession() override { --live_; }

  Result<> parse(const ParseRequest& request) override;
  Result<const StatementDescription*> describe_statement(std::string_view name) override;
  Result<> bind(BindRequest request) override;
  Result<const PortalDescription*> describe_portal(std::string_view name) override;
  Result<ExecuteResult> execute(std::string_view portal, uint64_t rows_max,
                                ResultSink& sink) override;
  void close_statement(std::string_view name) override { erase(statements_, name); }
  void close_portal(std::string_view name) override { erase(portals_, name); }
  Result<> sync() override;
  Result<> simple_query(std::string_view sql, ResultSink& sink) override;
  void fail_transaction() override;
  TransactionStatus transaction_status() const override { return status_; }
  const TimeZone& time_zone() const override { return zone_; }
  std::vector<std::pair<std::string, std::string>> reported_parameters() const override;
  void cancel() override;

 private:
  struct Statement {
    std::string sql;
    StatementDescription description;
  };
  struct Portal {
    std::string sql;
    std::optional<std::vector<ResultColumn>> columns;
    PortalDescription description;
    std::vector<Value> parameters;
    uint64_t rows_done = 0;
  };
  template <class Map>
  static void erase(Map& map, std::string_view name) {
    if (const auto it = map.find(name); it != map.end()) map.erase(it);
  }
  static Result<StatementDescription> describe(std::string_view sql);
  // Runs one statement; rows from `rows_done` on, at most rows_max (0: all); true: there are more.
  Result<bool> run(std::string_view sql, const std::vector<Value>& parameters,
                   std::span<const Format> formats, uint64_t rows_done, uint64_t rows_max,
                   ResultSink& sink, std::string& tag);
  Result<> sleep(int64_t ms);

  const StartRequest request_;
  std::atomic<int>& live_;
  TimeZone zone_;
  TransactionStatus status_ = TransactionStatus::kIdle;
  std::map<std::string, Statement, std::less<>> statements_;
  std::map<std::string, Portal, std::less<>> portals_;

  Mutex mutex_;
  CondVar cancelled_;
  bool running_ GUARDED_BY(mutex_) = false;
  bool cancel_ GUARDED_BY(mutex_) = false;
};

class FakeSessionFactory final : public SessionFactory {
 public:
  // Users with a password; all others are trusted, and "nobody" does not exist.
  std::map<std::string, ScramKeys, std::less<>> passwords;
  std::atomic<int> live{0};  // sessions

  Result<std::optional<ScramKeys>> authenticate(const LoginRequest& login) override;
  Result<std::unique_ptr<Session>> start(const StartRequest& request) override;
};

// One column of each type that a fake session knows, with its value, in the order of `types`.
std::vector<Value> one_value_of_each_type();
Batch one_row(const std::vector<Value>& values);

}  // namespace leat::pgwire
