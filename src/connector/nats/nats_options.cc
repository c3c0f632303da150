#include "connector/nats/nats_options.h"

#include <fmt/format.h>

#include <charconv>

#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

// Shared by source and sink.
#define LEAT_NATS_CONNECT_ROWS                                                                     \
  {.name = "connector", .doc = "`nats`.", .required = true},                                       \
  {.name = "server_url",                                                                           \
   .doc = "Servers as `host:port`, `nats://host:port` or `tls://host:port`; several with commas: " \
          "one is picked, the others are for failover.",                                           \
   .required = true},                                                                              \
  {.name = "connect_mode", .type = OptionType::kEnum,                                              \
   .doc = "How to log in. Default: what `username` or `jwt` imply, else `plain`.",                 \
   .allowed = "plain,user_and_password,credential"},                                               \
  {.name = "username", .doc = "User name.", .required_when = "connect_mode=user_and_password"},    \
  {.name = "password", .doc = "Its password.",                                                     \
   .required_when = "connect_mode=user_and_password", .secret = true},                             \
  {.name = "jwt", .doc = "The user's JWT, as text.", .required_when = "connect_mode=credential",   \
   .secret = true},                                                                                \
  {.name = "nkey", .doc = "The user's seed, as text (`SU...`).",                                   \
   .required_when = "connect_mode=credential", .secret = true},                                    \
  {.name = "tls.ca", .doc = "Certificate authority that signed the server's certificate, PEM text. " \
          "Default: the system's."},                                                               \
  {.name = "tls.cert", .doc = "Client certificate, PEM text."},                                    \
  {.name = "tls.key", .doc = "Its private key, PEM text.", .secret = true},                        \
  {.name = "allow_create_stream", .type = OptionType::kBool,                                       \
   .doc = "Create the stream if it does not exist.", .default_value = "false"},                    \
  {.name = "max_bytes", .type = OptionType::kInt,                                                  \
   .doc = "Size limit of a stream that is created."},                                              \
  {.name = "max_messages", .type = OptionType::kInt,                                               \
   .doc = "Message limit of a stream that is created."},                                           \
  {.name = "max_messages_per_subject", .type = OptionType::kInt,                                   \
   .doc = "Limit per subject of a stream that is created."},                                       \
  {.name = "max_consumers", .type = OptionType::kInt,                                              \
   .doc = "Consumer limit of a stream that is created."},                                          \
  {.name = "max_message_size", .type = OptionType::kInt,                                           \
   .doc = "Message size limit of a stream that is created."},                                      \
  {.name = "num_replicas", .type = OptionType::kInt,                                               \
   .doc = "Replicas of a stream that is created.", .minimum = 1, .maximum = 5}

