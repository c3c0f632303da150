#include "connector/nats/nats_sink.h"

#include <fmt/format.h>

#include "connector/nats/nats_subject.h"
#include "connector/nats/nats_writer.h"

namespace leat::nats {

Result<std::optional<StreamInfo>> stream_of_subject(JetStream& jetstream, const std::string& subject) {
  JsonObject request;
  request.add("subject", subject);
  const ApiReply reply = TRY(jetstream.call("STREAM.NAMES", request.text()));
  // 503 on the API's own subject: there is no JetStream, not even one without a leader.
  if (reply.nobody || reply.error_number == kErrNotEnabledForAccount || reply.error_number == kErrNotEnabled)
    return std::nullopt;
  if (!reply.ok()) {
    Error error = make_error(SqlState::kConnectionFailure, "cannot find the stream of subject \"{}\": {}", subject, reply.error_text);
    error.retryable = true;
    return fail(std::move(error));
  }
  const auto names = reply.json["streams"].strings();
  if (names.empty()) return std::nullopt;
  return jetstream.stream(names.front());
}

Result<SinkCheck> NatsSink::validate() {
  const auto connection = TRY(Connection::open(settings_.connect));
  JetStream jetstream(*connection);
  SinkCheck check;
  if (settings_.delivery == SinkDelivery::kCore) return check;
  const std::string pattern = template_pattern(settings_.subject);
  auto stream = TRY(stream_of_subject(jetstream, pattern));
  if (!stream && settings_.limits.create) {
    TRY(jetstream.check_enabled());
    stream = TRY(create_stream(jetstream));
  }
  if (stream && !settings_.stream.empty() && stream->name != settings_.stream)
    return fail(make_error(SqlState::kInvalidParameterValue, "subject \"{}\" is stored by stream \"{}\", not by \"{}\"",
                           pattern, stream->name, settings_.stream));
  if (!stream) {
    const std::string said = fmt::format("no JetStream stream stores subject \"{}\"", pattern);
    if (settings_.delivery == SinkDelivery::kExactlyOnce || !settings_.stream.empty())
      return fail(Error{.code = SqlState::kObjectNotInPrerequisiteState, .message = said}.with_hint(
          "Create a stream with this subject, or set allow_create_stream = 'true' and stream = '<name>'."));
    check.notices.push_back(said + ": messages are published without acknowledgement (delivery = 'core')");
    return check;
  }
  if (stream->duplicate_window_ns > 0)
    check.dedup_window = std::chrono::milliseconds(stream->duplicate_window_ns / 1'000'000);
  return check;
}

Result<StreamInfo> NatsSink::create_stream(JetStream& jetstream) {
  const std::string pattern = template_pattern(settings_.subject);
  auto existing = TRY(jetstream.stream(settings_.stream));
  if (!existing) return jetstream.create_stream(settings_.stream, {pattern}, settings_.limits);
  return fail(make_error(SqlState::kDuplicateObject, "stream \"{}\" exists and does not store subject \"{}\"",
                         settings_.stream, pattern)
                  .with_hint("Use another stream name, or add the subject to that stream."));
}

void NatsSink::subject(std::span<const std::optional<std::string_view>> values, std::string& out) const {
  expand_subject(settings_.subject, values, out);
}

Result<std::unique_ptr<SinkWriter>> NatsSink::open_writer() {
  return std::make_unique<NatsWriter>(settings_, clock_);
}

Result<std::optional<std::string>> NatsSink::last_identity(std::string_view subject) {
  const auto connection = TRY(Connection::open(settings_.connect));
  JetStream jetstream(*connection);
  const auto stream = TRY(stream_of_subject(jetstream, std::string(subject)));
  if (!stream) return std::nullopt;
  const auto headers = TRY(jetstream.last_headers(stream->name, std::string(subject)));
  if (!headers) return std::nullopt;
  const auto identity = find_header(*headers, kIdentityHeader);
  return identity ? std::optional(std::string(*identity)) : std::nullopt;
}

}  // namespace leat::nats
