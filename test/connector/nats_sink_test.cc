// The NATS sink against a real nats-server: acknowledgements, outages, identities, core subjects.

#include <fmt/format.h>

#include <thread>

#include "connector/harness.h"

namespace leat::test {
namespace {

With sink_with(const std::string& url, const std::string& subject, With more = {}) {
  With out = {{"connector", "nats"}, {"server_url", url}, {"subject", subject}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::unique_ptr<SinkConnector> sink(const With& with) {
  auto made = make_nats_sink(with);
  CHECK(made.has_value(), "{}", made.error().to_string());
  return std::move(*made);
}

std::unique_ptr<SinkWriter> writer_of(SinkConnector& connector) {
  auto made = connector.open_writer({});
  CHECK(made.has_value(), "{}", made.error().to_string());
  return std::move(*made);
}

// Sends numbers first..last, waiting where the window is full; the token is the number.
void send_numbers(SinkWriter& writer, const std::string& subject, uint64_t first, uint64_t last) {
  for (uint64_t i = first; i <= last; ++i) {
    const std::string text = std::to_string(i);
    const std::string identity = "sink-1-" + text;
    for (;;) {
      const auto sent = writer.send({.subject = subject, .payload = text, .identity = identity, .token = i});
      ASSERT_TRUE(sent.has_value()) << sent.error().to_string();
      if (*sent) break;
      ASSERT_TRUE(writer.wait_durable(last, 100ms).has_value());
    }
  }
}

std::vector<std::string> numbers(uint64_t first, uint64_t last) {
  std::vector<std::string> out;
  for (uint64_t i = first; i <= last; ++i) out.push_back(std::to_string(i));
  return out;
}

TEST(NatsSink, StoresEverythingInOrder) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])");
  const auto s = sink(sink_with(server.url(), "out"));
  const auto check = s->validate();
  ASSERT_TRUE(check.has_value()) << check.error().to_string();
  EXPECT_TRUE(check->notices.empty());
  EXPECT_EQ(check->dedup_window, std::chrono::milliseconds(120'000));
  EXPECT_TRUE(s->subject_template().constant());
  const auto writer = writer_of(*s);
  send_numbers(*writer, "out", 1, 20'000);
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  EXPECT_EQ(writer->durable_up_to(), 20'000u);
  EXPECT_EQ(client.contents("S"), numbers(1, 20'000));
  EXPECT_EQ(writer->stats().messages, 20'000u);
}

TEST(NatsSink, RepeatsAreDroppedByIdentity) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])");
  const auto s = sink(sink_with(server.url(), "out"));
  {
    const auto writer = writer_of(*s);
    send_numbers(*writer, "out", 1, 1000);
    ASSERT_TRUE(writer->flush(10s).value_or(false));
  }
  const auto writer = writer_of(*s);
  send_numbers(*writer, "out", 501, 1500);
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  EXPECT_EQ(writer->stats().duplicates, 500u);
  EXPECT_EQ(client.contents("S"), numbers(1, 1500));
}

TEST(NatsSink, OutageLosesNothing) {
  NatsServer server;
  {
    NatsClient client(server.url());
    client.create_stream("S", R"(["out"])");
  }
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  uint64_t sent = 0;
  for (int round = 0; round < 3; ++round) {
    send_numbers(*writer, "out", sent + 1, sent + 3000);  // some acknowledged, some not
    sent += 3000;
    server.kill();
    send_numbers(*writer, "out", sent + 1, sent + 1000);
    sent += 1000;
    EXPECT_FALSE(writer->flush(300ms).value_or(true));
    EXPECT_LT(writer->durable_up_to(), sent);
    server.start();
    ASSERT_TRUE(writer->flush(10s).value_or(false)) << writer->stats().last_error;
  }
  NatsClient client(server.url());
  const auto contents = client.contents("S");
  const std::set<std::string> distinct(contents.begin(), contents.end());
  EXPECT_EQ(distinct.size(), sent);
  EXPECT_EQ(contents.size(), sent);
  EXPECT_GE(writer->stats().reconnects, 3u);
}

TEST(NatsSink, WindowHoldsBackDuringAnOutage) {
  NatsServer server;
  {
    NatsClient client(server.url());
    client.create_stream("S", R"(["out"])");
  }
  server.stop();
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  uint64_t taken = 0;
  for (uint64_t i = 1; i <= 20'000; ++i) {
    const std::string identity = std::to_string(i);
    const auto sent = writer->send({.subject = "out", .payload = identity, .identity = identity, .token = i});
    ASSERT_TRUE(sent.has_value());
    if (!*sent) break;
    taken = i;
  }
  EXPECT_EQ(taken, 8192u);
  server.start();
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  EXPECT_EQ(NatsClient(server.url()).contents("S"), numbers(1, taken));
}

TEST(NatsSink, ServerPaused) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])");
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  send_numbers(*writer, "out", 1, 100);
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  server.pause();
  send_numbers(*writer, "out", 101, 200);
  EXPECT_FALSE(writer->flush(6s).value_or(true));  // longer than the wait for an acknowledgement
  server.resume();
  ASSERT_TRUE(writer->flush(10s).value_or(false)) << writer->stats().last_error;
  EXPECT_EQ(NatsClient(server.url()).contents("S"), numbers(1, 200));
}

TEST(NatsSink, OutageLongerThanTheDedupWindow) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])", R"("duplicate_window":200000000)");
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  send_numbers(*writer, "out", 1, 10);
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  // Stored but not acknowledged: the server is stopped between taking and answering by pausing it
  // with the messages in its socket, and cutting our connection before it wakes.
  server.pause();
  send_numbers(*writer, "out", 11, 60);
  EXPECT_FALSE(writer->flush(6s).value_or(true));
  server.resume();
  std::this_thread::sleep_for(500ms);  // what the socket held is stored; the dedup window passes
  ASSERT_TRUE(writer->flush(10s).value_or(false)) << writer->stats().last_error;
  EXPECT_EQ(NatsClient(server.url()).contents("S"), numbers(1, 60));
}

