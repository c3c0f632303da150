// The NATS source against a real nats-server: positions, subjects, faults, acknowledgements.

#include <fmt/format.h>

#include <thread>

#include "connector/harness.h"

namespace leat::test {
namespace {

std::unique_ptr<SourceConnector> source(const With& with) {
  auto made = make_nats_source(with);
  CHECK(made.has_value(), "{}", made.error().to_string());
  return std::move(*made);
}

Error validate_error(const With& with) {
  auto made = make_nats_source(with);
  if (!made) return made.error();
  auto check = (*made)->validate();
  EXPECT_FALSE(check.has_value());
  return check ? Error{} : check.error();
}

TEST(NatsSource, EarliestReadsEverythingInOrder) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.>"])");
  client.publish_numbers("S", "ev.a", 1, 30'000);
  const auto s = source(source_with(server.url(), "S", "ev.>"));
  const auto reader = open(*s, start_of(*s));
  const Collected got = collect(*reader, 30'000);
  expect_numbers_once(got, 1, 30'000);
  EXPECT_TRUE(std::ranges::is_sorted(got.sequences));
  EXPECT_EQ(reader->stats().messages, 30'000u);
  EXPECT_EQ(reader->stats().pending, 0u);
  EXPECT_TRUE(reader->stats().connected);
}

TEST(NatsSource, LatestIsPinnedWhenValidated) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 10);
  const auto s = source(source_with(server.url(), "S", "ev", {{"scan.startup.mode", "latest"}}));
  const Position start = start_of(*s);
  client.publish_numbers("S", "ev", 11, 20);  // after CREATE, before any reader
  const auto reader = open(*s, start);
  expect_numbers_once(collect(*reader, 10), 11, 20);
}

TEST(NatsSource, TimestampBeginsAtTheStoreTime) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish("ev", "1");
  std::this_thread::sleep_for(30ms);
  const int64_t now_ms = real_clock().now_us() / 1000;
  std::this_thread::sleep_for(30ms);
  client.publish("ev", "2");
  client.publish("ev", "3");
  Position position;
  for (const char* key : {"scan.startup.timestamp.millis", "scan.startup.timestamp_millis"})
    for (const char* mode : {"timestamp", "timestamp_millis"}) {
      const auto s = source(source_with(server.url(), "S", "ev", {{"scan.startup.mode", mode}, {key, std::to_string(now_ms)}}));
      const auto reader = open(*s, start_of(*s));
      const Collected got = collect(*reader, 2);
      expect_numbers_once(got, 2, 3);
      EXPECT_EQ(reader->stats().gap_messages, 0u);
      position = got.position;
    }
  // What another reader takes over is a sequence.
  client.publish("ev", "4");
  const auto s = source(source_with(server.url(), "S", "ev"));
  EXPECT_EQ(collect(*open(*s, position), 1).payloads, std::vector<std::string>{"4"});
}

TEST(NatsSource, TimestampInTheFutureWaits) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish("ev", "1");
  const int64_t soon_ms = real_clock().now_us() / 1000 + 700;
  const auto s = source(source_with(server.url(), "S", "ev", {{"scan.startup.mode", "timestamp"},
                                                              {"scan.startup.timestamp.millis", std::to_string(soon_ms)}}));
  const auto reader = open(*s, start_of(*s));
  client.publish("ev", "2");
  EXPECT_TRUE(collect(*reader, 1, 300ms).payloads.empty());
  std::this_thread::sleep_for(500ms);
  client.publish("ev", "3");
  EXPECT_EQ(collect(*reader, 1).payloads, std::vector<std::string>{"3"});
}

TEST(NatsSource, MetadataOfEachMessage) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.*"])");
  const int64_t before_us = real_clock().now_us();
  client.publish("ev.a", "{\"x\":1}", "Kind: order\r\nTag: one\r\nTag: two\r\n");
  client.publish("ev.b", "");
  const auto s = source(source_with(server.url(), "S", "ev.*"));
  const auto reader = open(*s, start_of(*s), {.headers = true});
  RawBatch batch;
  size_t seen = 0;
  for (int i = 0; i < 100 && seen < 2; ++i) {
    ASSERT_TRUE(reader->poll({.messages_max = 1, .wait = 50ms}, batch));
    if (batch.empty()) continue;
    ++seen;
    EXPECT_EQ(batch.size(), 1u);
    EXPECT_EQ(batch.offset_text(0), std::to_string(seen));
    EXPECT_GE(batch.time_us(0), before_us);
    EXPECT_LE(batch.time_us(0), real_clock().now_us());
    EXPECT_EQ(batch.subject(0), seen == 1 ? "ev.a" : "ev.b");
    EXPECT_EQ(batch.payload(0), seen == 1 ? "{\"x\":1}" : "");
    if (seen == 1) {
      EXPECT_EQ(find_header(batch.headers(0), "kind").value_or(""), "order");
      EXPECT_EQ(split_headers(batch.headers(0)).size(), 3u);
    } else {
      EXPECT_TRUE(batch.headers(0).empty());
    }
  }
  EXPECT_EQ(seen, 2u);
}