constexpr OptionRow kSourceRows[] = {
    LEAT_NATS_CONNECT_ROWS,
    {.name = "subject", .doc = "Subject to read, wildcards allowed; several with commas.", .required = true},
    {.name = "stream", .doc = "Stream to read.", .required = true},
    {.name = "scan.startup.mode", .type = OptionType::kEnum,
     .doc = "Where to begin: the oldest message kept, only what comes after CREATE, or the first message "
            "stored at or after a time.",
     .default_value = "earliest", .allowed = "earliest,latest,timestamp,timestamp_millis"},
    {.name = "scan.startup.timestamp.millis", .type = OptionType::kInt,
     .doc = "Unix time in milliseconds, compared with the server's store time.",
     .aliases = "scan.startup.timestamp_millis", .required_when = "scan.startup.mode=timestamp|timestamp_millis",
     .minimum = 0},
    {.name = "on_gap", .type = OptionType::kEnum,
     .doc = "What to do when messages were purged or expired before they were read: count them and go on, or "
            "stop the source with an error.",
     .default_value = "continue", .allowed = "continue,fail"},
    {.name = "consumer.durable_name",
     .doc = "Read through this durable consumer, made if it does not exist, and acknowledge to it after each "
            "checkpoint. Without it the reader leaves no trace on the server."},
    {.name = "consumer.name", .doc = "Name of the consumer where there is no durable name."},
    {.name = "consumer.description", .doc = "Text shown with the consumer."},
    {.name = "consumer.deliver_subject", .doc = "Accepted and not used: the consumer is a pull consumer."},
    {.name = "consumer.deliver_policy", .doc = "Accepted and not used: see `scan.startup.mode`."},
    {.name = "consumer.ack_policy", .type = OptionType::kEnum,
     .doc = "Acknowledgement of a durable consumer. Default `explicit`.", .allowed = "none,all,explicit"},
    {.name = "consumer.ack_wait.sec", .type = OptionType::kInt,
     .doc = "Seconds until an unacknowledged message is delivered again; more than the checkpoint interval. "
            "Server's default: 30.",
     .minimum = 1},
    {.name = "consumer.max_deliver", .type = OptionType::kInt,
     .doc = "Deliveries of one message before the server gives up. Default: no limit."},
    {.name = "consumer.filter_subject", .doc = "Accepted and not used: see `subject`."},
    {.name = "consumer.filter_subjects", .doc = "Accepted and not used: see `subject`."},
    {.name = "consumer.replay_policy", .type = OptionType::kEnum,
     .doc = "As fast as possible, or in the messages' own time.", .default_value = "instant",
     .allowed = "instant,original"},
    {.name = "consumer.rate_limit", .type = OptionType::kInt,
     .doc = "Refused: NATS has no rate limit for pull consumers."},
    {.name = "consumer.sample_frequency", .doc = "Percentage of acknowledgements sampled for advisories, 0 to 100."},
    {.name = "consumer.max_waiting", .type = OptionType::kInt,
     .doc = "Pull requests that may wait at the server. Server's default: 512.", .minimum = 1},
    {.name = "consumer.max_ack_pending", .type = OptionType::kInt,
     .doc = "Unacknowledged messages before the server stops delivering; bounds what is read between two "
            "checkpoints. Default 100000.",
     .minimum = 1},
    {.name = "consumer.headers_only", .type = OptionType::kBool, .doc = "Deliver headers without payloads.",
     .default_value = "false"},
    {.name = "consumer.max_batch", .type = OptionType::kInt, .doc = "Most messages per pull request.", .minimum = 1},
    {.name = "consumer.max_bytes", .type = OptionType::kInt, .doc = "Most bytes per pull request.", .minimum = 1},
    {.name = "consumer.max_expires.sec", .type = OptionType::kInt, .doc = "Longest life of a pull request.",
     .minimum = 1},
    {.name = "consumer.inactive_threshold.sec", .type = OptionType::kInt,
     .doc = "The server removes the consumer after this time without a reader. Default 30 where there is no "
            "durable name.",
     .minimum = 1},
    {.name = "consumer.num_replicas", .type = OptionType::kInt, .doc = "Replicas of the consumer.",
     .aliases = "consumer.num.replicas", .minimum = 0, .maximum = 5},
    {.name = "consumer.memory_storage", .type = OptionType::kBool, .doc = "Keep the consumer's state in memory."},
    {.name = "consumer.backoff.sec", .doc = "Pauses between redeliveries, seconds with commas; needs a larger "
                                            "`consumer.max_deliver`."},
};

constexpr OptionRow kSinkRows[] = {
    LEAT_NATS_CONNECT_ROWS,
    {.name = "subject",
     .doc = "Subject to publish to. Column names in braces are replaced: `orders.{region}`; '.', '*', '>', '%' and "
            "blanks in a value are written as % and two hex digits, NULL as `null`.",
     .required = true},
    {.name = "stream", .doc = "The stream that is to store the messages: checked, or made with "
                              "`allow_create_stream`. Default: whichever stream listens on the subject."},
    {.name = "delivery", .type = OptionType::kEnum,
     .doc = "`at_least_once`: at once, with an identity that removes repeats within the stream's dedup window. "
            "`exactly_once`: after the checkpoint, never twice. `core`: without JetStream, at most once.",
     .default_value = "at_least_once", .allowed = "at_least_once,exactly_once,core"},
};

std::string trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  return std::string(text);
}

std::unexpected<Error> bad_option(const Options& options, std::string_view name, std::string message,
                                  std::string hint = {}) {
  Error error = options.error_at(name, SqlState::kInvalidParameterValue, std::move(message));
  error.hint = std::move(hint);
  return fail(std::move(error));
}

Result<void> check_server(const Options& options, const std::string& server) {
  std::string_view rest = server;
  const size_t scheme = rest.find("://");
  if (scheme != std::string_view::npos) {
    const std::string_view name = rest.substr(0, scheme);
    if (name != "nats" && name != "tls")
      return bad_option(options, "server_url", fmt::format("invalid server_url \"{}\": unknown scheme \"{}\"", server, name),
                        "Use host:port, nats://host:port or tls://host:port.");
    rest.remove_prefix(scheme + 3);
  }
  if (rest.find('@') != std::string_view::npos) rest.remove_prefix(rest.rfind('@') + 1);
  const size_t colon = rest.rfind(':');
  std::string_view port = colon == std::string_view::npos || rest.ends_with(']') ? std::string_view{} : rest.substr(colon + 1);
  while (port.ends_with('/')) port.remove_suffix(1);
  uint32_t number = 4222;
  const auto [end, status] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool bad_port = !port.empty() && (status != std::errc{} || end != port.data() + port.size() || number == 0 || number > 65535);
  if (rest.empty() || colon == 0 || bad_port)
    return bad_option(options, "server_url", fmt::format("invalid server_url \"{}\"", server),
                      "Use host:port, nats://host:port or tls://host:port.");
  return {};
}

