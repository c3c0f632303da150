// latency_probe: publishes numbered messages to NATS at a fixed rate and measures, from the time
// each was scheduled to be sent, when it is seen at the other end.
//   latency_probe stream --nats URL --stream S --subject X                  makes the stream (in
//   memory) latency_probe view   --nats URL --subject X --pg CONNINFO --query SQL   seen by a query
//   that gives the newest id latency_probe sink   --nats URL --subject X --from SUBJECT seen as
//   {"id": n} on another subject latency_probe bare   --nats URL --subject X seen on the same
//   subject: NATS alone
// and for the last three: --rate N --seconds N --first ID [--warm-up-seconds 1] [--poll-us 200]
// Prints one line of JSON. The schedule does not wait for anybody: a stall counts for every message
// in it.

#include <fmt/format.h>
#include <libpq-fe.h>
#include <nats/nats.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using Arguments = std::map<std::string, std::string>;

constexpr int64_t kPatienceNs = 10'000'000'000;  // for the last messages to be seen

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "latency_probe: {}\n", why);
  std::exit(1);
}

void must(natsStatus status, const char* what) {
  if (status != NATS_OK) give_up(fmt::format("{}: {}", what, natsStatus_GetText(status)));
}

std::string text_of(const Arguments& arguments, const char* name) {
  const auto it = arguments.find(name);
  if (it == arguments.end()) give_up(fmt::format("--{} is missing", name));
  return it->second;
}

int64_t number_of(const Arguments& arguments, const char* name, int64_t otherwise = -1) {
  const auto it = arguments.find(name);
  if (it == arguments.end() && otherwise >= 0) return otherwise;
  return std::strtoll(text_of(arguments, name).c_str(), nullptr, 10);
}

