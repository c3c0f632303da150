#include "pgwire/connection.h"

#include <gtest/gtest.h>

#include "pgwire/fake_session.h"
#include "pgwire/memory_transport.h"

namespace leat::pgwire {
namespace {

using namespace std::string_literals;

std::string number16(int value) {
  char bytes[2];
  store_big_endian(bytes, static_cast<int16_t>(value));
  return {bytes, 2};
}
std::string number32(int64_t value) {
  char bytes[4];
  store_big_endian(bytes, static_cast<uint32_t>(value));
  return {bytes, 4};
}
std::string message(char type, const std::string& body) {
  return type + number32(static_cast<int64_t>(body.size()) + 4) + body;
}
std::string untyped(const std::string& body) {
  return number32(static_cast<int64_t>(body.size()) + 4) + body;
}
std::string startup(const std::string& extra = {}, int64_t code = 3 << 16) {
  return untyped(number32(code) + "user\0root\0database\0dev\0"s + extra + "\0"s);
}
std::string query(const std::string& sql) { return message('Q', sql + "\0"s); }
std::string parse(const std::string& name, const std::string& sql) {
  return message('P', name + "\0"s + sql + "\0"s + number16(0));
}
std::string bind(const std::string& portal, const std::string& statement) {
  return message('B', portal + "\0"s + statement + "\0"s + number16(0) + number16(0) + number16(0));
}
std::string execute(const std::string& portal, int rows_max = 0) {
  return message('E', portal + "\0"s + number32(rows_max));
}
std::string sync() { return message('S', ""); }

struct Reply {
  char type;
  std::string body;
};

// The messages in what the server sent; single bytes (answers to encryption requests) are not
// messages.
std::vector<Reply> replies_in(std::string_view bytes) {
  std::vector<Reply> replies;
  while (bytes.size() >= 5) {
    const uint32_t length = load_big_endian<uint32_t>(bytes.data() + 1);
    EXPECT_LE(length + 1, bytes.size()) << "cut message " << bytes[0];
    if (length + 1 > bytes.size()) break;
    replies.push_back({bytes[0], std::string(bytes.substr(5, length - 4))});
    bytes.remove_prefix(length + 1);
  }
  EXPECT_TRUE(bytes.empty());
  return replies;
}

std::string types_of(const std::vector<Reply>& replies) {
  std::string types;
  for (const Reply& reply : replies) types += reply.type;
  return types;
}

std::string error_field(const Reply& reply, char field) {
  for (size_t at = 0; at < reply.body.size() && reply.body[at] != 0;) {
    const size_t end = reply.body.find('\0', at);
    if (reply.body[at] == field) return reply.body.substr(at + 1, end - at - 1);
    at = end + 1;
  }
  return {};
}

class ConnectionTest : public testing::Test, public CancelDirectory {
 protected:
  ConnectionTest() : metrics_(registry_) {
    context_ = {.sessions = &factory_,
                .directory = this,
                .metrics = &metrics_,
                .clock = &clock_,
                .message_bytes_max = 1 << 20,
                .stopping = &stopping_,
                .stopping_now = &stopping_now_};
  }

  void cancel(int32_t pid, int32_t secret) override { cancels_.emplace_back(pid, secret); }

  // Plays the client's bytes to a fresh connection until nothing more happens; the replies after
  // login.
  std::vector<Reply> play(const std::string& bytes, bool with_login = true) {
    peer_.to_server = with_login ? startup() + bytes : bytes;
    peer_.read_at = 0;
    peer_.from_server.clear();
    connection_ = std::make_unique<Connection>(
        context_, std::make_unique<MemoryTransport>(peer_),
        Connection::Identity{.pid = 42, .secret = 99, .refused = refused_});
    for (int turn = 0; turn < 100'000; ++turn) {
      last_ = connection_->run(workspace_);
      if (last_ == Connection::Next::kClose) break;
      if (last_ == Connection::Next::kWaitRead && peer_.read_at == peer_.to_server.size() &&
          !peer_.ends)
        break;
      if (last_ == Connection::Next::kWaitWrite) peer_.write_room += 1000;
    }
    std::vector<Reply> replies = replies_in(peer_.from_server);
    if (!with_login) return replies;
    const auto ready =
        std::find_if(replies.begin(), replies.end(), [](const Reply& r) { return r.type == 'Z'; });
    EXPECT_NE(ready, replies.end());
    return ready == replies.end() ? replies : std::vector<Reply>(ready + 1, replies.end());
  }