TEST(NatsSource, SeveralSubjectsInStreamOrder) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.>"])");
  for (int i = 1; i <= 300; ++i)
    client.publish(i % 3 == 0 ? "ev.c.x" : i % 3 == 1 ? "ev.a" : "ev.b", std::to_string(i));
  const auto s = source(source_with(server.url(), "S", "ev.a, ev.c.*"));
  const auto reader = open(*s, start_of(*s));
  const Collected got = collect(*reader, 200);
  ASSERT_EQ(got.payloads.size(), 200u);
  EXPECT_TRUE(std::ranges::is_sorted(got.sequences));
  for (const std::string& payload : got.payloads) EXPECT_NE(std::stoi(payload) % 3, 2) << payload;
  EXPECT_EQ(reader->stats().gap_messages, 0u);
}

TEST(NatsSource, NumbersOnceAcrossManyReaders) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  const auto s = source(source_with(server.url(), "S", "ev"));
  Position position = start_of(*s);
  client.publish_numbers("S", "ev", 1, 50'000);
  Collected all;
  for (int round = 0; all.payloads.size() < 50'000 && round < 200; ++round) {
    const auto reader = open(*s, position);
    RawBatch batch;
    for (int polls = 0; polls < 3; ++polls) {
      ASSERT_TRUE(reader->poll({.messages_max = 997, .bytes_max = 2'500, .wait = 200ms}, batch));
      if (polls == 2) break;  // read and not taken: a crash before the checkpoint
      for (size_t i = 0; i < batch.size(); ++i) all.payloads.emplace_back(batch.payload(i));
      position = batch.position();
      EXPECT_LE(batch.payload_bytes(), 2'500u);
    }
  }
  while (all.payloads.size() < 50'000) {
    const auto rest = collect(*open(*s, position), 50'000 - all.payloads.size());
    if (rest.payloads.empty()) break;
    position = rest.position;
    all.payloads.insert(all.payloads.end(), rest.payloads.begin(), rest.payloads.end());
  }
  expect_numbers_once(all, 1, 50'000);
}

TEST(NatsSource, EightMegabytes) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  const std::string big(8 * 1024 * 1024 - 100, 'x');
  client.publish("ev", "1");
  client.publish("ev", big);
  client.publish("ev", "2");
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  const Collected got = collect(*reader, 3);
  ASSERT_EQ(got.payloads.size(), 3u);
  EXPECT_TRUE(got.payloads[1] == big);
}

TEST(NatsSource, BoundedReadEnds) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.*"])");
  client.publish_numbers("S", "ev.a", 1, 1000);
  client.publish_numbers("S", "ev.b", 1, 10);
  const auto s = source(source_with(server.url(), "S", "ev.a"));
  const Position start = start_of(*s);
  const auto end = s->end_position("0");
  ASSERT_TRUE(end.has_value());
  client.publish_numbers("S", "ev.a", 1001, 1100);
  const auto reader = open(*s, start, {.until = *end, .purpose = ReaderPurpose::kPast});
  const Collected got = collect(*reader, 100'000);
  EXPECT_TRUE(reader->finished());
  expect_numbers_once(got, 1, 1000);
  const auto nothing = open(*s, *end, {.until = *end, .purpose = ReaderPurpose::kPast});
  EXPECT_TRUE(nothing->finished());
  // An empty filter ends at once, too.
  const auto none = source(source_with(server.url(), "S", "ev.none"));
  const auto empty = open(*none, start_of(*none), {.until = *end, .purpose = ReaderPurpose::kPast});
  EXPECT_TRUE(collect(*empty, 1, 3s).payloads.empty());
  EXPECT_TRUE(empty->finished());
}

TEST(NatsSource, ReachedComparesPositions) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  const auto s = source(source_with(server.url(), "S", "ev"));
  const Position start = start_of(*s);
  client.publish_numbers("S", "ev", 1, 10);
  const auto end = s->end_position("0");
  const Collected got = collect(*open(*s, start), 10);
  EXPECT_FALSE(s->reached(start, *end));
  EXPECT_TRUE(s->reached(got.position, *end));
  EXPECT_TRUE(s->reached(got.position, start));
}

// ---- faults: each is mended in under two seconds ---------------------------------------------

// Reads what is published after the fault and answers how long the first message took.
std::chrono::milliseconds time_to_next(SplitReader& reader, Collected& all) {
  const auto from = std::chrono::steady_clock::now();
  Collected got = collect(reader, 1, 10s);
  const auto took = std::chrono::steady_clock::now() - from;
  all.payloads.insert(all.payloads.end(), got.payloads.begin(), got.payloads.end());
  return std::chrono::duration_cast<std::chrono::milliseconds>(took);
}

TEST(NatsSourceFault, ConsumerDeleted) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 100);
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  Collected all = collect(*reader, 100);
  const auto names = client.api("CONSUMER.NAMES.S");
  ASSERT_EQ(names["consumers"].items.size(), 1u);
  client.api("CONSUMER.DELETE.S." + names["consumers"].items[0].text);
  client.publish_numbers("S", "ev", 101, 101);
  EXPECT_LT(time_to_next(*reader, all), 2s);
  expect_numbers_once(all, 1, 101);
  EXPECT_GE(reader->stats().reconnects, 1u);
}

TEST(NatsSourceFault, ServerKilledAndRestarted) {
  NatsServer server;
  auto client = std::make_unique<NatsClient>(server.url());
  client->create_stream("S", R"(["ev"])");
  client->publish_numbers("S", "ev", 1, 5000);
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  Collected all = collect(*reader, 5000);
  for (uint64_t round = 0; round < 3; ++round) {
    server.kill();
    EXPECT_TRUE(collect(*reader, 1, 300ms).payloads.empty());
    EXPECT_FALSE(reader->stats().connected);
    EXPECT_FALSE(reader->stats().last_error.empty());
    server.start();
    client = std::make_unique<NatsClient>(server.url());
    client->publish_numbers("S", "ev", 5001 + round, 5001 + round);
    EXPECT_LT(time_to_next(*reader, all), 2s);
  }
  expect_numbers_once(all, 1, 5003);
}

TEST(NatsSourceFault, ServerKilledWhileReading) {
  NatsServer server;
  {
    NatsClient client(server.url());
    client.create_stream("S", R"(["ev"])");
    client.publish_numbers("S", "ev", 1, 200'000);
  }
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  Collected all;
  for (int round = 0; round < 3; ++round) {
    Collected part = collect(*reader, 20'000);
    all.payloads.insert(all.payloads.end(), part.payloads.begin(), part.payloads.end());
    server.kill();
    part = collect(*reader, 100'000, 100ms);  // what was on its way
    all.payloads.insert(all.payloads.end(), part.payloads.begin(), part.payloads.end());
    server.start();
  }
  const Collected rest = collect(*reader, 200'000 - all.payloads.size(), 20s);
  all.payloads.insert(all.payloads.end(), rest.payloads.begin(), rest.payloads.end());
  expect_numbers_once(all, 1, 200'000);
}

TEST(NatsSourceFault, ServerPaused) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 10);
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  Collected all = collect(*reader, 10);
  server.pause();
  EXPECT_TRUE(collect(*reader, 1, 4s).payloads.empty());
  EXPECT_FALSE(reader->stats().last_error.empty());
  server.resume();
  NatsClient(server.url()).publish_numbers("S", "ev", 11, 11);
  EXPECT_LT(time_to_next(*reader, all), 2s);
  expect_numbers_once(all, 1, 11);
}

TEST(NatsSourceFault, OpensBeforeTheServerIsThere) {
  auto server = std::make_unique<NatsServer>();
  Position start;
  std::unique_ptr<SourceConnector> s;
  {
    NatsClient client(server->url());
    client.create_stream("S", R"(["ev"])");
    s = source(source_with(server->url(), "S", "ev"));
    start = start_of(*s);
    client.publish_numbers("S", "ev", 1, 10);
  }
  server->stop();
  const auto reader = open(*s, start);
  EXPECT_TRUE(collect(*reader, 1, 300ms).payloads.empty());
  server->start();
  expect_numbers_once(collect(*reader, 10), 1, 10);
}

TEST(NatsSourceFault, StopEndsAWaitingPoll) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  RawBatch batch;
  ASSERT_TRUE(reader->poll({.wait = 100ms}, batch));
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    reader->stop();
  });
  const auto from = std::chrono::steady_clock::now();
  ASSERT_TRUE(reader->poll({.wait = 10s}, batch));
  EXPECT_LT(std::chrono::steady_clock::now() - from, 1s);
  stopper.join();
}

// ---- the past that is gone -------------------------------------------------------------------

TEST(NatsSourceGap, PurgedBelowTheSavedPositionIsCounted) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 100);
  const auto s = source(source_with(server.url(), "S", "ev"));
  const Collected first = collect(*open(*s, start_of(*s)), 100);
  client.publish_numbers("S", "ev", 101, 200);
  client.api("STREAM.PURGE.S", R"({"seq":151})");
  const auto reader = open(*s, first.position);
  const Collected rest = collect(*reader, 50);
  expect_numbers_once(rest, 151, 200);
  const ReaderStats stats = reader->stats();
  EXPECT_EQ(stats.gap_messages, 50u);
  ASSERT_EQ(stats.gaps.size(), 1u);
  EXPECT_EQ(stats.gaps[0].first, 101u);
  EXPECT_EQ(stats.gaps[0].last, 150u);
  // Said once: the position is past it now.
  EXPECT_EQ(open(*s, rest.position)->stats().gap_messages, 0u);

  const auto strict = source(source_with(server.url(), "S", "ev", {{"on_gap", "fail"}}));
  const auto failing = open(*strict, first.position);
  RawBatch batch;
  Result<void> polled;
  for (int i = 0; i < 50 && polled; ++i) polled = failing->poll({.wait = 50ms}, batch);
  ASSERT_FALSE(polled.has_value());
  EXPECT_NE(polled.error().message.find("101 to 150"), std::string::npos) << polled.error().message;
}

