// The server over real sockets, mostly through libpq.
#include "pgwire/wire_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "pgwire/fake_session.h"
#include "pgwire/wire_buffer.h"

// A worker gives a socket back to epoll, and another one may close it before the first has returned
// from that call. The kernel orders the two; the thread sanitizer sees that for EPOLL_CTL_ADD, not
// for MOD.
extern "C" const char* __tsan_default_suppressions() {
  return "race:leat::pgwire::WorkerPool::rearm\n";
}

namespace leat::pgwire {
namespace {

using namespace std::chrono_literals;

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;  // memory is not what it would be
#else
constexpr bool kSanitized = false;
#endif

using Clock_ = std::chrono::steady_clock;

struct Finish {
  void operator()(PGconn* c) const { PQfinish(c); }
  void operator()(PGresult* r) const { PQclear(r); }
};
using Conn = std::unique_ptr<PGconn, Finish>;
using Res = std::unique_ptr<PGresult, Finish>;

template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = 5000ms) {
  const auto until = Clock_::now() + limit;
  while (!condition()) {
    if (Clock_::now() > until) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

class WireServerTest : public testing::Test {
 protected:
  void start(WireServerOptions options = {}) {
    options.port = 0;
    auto server = WireServer::start(options, factory_, registry_, clock_);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
  }
  void TearDown() override {
    if (server_ != nullptr) server_->stop(0);
    server_.reset();
    EXPECT_EQ(factory_.live, 0);
  }

  Conn connect(const std::string& extra = {}) {
    return Conn(
        PQconnectdb(fmt::format("host=127.0.0.1 port={} user=root dbname=dev connect_timeout=10 "
                                "sslmode=disable gssencmode=disable {}",
                                server_->port(), extra)
                        .c_str()));
  }
  Conn connected(const std::string& extra = {}) {
    Conn conn = connect(extra);
    EXPECT_EQ(PQstatus(conn.get()), CONNECTION_OK) << PQerrorMessage(conn.get());
    return conn;
  }
  static std::string sqlstate(const Res& result) {
    const char* code = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return code == nullptr ? "" : code;
  }
  int raw_socket(int receive_bytes = 0) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (receive_bytes > 0)
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
        << strerror(errno);
    return fd;
  }
  static std::string login_packet() { return std::string("\0\0\0\x13\0\3\0\0user\0root\0\0", 19); }
  static std::string read_all(int fd, int timeout_ms = 5000) {
    std::string all;
    char bytes[4096];
    pollfd item{fd, POLLIN, 0};
    while (poll(&item, 1, timeout_ms) > 0) {
      const ssize_t got = read(fd, bytes, sizeof bytes);
      if (got <= 0) break;
      all.append(bytes, static_cast<size_t>(got));
    }
    return all;
  }
  double metric(std::string_view name) {
    for (const auto& sample : registry_.samples()) {
      if (sample.name == name && sample.suffix.empty()) return sample.value;
    }
    return -1;
  }

  FakeSessionFactory factory_;
  metrics::Registry registry_;
  SystemClock clock_;
  std::unique_ptr<WireServer> server_;
};

TEST_F(WireServerTest, SimpleQueryThroughLibpq) {
  start();
  Conn conn = connected("application_name=test options='-c TimeZone=Europe/Paris'");
  EXPECT_STREQ(PQparameterStatus(conn.get(), "server_version"), "13.14.0");
  EXPECT_STREQ(PQparameterStatus(conn.get(), "TimeZone"), "Europe/Paris");
  EXPECT_STREQ(PQparameterStatus(conn.get(), "application_name"), "test");
  EXPECT_STREQ(PQparameterStatus(conn.get(), "session_authorization"), "root");
  Res result(PQexec(conn.get(), "rows 3"));
  ASSERT_EQ(PQresultStatus(result.get()), PGRES_TUPLES_OK);
  EXPECT_EQ(PQntuples(result.get()), 3);
  EXPECT_STREQ(PQgetvalue(result.get(), 2, 1), "row 2");
  EXPECT_EQ(PQgetisnull(result.get(), 0, 1), 1);
  EXPECT_STREQ(PQcmdStatus(result.get()), "SELECT 3");
  result.reset(PQexec(conn.get(), "fail"));
  EXPECT_EQ(PQresultStatus(result.get()), PGRES_FATAL_ERROR);
  EXPECT_EQ(sqlstate(result), "42703");
  EXPECT_STREQ(PQresultErrorField(result.get(), PG_DIAG_STATEMENT_POSITION), "8");
  result.reset(PQexec(conn.get(), ""));
  EXPECT_EQ(PQresultStatus(result.get()), PGRES_EMPTY_QUERY);
  EXPECT_EQ(server_->connection_count(), 1);
  conn.reset();
  EXPECT_TRUE(eventually([&] { return server_->connection_count() == 0 && factory_.live == 0; }));
}

TEST_F(WireServerTest, PreparedStatementsInBothFormats) {
  start();
  Conn conn = connected();
  const auto values = one_value_of_each_type();
  std::string sql = "echo ";
  std::vector<std::string> texts, binaries;
  std::vector<const char*> text_pointers, binary_pointers;
  std::vector<int> sizes, formats(values.size(), 1);
  const auto run = [&](int n, const char* const* parameters, const int* lengths,
                       const int* parameter_formats, int result_format) {
    return Res(
        PQexecPrepared(conn.get(), "s", n, parameters, lengths, parameter_formats, result_format));
  };
  for (const Value& value : values) {
    const Type& type = value.type();
    sql += (sql.size() > 5 ? "," : "");
    if (type.is(TypeId::kList))
      sql += type.element().is(TypeId::kInt32) ? "int4[]" : "varchar[]";
    else
      sql += type.name().find(' ') == std::string::npos ? type.name() : std::string();
    if (sql.ends_with(',') || sql.ends_with(' ')) {
      sql += type.is(TypeId::kFloat64)     ? "float8"
             : type.is(TypeId::kTimestamp) ? "timestamp"
             : type.is(TypeId::kTime)      ? "time"
             : type.is(TypeId::kVarchar)   ? "varchar"
                                           : "timestamptz";
    }
  }
  Res prepared(PQprepare(conn.get(), "s", sql.c_str(), 0, nullptr));
  ASSERT_EQ(PQresultStatus(prepared.get()), PGRES_COMMAND_OK) << sql << PQerrorMessage(conn.get());
  Res description(PQdescribePrepared(conn.get(), "s"));
  ASSERT_EQ(PQnparams(description.get()), static_cast<int>(values.size()));
  Res types(PQexecParams(conn.get(), "types", 0, nullptr, nullptr, nullptr, nullptr, 0));
  Res binary_types(PQexecParams(conn.get(), "types", 0, nullptr, nullptr, nullptr, nullptr, 1));
  ASSERT_EQ(PQntuples(types.get()), 2);
  const int count = static_cast<int>(values.size());
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(PQparamtype(description.get(), i), PQftype(types.get(), i));
    text_pointers.push_back(PQgetvalue(types.get(), 0, i));
    binary_pointers.push_back(PQgetvalue(binary_types.get(), 0, i));
    sizes.push_back(PQgetlength(binary_types.get(), 0, i));
    EXPECT_EQ(PQgetisnull(binary_types.get(), 1, i), 1);
  }
  const auto same = [&](const Res& result, const Res& expected) {
    ASSERT_EQ(PQresultStatus(result.get()), PGRES_TUPLES_OK) << PQerrorMessage(conn.get());
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(std::string(PQgetvalue(result.get(), 0, i),
                            static_cast<size_t>(PQgetlength(result.get(), 0, i))),
                std::string(PQgetvalue(expected.get(), 0, i),
                            static_cast<size_t>(PQgetlength(expected.get(), 0, i))))
          << values[static_cast<size_t>(i)].type().name();
    }
  };
  same(run(count, text_pointers.data(), nullptr, nullptr, 0), types);
  same(run(count, text_pointers.data(), nullptr, nullptr, 1), binary_types);
  same(run(count, binary_pointers.data(), sizes.data(), formats.data(), 0), types);
  same(run(count, binary_pointers.data(), sizes.data(), formats.data(), 1), binary_types);
  const std::vector<const char*> nulls(values.size(), nullptr);
  const Res null_result = run(count, nulls.data(), nullptr, nullptr, 1);
  for (int i = 0; i < count; ++i) EXPECT_EQ(PQgetisnull(null_result.get(), 0, i), 1);
}