  metrics::Registry registry_;
  WireMetrics metrics_;
  SystemClock clock_;
  FakeSessionFactory factory_;
  std::atomic<bool> stopping_{false}, stopping_now_{false};
  ConnectionContext context_;
  MemoryPeer peer_;
  Workspace workspace_;
  std::unique_ptr<Connection> connection_;
  Connection::Next last_ = Connection::Next::kWaitRead;
  std::vector<std::pair<int32_t, int32_t>> cancels_;
  bool refused_ = false;
};

TEST_F(ConnectionTest, LoginTellsThirteenParametersKeyAndReady) {
  const auto replies = play(startup("application_name\0app\0"s), false);
  EXPECT_EQ(types_of(replies), "RSSSSSSSSSSSSSKZ");
  EXPECT_EQ(replies[0].body, number32(0));
  EXPECT_EQ(replies[1].body, "application_name\0app\0"s);
  EXPECT_EQ(replies[10].body, "server_version\00013.14.0\0"s);
  EXPECT_EQ(replies[14].body, number32(42) + number32(99));
  EXPECT_EQ(replies[15].body, "I");
}

TEST_F(ConnectionTest, EncryptionRequestsAreDeclinedOnce) {
  peer_.ends = false;
  peer_.to_server = untyped(number32(kTlsRequestCode)) + untyped(number32(kGssRequestCode));
  connection_ = std::make_unique<Connection>(context_, std::make_unique<MemoryTransport>(peer_),
                                             Connection::Identity{});
  EXPECT_EQ(connection_->run(workspace_), Connection::Next::kWaitRead);
  EXPECT_EQ(peer_.from_server, "NN");
  peer_.to_server += untyped(number32(kTlsRequestCode));
  EXPECT_EQ(connection_->run(workspace_), Connection::Next::kClose);
  EXPECT_EQ(error_field(replies_in(peer_.from_server.substr(2)).at(0), 'C'), "08P01");
}

TEST_F(ConnectionTest, CancelRequestIsPassedOnWithoutAnswer) {
  EXPECT_TRUE(
      play(untyped(number32(kCancelRequestCode) + number32(7) + number32(8)), false).empty());
  EXPECT_EQ(cancels_, (std::vector<std::pair<int32_t, int32_t>>{{7, 8}}));
}

TEST_F(ConnectionTest, NewerMinorAndUnknownProtocolOptionsAreNegotiated) {
  auto replies = play(startup("_pq_.fast\0on\0"s, (3 << 16) + 2), false);
  EXPECT_EQ(replies.at(0).type, 'v');
  EXPECT_EQ(replies[0].body, number32(0) + number32(1) + "_pq_.fast\0"s);
  EXPECT_EQ(replies[1].type, 'R');
  replies = play(startup({}, 2 << 16), false);
  EXPECT_EQ(error_field(replies.at(0), 'C'), "0A000");
}

TEST_F(ConnectionTest, BadStartupPackets) {
  EXPECT_EQ(error_field(play(number32(7) + "xxx", false).at(0), 'C'), "08P01");
  EXPECT_EQ(error_field(play("GET / HTTP/1.1\r\n\r\n", false).at(0), 'C'), "08P01");
  EXPECT_EQ(error_field(play(untyped(number32(3 << 16) + "user\0root"s), false).at(0), 'C'),
            "08P01");
  EXPECT_EQ(error_field(play(untyped(number32(3 << 16) + "\0"s), false).at(0), 'C'), "28000");
  EXPECT_EQ(
      error_field(play(untyped(number32(3 << 16) + "user\0u\0replication\0true\0\0"s), false).at(0),
                  'C'),
      "0A000");
  EXPECT_EQ(
      error_field(play(untyped(number32(3 << 16) + "user\0u\0database\0missing\0\0"s), false).at(0),
                  'C'),
      "3D000");
  refused_ = true;
  const auto replies = play(startup(), false);
  EXPECT_EQ(types_of(replies), "E");
  EXPECT_EQ(error_field(replies[0], 'C'), "53300");
  EXPECT_EQ(error_field(replies[0], 'S'), "FATAL");
  EXPECT_EQ(error_field(replies[0], 'M'), "sorry, too many clients already");
  EXPECT_EQ(last_, Connection::Next::kClose);
}

TEST_F(ConnectionTest, SimpleQuery) {
  const auto replies =
      play(query("rows 2; begin") + query("") + query("-- nothing") + query("commit"));
  EXPECT_EQ(types_of(replies), "TDDCCZIZIZCZ");
  EXPECT_EQ(replies[0].body, number16(2) + "n\0"s + number32(4711) + number16(1) + number32(20) +
                                 number16(8) + number32(-1) + number16(0) + "s\0"s +
                                 number32(4711) + number16(2) + number32(1043) + number16(-1) +
                                 number32(-1) + number16(0));
  EXPECT_EQ(replies[1].body, number16(2) + number32(1) + "0" + number32(-1));
  EXPECT_EQ(replies[2].body, number16(2) + number32(1) + "1" + number32(5) + "row 1");
  EXPECT_EQ(replies[3].body, "SELECT 2\0"s);
  EXPECT_EQ(replies[5].body, "T");
  EXPECT_EQ(replies[7].body, "T");
  EXPECT_EQ(replies[11].body, "I");
}

TEST_F(ConnectionTest, EveryCutOfTheInputGivesTheSame) {
  const std::string input = query("rows 3") + parse("s", "rows 5") + bind("p", "s") +
                            execute("p", 2) + sync() + query("fail") + message('X', "");
  const auto whole = types_of(play(input));
  const std::string bytes = peer_.from_server;
  for (size_t piece = 1; piece < 40; ++piece) {
    peer_.piece_bytes = piece;
    play(input);
    EXPECT_EQ(peer_.from_server, bytes) << "pieces of " << piece;
  }
  EXPECT_EQ(whole, "TDDDCZ12DDsZEZ");
}

TEST_F(ConnectionTest, SlowClientGetsEverythingInOrder) {
  const std::string input = query("rows 3000") + query("rows 2");
  play(input);
  const std::string bytes = peer_.from_server;
  peer_.write_room = 10;
  peer_.room_per_wait = 777;
  play(input);
  EXPECT_EQ(peer_.from_server, bytes);
  EXPECT_GT(peer_.waits, 0);
}

TEST_F(ConnectionTest, OutputStaysBoundedWhileTheClientDoesNotRead) {
  // Many answered requests, none of whose answers is read: the turn ends instead of growing.
  std::string input;
  for (int i = 0; i < 2000; ++i) input += query("rows 100");
  peer_.to_server = startup() + input;
  peer_.ends = false;
  peer_.write_room = 0;
  connection_ = std::make_unique<Connection>(context_, std::make_unique<MemoryTransport>(peer_),
                                             Connection::Identity{});
  EXPECT_EQ(connection_->run(workspace_), Connection::Next::kWaitWrite);
  EXPECT_EQ(peer_.waits, 0);
  EXPECT_LT(peer_.read_at, 40'000u);  // one read at most: the rest stays with the client
  EXPECT_LT(workspace_.output.capacity(), 4 * kOutputBytesHigh);
}

TEST_F(ConnectionTest, ErrorHasAllFields) {
  const auto replies = play(query("fail"));
  EXPECT_EQ(types_of(replies), "EZ");
  EXPECT_EQ(replies[0].body,
            "SERROR\0VERROR\0C42703\0Mcolumn \"prize\" does not exist\0DThere are columns.\0"
            "HPerhaps you meant \"orders.price\".\0P8\0\0"s);
}

TEST_F(ConnectionTest, ErrorSkipsToSync) {
  const auto replies = play(parse("", "fail") + bind("", "") + execute("") + parse("", "rows 1") +
                            query("rows 1") + message('F', "") + sync() + query("rows 1"));
  EXPECT_EQ(types_of(replies), "12EZTDCZ");
}

TEST_F(ConnectionTest, PipelineOfManyCommandsBeforeOneSync) {
  std::string input = parse("", "rows 1");
  for (int i = 0; i < 100; ++i) input += bind("", "") + execute("");
  const auto replies = play(input + sync());
  std::string expected = "1";
  for (int i = 0; i < 100; ++i) expected += "2DC";
  EXPECT_EQ(types_of(replies), expected + "Z");
}

TEST_F(ConnectionTest, PortalIsSuspendedAndGoesOnAfterSyncInATransaction) {
  const auto replies = play(query("begin") + parse("", "rows 5") + bind("c", "") + execute("c", 2) +
                            sync() + execute("c", 2) + sync() + execute("c", 2) + sync() +
                            execute("nope") + sync() + query("rollback"));
  EXPECT_EQ(types_of(replies), "CZ12DDsZDDsZDCZEZCZ");
  EXPECT_EQ(error_field(replies[15], 'C'), "34000");
  EXPECT_EQ(replies[16].body, "E");
}

TEST_F(ConnectionTest, DescribeBoth) {
  const auto replies = play(parse("s", "echo int4,text") + message('D', "Ss\0"s) +
                            parse("n", "begin") + message('D', "Sn\0"s) + bind("p", "n") +
                            message('D', "Pp\0"s) + message('D', "Sx\0"s) + sync());
  EXPECT_EQ(types_of(replies), "1tT1tn2nEZ");
  EXPECT_EQ(replies[1].body, number16(2) + number32(23) + number32(1043));
  EXPECT_EQ(error_field(replies[8], 'C'), "26000");
}

TEST_F(ConnectionTest, CloseAndNames) {
  const auto replies = play(parse("s", "rows 1") + parse("s", "rows 1") + sync() +
                            message('C', "Ss\0"s) + message('C', "Ss\0"s) + message('C', "Pp\0"s) +
                            parse("s", "rows 1") + message('C', "Zs\0"s) + sync());
  EXPECT_EQ(types_of(replies), "1EZ3331EZ");
  EXPECT_EQ(error_field(replies[1], 'C'), "42P05");
  EXPECT_EQ(error_field(replies[7], 'C'), "08P01");
}

TEST_F(ConnectionTest, EmptyStatementInExtendedProtocol) {
  EXPECT_EQ(types_of(play(parse("", "-- ping") + bind("", "") + message('D', "P\0"s) + execute("") +
                          sync())),
            "12nIZ");
}

TEST_F(ConnectionTest, BindChecksFormatsAndCounts) {
  const auto bad = [&](const std::string& body) {
    const auto replies = play(parse("e", "echo int4,int4") + message('B', body) + sync());
    EXPECT_EQ(types_of(replies), "1EZ");
    return replies.size() > 1 ? error_field(replies[1], 'C') : "";
  };
  const std::string names = "\0e\0"s;
  EXPECT_EQ(bad(names + number16(0) + number16(1) + number32(1) + "1" + number16(0)),
            "08P01");                                                        // one of two
  EXPECT_EQ(bad(names + number16(1) + number16(2) + number16(0)), "22023");  // format 2
  EXPECT_EQ(bad(names + number16(3) + number16(0) + number16(0) + number16(0) + number16(2)),
            "08P01");  // 3 formats
  EXPECT_EQ(bad(names + number16(0) + number16(2) + number32(1) + "1" + number32(50) + "1"),
            "08P01");  // cut off
  EXPECT_EQ(bad(names + number16(0) + number16(2) + number32(1) + "1" + number32(-2) + number16(0)),
            "08P01");
  EXPECT_EQ(
      bad(names + number16(0) + number16(2) + number32(1) + "x" + number32(1) + "1" + number16(0)),
      "22P02");
  EXPECT_EQ(bad(names + number16(1) + number16(1) + number16(2) + number32(3) + "abc" +
                number32(-1) + number16(0)),
            "22P03");
  EXPECT_EQ(bad(names + number16(0) + number16(2) + number32(1) + "1" + number32(1) + "1" +
                number16(3) + number16(0) + number16(0) + number16(0)),
            "08P01");  // three result formats
  EXPECT_EQ(bad(names + number16(0) + number16(2) + number32(1) + "1" + number32(1) + "1" +
                number16(0) + "left over"),
            "08P01");
}

TEST_F(ConnectionTest, MalformedMessages) {
  // A wrong length is the end: message boundaries are lost.
  auto replies = play("Q" + number32(3));
  EXPECT_EQ(error_field(replies.at(0), 'S'), "FATAL");
  EXPECT_EQ(last_, Connection::Next::kClose);
  EXPECT_EQ(error_field(play("Q" + number32((1 << 20) + 5)).at(0), 'C'), "54000");
  EXPECT_EQ(error_field(play("Q" + number32(0xFFFFFFFF)).at(0), 'C'), "54000");
  EXPECT_EQ(error_field(play("E" + number32(20'000)).at(0), 'C'), "54000");
  EXPECT_EQ(error_field(play(message('@', "")).at(0), 'S'), "FATAL");
  // Wrong content is an error of that message alone.
  EXPECT_EQ(types_of(play(message('Q', "no end") + query("rows 1"))), "EZTDCZ");
  EXPECT_EQ(types_of(play(message('P', "no end") + sync())), "EZ");
  EXPECT_EQ(types_of(play(message('D', "") + sync())), "EZ");
  EXPECT_EQ(types_of(play(message('D', "Xs\0"s) + sync())), "EZ");
  EXPECT_EQ(types_of(play(message('E', "p\0\1"s) + sync())), "EZ");
  EXPECT_EQ(types_of(play(message('F', "") + query("rows 1"))), "EZTDCZ");
  EXPECT_EQ(types_of(play(message('d', "x") + message('c', "") + message('f', "x\0"s) + query(""))),
            "IZ");
  EXPECT_EQ(error_field(play(query("rows \xff")).at(0), 'C'), "22021");
  // An interrupted message is no answer and no crash.
  EXPECT_TRUE(play("Q" + number32(100) + "rows").empty());
}

TEST_F(ConnectionTest, MessageOfTheLargestSizeIsTaken) {
  const std::string sql = "rows 1" + std::string(context_.message_bytes_max - 7, ' ');
  peer_.piece_bytes = 5000;
  EXPECT_EQ(types_of(play(query(sql))), "TDCZ");
  EXPECT_LE(workspace_.input.capacity(), 2 * kInputBytes);  // given back
}

TEST_F(ConnectionTest, NoticesAndParameterChanges) {
  const auto replies = play(query("notice") + query("set TimeZone Europe/Paris") +
                            query("set TimeZone Europe/Paris"));
  EXPECT_EQ(types_of(replies), "NCZSCZCZ");
  EXPECT_EQ(replies[0].body, "SNOTICE\0VNOTICE\0C00000\0Mhalfway\0D50 %\0\0"s);
  EXPECT_EQ(replies[3].body, "TimeZone\0Europe/Paris\0"s);
}

TEST_F(ConnectionTest, CopyIn) {
  const std::string data = message('d', "1\ta\n") + message('H', "") + message('d', "2\tb\n");
  auto replies = play(query("copy in") + data + message('c', ""));
  EXPECT_EQ(types_of(replies), "GCZ");
  EXPECT_EQ(replies[0].body, "\0"s + number16(2) + number16(0) + number16(0));
  EXPECT_EQ(replies[1].body, "COPY 8\0"s);
  // In the extended protocol, cut in small pieces.
  peer_.piece_bytes = 3;
  EXPECT_EQ(types_of(play(parse("", "copy in") + bind("", "") + execute("") + data +
                          message('c', "") + sync())),
            "12GCZ");
  // The client gives up; the session does not like a line: what is left of the data is skipped.
  replies = play(query("copy in") + data + message('f', "changed my mind\0"s) + query(""));
  EXPECT_EQ(types_of(replies), "GEZIZ");
  EXPECT_EQ(error_field(replies[1], 'M'), "COPY from stdin failed: changed my mind");
  EXPECT_EQ(
      types_of(play(query("copy in") + message('d', "bad") + data + message('c', "") + query(""))),
      "GEZIZ");
  EXPECT_EQ(types_of(play(query("copy in") + data + query("rows 1"))), "GEZTDCZ");
  EXPECT_EQ(types_of(play(query("copy in") + data)), "G");  // left in the middle
}

TEST_F(ConnectionTest, CopyOut) {
  const auto replies =
      play(query("copy out 3") + parse("", "copy out 1") + bind("", "") + execute("") + sync());
  EXPECT_EQ(types_of(replies), "HdddcCZ12HdcCZ");
  EXPECT_EQ(replies[3].body, "2\n");
}

TEST_F(ConnectionTest, WeightsTypesAndWideRows) {
  EXPECT_EQ(types_of(play(query("twice"))), "TDDCZ");
  EXPECT_EQ(types_of(play(query("wide 1664"))), "TDCZ");
  EXPECT_EQ(error_field(play(query("wide 1665")).at(0), 'C'), "54000");
  const auto replies = play(query("types"));
  EXPECT_EQ(types_of(replies), "TDDCZ");
  for (const char* text : {"2024-02-29 12:00:00+00", "{\"a\": [1, null]}", "1 year 2 days 03:00:00",
                           "\\x00ff10", "{a,\"b c\"}", "4294967295", "123456789.000100"}) {
    EXPECT_NE(replies.at(1).body.find(text), std::string::npos) << text;
  }
}

TEST_F(ConnectionTest, PasswordExchangeMustComeInOrder) {
  factory_.passwords["root"] = make_scram_keys("secret", "salt", 10);
  peer_.ends = false;
  auto replies = play(startup(), false);
  EXPECT_EQ(types_of(replies), "R");
  EXPECT_EQ(replies[0].body, number32(10) + "SCRAM-SHA-256\0\0"s);
  EXPECT_EQ(error_field(play(startup() + query("rows 1"), false).at(1), 'C'), "08P01");
  EXPECT_EQ(error_field(play(startup() + message('p', "MD5\0"s + number32(0)), false).at(1), 'C'),
            "08P01");
  EXPECT_EQ(
      error_field(
          play(startup() + message('p', "SCRAM-SHA-256\0"s + number32(5) + "n,,n="), false).at(1),
          'C'),
      "08P01");
  replies = play(startup() + message('p', "SCRAM-SHA-256\0"s + number32(12) + "n,,n=,r=abcd") +
                     message('p', "c=biws,r=abcd,p=AAAA"),
                 false);
  EXPECT_EQ(types_of(replies), "RRE");
  EXPECT_EQ(error_field(replies[2], 'S'), "FATAL");
  EXPECT_EQ(factory_.live, 0);
  EXPECT_EQ(error_field(play(startup() + "p" + number32(100'000), false).at(1), 'C'), "54000");
}

TEST_F(ConnectionTest, ServerStopEndsTheConnectionBetweenStatements) {
  stopping_ = true;
  const auto replies = play(startup(), false);
  EXPECT_EQ(error_field(replies.at(0), 'C'), "57P03");
  stopping_ = false;
  peer_.ends = false;
  play(query("rows 1"));
  connection_->say_goodbye(workspace_);
  const auto all = replies_in(peer_.from_server);
  EXPECT_EQ(error_field(all.back(), 'C'), "57P01");
  EXPECT_EQ(error_field(all.back(), 'S'), "FATAL");
}

TEST_F(ConnectionTest, SessionMayEndTheConnection) {
  const auto replies = play(query("terminate") + query("rows 1"));
  EXPECT_EQ(types_of(replies), "E");
  EXPECT_EQ(error_field(replies[0], 'S'), "FATAL");
}

TEST_F(ConnectionTest, LostClientStopsTheQuery) {
  class BrokenTransport final : public Transport {
   public:
    explicit BrokenTransport(MemoryPeer& peer) : inner_(peer) {}
    IoResult read(char* to, size_t size) override { return inner_.read(to, size); }
    IoResult write(std::string_view bytes) override {
      if (written_ > 100'000) return {IoStatus::kClosed};
      written_ += bytes.size();
      return {IoStatus::kDone, bytes.size()};
    }
    bool wait(IoStatus, int) override { return true; }
    std::unique_ptr<Transport> to_tls(TlsContext&) override { return nullptr; }

   private:
    MemoryTransport inner_;
    size_t written_ = 0;
  };
  peer_.to_server = startup() + query("rows 10000000");
  peer_.ends = false;
  connection_ = std::make_unique<Connection>(context_, std::make_unique<BrokenTransport>(peer_),
                                             Connection::Identity{});
  EXPECT_EQ(connection_->run(workspace_), Connection::Next::kClose);
  EXPECT_LT(metrics_.rows->value(), 100'000u);
}

TEST_F(ConnectionTest, CountsWhatItDoes) {
  play(query("rows 5") + query("fail"));
  EXPECT_EQ(metrics_.rows->value(), 5u);
  EXPECT_EQ(metrics_.messages->value(), 3u);
  EXPECT_EQ(metrics_.query_ns->count(), 2u);
  EXPECT_EQ(metrics_.bytes_out->value(), peer_.from_server.size());
  EXPECT_EQ(metrics_.bytes_in->value(), peer_.to_server.size());
  EXPECT_NE(registry_.prometheus_text().find("leat_query_errors_total{sqlstate=\"42703\"} 1"),
            std::string::npos);
}

}  // namespace
}  // namespace leat::pgwire
