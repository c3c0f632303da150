#include "connector/nats/jetstream.h"

#include <fmt/format.h>

#include <charconv>

#include "connector/nats/base_text.h"

namespace leat::nats {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

Error server_error(const ApiReply& reply, std::string_view what) {
  if (reply.nobody)
    return Error{.code = SqlState::kConnectionFailure,
                 .message = fmt::format("{}: JetStream does not answer", what),
                 .detail = "No responders: JetStream is not enabled, or its cluster has no leader now.",
                 .retryable = true};
  Error error = make_error(SqlState::kObjectNotInPrerequisiteState, "{}: {}", what, reply.error_text);
  error.detail = fmt::format("NATS server error {}.", reply.error_number);
  // 5xx are the server's own troubles: no leader, no room, shutting down.
  error.retryable = reply.error_class >= 500;
  return error;
}

StreamInfo read_stream(const JsonValue& json) {
  const JsonValue& config = json["config"];
  const JsonValue& state = json["state"];
  StreamInfo out;
  out.name = config["name"].text;
  out.subjects = config["subjects"].strings();
  out.created_ns = parse_rfc3339_ns(json["created"].text);
  const std::string& retention = config["retention"].text;
  out.retention = retention == "workqueue"  ? Retention::kWorkQueue
                  : retention == "interest" ? Retention::kInterest
                                            : Retention::kLimits;
  out.first = state["first_seq"].natural();
  out.last = state["last_seq"].natural();
  out.messages = state["messages"].natural();
  out.messages_per_subject_max = config.has("max_msgs_per_subject") ? config["max_msgs_per_subject"].integer() : -1;
  out.duplicate_window_ns = config["duplicate_window"].integer();
  out.copies = config.has("mirror") || config.has("sources");
  return out;
}

ConsumerInfo read_consumer(const JsonValue& json) {
  ConsumerInfo out;
  out.name = json["name"].text;
  out.config = json["config"];
  out.delivered_consumer = json["delivered"]["consumer_seq"].natural();
  out.delivered_stream = json["delivered"]["stream_seq"].natural();
  out.acked_consumer = json["ack_floor"]["consumer_seq"].natural();
  out.acked_stream = json["ack_floor"]["stream_seq"].natural();
  out.pending = json["num_pending"].natural();
  out.ack_pending = json["num_ack_pending"].natural();
  return out;
}

}  // namespace

int64_t parse_rfc3339_ns(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (text.size() < 19 ||
      std::sscanf(std::string(text.substr(0, 19)).c_str(), "%4d-%2u-%2uT%2u:%2u:%2u", &year, &month, &day, &hour,
                  &minute, &second) != 6)
    return 0;
  const auto days = std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
  int64_t seconds = days.time_since_epoch().count() * 86400LL + hour * 3600LL + minute * 60LL + second;
  int64_t fraction = 0;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    int64_t unit = kSecondNs / 10;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      fraction += (text[at] - '0') * unit;
  }
  if (at + 5 < text.size() && (text[at] == '+' || text[at] == '-')) {
    const auto two = [&](size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
    const int64_t offset = two(at + 1) * 3600LL + two(at + 4) * 60LL;
    seconds += text[at] == '-' ? offset : -offset;
  }
  return seconds * kSecondNs + fraction;
}

std::string rfc3339(int64_t unix_ms) {
  const auto time = std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(unix_ms));
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<ApiReply> JetStream::call(const std::string& api, std::string_view body, Repeat repeat) {
  const auto ask_again = repeat == Repeat::kUnanswered ? kApiAskAgain : wait_;
  const Message answer = TRY(connection_.request("$JS.API." + api, body, {wait_, ask_again, cancel_}));
  ApiReply reply;
  if (answer.status() == 503) {
    reply.nobody = true;
    return reply;
  }
  reply.json = TRY(parse_json(answer.data()));
  const JsonValue& error = reply.json["error"];
  if (error.is(JsonValue::Kind::kObject)) {
    reply.error_number = static_cast<int>(error["err_code"].integer());
    reply.error_class = static_cast<int>(error["code"].integer());
    reply.error_text = error["description"].text;
  }
  return reply;
}

Result<void> JetStream::check_enabled() {
  const ApiReply reply = TRY(call("INFO", ""));
  if (reply.ok()) return {};
  const bool account = reply.error_number == kErrNotEnabledForAccount;
  Error error = make_error(SqlState::kObjectNotInPrerequisiteState, "JetStream is not enabled {} NATS server {}",
                           account ? "for this account on" : "on", connection_.url());
  error.detail = reply.error_text;
  error.hint = account ? "Give the account JetStream limits in the server's configuration or the account's JWT."
                       : "Start nats-server with -js, or with a jetstream { } block in its configuration.";
  return fail(std::move(error));
}

Result<std::optional<StreamInfo>> JetStream::stream(const std::string& name) {
  const ApiReply reply = TRY(call("STREAM.INFO." + name, "", Repeat::kUnanswered));
  if (reply.error_number == kErrStreamNotFound) return std::nullopt;
  if (!reply.ok()) return fail(server_error(reply, fmt::format("cannot look at stream \"{}\"", name)));
  return read_stream(reply.json);
}

