#include "peer/peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include <fmt/core.h>

namespace leat::test {
namespace {

constexpr int kReadyPatienceMs = 30'000;

std::string last_lines(const std::string& text, size_t bytes = 3000) {
  return text.size() <= bytes ? text : "..." + text.substr(text.size() - bytes);
}

// Polls until ready() or the process ends or the patience does.
void wait_for(const std::string& what, Process& process, const std::function<bool()>& ready) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kReadyPatienceMs);
  while (!ready()) {
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (late || !process.running()) {
      give_up(fmt::format("{} {}; its log:\n{}", what, late ? "was not ready in time" : "ended at its start",
                          last_lines(process.log())));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

bool can_connect(int port) {
  const int fd = connect_local(port);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

// The number after `label` in the ready line.
int port_after(const std::string& line, const std::string& label) {
  const size_t at = line.find(label);
  return at == std::string::npos ? 0 : std::atoi(line.c_str() + at + label.size());
}

}  // namespace

void give_up(const std::string& reason) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", reason);
  std::fflush(stderr);
  std::exit(2);
}

int connect_local(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

ScratchDir::ScratchDir() {
  std::string name = (std::filesystem::temp_directory_path() / "leat-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) give_up("cannot make a directory like " + name);
  path_ = name;
  chmod(path_.c_str(), 0755);
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  if (!out.flush()) give_up("cannot write " + path);
}

Process::Process(std::vector<std::string> command, std::string log_path) : log_path_(std::move(log_path)) {
  std::vector<char*> argv;
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) give_up("cannot fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    const int log = open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    dup2(log, 1);
    dup2(log, 2);
    execvp(argv[0], argv.data());
    fmt::print(stderr, "cannot run {}\n", argv[0]);
    _exit(127);
  }
}

Process::~Process() { stop(SIGKILL); }

bool Process::running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, &status_, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

int Process::stop(int signal, int patience_ms) {
  if (running()) {
    ::kill(pid_, signal);
    for (int waited = 0; running(); waited += 5) {
      if (waited > patience_ms) ::kill(pid_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

LeatServer::LeatServer(std::string path, bool in_memory, std::vector<std::string> more)
    : path_(std::move(path)), in_memory_(in_memory), more_(std::move(more)) {
  start();
}

LeatServer::~LeatServer() = default;

void LeatServer::start() {
  std::vector<std::string> command{path_, "--listen", fmt::format("127.0.0.1:{}", port_), "--http", "127.0.0.1:0",
                                   "--log-level", "warn"};
  if (in_memory_) {
    command.push_back("--in-memory");
  } else {
    command.insert(command.end(), {"--data", dir_.path() + "/data"});
  }
  command.insert(command.end(), more_.begin(), more_.end());
  const std::string log_path = dir_.path() + "/leat.log";
  std::error_code ignored;
  std::filesystem::remove(log_path, ignored);
  process_ = std::make_unique<Process>(command, log_path);
  wait_for("leat", *process_, [&] {
    const std::string log = process_->log();
    const size_t at = log.find(" ready: ");
    return at != std::string::npos && log.find('\n', at) != std::string::npos;
  });
  port_ = port_after(process_->log(), " -p ");
  http_port_ = port_after(process_->log(), "metrics http://127.0.0.1:");
  if (port_ == 0 || http_port_ == 0) give_up("leat's ready line names no port:\n" + process_->log());
}

void LeatServer::restart(int signal) {
  process_->stop(signal);
  start();
}

std::string LeatServer::conninfo() const {
  return fmt::format("host=127.0.0.1 port={} dbname=dev user=root connect_timeout=10", port_);
}

PostgresServer::PostgresServer() : port_(free_port()) {
  const std::string bin = "/usr/lib/postgresql/15/bin/";
  const std::string data = dir_.path() + "/data";
  // PostgreSQL refuses to run as root.
  std::vector<std::string> as;
  if (getuid() == 0) {
    as = {"runuser", "-u", "postgres", "--"};
    chmod(dir_.path().c_str(), 0777);
  }
  auto init = as;
  init.insert(init.end(), {bin + "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8",
                           "--no-sync"});
  Process initdb(init, dir_.path() + "/initdb.log");
  while (initdb.running()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (initdb.stop(0) != 0) give_up("initdb failed (is postgresql-15 installed?):\n" + initdb.log());
  auto start = as;
  start.insert(start.end(), {bin + "postgres", "-D", data, "-p", std::to_string(port_), "-c", "listen_addresses=127.0.0.1",
                             "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "timezone=UTC", "-c", "jit=off"});
  process_ = std::make_unique<Process>(start, dir_.path() + "/postgres.log");
  wait_for("postgres", *process_, [&] { return can_connect(port_); });
}

PostgresServer::~PostgresServer() {
  // runuser hands SIGTERM on; the server ends when its clients have gone.
  process_->stop(SIGTERM, 5000);
}

std::string PostgresServer::conninfo() const {
  return fmt::format("host=127.0.0.1 port={} dbname=postgres user=postgres connect_timeout=10", port_);
}

PgClient::PgClient(const std::string& conninfo) {
  // A server that has just opened its port may still say that it is starting up.
  for (int attempt = 0;; ++attempt) {
    connection_ = PQconnectdb(conninfo.c_str());
    if (PQstatus(connection_) == CONNECTION_OK) break;
    if (attempt == 200) give_up(fmt::format("cannot connect ({}): {}", conninfo, PQerrorMessage(connection_)));
    PQfinish(connection_);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
}

PgClient::~PgClient() { PQfinish(connection_); }

std::string PgClient::value(const std::string& sql) {
  const PgResult result = run(sql);
  if (!result.ok) return result.error;
  return result.rows.empty() ? "" : result.rows[0][0].value_or("NULL");
}

std::string PgClient::await_value(const std::string& sql, const std::string& wanted, int patience_s) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(patience_s);
  std::string last = value(sql);
  while (last != wanted && !lost() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    last = value(sql);
  }
  return last;
}

bool PgClient::lost() const { return PQstatus(connection_) != CONNECTION_OK; }

PgResult PgClient::run(const std::string& sql) {
  PgResult out;
  PGresult* result = PQexec(connection_, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  out.ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
  if (!out.ok) {
    const char* message = PQresultErrorMessage(result);
    out.error = message != nullptr && *message != '\0' ? message : PQerrorMessage(connection_);
    while (!out.error.empty() && out.error.back() == '\n') out.error.pop_back();
    if (const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE)) out.sqlstate = state;
  } else {
    out.tag = PQcmdStatus(result);
    for (int c = 0; c < PQnfields(result); ++c) out.columns.push_back({PQfname(result, c), PQftype(result, c)});
    for (int r = 0; r < PQntuples(result); ++r) {
      auto& row = out.rows.emplace_back();
      for (int c = 0; c < PQnfields(result); ++c) {
        if (PQgetisnull(result, r, c) != 0) {
          row.emplace_back();
        } else {
          row.emplace_back(std::string(PQgetvalue(result, r, c), static_cast<size_t>(PQgetlength(result, r, c))));
        }
      }
    }
  }
  PQclear(result);
  return out;
}

HttpAnswer http_get(int port, const std::string& path) {
  HttpAnswer answer;
  const int fd = connect_local(port);
  if (fd < 0) return answer;
  const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  std::string all;
  char bytes[4096];
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    for (ssize_t n; (n = recv(fd, bytes, sizeof bytes, 0)) > 0;) all.append(bytes, static_cast<size_t>(n));
  }
  close(fd);
  const size_t body = all.find("\r\n\r\n");
  if (body == std::string::npos || !all.starts_with("HTTP/1.1 ")) return answer;
  answer.status = std::atoi(all.c_str() + std::string_view("HTTP/1.1 ").size());
  answer.body = all.substr(body + 4);
  return answer;
}

}  // namespace leat::test
