#include "connector/nats/nats_consumer.h"

#include <fmt/format.h>

#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

bool cover_all(const std::vector<std::string>& filters, const StreamInfo& stream) {
  if (stream.copies || stream.subjects.empty()) return false;
  return std::ranges::all_of(stream.subjects, [&](const std::string& stored) {
    return std::ranges::any_of(filters, [&](const std::string& f) { return subject_contains(f, stored); });
  });
}

std::vector<std::string> echoed_filters(const JsonValue& config) {
  if (config.has("filter_subjects")) return config["filter_subjects"].strings();
  if (config.has("filter_subject") && !config["filter_subject"].text.empty()) return {config["filter_subject"].text};
  return {};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += fmt::format("{}{}", out.empty() ? "" : ", ", word);
  return out.empty() ? "none" : out;
}

// Filters for one consumer, with what the server cannot do left to us.
struct Filters {
  std::vector<std::string> list;
  bool client = false;
};

Filters direct_filters(const SourceSettings& settings, const StreamInfo& stream) {
  if (cover_all(settings.subjects, stream)) return {};
  return {.list = settings.subjects};
}

Filters covering_filter(const SourceSettings& settings, const StreamInfo& stream) {
  Filters out{.list = {subject_cover(settings.subjects)}, .client = true};
  // A cover as wide as the stream is no filter; one that is not among its subjects would be refused.
  if (out.list.front() == ">" || cover_all(out.list, stream)) out.list.clear();
  return out;
}

bool same_set(std::vector<std::string> a, std::vector<std::string> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

// A stream that deletes what is acknowledged must not deliver foreign messages to us.
std::unexpected<Error> several_subjects_error(const StreamInfo& stream) {
  return fail(make_error(SqlState::kFeatureNotSupported,
                         "this NATS server cannot filter several subjects of workqueue stream \"{}\"", stream.name)
                  .with_detail("Several filter subjects per consumer need nats-server 2.10.")
                  .with_hint("Make one source per subject, or one subject with a wildcard."));
}

Result<OpenConsumer> create(JetStream& jetstream, const SourceSettings& settings, const StreamInfo& stream,
                            ConsumerRequest request) {
  Filters filters = direct_filters(settings, stream);
  const bool several = filters.list.size() > 1;
  for (;;) {
    request.filters = filters.list;
    int number = 0;
    auto made = jetstream.create_consumer(stream.name, request, settings.consumer, &number);
    if (!made && number == kErrFilterOutside && filters.client && !filters.list.empty()) {
      filters.list.clear();
      continue;
    }
    if (!made) return std::unexpected(made.error());
    if (same_set(echoed_filters(made->config), filters.list))
      return OpenConsumer{.info = std::move(*made), .client_filter = filters.client, .whole_stream = filters.list.empty()};
    // The server dropped the list silently and would send everything.
    TRY(jetstream.delete_consumer(stream.name, made->name));
    if (!several || filters.client)
      return fail(SqlState::kProtocolViolation, "NATS server made a consumer with filter {} where {} was asked for",
                  joined(echoed_filters(made->config)), joined(filters.list));
    if (stream.retention == Retention::kWorkQueue && request.ack != AckPolicy::kNone) return several_subjects_error(stream);
    filters = covering_filter(settings, stream);
  }
}

std::string_view policy_text(AckPolicy policy) {
  return policy == AckPolicy::kNone ? "none" : policy == AckPolicy::kAll ? "all" : "explicit";
}

Result<void> compare(const ConsumerInfo& have, const SourceSettings& settings, AckPolicy policy,
                     const std::vector<std::string>& filters) {
  const auto differs = [&](std::string_view field, std::string_view there, std::string_view wanted) {
    return fail(make_error(SqlState::kObjectNotInPrerequisiteState,
                           "durable consumer \"{}\" exists with another {}", have.name, field)
                    .with_detail(fmt::format("It has {}, the source asks for {}.", there, wanted))
                    .with_hint("Use another consumer.durable_name, or delete that consumer on the NATS server."));
  };
  const JsonValue& config = have.config;
  if (config.has("deliver_subject") && !config["deliver_subject"].text.empty())
    return differs("kind", "a delivery subject (push)", "a pull consumer");
  if (config["ack_policy"].text != policy_text(policy))
    return differs("ack_policy", config["ack_policy"].text, policy_text(policy));
  if (!same_set(echoed_filters(config), filters))
    return differs("filter", joined(echoed_filters(config)), joined(filters));
  if (config["headers_only"].truth() != settings.consumer.headers_only)
    return differs("headers_only", config["headers_only"].truth() ? "true" : "false",
                   settings.consumer.headers_only ? "true" : "false");
  return {};
}

}  // namespace