int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void sleep_until(int64_t ns) {
  const timespec time{ns / 1'000'000'000, ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

natsConnection* connect_nats(const std::string& url) {
  natsOptions* options = nullptr;
  natsConnection* connection = nullptr;
  must(natsOptions_Create(&options), "options");
  must(natsOptions_SetURL(options, url.c_str()), "url");
  must(natsOptions_SetSendAsap(options, true), "options");  // no flusher thread in between
  must(natsConnection_Connect(&connection, options), "connect");
  natsOptions_Destroy(options);
  return connection;
}

// When each message was due, sent and first seen. Written by one thread per column.
class Schedule {
 public:
  Schedule(const Arguments& arguments)
      : first(number_of(arguments, "first")),
        rate(number_of(arguments, "rate")),
        warm_up(rate * number_of(arguments, "warm-up-seconds", 1)),
        count(warm_up + rate * number_of(arguments, "seconds")),
        start_ns(now_ns() + 200'000'000),
        sent_ns_(static_cast<size_t>(count)),
        seen_ns_(static_cast<size_t>(count)) {}

  const int64_t first, rate, warm_up, count, start_ns;

  int64_t due_ns(int64_t i) const { return start_ns + i * 1'000'000'000 / rate; }
  void sent(int64_t i) { sent_ns_[static_cast<size_t>(i)] = now_ns(); }
  // The message with this id has been seen; later sightings of it do not count.
  void seen(int64_t id, int64_t at_ns) {
    const int64_t i = id - first;
    if (i < 0 || i >= count || seen_ns_[static_cast<size_t>(i)] != 0) return;
    seen_ns_[static_cast<size_t>(i)] = at_ns;
    seen_count_.fetch_add(1, std::memory_order_release);
  }
  int64_t seen_count() const { return seen_count_.load(std::memory_order_acquire); }
  bool done() const { return seen_count() == count || now_ns() > due_ns(count) + kPatienceNs; }

  void report(const std::string& what, const std::string& more) const {
    std::vector<int64_t> latency, delay;
    int64_t lost = 0;
    for (int64_t i = warm_up; i < count; ++i) {
      const auto at = static_cast<size_t>(i);
      delay.push_back(sent_ns_[at] - due_ns(i));
      if (seen_ns_[at] == 0)
        ++lost;
      else
        latency.push_back(seen_ns_[at] - due_ns(i));
    }
    std::sort(latency.begin(), latency.end());
    std::sort(delay.begin(), delay.end());
    fmt::print(
        "{{\"what\":\"{}\",\"rate\":{},\"messages\":{},\"lost\":{},{},\"send_delay_p99_ms\":{:.3f}{"
        "}}}\n",
        what, rate, count - warm_up, lost, percentiles(latency), at_quantile(delay, 0.99), more);
  }

 private:
  static double at_quantile(const std::vector<int64_t>& sorted_ns, double q) {
    if (sorted_ns.empty()) return -1;
    const auto at = std::min(sorted_ns.size() - 1,
                             static_cast<size_t>(q * static_cast<double>(sorted_ns.size())));
    return static_cast<double>(sorted_ns[at]) * 1e-6;
  }
  static std::string percentiles(const std::vector<int64_t>& sorted_ns) {
    return fmt::format("\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},\"p99_9_ms\":{:.3f},\"max_ms\":{:.3f}",
                       at_quantile(sorted_ns, 0.5), at_quantile(sorted_ns, 0.99),
                       at_quantile(sorted_ns, 0.999), at_quantile(sorted_ns, 1));
  }

  std::vector<int64_t> sent_ns_, seen_ns_;
  std::atomic<int64_t> seen_count_{0};
};

// Sends each message when it is due; all that are due at once if it comes late.
void publish(natsConnection* connection, const std::string& subject, Schedule& schedule) {
  static constexpr const char* kRegions[] = {"north", "south", "east", "west"};
  for (int64_t i = 0; i < schedule.count; ++i) {
    if (const int64_t due_ns = schedule.due_ns(i); now_ns() < due_ns) sleep_until(due_ns);
    const int64_t id = schedule.first + i;
    const std::string text = fmt::format(
        R"({{"id":{},"customer":{},"region":"{}","amount":{}.{:02},"note":"an order as long as orders are, {}"}})",
        id, id * 7919 % 10'000, kRegions[id % 4], id % 1000, id % 100, std::string(80, 'x'));
    must(natsConnection_Publish(connection, subject.c_str(), text.data(),
                                static_cast<int>(text.size())),
         "publish");
    schedule.sent(i);
  }
}

void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
  const int64_t at_ns = now_ns();
  const std::string_view text(natsMsg_GetData(message),
                              static_cast<size_t>(natsMsg_GetDataLength(message)));
  if (size_t at = text.find("\"id\":"); at != std::string_view::npos) {
    at += 5;
    while (at < text.size() && text[at] == ' ') ++at;
    int64_t id = 0;
    if (std::from_chars(text.data() + at, text.data() + text.size(), id).ec == std::errc{}) {
      static_cast<Schedule*>(closure)->seen(id, at_ns);
    }
  }
  natsMsg_Destroy(message);
}

int measure_messages(const Arguments& arguments, const std::string& what, const std::string& from) {
  natsConnection* sender = connect_nats(text_of(arguments, "nats"));
  natsConnection* receiver = connect_nats(text_of(arguments, "nats"));
  Schedule schedule(arguments);
  natsSubscription* subscription = nullptr;
  must(natsConnection_Subscribe(&subscription, receiver, from.c_str(), on_message, &schedule),
       "subscribe");
  must(natsConnection_Flush(receiver), "flush");
  publish(sender, text_of(arguments, "subject"), schedule);
  while (!schedule.done()) sleep_until(now_ns() + 1'000'000);
  natsSubscription_Unsubscribe(subscription);
  natsSubscription_Destroy(subscription);
  schedule.report(what, {});
  const bool all_seen = schedule.seen_count() == schedule.count;
  natsConnection_Destroy(receiver);
  natsConnection_Destroy(sender);
  return all_seen ? 0 : 2;
}

// The newest id that the query gives; 0 if there is none yet.
int64_t newest_id(PGconn* connection) {
  PGresult* result = PQexecPrepared(connection, "newest", 0, nullptr, nullptr, nullptr, 0);
  if (PQresultStatus(result) != PGRES_TUPLES_OK) give_up(PQerrorMessage(connection));
  int64_t newest = 0;
  if (PQntuples(result) == 1 && !PQgetisnull(result, 0, 0))
    newest = std::strtoll(PQgetvalue(result, 0, 0), nullptr, 10);
  PQclear(result);
  return newest;
}

int measure_view(const Arguments& arguments) {
  natsConnection* sender = connect_nats(text_of(arguments, "nats"));
  PGconn* connection = PQconnectdb(text_of(arguments, "pg").c_str());
  if (PQstatus(connection) != CONNECTION_OK) give_up(PQerrorMessage(connection));
  PGresult* prepared =
      PQprepare(connection, "newest", text_of(arguments, "query").c_str(), 0, nullptr);
  if (PQresultStatus(prepared) != PGRES_COMMAND_OK) give_up(PQerrorMessage(connection));
  PQclear(prepared);
  const int64_t poll_ns = number_of(arguments, "poll-us", 200) * 1000;

  Schedule schedule(arguments);
  std::thread publisher([&] { publish(sender, text_of(arguments, "subject"), schedule); });
  int64_t last = schedule.first - 1, queries = 0, query_ns = 0;
  while (!schedule.done()) {
    const int64_t asked_ns = now_ns();
    const int64_t newest = newest_id(connection);
    const int64_t at_ns = now_ns();
    ++queries;
    query_ns += at_ns - asked_ns;
    for (; last < newest; ++last) schedule.seen(last + 1, at_ns);
    sleep_until(at_ns + poll_ns);
  }
  publisher.join();
  schedule.report("view", fmt::format(",\"queries\":{},\"query_mean_ms\":{:.3f}", queries,
                                      static_cast<double>(query_ns) * 1e-6 /
                                          static_cast<double>(std::max<int64_t>(queries, 1))));
  const bool all_seen = schedule.seen_count() == schedule.count;
  PQfinish(connection);
  natsConnection_Destroy(sender);
  return all_seen ? 0 : 2;
}

int make_stream(const Arguments& arguments) {
  natsConnection* connection = connect_nats(text_of(arguments, "nats"));
  jsCtx* jetstream = nullptr;
  must(natsConnection_JetStream(&jetstream, connection, nullptr), "jetstream");
  jsStreamConfig config;
  must(jsStreamConfig_Init(&config), "stream");
  const std::string stream = text_of(arguments, "stream"), subject = text_of(arguments, "subject");
  const char* subjects[] = {subject.c_str()};
  config.Name = stream.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_MemoryStorage;  // the disk under nats-server is not what is measured
  must(js_AddStream(nullptr, jetstream, &config, nullptr, nullptr), "create stream");
  jsCtx_Destroy(jetstream);
  natsConnection_Destroy(connection);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) give_up("say what: stream, view, sink or bare");
  const std::string what = argv[1];
  Arguments arguments;
  for (int i = 2; i + 1 < argc; i += 2) {
    if (std::strncmp(argv[i], "--", 2) != 0) give_up(fmt::format("unexpected \"{}\"", argv[i]));
    arguments[argv[i] + 2] = argv[i + 1];
  }
  if (what == "stream") return make_stream(arguments);
  if (what == "view") return measure_view(arguments);
  if (what == "sink") return measure_messages(arguments, "sink", text_of(arguments, "from"));
  if (what == "bare") return measure_messages(arguments, "bare", text_of(arguments, "subject"));
  give_up(fmt::format("unknown \"{}\": say stream, view, sink or bare", what));
}