Result<ConnectSettings> read_connect(const Options& options) {
  ConnectSettings out;
  out.servers = split_comma_list(options.text("server_url"));
  if (out.servers.empty()) return bad_option(options, "server_url", "server_url names no server");
  for (const std::string& server : out.servers) TRY(check_server(options, server));

  const bool has_name = options.given("username") || options.given("password");
  const bool has_token = options.given("jwt") || options.given("nkey");
  std::string mode = options.text("connect_mode");
  if (mode.empty()) {
    if (has_name && has_token)
      return bad_option(options, "username", "both username and jwt are given",
                        "Set connect_mode to 'user_and_password' or 'credential', and leave out the other's options.");
    mode = has_name ? "user_and_password" : has_token ? "credential" : "plain";
  }
  const auto both = [&](std::string_view first, std::string_view second) -> Result<void> {
    for (const auto [missing, other] : {std::pair{first, second}, std::pair{second, first}})
      if (options.text(missing).empty())
        return bad_option(options, other,
                          fmt::format("connect_mode '{}' needs both {} and {}; {} is missing", mode, first, second, missing));
    return {};
  };
  if (mode == "user_and_password") {
    TRY(both("username", "password"));
    out.mode = ConnectMode::kUserAndPassword;
    out.username = options.text("username");
    out.password = options.text("password");
  } else if (mode == "credential") {
    TRY(both("jwt", "nkey"));
    out.mode = ConnectMode::kCredential;
    out.jwt = trimmed(options.text("jwt"));
    out.nkey = trimmed(options.text("nkey"));
  }
  out.tls_ca = trimmed(options.text("tls.ca"));
  out.tls_cert = trimmed(options.text("tls.cert"));
  out.tls_key = trimmed(options.text("tls.key"));
  if (out.tls_cert.empty() != out.tls_key.empty())
    return bad_option(options, out.tls_cert.empty() ? "tls.key" : "tls.cert",
                      "options \"tls.cert\" and \"tls.key\" are needed together");
  return out;
}

StreamLimits read_limits(const Options& options) {
  return {.create = options.boolean("allow_create_stream"),
          .bytes_max = options.maybe_integer("max_bytes"),
          .messages_max = options.maybe_integer("max_messages"),
          .messages_per_subject_max = options.maybe_integer("max_messages_per_subject"),
          .consumers_max = options.maybe_integer("max_consumers"),
          .message_bytes_max = options.maybe_integer("max_message_size"),
          .replicas = options.maybe_integer("num_replicas")};
}

Result<void> check_name(const Options& options, std::string_view option, const std::string& name) {
  if (name.empty() && options.given(option))
    return bad_option(options, option, fmt::format("option \"{}\" is empty", option));
  if (name.find_first_of(". \t\r\n*>/\\") != std::string::npos)
    return bad_option(options, option, fmt::format("invalid {} \"{}\"", option, name),
                      "Names hold no '.', '*', '>', blanks or path separators.");
  return {};
}

Result<ConsumerSettings> read_consumer(const Options& options) {
  ConsumerSettings out;
  out.durable_name = options.text("consumer.durable_name");
  out.name = options.text("consumer.name");
  TRY(check_name(options, "consumer.durable_name", out.durable_name));
  TRY(check_name(options, "consumer.name", out.name));
  if (!out.durable_name.empty() && !out.name.empty() && out.durable_name != out.name)
    return bad_option(options, "consumer.name", "consumer.name and consumer.durable_name differ",
                      "A durable consumer's name is its durable name; leave out consumer.name.");
  if (options.given("consumer.rate_limit"))
    return bad_option(options, "consumer.rate_limit", "NATS has no rate limit for pull consumers",
                      "Leave out consumer.rate_limit; a source is read at the pace of the jobs that use it.");
  out.description = options.text("consumer.description");
  out.replay_policy = options.text("consumer.replay_policy");
  const std::string& policy = options.text("consumer.ack_policy");
  if (!policy.empty())
    out.ack_policy = policy == "none" ? AckPolicy::kNone : policy == "all" ? AckPolicy::kAll : AckPolicy::kExplicit;
  const std::string& sample = options.text("consumer.sample_frequency");
  if (!sample.empty()) {
    uint32_t percent = 101;
    const std::string_view digits = sample.ends_with('%') ? std::string_view(sample).substr(0, sample.size() - 1) : sample;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    if (status != std::errc{} || end != digits.data() + digits.size() || percent > 100)
      return bad_option(options, "consumer.sample_frequency",
                        fmt::format("invalid consumer.sample_frequency \"{}\"", sample), "It is a percentage, 0 to 100.");
    out.sample_frequency = digits;
  }
  out.ack_wait_s = options.maybe_integer("consumer.ack_wait.sec");
  out.max_deliver = options.maybe_integer("consumer.max_deliver");
  out.max_waiting = options.maybe_integer("consumer.max_waiting");
  out.max_ack_pending = options.maybe_integer("consumer.max_ack_pending");
  out.max_batch = options.maybe_integer("consumer.max_batch");
  out.max_bytes = options.maybe_integer("consumer.max_bytes");
  out.max_expires_s = options.maybe_integer("consumer.max_expires.sec");
  out.inactive_threshold_s = options.maybe_integer("consumer.inactive_threshold.sec");
  out.replicas = options.maybe_integer("consumer.num_replicas");
  out.headers_only = options.boolean("consumer.headers_only");
  if (options.given("consumer.memory_storage")) out.memory_storage = options.boolean("consumer.memory_storage");
  for (const std::string& pause : split_comma_list(options.text("consumer.backoff.sec"))) {
    int64_t seconds = 0;
    const auto [end, status] = std::from_chars(pause.data(), pause.data() + pause.size(), seconds);
    if (status != std::errc{} || end != pause.data() + pause.size() || seconds <= 0)
      return bad_option(options, "consumer.backoff.sec", fmt::format("invalid consumer.backoff.sec \"{}\"", pause),
                        "It is a list of whole seconds, as in '1,5,30'.");
    out.backoff_s.push_back(seconds);
  }
  if (!out.backoff_s.empty() && (!out.max_deliver || *out.max_deliver <= static_cast<int64_t>(out.backoff_s.size())))
    return bad_option(options, "consumer.backoff.sec", "consumer.max_deliver must be larger than the number of pauses in consumer.backoff.sec");
  return out;
}

}  // namespace