Result<void> check_overlap(const SourceSettings& settings, const StreamInfo& stream) {
  if (stream.copies || stream.subjects.empty()) return {};
  for (const std::string& wanted : settings.subjects) {
    const bool any = std::ranges::any_of(stream.subjects,
                                         [&](const std::string& stored) { return subjects_overlap(wanted, stored); });
    if (any) continue;
    return fail(make_error(SqlState::kInvalidParameterValue, "stream \"{}\" stores no message of subject \"{}\"",
                           stream.name, wanted)
                    .with_detail(fmt::format("Subjects of the stream: {}.", joined(stream.subjects)))
                    .with_hint("Correct option \"subject\" or \"stream\", or add the subject to the stream."));
  }
  return {};
}

AckPolicy lasting_ack_policy(const SourceSettings& settings, const StreamInfo& stream) {
  if (stream.retention == Retention::kWorkQueue) return AckPolicy::kExplicit;  // the only one allowed there
  return settings.consumer.ack_policy.value_or(AckPolicy::kExplicit);
}

Result<OpenConsumer> open_passing_consumer(JetStream& jetstream, const SourceSettings& settings,
                                           const StreamInfo& stream, const StreamPosition& from, bool named) {
  ConsumerRequest request{.ack = AckPolicy::kNone,
                          .inactive_s = settings.consumer.inactive_threshold_s.value_or(kInactiveSeconds)};
  if (from.start_time_ms >= 0 && from.floor == 0)
    request.start_time_ms = from.start_time_ms;
  else
    request.start = from.floor + 1;
  if (named && !settings.consumer.name.empty()) {
    request.name = settings.consumer.name;
    TRY(jetstream.delete_consumer(stream.name, request.name));
  }
  return create(jetstream, settings, stream, std::move(request));
}

Result<OpenConsumer> open_lasting_consumer(JetStream& jetstream, const SourceSettings& settings,
                                           const StreamInfo& stream, const std::string& name,
                                           const StreamPosition& from) {
  const AckPolicy policy = lasting_ack_policy(settings, stream);
  auto existing = TRY(jetstream.consumer(stream.name, name));
  if (existing && policy == AckPolicy::kNone) {
    // Nothing acknowledges, so its place on the server means nothing: begin at ours.
    TRY(jetstream.delete_consumer(stream.name, name));
    existing.reset();
  }
  if (existing) {
    const Filters direct = direct_filters(settings, stream);
    Filters used = direct;
    if (direct.list.size() > 1 && !existing->config.has("filter_subjects")) used = covering_filter(settings, stream);
    TRY(compare(*existing, settings, policy, used.list));
    return OpenConsumer{.info = std::move(*existing), .client_filter = used.client,
                        .whole_stream = used.list.empty(), .existed = true};
  }
  ConsumerRequest request{.durable = name,
                          .ack = policy,
                          .ack_pending_max = settings.consumer.max_ack_pending.value_or(kAckPendingMax),
                          .inactive_s = settings.consumer.inactive_threshold_s.value_or(0)};
  if (from.start_time_ms >= 0 && from.floor == 0)
    request.start_time_ms = from.start_time_ms;
  else
    request.start = from.floor + 1;
  if (stream.retention == Retention::kWorkQueue) {
    // The only way such a stream is delivered; what is done is no longer in it.
    request.start = 0;
    request.start_time_ms = -1;
  }
  return create(jetstream, settings, stream, std::move(request));
}

}  // namespace leat::nats