// Others write to the same subject meanwhile, and each message may go to a subject of its own.
TEST(NatsSink, OutageLongerThanTheDedupWindowBetweenOthers) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out.>"])", R"("duplicate_window":200000000)");
  const auto s = sink(sink_with(server.url(), "out.{k}"));
  const auto writer = writer_of(*s);
  const auto send = [&](uint64_t first, uint64_t last) {
    for (uint64_t i = first; i <= last; ++i) send_numbers(*writer, "out." + std::to_string(i % 7), i, i);
  };
  send(1, 10);
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  server.pause();
  send(11, 60);
  EXPECT_FALSE(writer->flush(6s).value_or(true));
  server.resume();
  NatsClient other(server.url());
  for (int k = 0; k < 7; ++k) other.publish("out." + std::to_string(k), "other");
  std::this_thread::sleep_for(300ms);  // the dedup window
  ASSERT_TRUE(writer->flush(10s).value_or(false)) << writer->stats().last_error;
  std::vector<std::string> ours = other.contents("S");
  std::erase(ours, "other");
  EXPECT_EQ(ours, numbers(1, 60));
}

TEST(NatsSink, StoredIdentitiesBehindAPosition) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("A", R"(["out.a", "other"])");
  client.create_stream("B", R"(["out.b"])");
  const auto s = sink(sink_with(server.url(), "out.{k}", {{"delivery", "exactly_once"}}));
  const auto identities = [&](const Position& from) {
    std::vector<std::string> found;
    const auto read = s->stored_identities(from, [&](std::string_view id) { found.emplace_back(id); });
    EXPECT_TRUE(read.has_value()) << read.error().to_string();
    std::ranges::sort(found);
    return found;
  };
  EXPECT_TRUE(identities({}).empty());
  const auto id = [](const std::string& text) { return "Nats-Msg-Id: " + text + "\r\n"; };
  client.publish("out.a", "x", id("a1"));
  client.publish("out.b", "x", id("b1"));
  client.publish("other", "x", id("no"));
  client.publish("out.b", "no identity");
  const Position middle = s->end_position().value();
  EXPECT_EQ(identities({}), (std::vector<std::string>{"a1", "b1", "no"}));
  EXPECT_TRUE(identities(middle).empty());
  client.publish("out.b", "x", id("b2"));
  EXPECT_EQ(identities(middle), std::vector<std::string>{"b2"});
  // More than one request's worth.
  for (int i = 0; i < 12'000; ++i) {
    (void)client.connection().publish("out.a", "", "", id("n" + std::to_string(i)));
  }
  ASSERT_EQ(client.await_messages("A", 12'002), 12'002u);
  EXPECT_EQ(identities(middle).size(), 12'001u);
  // A stream that was made again is read from its beginning, whatever the position says of it.
  client.api("STREAM.DELETE.A");
  client.create_stream("A", R"(["out.a", "other"])");
  client.publish("out.a", "x", id("again"));
  EXPECT_EQ(identities({R"({"A": 5, "B": 1000})"}), (std::vector<std::string>{"again", "b1", "b2"}));
  // What the writer knows to be stored is behind it.
  const auto writer = s->open_writer(middle).value();
  send_numbers(*writer, "out.a", 1, 1);
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  EXPECT_TRUE(identities(writer->position()).empty() || identities(writer->position()) == std::vector<std::string>{"b2"});
}

TEST(NatsSink, ExactlyOnceIntoAStreamThatForgetsIsNoticed) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("W", R"(["work"])", R"("retention":"workqueue")");
  const auto check = sink(sink_with(server.url(), "work", {{"delivery", "exactly_once"}}))->validate();
  ASSERT_TRUE(check.has_value());
  ASSERT_EQ(check->notices.size(), 1u);
  EXPECT_NE(check->notices[0].find("stored again"), std::string::npos);
}

