#include "connector/nats/nats_sink.h"

#include <fmt/format.h>

#include "connector/nats/nats_stored.h"
#include "connector/nats/nats_subject.h"
#include "connector/nats/nats_writer.h"

namespace leat::nats {

Result<std::optional<StreamInfo>> stream_of_subject(JetStream& jetstream, const std::string& subject) {
  auto streams = TRY(streams_of_subject(jetstream, subject));
  return streams.empty() ? std::nullopt : std::optional(std::move(streams.front()));
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
  if (settings_.delivery == SinkDelivery::kExactlyOnce && stream->retention != Retention::kLimits)
    check.notices.push_back(fmt::format(
        "stream \"{}\" removes messages that were read: after an outage longer than its duplicate window of {} s, "
        "messages that it had stored can be stored again", stream->name, stream->duplicate_window_ns / 1'000'000'000));
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

Result<std::unique_ptr<SinkWriter>> NatsSink::open_writer(const Position& from) {
  return std::make_unique<NatsWriter>(settings_, TRY(StreamEnds::parse(from)), clock_);
}

Result<Position> NatsSink::end_position() {
  StreamEnds ends;
  if (settings_.delivery == SinkDelivery::kCore) return ends.to_position();
  const auto connection = TRY(Connection::open(settings_.connect));
  JetStream jetstream(*connection);
  for (const StreamInfo& stream : TRY(streams_of_subject(jetstream, template_pattern(settings_.subject)))) {
    ends.raise(stream.name, stream.last);
  }
  return ends.to_position();
}

Result<void> NatsSink::stored_identities(const Position& from, const std::function<void(std::string_view)>& take) {
  if (settings_.delivery == SinkDelivery::kCore) return {};
  const StreamEnds ends = TRY(StreamEnds::parse(from));
  const auto connection = TRY(Connection::open(settings_.connect));
  return read_identities(*connection, template_pattern(settings_.subject), ends, take);
}

}  // namespace leat::nats
