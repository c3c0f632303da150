// bare_loop: what libnats alone reaches, to measure the NATS source against.
//   bare_loop fill    --url U --stream S --subject X --messages N [--bytes B]   make the stream and fill it
//   bare_loop read    --url U --stream S [--batch 5000]    pull with js fetch, ack none, discard
//   bare_loop leat    --url U --stream S --subject X       the same through our own reader, not decoded
//   bare_loop sink    --url U --stream S --subject X --messages N [--bytes B]   fill through our own writer
// Prints one line of JSON: what, messages, bytes, seconds, messages per second, CPU seconds.

#include <fmt/format.h>
#include <nats/nats.h>
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "connector/connectors.h"

namespace {

using Arguments = std::map<std::string, std::string>;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void must(natsStatus status, const char* what) {
  if (status == NATS_OK) return;
  fmt::print(stderr, "bare_loop: {}: {}\n", what, natsStatus_GetText(status));
  std::exit(1);
}

void report(const char* what, uint64_t messages, uint64_t bytes, double seconds, double cpu) {
  fmt::print("{{\"what\":\"{}\",\"messages\":{},\"bytes\":{},\"seconds\":{:.4f},\"messages_per_second\":{:.0f},\"cpu_seconds\":{:.4f}}}\n",
             what, messages, bytes, seconds, static_cast<double>(messages) / seconds, cpu);
}

struct Client {
  natsConnection* connection = nullptr;
  jsCtx* jetstream = nullptr;
  explicit Client(const std::string& url) {
    natsOptions* options = nullptr;
    must(natsOptions_Create(&options), "options");
    must(natsOptions_SetURL(options, url.c_str()), "url");
    must(natsOptions_SetSendAsap(options, true), "options");
    must(natsConnection_Connect(&connection, options), "connect");
    natsOptions_Destroy(options);
    jsOptions js;
    must(jsOptions_Init(&js), "options");
    js.PublishAsync.MaxPending = 4000;
    must(natsConnection_JetStream(&jetstream, connection, &js), "jetstream");
  }
  ~Client() {
    jsCtx_Destroy(jetstream);
    natsConnection_Destroy(connection);
  }
};

// An order as the demo publishes them; the same number gives the same bytes.
std::string order(uint64_t n, size_t bytes) {
  static constexpr const char* kRegions[] = {"north", "south", "east", "west"};
  std::string text = fmt::format(
      R"({{"id":{},"customer":{},"region":"{}","amount":{}.{:02},"quantity":{},"placed_at":"2026-01-01T{:02}:{:02}:{:02}Z","note":")",
      n, n * 2654435761u % 100'000, kRegions[n % 4], n * 7919 % 1000, n * 104729 % 100, n % 9 + 1, n / 3600 % 24, n / 60 % 60, n % 60);
  if (text.size() + 2 < bytes) text.append(bytes - text.size() - 2, 'x');
  return text + "\"}";
}

void create_stream(Client& client, const Arguments& arguments) {
  jsStreamConfig config;
  must(jsStreamConfig_Init(&config), "stream");
  const char* subjects[] = {arguments.at("subject").c_str()};
  config.Name = arguments.at("stream").c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  must(js_AddStream(nullptr, client.jetstream, &config, nullptr, nullptr), "create stream");
}

int fill(const Arguments& arguments) {
  Client client(arguments.at("url"));
  const std::string subject = arguments.at("subject");
  const uint64_t messages = std::strtoull(arguments.at("messages").c_str(), nullptr, 10);
  const size_t bytes_each = arguments.contains("bytes") ? std::strtoull(arguments.at("bytes").c_str(), nullptr, 10) : 200;
  create_stream(client, arguments);
  const double start = seconds_now(), cpu = cpu_seconds();
  uint64_t bytes = 0;
  for (uint64_t i = 1; i <= messages; ++i) {
    const std::string text = order(i, bytes_each);
    bytes += text.size();
    must(js_PublishAsync(client.jetstream, subject.c_str(), text.data(), static_cast<int>(text.size()), nullptr), "publish");
  }
  jsPubOptions complete;
  must(jsPubOptions_Init(&complete), "options");
  complete.MaxWait = 60'000;
  must(js_PublishAsyncComplete(client.jetstream, &complete), "publish complete");
  report("fill", messages, bytes, seconds_now() - start, cpu_seconds() - cpu);
  return 0;
}

uint64_t messages_in(Client& client, const std::string& stream) {
  jsStreamInfo* info = nullptr;
  must(js_GetStreamInfo(&info, client.jetstream, stream.c_str(), nullptr, nullptr), "stream");
  const uint64_t messages = info->State.Msgs;
  jsStreamInfo_Destroy(info);
  return messages;
}

int read(const Arguments& arguments) {
  Client client(arguments.at("url"));
  const std::string stream = arguments.at("stream");
  const int batch = arguments.contains("batch") ? std::atoi(arguments.at("batch").c_str()) : 5000;
  const uint64_t wanted = messages_in(client, stream);
  jsSubOptions options;
  must(jsSubOptions_Init(&options), "options");
  options.Stream = stream.c_str();
  options.Config.AckPolicy = js_AckNone;
  natsSubscription* subscription = nullptr;
  must(js_PullSubscribe(&subscription, client.jetstream, ">", nullptr, nullptr, &options, nullptr), "subscribe");
  const double start = seconds_now(), cpu = cpu_seconds();
  uint64_t messages = 0, bytes = 0;
  while (messages < wanted) {
    natsMsgList list;
    must(natsSubscription_Fetch(&list, subscription, batch, 2000, nullptr), "fetch");
    for (int i = 0; i < list.Count; ++i) bytes += static_cast<uint64_t>(natsMsg_GetDataLength(list.Msgs[i]));
    messages += static_cast<uint64_t>(list.Count);
    natsMsgList_Destroy(&list);
  }
  report("bare", messages, bytes, seconds_now() - start, cpu_seconds() - cpu);
  natsSubscription_Destroy(subscription);
  return 0;
}

template <class T>
T must_have(leat::Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "bare_loop: {}\n", result.error().to_string());
  std::exit(1);
}