TEST(NatsSourceGap, QuietSubjectInABusyStreamIsNoGap) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.*"])");
  client.publish_numbers("S", "ev.a", 1, 5);
  const auto s = source(source_with(server.url(), "S", "ev.a"));
  const auto reader = open(*s, start_of(*s));
  collect(*reader, 5);
  client.publish_numbers("S", "ev.b", 1, 1000);
  const Collected quiet = collect(*reader, 1, 1s);  // some heartbeats
  EXPECT_TRUE(quiet.payloads.empty());
  client.api("STREAM.PURGE.S", R"({"seq":900})");
  const auto again = open(*s, quiet.position);
  client.publish("ev.a", "6");
  EXPECT_EQ(collect(*again, 1).payloads.size(), 1u);
  EXPECT_EQ(again->stats().gap_messages, 0u);
}

TEST(NatsSourceGap, StreamThatEndsBeforeThePositionIsAnError) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 10);
  const auto s = source(source_with(server.url(), "S", "ev"));
  Position ahead = start_of(*s);
  ahead.text.replace(ahead.text.find("floor=0"), 7, "floor=500");
  const auto reader = open(*s, ahead);
  RawBatch batch;
  Result<void> polled;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (polled && std::chrono::steady_clock::now() < deadline) polled = reader->poll({.wait = 200ms}, batch);
  ASSERT_FALSE(polled.has_value());
  EXPECT_NE(polled.error().detail.find("Its last sequence is 10, but sequence 500 was already read"), std::string::npos)
      << polled.error().to_string();
}