TEST(NatsSink, SubjectFromColumns) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["orders.>"])");
  const auto s = sink(sink_with(server.url(), "orders.{region}.{id}"));
  ASSERT_TRUE(s->validate().has_value());
  EXPECT_EQ(s->subject_template().columns, (std::vector<std::string>{"region", "id"}));
  const auto writer = writer_of(*s);
  std::string subject;
  const std::optional<std::string_view> first[] = {"north.east", "7"};
  s->subject(first, subject);
  EXPECT_EQ(subject, "orders.north%2Eeast.7");
  ASSERT_TRUE(writer->send({.subject = subject, .payload = "a", .identity = "1", .token = 1}).value_or(false));
  subject.clear();
  const std::optional<std::string_view> second[] = {std::nullopt, "a b*>"};
  s->subject(second, subject);
  EXPECT_EQ(subject, "orders.null.a%20b%2A%3E");
  ASSERT_TRUE(writer->send({.subject = subject, .payload = "b", .identity = "2", .token = 2}).value_or(false));
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  const auto last = client.api("STREAM.MSG.GET.S", R"({"seq":2})");
  EXPECT_EQ(last["message"]["subject"].text, subject);
}

TEST(NatsSink, CoreSubjectWithoutAStream) {
  for (const bool jetstream : {true, false}) {
    NatsServer server({.jetstream = jetstream});
    NatsClient client(server.url());
    auto listener = client.connection().subscribe("plain");
    ASSERT_TRUE(listener.has_value());
    ASSERT_TRUE(client.connection().flush(1s).has_value());
    const auto s = sink(sink_with(server.url(), "plain"));
    const auto check = s->validate();
    ASSERT_TRUE(check.has_value()) << check.error().to_string();
    ASSERT_EQ(check->notices.size(), 1u);
    EXPECT_NE(check->notices[0].find("no JetStream stream"), std::string::npos);
    EXPECT_EQ(check->dedup_window, std::nullopt);
    const auto writer = writer_of(*s);
    send_numbers(*writer, "plain", 1, 5000);
    ASSERT_TRUE(writer->flush(10s).value_or(false)) << writer->stats().last_error;
    nats::Message message(nullptr);
    for (int i = 1; i <= 5000; ++i) {
      ASSERT_EQ(listener->next(2s, message), nats::Wait::kMessage) << i;
      ASSERT_EQ(message.data(), std::to_string(i));
    }
    EXPECT_EQ(message.header("Nats-Msg-Id"), "sink-1-5000");
    EXPECT_EQ(listener->next(100ms, message), nats::Wait::kTimeout);
  }
}

TEST(NatsSink, ExactlyOnceNeedsAStream) {
  NatsServer server;
  const auto s = sink(sink_with(server.url(), "plain", {{"delivery", "exactly_once"}}));
  const auto check = s->validate();
  ASSERT_FALSE(check.has_value());
  EXPECT_NE(check.error().message.find("no JetStream stream stores subject \"plain\""), std::string::npos);
  EXPECT_NE(check.error().hint.find("allow_create_stream"), std::string::npos);
}

TEST(NatsSink, CreatesItsStream) {
  NatsServer server;
  NatsClient client(server.url());
  const auto s = sink(sink_with(server.url(), "out.{k}", {{"allow_create_stream", "true"}, {"stream", "MADE"}}));
  ASSERT_TRUE(s->validate().has_value());
  EXPECT_EQ(client.api("STREAM.INFO.MADE")["config"]["subjects"].strings(), std::vector<std::string>{"out.*"});
  const auto other = sink(sink_with(server.url(), "out.x", {{"stream", "OTHER"}}));
  const auto check = other->validate();
  ASSERT_FALSE(check.has_value());
  EXPECT_NE(check.error().message.find("stored by stream \"MADE\""), std::string::npos);
}