int leat_read(const Arguments& arguments) {
  const leat::ConnectorRow* row = must_have(leat::find_source_connector("nats"));
  const std::vector<leat::WithOption> with = {{"connector", "nats"}, {"server_url", arguments.at("url")},
                                              {"stream", arguments.at("stream")}, {"subject", arguments.at("subject")}};
  const leat::Options options = must_have(leat::parse_options("connector nats", row->source_options, with));
  leat::SystemClock clock;
  const auto source = must_have(row->make_source({.options = options, .clock = clock}));
  const leat::SourceCheck check = must_have(source->validate());
  const uint64_t wanted = [&] {
    Client client(arguments.at("url"));
    return messages_in(client, arguments.at("stream"));
  }();
  const auto reader = must_have(source->open_reader({.split = "0", .from = check.splits.at(0).start}));
  const double start = seconds_now(), cpu = cpu_seconds();
  leat::RawBatch batch;
  uint64_t messages = 0, bytes = 0, polls = 0;
  while (messages < wanted) {
    const auto polled = reader->poll({.wait = std::chrono::milliseconds(1000)}, batch);
    if (!polled) {
      fmt::print(stderr, "bare_loop: {}\n", polled.error().to_string());
      return 1;
    }
    for (size_t i = 0; i < batch.size(); ++i) bytes += batch.payload(i).size();
    messages += batch.size();
    ++polls;
  }
  report("leat", messages, bytes, seconds_now() - start, cpu_seconds() - cpu);
  fmt::print(stderr, "{} messages per poll\n", messages / std::max<uint64_t>(1, polls));
  return 0;
}

int leat_sink(const Arguments& arguments) {
  {
    Client client(arguments.at("url"));
    create_stream(client, arguments);
  }
  const uint64_t messages = std::strtoull(arguments.at("messages").c_str(), nullptr, 10);
  const size_t bytes_each = arguments.contains("bytes") ? std::strtoull(arguments.at("bytes").c_str(), nullptr, 10) : 200;
  const leat::ConnectorRow* row = must_have(leat::find_sink_connector("nats"));
  const std::vector<leat::WithOption> with = {{"connector", "nats"}, {"server_url", arguments.at("url")},
                                              {"subject", arguments.at("subject")}};
  const leat::Options options = must_have(leat::parse_options("connector nats", row->sink_options, with));
  leat::SystemClock clock;
  const auto sink = must_have(row->make_sink({.options = options, .clock = clock}));
  const auto writer = must_have(sink->open_writer({}));
  const double start = seconds_now(), cpu = cpu_seconds();
  uint64_t bytes = 0;
  for (uint64_t i = 1; i <= messages; ++i) {
    const std::string text = order(i, bytes_each);
    const std::string identity = fmt::format("bench-{}", i);
    bytes += text.size();
    while (!must_have(writer->send({.subject = arguments.at("subject"), .payload = text, .identity = identity, .token = i})))
      must_have(writer->wait_durable(i, std::chrono::milliseconds(1000)));
  }
  while (!must_have(writer->flush(std::chrono::milliseconds(1000)))) {
  }
  report("sink", messages, bytes, seconds_now() - start, cpu_seconds() - cpu);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 2; i + 1 < argc; i += 2) arguments[argv[i] + (std::strncmp(argv[i], "--", 2) == 0 ? 2 : 0)] = argv[i + 1];
  const std::string what = argc > 1 ? argv[1] : "";
  const bool known = what == "fill" || what == "read" || what == "leat" || what == "sink";
  const bool complete = arguments.contains("url") && arguments.contains("stream") &&
                        (what == "read" || arguments.contains("subject")) && ((what != "fill" && what != "sink") || arguments.contains("messages"));
  if (!known || !complete) {
    fmt::print(stderr, "usage: bare_loop fill|read|leat|sink --url U --stream S --subject X [--messages N] [--bytes B] [--batch N]\n");
    return 2;
  }
  if (what == "fill") return fill(arguments);
  if (what == "sink") return leat_sink(arguments);
  return what == "read" ? read(arguments) : leat_read(arguments);
}
