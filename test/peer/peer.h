#pragma once
// Servers that a test program starts and talks to as any user would: Leat, PostgreSQL.
// Each has a directory of its own in /tmp and a free port, is ready when its constructor returns, and is
// stopped, waited for and removed by its destructor. What goes wrong here ends the test program with
// the reason and the end of the server's log.
// Thread: one at a time.

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

struct pg_conn;

namespace leat::test {

[[noreturn]] void give_up(const std::string& reason);

// A directory that is removed at the end.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

int free_port();
// A connected socket, -1: nobody listens.
int connect_local(int port);
std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

// A program of ours in the background, with its output in a file. It dies with us.
class Process {
 public:
  Process(std::vector<std::string> command, std::string log_path);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool running();
  pid_t pid() const { return pid_; }
  // Sends the signal and waits for the end; after `patience_ms`, SIGKILL. The exit code, or -signal.
  int stop(int signal, int patience_ms = 20'000);
  std::string log() const { return read_file(log_path_); }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  std::string log_path_;
};

class LeatServer {
 public:
  // The program at `path`; on disk (kept over restart()) or in memory.
  explicit LeatServer(std::string path, bool in_memory = true, std::vector<std::string> more = {});
  ~LeatServer();

  int port() const { return port_; }
  int http_port() const { return http_port_; }
  std::string conninfo() const;
  std::string data_dir() const { return dir_.path() + "/data"; }
  bool running() { return process_ && process_->running(); }
  pid_t pid() const { return process_->pid(); }
  // SIGTERM and start again on the same data; SIGKILL the same way.
  void restart(int signal);
  // The halves of restart(). stop() gives the exit code, or -signal.
  int stop(int signal) { return process_->stop(signal); }
  void start();
  std::string log() const { return process_->log(); }

 private:

  std::string path_;
  bool in_memory_;
  std::vector<std::string> more_;
  ScratchDir dir_;
  int port_ = 0;
  int http_port_ = 0;
  std::unique_ptr<Process> process_;
};

class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  std::string conninfo() const;

 private:
  ScratchDir dir_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

struct PgColumn {
  std::string name;
  unsigned oid = 0;
};

struct PgResult {
  bool ok = false;
  std::string tag;       // "INSERT 0 1"
  std::string error;     // as psql prints it: ERROR, LINE, caret, DETAIL, HINT
  std::string sqlstate;  // "42703"
  std::vector<PgColumn> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

class PgClient {
 public:
  explicit PgClient(const std::string& conninfo);
  ~PgClient();
  PgClient(const PgClient&) = delete;
  PgClient& operator=(const PgClient&) = delete;

  // One statement by the simple protocol. A lost connection is a result that is not ok, and lost().
  PgResult run(const std::string& sql);
  // The first value of the answer, "NULL" where it is one, "" without rows; the error's text where it failed.
  std::string value(const std::string& sql);
  // Asks until the value is `wanted` or the time is up. The last value.
  std::string await_value(const std::string& sql, const std::string& wanted, int patience_s = 30);
  bool lost() const;

 private:
  pg_conn* connection_;
};

struct HttpAnswer {
  int status = 0;  // 0: no answer
  std::string body;
};
HttpAnswer http_get(int port, const std::string& path);

}  // namespace leat::test
