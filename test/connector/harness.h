#pragma once
// What connector tests share: sources and sinks from WITH lists, a client that publishes, polling.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "connector/connectors.h"
#include "connector/nats/jetstream.h"
#include "connector/nats_server.h"

namespace leat::test {

using namespace std::chrono_literals;
using With = std::vector<std::pair<std::string, std::string>>;

// The clock of all tests.
Clock& real_clock();

Result<std::unique_ptr<SourceConnector>> make_nats_source(const With& with);
Result<std::unique_ptr<SinkConnector>> make_nats_sink(const With& with);

// A source's WITH list for a server, with more pairs; the same key again replaces.
With source_with(const std::string& url, const std::string& stream, const std::string& subject, With more = {});

// A message as a stream keeps it.
struct StoredMessage {
  uint64_t sequence = 0;
  std::string subject, payload;
  std::string id;  // Nats-Msg-Id
};

// An independent client of the server.
class NatsClient {
 public:
  explicit NatsClient(const std::string& url);
  explicit NatsClient(const nats::ConnectSettings& settings);
  nats::Connection& connection() { return *connection_; }
  nats::JetStream jetstream() { return nats::JetStream(*connection_); }

  // JetStream API call that must succeed.
  nats::JsonValue api(const std::string& name, const std::string& body = "");
  void create_stream(const std::string& name, const std::string& subjects_json, const std::string& more = "");
  // Published and acknowledged; the sequence.
  uint64_t publish(const std::string& subject, const std::string& payload, const std::string& headers = "");
  // first..last as texts, in bulk; returns when the stream has them.
  void publish_numbers(const std::string& stream, const std::string& subject, uint64_t first, uint64_t last);
  nats::StreamInfo stream(const std::string& name);
  // Payloads of all messages of a stream, by sequence.
  std::vector<std::string> contents(const std::string& stream);
  // All messages of a stream, by sequence.
  std::vector<StoredMessage> messages(const std::string& stream);
  // Waits until the stream holds that many messages, at most `patience`; how many it holds.
  uint64_t await_messages(const std::string& stream, uint64_t count, std::chrono::milliseconds patience = 30s);

 private:
  std::unique_ptr<nats::Connection> connection_;
};

// Reads numbers and keeps count of how often each came.
struct Collected {
  std::vector<std::string> payloads;
  std::vector<uint64_t> sequences;
  Position position;
  std::map<std::string, int> counts() const;
};

// Polls until `count` messages have come or the time is over.
Collected collect(SplitReader& reader, size_t count, std::chrono::milliseconds patience = 10s);

// A reader from the pinned start, or from a position.
std::unique_ptr<SplitReader> open(SourceConnector& source, const Position& from, OpenReader more = {});
Position start_of(SourceConnector& source);

void expect_numbers_once(const Collected& collected, uint64_t first, uint64_t last);

}  // namespace leat::test