Result<StreamInfo> JetStream::create_stream(const std::string& name, const std::vector<std::string>& subjects,
                                            const StreamLimits& limits) {
  JsonObject config;
  config.add("name", name).add("subjects", subjects).add("retention", "limits").add("storage", "file").add(
      "discard", "old");
  if (limits.bytes_max) config.add("max_bytes", *limits.bytes_max);
  if (limits.messages_max) config.add("max_msgs", *limits.messages_max);
  if (limits.messages_per_subject_max) config.add("max_msgs_per_subject", *limits.messages_per_subject_max);
  if (limits.consumers_max) config.add("max_consumers", *limits.consumers_max);
  if (limits.message_bytes_max) config.add("max_msg_size", *limits.message_bytes_max);
  config.add("num_replicas", limits.replicas.value_or(1));
  const ApiReply reply = TRY(call("STREAM.CREATE." + name, config.text()));
  if (!reply.ok()) return fail(server_error(reply, fmt::format("cannot create stream \"{}\"", name)));
  return read_stream(reply.json);
}

Result<std::vector<std::string>> JetStream::stream_names(const std::string& subject) {
  JsonObject request;
  if (!subject.empty()) request.add("subject", subject);
  const ApiReply reply = TRY(call("STREAM.NAMES", request.text(), Repeat::kUnanswered));
  if (!reply.ok()) return fail(server_error(reply, "cannot list streams"));
  return reply.json["streams"].strings();
}

std::string JetStream::consumer_config(const ConsumerRequest& request, const ConsumerSettings& settings) {
  JsonObject config;
  if (!request.durable.empty()) config.add("durable_name", request.durable);
  if (!request.name.empty()) config.add("name", request.name);
  if (!settings.description.empty()) config.add("description", settings.description);
  if (request.start_time_ms >= 0) {
    config.add("deliver_policy", "by_start_time").add("opt_start_time", rfc3339(request.start_time_ms));
  } else if (request.start > 0) {
    config.add("deliver_policy", "by_start_sequence").add("opt_start_seq", request.start);
  } else {
    config.add("deliver_policy", "all");
  }
  config.add("ack_policy", request.ack == AckPolicy::kNone ? "none" : request.ack == AckPolicy::kAll ? "all" : "explicit");
  if (request.ack != AckPolicy::kNone) {
    if (settings.ack_wait_s) config.add("ack_wait", *settings.ack_wait_s * kSecondNs);
    config.add("max_ack_pending", request.ack_pending_max);
    if (settings.max_deliver) config.add("max_deliver", *settings.max_deliver);
    if (!settings.backoff_s.empty()) {
      std::string list;
      for (const int64_t pause : settings.backoff_s) list += fmt::format("{}{}", list.empty() ? "" : ",", pause * kSecondNs);
      config.raw("backoff", "[" + list + "]");
    }
  }
  if (request.filters.size() == 1) config.add("filter_subject", request.filters.front());
  if (request.filters.size() > 1) config.add("filter_subjects", request.filters);
  config.add("replay_policy", settings.replay_policy.empty() ? "instant" : settings.replay_policy);
  if (!settings.sample_frequency.empty()) config.add("sample_freq", settings.sample_frequency);
  if (settings.max_waiting) config.add("max_waiting", *settings.max_waiting);
  if (settings.headers_only) config.add("headers_only", true);
  if (settings.max_batch) config.add("max_batch", *settings.max_batch);
  if (settings.max_bytes) config.add("max_bytes", *settings.max_bytes);
  if (settings.max_expires_s) config.add("max_expires", *settings.max_expires_s * kSecondNs);
  if (request.inactive_s > 0) config.add("inactive_threshold", request.inactive_s * kSecondNs);
  if (settings.replicas) config.add("num_replicas", *settings.replicas);
  if (settings.memory_storage) config.add("mem_storage", *settings.memory_storage);
  return config.text();
}

Result<ConsumerInfo> JetStream::create_consumer(const std::string& stream, const ConsumerRequest& request,
                                                const ConsumerSettings& settings, int* number) {
  JsonObject body;
  body.add("stream_name", stream).raw("config", consumer_config(request, settings));
  // The older names of the API; every server knows them.
  const std::string api = !request.durable.empty() ? fmt::format("CONSUMER.DURABLE.CREATE.{}.{}", stream, request.durable)
                          : !request.name.empty()  ? fmt::format("CONSUMER.CREATE.{}.{}", stream, request.name)
                                                   : "CONSUMER.CREATE." + stream;
  const bool passing = request.durable.empty() && request.name.empty();
  const ApiReply reply = TRY(call(api, body.text(), passing ? Repeat::kUnanswered : Repeat::kNever));
  if (number != nullptr) *number = reply.error_number;
  if (!reply.ok())
    return fail(server_error(reply, fmt::format("cannot create a consumer on stream \"{}\"", stream)));
  return read_consumer(reply.json);
}

Result<std::optional<ConsumerInfo>> JetStream::consumer(const std::string& stream, const std::string& name) {
  const ApiReply reply = TRY(call(fmt::format("CONSUMER.INFO.{}.{}", stream, name), "", Repeat::kUnanswered));
  if (reply.error_number == kErrConsumerNotFound || reply.error_number == kErrStreamNotFound) return std::nullopt;
  if (!reply.ok()) return fail(server_error(reply, fmt::format("cannot look at consumer \"{}\"", name)));
  return read_consumer(reply.json);
}

Result<void> JetStream::delete_consumer(const std::string& stream, const std::string& name) {
  const ApiReply reply = TRY(call(fmt::format("CONSUMER.DELETE.{}.{}", stream, name), ""));
  if (reply.error_number == kErrConsumerNotFound || reply.error_number == kErrStreamNotFound || reply.ok()) return {};
  return fail(server_error(reply, fmt::format("cannot delete consumer \"{}\"", name)));
}

}  // namespace leat::nats