TEST_F(WireServerTest, PipelineMode) {
  start();
  Conn conn = connected();
  ASSERT_EQ(PQenterPipelineMode(conn.get()), 1);
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(PQsendQueryParams(conn.get(), i == 100 ? "fail" : "rows 2", 0, nullptr, nullptr,
                                nullptr, nullptr, 0),
              1);
    if (i % 50 == 49) ASSERT_EQ(PQpipelineSync(conn.get()), 1);
  }
  int tuples = 0, failed = 0, aborted = 0, syncs = 0;
  while (syncs < 4) {
    Res result(PQgetResult(conn.get()));
    switch (result == nullptr ? PGRES_NONFATAL_ERROR : PQresultStatus(result.get())) {
      case PGRES_TUPLES_OK:
        tuples += PQntuples(result.get());
        break;
      case PGRES_FATAL_ERROR:
        ++failed;
        break;
      case PGRES_PIPELINE_ABORTED:
        ++aborted;
        break;
      case PGRES_PIPELINE_SYNC:
        ++syncs;
        break;
      default:
        break;
    }
  }
  EXPECT_EQ(tuples, 300);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(aborted, 49);
}

TEST_F(WireServerTest, SingleRowModeAndNotices) {
  start();
  Conn conn = connected();
  std::string noticed;
  PQsetNoticeReceiver(
      conn.get(),
      [](void* to, const PGresult* result) {
        *static_cast<std::string*>(to) = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
      },
      &noticed);
  Res result(PQexec(conn.get(), "notice"));
  EXPECT_EQ(noticed, "halfway");
  ASSERT_EQ(PQsendQuery(conn.get(), "rows 20000"), 1);
  ASSERT_EQ(PQsetSingleRowMode(conn.get()), 1);
  int rows = 0;
  while (PGresult* one = PQgetResult(conn.get())) {
    rows += PQntuples(one);
    PQclear(one);
  }
  EXPECT_EQ(rows, 20'000);
}

TEST_F(WireServerTest, CancelComesThroughWhenAllWorkersAreTaken) {
  start({.workers_running = 2, .workers_max = 3});
  std::vector<Conn> conns;
  for (int i = 0; i < 3; ++i) {
    conns.push_back(connected());
    ASSERT_EQ(PQsendQuery(conns.back().get(), "sleep 60000"), 1);
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_TRUE(eventually([&] { return server_->worker_count() == 3; }));
  const auto start = Clock_::now();
  for (Conn& conn : conns) {
    PGcancel* cancel = PQgetCancel(conn.get());
    char error[256];
    EXPECT_EQ(PQcancel(cancel, error, sizeof error), 1) << error;
    PQfreeCancel(cancel);
    Res result(PQgetResult(conn.get()));
    EXPECT_EQ(sqlstate(result), "57014");
    while (PGresult* rest = PQgetResult(conn.get())) PQclear(rest);
  }
  EXPECT_LT(Clock_::now() - start, 2s);
  Res again(PQexec(conns[0].get(), "rows 1"));
  EXPECT_EQ(PQntuples(again.get()), 1);
  EXPECT_EQ(metric("leat_wire_cancels_total"), 3);
}

TEST_F(WireServerTest, WrongSecretCancelsNothing) {
  start();
  Conn conn = connected();
  ASSERT_EQ(PQsendQuery(conn.get(), "sleep 300"), 1);
  std::this_thread::sleep_for(20ms);
  const int fd = raw_socket();
  char packet[16];
  store_big_endian(packet, uint32_t{16});
  store_big_endian(packet + 4, uint32_t{80877102});
  store_big_endian(packet + 8, static_cast<uint32_t>(PQbackendPID(conn.get())));
  store_big_endian(packet + 12, uint32_t{12345});
  ASSERT_EQ(write(fd, packet, 16), 16);
  EXPECT_EQ(read_all(fd), "");
  close(fd);
  Res result(PQgetResult(conn.get()));
  EXPECT_EQ(PQresultStatus(result.get()), PGRES_COMMAND_OK);
}

TEST_F(WireServerTest, BackendsCanBeCancelledAndTerminatedByPid) {
  start();
  Conn conn = connected();
  const int pid = PQbackendPID(conn.get());
  ASSERT_EQ(PQsendQuery(conn.get(), "sleep 60000"), 1);
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(server_->cancel_backend(pid));
  Res result(PQgetResult(conn.get()));
  EXPECT_EQ(sqlstate(result), "57014");
  EXPECT_TRUE(server_->terminate_backend(pid));
  EXPECT_TRUE(eventually([&] { return factory_.live == 0; }));
  EXPECT_FALSE(server_->cancel_backend(pid));
}

TEST_F(WireServerTest, LongStatementsDoNotKeepShortOnesFromBeingServed) {
  start({.workers_running = 2});
  std::vector<Conn> sleepers;
  for (int i = 0; i < 20; ++i) {
    sleepers.push_back(connected());
    ASSERT_EQ(PQsendQuery(sleepers.back().get(), "sleep 1000"), 1);
  }
  std::this_thread::sleep_for(50ms);
  Conn conn = connected();
  const auto start = Clock_::now();
  for (int i = 0; i < 100; ++i) {
    Res result(PQexec(conn.get(), "rows 1"));
    ASSERT_EQ(PQntuples(result.get()), 1);
  }
  EXPECT_LT(Clock_::now() - start, 500ms);
  for (Conn& sleeper : sleepers) {
    Res result(PQgetResult(sleeper.get()));
    EXPECT_STREQ(PQcmdStatus(result.get()), "SLEEP");
  }
}

TEST_F(WireServerTest, PasswordByScram) {
  factory_.passwords["alice"] = make_scram_keys("wonder land");
  start();
  Conn conn = connected("user=alice password='wonder land'");
  EXPECT_EQ(PQconnectionUsedPassword(conn.get()), 1);
  for (const std::string who : {"user=alice password=wrong", "user=nobody password=x"}) {
    Conn refused = connect(who);
    EXPECT_EQ(PQstatus(refused.get()), CONNECTION_BAD);
    EXPECT_NE(
        std::string(PQerrorMessage(refused.get())).find("password authentication failed for user"),
        std::string::npos)
        << PQerrorMessage(refused.get());
  }
  EXPECT_TRUE(eventually([&] { return factory_.live == 1; }));
}

TEST_F(WireServerTest, TooManyClients) {
  start({.connections_max = 2});
  Conn a = connected(), b = connected();
  Conn c = connect();
  EXPECT_NE(std::string(PQerrorMessage(c.get())).find("sorry, too many clients already"),
            std::string::npos);
  a.reset();
  EXPECT_TRUE(eventually([&] { return server_->connection_count() == 1; }));
  EXPECT_EQ(PQstatus(connect().get()), CONNECTION_OK);
}

TEST_F(WireServerTest, TwoThousandIdleConnections) {
  start({.workers_running = 2});
  constexpr int kClients = 2000;
  const auto resident_kb = [] {
    long pages = 0, resident = 0;
    FILE* file = fopen("/proc/self/statm", "r");
    EXPECT_EQ(fscanf(file, "%ld %ld", &pages, &resident), 2);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
  };
  const long before_kb = resident_kb();
  std::vector<int> sockets;
  const std::string login = login_packet();
  for (int i = 0; i < kClients; ++i) {
    sockets.push_back(raw_socket());
    ASSERT_EQ(write(sockets.back(), login.data(), login.size()),
              static_cast<ssize_t>(login.size()));
  }
  ASSERT_TRUE(eventually([&] { return factory_.live == kClients; }, 20s));
  const long used_kb = resident_kb() - before_kb;
  if (!kSanitized) EXPECT_LT(used_kb, kClients * 8) << "kB for " << kClients << " idle clients";
  EXPECT_LE(server_->worker_count(), 8);
  // One among them is served as if it were alone.
  Conn conn = connected();
  const auto start = Clock_::now();
  for (int i = 0; i < 1000; ++i) Res(PQexec(conn.get(), "rows 1"));
  EXPECT_LT(Clock_::now() - start, 2s);
  EXPECT_EQ(metric("leat_connections"), kClients + 1);
  for (const int fd : sockets) close(fd);
  EXPECT_TRUE(eventually([&] { return factory_.live == 1; }, 20s));
}

TEST_F(WireServerTest, SlowReaderBlocksOnlyItself) {
  start({.workers_running = 2});
  const int fd = raw_socket(4096);
  const std::string login = login_packet();
  ASSERT_EQ(write(fd, login.data(), login.size()), static_cast<ssize_t>(login.size()));
  const std::string query(
      "Q\0\0\0\x0d"
      "big 2000\0",
      14);
  ASSERT_EQ(write(fd, query.data(), query.size()), 14);
  std::this_thread::sleep_for(200ms);
  Conn conn = connected();
  for (int i = 0; i < 100; ++i) {
    Res result(PQexec(conn.get(), "rows 10"));
    ASSERT_EQ(PQntuples(result.get()), 10);
  }
  // 2 GB were asked for; what was made of it is what the socket buffers took.
  const double rows_before = metric("leat_wire_rows_total");
  EXPECT_LT(rows_before, 1100);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(metric("leat_wire_rows_total"), rows_before);
  // The client leaves: its query ends.
  close(fd);
  EXPECT_TRUE(eventually([&] { return factory_.live == 1; }));
  EXPECT_GT(metric("leat_wire_blocked_seconds_total"), 0.1);
}

TEST_F(WireServerTest, ClientThatLeavesEndsItsSilentQuery) {
  start();
  Conn conn = connected();
  ASSERT_EQ(PQsendQuery(conn.get(), "sleep 60000"), 1);
  std::this_thread::sleep_for(50ms);
  conn.reset();
  EXPECT_TRUE(eventually([&] { return factory_.live == 0; }));
}

TEST_F(WireServerTest, SilentClientsAreTurnedAwayAfterTheLoginTime) {
  start({.login_timeout_ms = 100});
  const int silent = raw_socket(), half = raw_socket();
  ASSERT_EQ(write(half, "\0\0\0", 3), 3);
  EXPECT_EQ(read_all(silent), "");
  EXPECT_EQ(read_all(half), "");
  EXPECT_TRUE(eventually([&] { return metric("leat_connections_refused_total") == 2; }));
  close(silent);
  close(half);
  Conn conn = connected();
  std::this_thread::sleep_for(700ms);
  EXPECT_EQ(PQntuples(Res(PQexec(conn.get(), "rows 1")).get()),
            1);  // who has logged in may be idle
}

TEST_F(WireServerTest, StopTellsIdleClientsAndLetsStatementsEnd) {
  start();
  const int idle = raw_socket();
  const std::string login = login_packet();
  ASSERT_EQ(write(idle, login.data(), login.size()), static_cast<ssize_t>(login.size()));
  Conn busy = connected();
  ASSERT_EQ(PQsendQuery(busy.get(), "sleep 300"), 1);
  std::this_thread::sleep_for(50ms);
  server_->stop(5000);
  EXPECT_EQ(factory_.live, 0);
  Res ended(PQgetResult(busy.get()));
  EXPECT_STREQ(PQcmdStatus(ended.get()), "SLEEP");
  const std::string told = read_all(idle);
  EXPECT_NE(told.find(std::string("SFATAL\0VFATAL\0C57P01\0", 21)), std::string::npos);
  EXPECT_EQ(PQstatus(connect().get()), CONNECTION_BAD);
  close(idle);
}

TEST_F(WireServerTest, StopCancelsWhatDoesNotEnd) {
  start();
  Conn conn = connected();
  ASSERT_EQ(PQsendQuery(conn.get(), "sleep 60000"), 1);
  std::this_thread::sleep_for(50ms);
  const int slow = raw_socket(4096);
  const std::string bytes = login_packet() + std::string(
                                                 "Q\0\0\0\x0d"
                                                 "big 2000\0",
                                                 14);
  ASSERT_EQ(write(slow, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  std::this_thread::sleep_for(100ms);
  const auto start = Clock_::now();
  server_->stop(100);
  EXPECT_LT(Clock_::now() - start, 2s);
  Res result(PQgetResult(conn.get()));
  EXPECT_EQ(sqlstate(result), "57014");
  close(slow);
}

TEST_F(WireServerTest, StopUnderLoad) {
  start({.workers_running = 2});
  std::atomic<bool> done{false};
  std::vector<std::thread> clients;
  for (int t = 0; t < 4; ++t) {
    clients.emplace_back([&, t] {
      while (!done) {
        Conn conn = connect();
        while (!done && PQstatus(conn.get()) == CONNECTION_OK) {
          Res(PQexec(conn.get(), t % 2 ? "rows 5" : "sleep 1"));
        }
      }
    });
  }
  std::this_thread::sleep_for(300ms);
  server_->stop(1000);
  EXPECT_EQ(factory_.live, 0);
  done = true;
  for (auto& client : clients) client.join();
}

TEST_F(WireServerTest, Tls) {
  const auto dir = std::filesystem::temp_directory_path() / fmt::format("leat_tls_{}", getpid());
  std::filesystem::create_directories(dir);
  const std::string cert = dir / "cert.pem", key = dir / "key.pem";
  ASSERT_EQ(std::system(
                fmt::format(
                    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                    "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout {} -out {} "
                    "2>/dev/null",
                    key, cert)
                    .c_str()),
            0);
  start({.tls_certificate_file = cert, .tls_key_file = key});
  Conn conn = connected(fmt::format("sslmode=verify-full sslrootcert={}", cert));
  EXPECT_EQ(PQsslInUse(conn.get()), 1);
  Res result(PQexec(conn.get(), "rows 100000"));
  EXPECT_EQ(PQntuples(result.get()), 100'000);
  result.reset(PQexec(conn.get(), "big 3"));
  EXPECT_EQ(PQgetlength(result.get(), 2, 0), 1'000'000);
  const std::string large(3'000'000, ' ');
  result.reset(PQexec(conn.get(), ("rows 1" + large).c_str()));
  EXPECT_EQ(PQntuples(result.get()), 1);
  EXPECT_EQ(PQsslInUse(connected("sslmode=disable").get()), 0);
  // Plain bytes behind the request for TLS are refused.
  const int fd = raw_socket();
  const std::string bytes = std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8) + login_packet();
  ASSERT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  EXPECT_NE(read_all(fd).find("received unencrypted data after SSL request"), std::string::npos);
  close(fd);
  const auto bad = WireServer::start({.port = 0, .tls_certificate_file = key, .tls_key_file = key},
                                     factory_, registry_, clock_);
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().message.find("could not load the TLS certificate"), std::string::npos)
      << bad.error().message;
  std::filesystem::remove_all(dir);
}

TEST_F(WireServerTest, AddressErrorsAreClear) {
  start();
  const auto taken = WireServer::start({.port = server_->port()}, factory_, registry_, clock_);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(
      taken.error().message,
      fmt::format("could not listen on 127.0.0.1:{}: Address already in use", server_->port()));
  const auto unknown =
      WireServer::start({.host = "no.such.host.invalid", .port = 0}, factory_, registry_, clock_);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().message.find("no.such.host.invalid"), std::string::npos);
}

TEST_F(WireServerTest, CopyThroughLibpq) {
  start();
  Conn conn = connected();
  Res result(PQexec(conn.get(), "copy in"));
  ASSERT_EQ(PQresultStatus(result.get()), PGRES_COPY_IN);
  const std::string line(100'000, 'x');
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(PQputCopyData(conn.get(), line.data(), static_cast<int>(line.size())), 1);
  ASSERT_EQ(PQputCopyEnd(conn.get(), nullptr), 1);
  result.reset(PQgetResult(conn.get()));
  EXPECT_STREQ(PQcmdStatus(result.get()), "COPY 5000000");
  EXPECT_EQ(PQgetResult(conn.get()), nullptr);
  result.reset(PQexec(conn.get(), "copy out 100000"));
  ASSERT_EQ(PQresultStatus(result.get()), PGRES_COPY_OUT);
  int lines = 0;
  char* row = nullptr;
  while (PQgetCopyData(conn.get(), &row, 0) > 0) {
    ++lines;
    PQfreemem(row);
  }
  EXPECT_EQ(lines, 100'000);
  // A COPY whose client is silent can be cancelled.
  while (PGresult* rest = PQgetResult(conn.get())) PQclear(rest);
  result.reset(PQexec(conn.get(), "copy in"));
  EXPECT_TRUE(server_->cancel_backend(PQbackendPID(conn.get())));
  EXPECT_TRUE(eventually([&] { return metric("leat_query_errors_total") >= 1; }));
}

}  // namespace
}  // namespace leat::pgwire