TEST(NatsSourceGap, StreamMadeAgainIsAnError) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 10);
  const auto s = source(source_with(server.url(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  collect(*reader, 10);
  client.api("STREAM.DELETE.S");
  RawBatch batch;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(reader->poll({.wait = 50ms}, batch));  // may come back
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 50);
  Result<void> polled;
  for (int i = 0; i < 100 && polled; ++i) {
    polled = reader->poll({.wait = 50ms}, batch);
    EXPECT_TRUE(batch.empty());
  }
  ASSERT_FALSE(polled.has_value());
  EXPECT_FALSE(polled.error().retryable);
  EXPECT_NE(polled.error().message.find("not the one that was read before"), std::string::npos);
}

// Polls on until the consumer has nothing unacknowledged, and answers how it stands.
nats::ConsumerInfo settled(NatsClient& client, SplitReader& reader, const std::string& name) {
  RawBatch batch;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(reader.poll({.wait = 50ms}, batch));
    reader.committed(batch.position());
    auto info = client.jetstream().consumer("S", name);
    if (info && *info && (*info)->ack_pending == 0) return std::move(**info);
  }
  ADD_FAILURE() << "consumer " << name << " keeps unacknowledged messages";
  return {};
}

// ---- acknowledging consumers -----------------------------------------------------------------

