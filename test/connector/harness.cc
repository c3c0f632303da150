#include "connector/harness.h"

#include <fmt/format.h>

#include <thread>

#include "base/check.h"

namespace leat::test {
namespace {

std::vector<WithOption> list_of(const With& with) {
  std::vector<WithOption> out;
  uint32_t position = 1;
  for (const auto& [key, value] : with) out.push_back({.key = key, .value = value, .position = position++});
  return out;
}

nats::ConnectSettings plain(const std::string& urls) {
  nats::ConnectSettings settings;
  for (size_t from = 0; from < urls.size();) {
    const size_t comma = std::min(urls.find(',', from), urls.size());
    settings.servers.push_back(urls.substr(from, comma - from));
    from = comma + 1;
  }
  return settings;
}

}  // namespace

Clock& real_clock() {
  static SystemClock clock;
  return clock;
}

Result<std::unique_ptr<SourceConnector>> make_nats_source(const With& with) {
  const ConnectorRow* row = TRY(find_source_connector("nats"));
  const Options options = TRY(parse_options("connector nats", row->source_options, list_of(with)));
  return row->make_source({.options = options, .clock = real_clock()});
}

Result<std::unique_ptr<SinkConnector>> make_nats_sink(const With& with) {
  const ConnectorRow* row = TRY(find_sink_connector("nats"));
  const Options options = TRY(parse_options("connector nats", row->sink_options, list_of(with)));
  return row->make_sink({.options = options, .clock = real_clock()});
}

With source_with(const std::string& url, const std::string& stream, const std::string& subject, With more) {
  With out = {{"connector", "nats"}, {"server_url", url}, {"stream", stream}, {"subject", subject}};
  for (auto& [key, value] : more) {
    const auto same = std::ranges::find_if(out, [&](const auto& pair) { return pair.first == key; });
    if (same != out.end())
      same->second = value;
    else
      out.emplace_back(key, value);
  }
  return out;
}

NatsClient::NatsClient(const std::string& url) : NatsClient(plain(url)) {}
NatsClient::NatsClient(const nats::ConnectSettings& settings) {
  auto made = nats::Connection::open(settings);
  CHECK(made.has_value(), "test client: {}", made.error().to_string());
  connection_ = std::move(*made);
}

nats::JsonValue NatsClient::api(const std::string& name, const std::string& body) {
  for (int i = 0; i < 100; ++i) {
    auto reply = jetstream().call(name, body);
    if (reply && reply->ok()) return std::move(reply->json);
    // A cluster that is just forming has "no suitable peers" (10005) for replicas.
    const bool later = !reply || reply->nobody || reply->error_class == 503 || reply->error_number == 10005;
    CHECK(later, "{}: {}", name, reply->error_text);
    std::this_thread::sleep_for(100ms);
  }
  CHECK(false, "{}: no answer", name);
  return {};
}

void NatsClient::create_stream(const std::string& name, const std::string& subjects_json, const std::string& more) {
  api("STREAM.CREATE." + name,
      fmt::format(R"({{"name":"{}","subjects":{},"storage":"file"{}{}}})", name, subjects_json, more.empty() ? "" : ",", more));
}

uint64_t NatsClient::publish(const std::string& subject, const std::string& payload, const std::string& headers) {
  const std::string inbox = connection_->new_inbox();
  auto answers = connection_->subscribe(inbox);
  CHECK(answers.has_value(), "{}", answers.error().to_string());
  const auto sent = connection_->publish(subject, payload, inbox, headers);
  CHECK(sent.has_value(), "{}", sent.error().to_string());
  nats::Message answer(nullptr);
  CHECK(answers->next(5s, answer) == nats::Wait::kMessage, "publish to {}: no answer", subject);
  const auto json = nats::parse_json(answer.data());
  CHECK(json && !json->has("error"), "publish to {}: {}", subject, answer.data());
  return (*json)["seq"].natural();
}

void NatsClient::publish_numbers(const std::string& stream_name, const std::string& subject, uint64_t first, uint64_t last) {
  const uint64_t before = stream(stream_name).last;
  for (uint64_t i = first; i <= last; ++i) {
    const auto sent = connection_->publish(subject, std::to_string(i));
    CHECK(sent.has_value(), "{}", sent.error().to_string());
  }
  for (int i = 0; i < 1000; ++i) {
    if (stream(stream_name).last >= before + (last - first + 1)) return;
    std::this_thread::sleep_for(10ms);
  }
  CHECK(false, "stream {} did not get all messages", stream_name);
}

nats::StreamInfo NatsClient::stream(const std::string& name) {
  for (int i = 0; i < 100; ++i) {
    auto info = jetstream().stream(name);
    if (info && *info) return std::move(**info);
    std::this_thread::sleep_for(50ms);
  }
  CHECK(false, "no stream {}", name);
  return {};
}

std::vector<std::string> NatsClient::contents(const std::string& stream_name) {
  const nats::StreamInfo info = stream(stream_name);
  std::vector<std::string> out;
  if (info.messages == 0) return out;
  auto source = make_nats_source(source_with(connection_->url().substr(connection_->url().find("//") + 2), stream_name, ">"));
  CHECK(source.has_value(), "{}", source.error().to_string());
  return collect(*open(**source, start_of(**source)), info.messages, 30s).payloads;
}

std::vector<StoredMessage> NatsClient::messages(const std::string& stream_name) {
  const uint64_t count = stream(stream_name).messages;
  std::vector<StoredMessage> out;
  if (count == 0) return out;
  auto source = make_nats_source(source_with(connection_->url().substr(connection_->url().find("//") + 2), stream_name, ">"));
  CHECK(source.has_value(), "{}", source.error().to_string());
  auto reader = open(**source, start_of(**source), {.headers = true});
  RawBatch batch;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (out.size() < count && std::chrono::steady_clock::now() < deadline) {
    const auto polled = reader->poll({.wait = 50ms}, batch);
    CHECK(polled.has_value(), "{}", polled.error().to_string());
    for (size_t i = 0; i < batch.size(); ++i) {
      out.push_back({.sequence = batch.sequence(i), .subject = std::string(batch.subject(i)),
                     .payload = std::string(batch.payload(i)),
                     .id = std::string(find_header(batch.headers(i), "Nats-Msg-Id").value_or(""))});
    }
  }
  return out;
}

uint64_t NatsClient::await_messages(const std::string& stream_name, uint64_t count, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  uint64_t there = 0;
  while ((there = stream(stream_name).messages) < count && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(20ms);
  }
  return there;
}

std::map<std::string, int> Collected::counts() const {
  std::map<std::string, int> out;
  for (const std::string& payload : payloads) ++out[payload];
  return out;
}

Collected collect(SplitReader& reader, size_t count, std::chrono::milliseconds patience) {
  Collected out;
  RawBatch batch;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  do {
    const auto polled = reader.poll({.wait = 50ms}, batch);
    if (!polled) {
      ADD_FAILURE() << polled.error().to_string();
      return out;
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      out.payloads.emplace_back(batch.payload(i));
      out.sequences.push_back(batch.sequence(i));
    }
    out.position = batch.position();
  } while (out.payloads.size() < count && !reader.finished() && std::chrono::steady_clock::now() < deadline);
  return out;
}

Position start_of(SourceConnector& source) {
  auto check = source.validate();
  if (!check) {
    ADD_FAILURE() << check.error().to_string();
    return {};
  }
  return check->splits.at(0).start;
}

std::unique_ptr<SplitReader> open(SourceConnector& source, const Position& from, OpenReader more) {
  more.split = "0";
  more.from = from;
  auto reader = source.open_reader(more);
  CHECK(reader.has_value(), "{}", reader.error().to_string());
  return std::move(*reader);
}

void expect_numbers_once(const Collected& collected, uint64_t first, uint64_t last) {
  const auto counts = collected.counts();
  EXPECT_EQ(collected.payloads.size(), last - first + 1);
  EXPECT_EQ(counts.size(), last - first + 1);
  size_t missing = 0;
  for (uint64_t i = first; i <= last; ++i)
    if (!counts.contains(std::to_string(i)) && ++missing <= 5) ADD_FAILURE() << "number " << i << " is missing";
  for (const auto& [text, times] : counts)
    if (times != 1) ADD_FAILURE() << "number " << text << " came " << times << " times";
}

}  // namespace leat::test