TEST(NatsSink, FullStreamHoldsTheSinkBackUntilThereIsRoom) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])", R"("max_msgs":10,"discard":"new")");
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  send_numbers(*writer, "out", 1, 15);
  EXPECT_FALSE(writer->flush(500ms).value_or(true));
  EXPECT_EQ(writer->durable_up_to(), 10u);
  EXPECT_NE(writer->stats().last_error.find("maximum messages"), std::string::npos) << writer->stats().last_error;
  EXPECT_EQ(client.contents("S"), numbers(1, 10));
  client.api("STREAM.PURGE.S");
  ASSERT_TRUE(writer->flush(10s).value_or(false));
  EXPECT_EQ(client.contents("S"), numbers(11, 15));
}

TEST(NatsSink, AMessageThatIsRefusedForEverIsAnError) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])", R"("max_msg_size":100)");
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  const std::string big(1000, 'x');
  ASSERT_TRUE(writer->send({.subject = "out", .payload = big, .identity = "1", .token = 1}).value_or(false));
  const auto flushed = writer->flush(5s);
  ASSERT_FALSE(flushed.has_value());
  EXPECT_NE(flushed.error().message.find("refused a message on subject \"out\""), std::string::npos);
  EXPECT_FALSE(flushed.error().retryable);

  const auto huge = writer_of(*s);
  const std::string too_big(9 * 1024 * 1024, 'x');
  auto sent = huge->send({.subject = "out", .payload = too_big, .identity = "1", .token = 1});
  if (sent) sent = huge->flush(5s);
  ASSERT_FALSE(sent.has_value());
  EXPECT_NE(sent.error().message.find("larger than the NATS server allows"), std::string::npos) << sent.error().message;
}

TEST(NatsSink, PublishNotPermitted) {
  NatsServer server({.config = R"(authorization { users: [
    { user: a, password: a },
    { user: b, password: b, permissions: { publish: ["$JS.API.>"], subscribe: [">"] } } ] })"});
  NatsClient client({.servers = {server.url()}, .mode = nats::ConnectMode::kUserAndPassword, .username = "a", .password = "a"});
  client.create_stream("S", R"(["out"])");
  const auto s = sink(sink_with(server.url(), "out", {{"username", "b"}, {"password", "b"}}));
  ASSERT_TRUE(s->validate().has_value());
  const auto writer = writer_of(*s);
  ASSERT_TRUE(writer->send({.subject = "out", .payload = "x", .identity = "1", .token = 1}).value_or(false));
  const auto flushed = writer->flush(5s);
  ASSERT_FALSE(flushed.has_value());
  EXPECT_EQ(flushed.error().code, SqlState::kInsufficientPrivilege);
  EXPECT_NE(flushed.error().message.find("may not publish to subject \"out\""), std::string::npos);
}

TEST(NatsSink, EightMegabytes) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["out"])");
  const auto s = sink(sink_with(server.url(), "out"));
  const auto writer = writer_of(*s);
  const std::string big(8 * 1024 * 1024 - 200, 'y');
  for (uint64_t i = 1; i <= 12; ++i) {
    const std::string identity = std::to_string(i);
    while (!writer->send({.subject = "out", .payload = big, .identity = identity, .token = i}).value())
      ASSERT_TRUE(writer->wait_durable(i, 1s).has_value());
  }
  ASSERT_TRUE(writer->flush(20s).value_or(false));
  EXPECT_EQ(client.stream("S").messages, 12u);
}

TEST(NatsSinkCluster, LeaderKilledLosesNothing) {
  NatsCluster cluster;
  std::string leader;
  {
    NatsClient client(cluster.server(0).url());
    client.create_stream("S", R"(["out"])", R"("num_replicas":3)");
    leader = client.api("STREAM.INFO.S")["cluster"]["leader"].text;
  }
  const auto s = sink(sink_with(cluster.urls(), "out"));
  const auto writer = writer_of(*s);
  send_numbers(*writer, "out", 1, 2000);
  cluster.by_name(leader).kill();
  send_numbers(*writer, "out", 2001, 4000);
  ASSERT_TRUE(writer->flush(40s).value_or(false)) << writer->stats().last_error;
  NatsClient client(cluster.server(leader == "s0" ? 1 : 0).url());
  const auto contents = client.contents("S");
  EXPECT_EQ(std::set<std::string>(contents.begin(), contents.end()).size(), 4000u);
  EXPECT_EQ(contents.size(), 4000u);
}

}  // namespace
}  // namespace leat::test