TEST(NatsSourceAck, WorkQueueIsAcknowledgedAfterTheCheckpoint) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["job"])", R"("retention":"workqueue")");
  client.publish_numbers("S", "job", 1, 1000);
  const auto s = source(source_with(server.url(), "S", "job"));
  const auto check = s->validate();
  ASSERT_TRUE(check.has_value()) << check.error().to_string();
  EXPECT_EQ(check->notices.size(), 1u);
  const Position start = check->splits[0].start;
  {
    // Read, then crash before a checkpoint: nothing may be gone.
    const auto reader = open(*s, start);
    EXPECT_EQ(collect(*reader, 1000).payloads.size(), 1000u);
  }
  EXPECT_EQ(client.stream("S").messages, 1000u);
  const auto reader = open(*s, start);
  const Collected all = collect(*reader, 1000);
  expect_numbers_once(all, 1, 1000);
  EXPECT_EQ(client.stream("S").messages, 1000u);
  reader->committed(all.position);
  RawBatch batch;
  for (int i = 0; i < 40 && client.stream("S").messages > 0; ++i) ASSERT_TRUE(reader->poll({.wait = 50ms}, batch));
  EXPECT_EQ(client.stream("S").messages, 0u);
  EXPECT_EQ(reader->stats().acks, 1000u);
  s->dropped(batch.position());
  EXPECT_TRUE(client.api("CONSUMER.NAMES.S")["consumers"].items.empty());
}

TEST(NatsSourceAck, DurableNumbersOnceThroughCrashesAndRestarts) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.*"])");
  client.publish_numbers("S", "ev.x", 1, 10);
  client.publish_numbers("S", "ev.a", 1, 20'000);
  const auto s = source(source_with(server.url(), "S", "ev.a", {{"consumer.durable_name", "d"}}));
  Position checkpoint = start_of(*s);
  Collected all;
  for (int round = 0; round < 100 && all.payloads.size() < 20'000; ++round) {
    const auto reader = open(*s, checkpoint);
    RawBatch batch;
    std::vector<std::string> pending;
    for (int polls = 0; polls < 6; ++polls) {
      ASSERT_TRUE(reader->poll({.messages_max = 500, .wait = 100ms}, batch));
      for (size_t i = 0; i < batch.size(); ++i) pending.emplace_back(batch.payload(i));
      if (polls == 4) continue;  // the last one is lost in the crash
      if (polls < 4) {
        all.payloads.insert(all.payloads.end(), pending.begin(), pending.end());
        pending.clear();
        checkpoint = batch.position();
        if (polls % 2 == 0) reader->committed(checkpoint);
      }
    }
    if (round == 3) {
      server.kill();
      server.start();
    }
  }
  expect_numbers_once(all, 1, 20'000);
  // In the end everything is acknowledged, and the position has no holes.
  const auto reader = open(*s, checkpoint);
  NatsClient fresh(server.url());
  EXPECT_EQ(settled(fresh, *reader, "d").acked_stream, 20'010u);
  RawBatch batch;
  ASSERT_TRUE(reader->poll({.wait = 50ms}, batch));
  EXPECT_EQ(batch.position().text.find("above"), std::string::npos) << batch.position().text;
}

TEST(NatsSourceAck, AckAllCoversTheCheckpoint) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 5000);
  const auto s = source(source_with(server.url(), "S", "ev", {{"consumer.durable_name", "d"}, {"consumer.ack_policy", "all"}}));
  const auto reader = open(*s, start_of(*s));
  const Collected all = collect(*reader, 5000);
  expect_numbers_once(all, 1, 5000);
  reader->committed(all.position);
  EXPECT_EQ(settled(client, *reader, "d").acked_stream, 5000u);
  EXPECT_EQ(reader->stats().acks, 1u);
}