std::span<const OptionRow> source_option_rows() { return kSourceRows; }
std::span<const OptionRow> sink_option_rows() { return kSinkRows; }

Result<SourceSettings> read_source_settings(const Options& options) {
  SourceSettings out;
  out.connect = TRY(read_connect(options));
  out.stream = options.text("stream");
  TRY(check_name(options, "stream", out.stream));
  out.subjects = split_comma_list(options.text("subject"));
  if (out.subjects.empty()) return bad_option(options, "subject", "subject names no subject");
  for (size_t i = 0; i < out.subjects.size(); ++i) {
    const std::string fault = subject_fault(out.subjects[i], true);
    if (!fault.empty())
      return bad_option(options, "subject", fmt::format("invalid subject \"{}\": {}", out.subjects[i], fault));
  }
  // One that another one contains adds nothing, and servers refuse overlapping filters.
  std::vector<std::string> distinct;
  for (size_t i = 0; i < out.subjects.size(); ++i) {
    bool covered = false;
    for (size_t j = 0; j < out.subjects.size() && !covered; ++j)
      covered = i != j && subject_contains(out.subjects[j], out.subjects[i]) &&
                (j < i || !subject_contains(out.subjects[i], out.subjects[j]));
    if (!covered) distinct.push_back(out.subjects[i]);
  }
  out.subjects = std::move(distinct);
  const std::string& mode = options.text("scan.startup.mode");
  out.startup = mode == "earliest" ? StartupMode::kEarliest
                : mode == "latest" ? StartupMode::kLatest
                                   : StartupMode::kTimestamp;
  if (out.startup == StartupMode::kTimestamp) out.startup_time_ms = options.integer("scan.startup.timestamp.millis");
  out.limits = read_limits(options);
  out.consumer = TRY(read_consumer(options));
  if (out.consumer.durable_name.empty() && out.consumer.ack_policy.value_or(AckPolicy::kNone) != AckPolicy::kNone &&
      out.consumer.name.empty())
    out.consumer.ack_policy.reset();  // acknowledging makes sense to a lasting consumer only
  out.on_gap = options.text("on_gap") == "fail" ? GapAction::kFail : GapAction::kContinue;
  return out;
}

Result<SinkSettings> read_sink_settings(const Options& options) {
  SinkSettings out;
  out.connect = TRY(read_connect(options));
  auto subject = parse_subject_template(options.text("subject"));
  if (!subject) {
    Error error = subject.error();
    error.position = options.position("subject");
    return fail(std::move(error));
  }
  out.subject = std::move(*subject);
  out.stream = options.text("stream");
  TRY(check_name(options, "stream", out.stream));
  out.limits = read_limits(options);
  if (out.limits.create && out.stream.empty())
    return bad_option(options, "allow_create_stream", "allow_create_stream needs option \"stream\": the name of the stream to create");
  const std::string& delivery = options.text("delivery");
  out.delivery = delivery == "exactly_once" ? SinkDelivery::kExactlyOnce
                 : delivery == "core"       ? SinkDelivery::kCore
                                            : SinkDelivery::kAtLeastOnce;
  return out;
}

}  // namespace leat::nats