TEST(NatsSourceAck, DurableWithSeveralSubjects) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.*"])");
  for (int i = 1; i <= 300; ++i) client.publish(i % 3 == 0 ? "ev.c" : i % 3 == 1 ? "ev.a" : "ev.b", std::to_string(i));
  const auto s = source(source_with(server.url(), "S", "ev.a,ev.c", {{"consumer.durable_name", "d"}}));
  const auto reader = open(*s, start_of(*s));
  const Collected got = collect(*reader, 200);
  EXPECT_EQ(got.payloads.size(), 200u);
  for (const std::string& payload : got.payloads) EXPECT_NE(std::stoi(payload) % 3, 2) << payload;
  reader->committed(got.position);
  EXPECT_EQ(settled(client, *reader, "d").acked_stream, 300u);
  // CREATE again finds it as it was made.
  EXPECT_EQ(source(source_with(server.url(), "S", "ev.a,ev.c", {{"consumer.durable_name", "d"}}))->validate()->notices.size(), 1u);
}

TEST(NatsSourceAck, WorkQueueWithSeveralSubjectsNeedsANewerServer) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["job.*"])", R"("retention":"workqueue")");
  const Error error = validate_error(source_with(server.url(), "S", "job.a,job.b"));
  EXPECT_NE(error.message.find("cannot filter several subjects"), std::string::npos) << error.to_string();
  EXPECT_TRUE(client.api("CONSUMER.NAMES.S")["consumers"].items.empty());
  // One reader of a subject at a time: the second is told why.
  ASSERT_TRUE(source(source_with(server.url(), "S", "job.a"))->validate().has_value());
  const Error taken = validate_error(source_with(server.url(), "S", "job.a"));
  EXPECT_FALSE(taken.hint.empty()) << taken.to_string();
  EXPECT_NE(validate_error(source_with(server.url(), "S", "job.b", {{"scan.startup.mode", "latest"}}))
                .message.find("from its beginning"), std::string::npos);
  EXPECT_NE(validate_error(source_with(server.url(), "S", "job.b", {{"consumer.ack_policy", "none"}, {"consumer.durable_name", "x"}}))
                .message.find("consumer.ack_policy"), std::string::npos);
}

TEST(NatsSourceAck, ExistingDurableGoesOnAndDifferencesAreNamed) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev.*"])");
  client.publish_numbers("S", "ev.a", 1, 100);
  const With with = source_with(server.url(), "S", "ev.a", {{"consumer.durable_name", "d"}});
  {
    const auto s = source(with);
    const auto reader = open(*s, start_of(*s));
    RawBatch batch;
    size_t seen = 0;
    while (seen < 40) {
      ASSERT_TRUE(reader->poll({.messages_max = 40 - seen, .wait = 100ms}, batch));
      seen += batch.size();
    }
    reader->committed(batch.position());
    ASSERT_TRUE(reader->poll({.messages_max = 1, .wait = 0ms}, batch));
  }
  for (int i = 0; i < 100; ++i) {  // the server takes acknowledgements in its own time
    const auto info = client.jetstream().consumer("S", "d");
    if (info && *info && (*info)->acked_stream == 40) break;
    std::this_thread::sleep_for(20ms);
  }
  const auto s = source(with);
  const auto check = s->validate();
  ASSERT_TRUE(check.has_value());
  ASSERT_EQ(check->notices.size(), 1u);
  EXPECT_NE(check->notices[0].find("goes on after sequence 40"), std::string::npos) << check->notices[0];
  expect_numbers_once(collect(*open(*s, check->splits[0].start), 60), 41, 100);

  const Error error = validate_error(source_with(server.url(), "S", "ev.b", {{"consumer.durable_name", "d"}}));
  EXPECT_NE(error.message.find("another filter"), std::string::npos) << error.to_string();
  const Error policy = validate_error(source_with(server.url(), "S", "ev.a", {{"consumer.durable_name", "d"}, {"consumer.ack_policy", "all"}}));
  EXPECT_NE(policy.message.find("another ack_policy"), std::string::npos) << policy.to_string();
}

TEST(NatsSourceAck, InterestRetentionLosesNothingAfterCreate) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])", R"("retention":"interest")");
  const auto s = source(source_with(server.url(), "S", "ev"));
  const Position start = start_of(*s);
  client.publish("ev", "1");  // without a consumer the server would drop it at once
  client.publish("ev", "2");
  const auto reader = open(*s, start);
  expect_numbers_once(collect(*reader, 2), 1, 2);
  const auto past = open(*s, start, {.purpose = ReaderPurpose::kPast});
  RawBatch batch;
  const auto refused = past->poll({.wait = 1s}, batch);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("one reader only"), std::string::npos);
}

// ---- CREATE says what is wrong ---------------------------------------------------------------

TEST(NatsSourceCheck, Stream) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("orders", R"(["ev.*"])");
  Error error = validate_error(source_with(server.url(), "order", "ev.a"));
  EXPECT_EQ(error.message, "stream \"order\" does not exist on the NATS server");
  EXPECT_NE(error.hint.find("\"orders\""), std::string::npos) << error.hint;
  EXPECT_NE(error.hint.find("allow_create_stream"), std::string::npos) << error.hint;
  error = validate_error(source_with(server.url(), "orders", "other.a"));
  EXPECT_EQ(error.message, "stream \"orders\" stores no message of subject \"other.a\"");
  EXPECT_EQ(error.detail, "Subjects of the stream: ev.*.");

  const auto s = source(source_with(server.url(), "made", "made.a,made.b",
                                    {{"allow_create_stream", "true"}, {"max_bytes", "1000000"}, {"max_messages", "500"}}));
  ASSERT_TRUE(s->validate().has_value());
  const auto info = client.api("STREAM.INFO.made");
  EXPECT_EQ(info["config"]["max_bytes"].integer(), 1'000'000);
  EXPECT_EQ(info["config"]["max_msgs"].integer(), 500);
  EXPECT_EQ(info["config"]["subjects"].strings(), (std::vector<std::string>{"made.a", "made.b"}));
}

TEST(NatsSourceCheck, NoJetStream) {
  NatsServer server({.jetstream = false});
  const Error error = validate_error(source_with(server.url(), "S", "ev"));
  EXPECT_NE(error.message.find("JetStream is not enabled"), std::string::npos) << error.to_string();
  EXPECT_NE(error.hint.find("-js"), std::string::npos);
}

TEST(NatsSourceCheck, LeavesNothingBehind) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  const auto s = source(source_with(server.url(), "S", "ev"));
  ASSERT_TRUE(s->validate().has_value());
  EXPECT_TRUE(client.api("CONSUMER.NAMES.S")["consumers"].items.empty());
  {
    const auto reader = open(*s, start_of(*s));
    RawBatch batch;
    ASSERT_TRUE(reader->poll({.wait = 100ms}, batch));
    EXPECT_EQ(client.api("CONSUMER.NAMES.S")["consumers"].items.size(), 1u);
  }
  std::this_thread::sleep_for(200ms);
  EXPECT_TRUE(client.api("CONSUMER.NAMES.S")["consumers"].items.empty());
}

TEST(NatsSourceCheck, ConsumerOptionsArePassedOn) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  const auto s = source(source_with(server.url(), "S", "ev",
                                    {{"consumer.durable_name", "d"}, {"consumer.description", "text"}, {"consumer.ack_wait.sec", "7"},
                                     {"consumer.max_deliver", "9"}, {"consumer.backoff.sec", "1,2"}, {"consumer.max_waiting", "11"},
                                     {"consumer.max_ack_pending", "13"}, {"consumer.max_batch", "17"}, {"consumer.max_bytes", "1900000"},
                                     {"consumer.max_expires.sec", "23"}, {"consumer.inactive_threshold.sec", "29"},
                                     {"consumer.num.replicas", "1"}, {"consumer.memory_storage", "true"},
                                     {"consumer.sample_frequency", "50"}, {"consumer.headers_only", "true"}}));
  ASSERT_TRUE(s->validate().has_value());
  const auto config = client.api("CONSUMER.INFO.S.d")["config"];
  EXPECT_EQ(config["description"].text, "text");
  EXPECT_EQ(config["ack_wait"].integer(), 1'000'000'000);  // the server takes the first of backoff
  EXPECT_EQ(config["max_deliver"].integer(), 9);
  EXPECT_EQ(config["backoff"].items.size(), 2u);
  EXPECT_EQ(config["max_waiting"].integer(), 11);
  EXPECT_EQ(config["max_ack_pending"].integer(), 13);
  EXPECT_EQ(config["max_batch"].integer(), 17);
  EXPECT_EQ(config["max_bytes"].integer(), 1'900'000);
  EXPECT_EQ(config["max_expires"].integer(), 23'000'000'000);
  EXPECT_EQ(config["inactive_threshold"].integer(), 29'000'000'000);
  EXPECT_EQ(config["num_replicas"].integer(), 1);
  EXPECT_TRUE(config["mem_storage"].truth());
  EXPECT_EQ(config["sample_freq"].text, "50");
  EXPECT_TRUE(config["headers_only"].truth());
  // And reading obeys the caps, and leaves the durable to its owner.
  client.publish_numbers("S", "ev", 1, 13);
  {
    const auto reader = open(*s, start_of(*s));
    EXPECT_EQ(collect(*reader, 13).payloads.size(), 13u);
  }
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(client.api("CONSUMER.NAMES.S")["consumers"].items.size(), 1u);
}

TEST(NatsSourceCheck, DurableWithoutAcksIsReadAtOurPosition) {
  NatsServer server;
  NatsClient client(server.url());
  client.create_stream("S", R"(["ev"])");
  client.publish_numbers("S", "ev", 1, 100);
  const auto s = source(source_with(server.url(), "S", "ev",
                                    {{"consumer.durable_name", "d"}, {"consumer.ack_policy", "none"}, {"consumer.max_waiting", "1"}}));
  const Position start = start_of(*s);
  collect(*open(*s, start), 100);  // and a crash before the checkpoint
  expect_numbers_once(collect(*open(*s, start), 100), 1, 100);
  EXPECT_EQ(client.api("CONSUMER.NAMES.S")["consumers"].items.size(), 1u);
}

// ---- a cluster -------------------------------------------------------------------------------

TEST(NatsSourceCluster, LeaderStepsDown) {
  NatsCluster cluster;
  NatsClient client(cluster.urls());
  client.create_stream("S", R"(["ev"])", R"("num_replicas":3)");
  client.publish_numbers("S", "ev", 1, 1000);
  const auto s = source(source_with(cluster.urls(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  Collected all = collect(*reader, 1000, 30s);
  for (uint64_t i = 1001; i <= 1003; ++i) {
    client.api("STREAM.LEADER.STEPDOWN.S");
    const auto names = client.api("CONSUMER.NAMES.S");
    for (const auto& name : names["consumers"].items)
      (void)client.jetstream().call("CONSUMER.LEADER.STEPDOWN.S." + name.text, "");
    for (int tries = 0; tries < 100; ++tries) {  // until the new leader takes it
      const auto answer = client.connection().request("ev", std::to_string(i), {500ms});
      if (answer && answer->status() == 0) break;
      std::this_thread::sleep_for(50ms);
    }
    EXPECT_LT(time_to_next(*reader, all), 2s);
  }
  expect_numbers_once(all, 1, 1003);
}

TEST(NatsSourceCluster, LeaderKilled) {
  NatsCluster cluster;
  auto client = std::make_unique<NatsClient>(cluster.server(0).url());
  client->create_stream("S", R"(["ev"])", R"("num_replicas":3)");
  client->publish_numbers("S", "ev", 1, 1000);
  const auto s = source(source_with(cluster.urls(), "S", "ev"));
  const auto reader = open(*s, start_of(*s));
  Collected all = collect(*reader, 1000);
  const std::string leader = client->api("STREAM.INFO.S")["cluster"]["leader"].text;
  client.reset();
  cluster.by_name(leader).kill();
  NatsServer& other = cluster.server(leader == "s0" ? 1 : 0);
  client = std::make_unique<NatsClient>(other.url());
  // Elections take the cluster some seconds; the stall ends when a publish is taken again, and is to be
  // mended by then or soon after.
  std::atomic<bool> elected{false};
  std::chrono::steady_clock::time_point elected_at;
  std::thread publisher([&] {
    for (int i = 0; i < 1000 && !elected; ++i) {
      const auto answer = client->connection().request("ev", "1001", {200ms});
      if (answer && answer->status() == 0 && (*nats::parse_json(answer->data())).has("seq")) {
        elected_at = std::chrono::steady_clock::now();
        elected = true;
      } else {
        std::this_thread::sleep_for(20ms);  // nobody is there: answered at once
      }
    }
  });
  Collected got = collect(*reader, 1, 60s);
  const auto seen_at = std::chrono::steady_clock::now();
  publisher.join();
  ASSERT_TRUE(elected);
  all.payloads.insert(all.payloads.end(), got.payloads.begin(), got.payloads.end());
  EXPECT_LT(seen_at - elected_at, 2s);
  RecordProperty("resumed_ms", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(seen_at - elected_at).count()));
  std::set<std::string> distinct(all.payloads.begin(), all.payloads.end());
  EXPECT_EQ(distinct.size(), 1001u);  // a publish that timed out may be stored twice
  EXPECT_GE(all.payloads.size(), 1001u);
}

}  // namespace
}  // namespace leat::test
