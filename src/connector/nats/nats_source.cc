#include "connector/nats/nats_source.h"

#include <fmt/format.h>

#include "base/log.h"
#include "connector/nats/nats_reader.h"
#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

constexpr std::string_view kSplit = "0";

}  // namespace

Result<SourceCheck> NatsSource::validate() {
  const auto connection = TRY(Connection::open(settings_.connect));
  for (auto wait = kApiWaitFirst;; wait = wait * 3 / 2) {
    auto check = validate_once(*connection, wait);
    if (check || !check.error().retryable || wait > kApiWaitLast) return check;
  }
}

Result<SourceCheck> NatsSource::validate_once(Connection& connection, std::chrono::milliseconds wait) {
  JetStream jetstream(connection, wait);
  TRY(jetstream.check_enabled());
  const StreamInfo stream = TRY(find_stream(jetstream));
  TRY(check_overlap(settings_, stream));
  SourceCheck check;
  StreamPosition start = startup(stream);
  TRY(try_consumer(connection, jetstream, stream, start, check.notices));
  check.splits.push_back({.id = std::string(kSplit), .start = start.to_position()});
  return check;
}

Result<StreamInfo> NatsSource::find_stream(JetStream& jetstream) {
  auto found = TRY(jetstream.stream(settings_.stream));
  if (found) return std::move(*found);
  if (settings_.limits.create) return jetstream.create_stream(settings_.stream, settings_.subjects, settings_.limits);
  Error error = make_error(SqlState::kUndefinedObject, "stream \"{}\" does not exist on the NATS server", settings_.stream);
  error.hint = "Set allow_create_stream = 'true' to create it.";
  if (const auto names = jetstream.stream_names("")) {
    const std::vector<std::string_view> views(names->begin(), names->end());
    const auto near = nearest_name(settings_.stream, views);
    if (!near.empty()) error.hint = fmt::format("Did you mean \"{}\"? Or set allow_create_stream = 'true' to create it.", near);
  }
  return fail(std::move(error));
}

StreamPosition NatsSource::startup(const StreamInfo& stream) const {
  StreamPosition start{.created_ns = stream.created_ns};
  switch (settings_.startup) {
    case StartupMode::kEarliest: start.floor = stream.first == 0 ? 0 : stream.first - 1; break;
    case StartupMode::kLatest: start.floor = stream.last; break;
    case StartupMode::kTimestamp: start.start_time_ms = settings_.startup_time_ms; break;
  }
  return start;
}

// The consumer that a reader will ask for is made now, so that the server's refusal comes at CREATE.
Result<void> NatsSource::try_consumer(Connection& connection, JetStream& jetstream, const StreamInfo& stream,
                                      StreamPosition& start, std::vector<std::string>& notices) {
  std::string lasting = settings_.consumer.durable_name;
  if (stream.retention == Retention::kWorkQueue && settings_.consumer.ack_policy.value_or(AckPolicy::kExplicit) != AckPolicy::kExplicit)
    return fail(make_error(SqlState::kInvalidParameterValue, "workqueue stream \"{}\" needs consumer.ack_policy = 'explicit'", stream.name));
  if (stream.retention == Retention::kWorkQueue && settings_.startup != StartupMode::kEarliest)
    return fail(make_error(SqlState::kInvalidParameterValue, "workqueue stream \"{}\" can only be read from its beginning", stream.name)
                    .with_hint("Leave out scan.startup.mode: what was acknowledged is no longer in the stream."));
  if (lasting.empty() && stream.retention != Retention::kLimits) {
    const std::string inbox = connection.new_inbox();
    start.consumer = "leat_" + inbox.substr(inbox.rfind('.') + 1);
    lasting = start.consumer;
    notices.push_back(fmt::format("stream \"{}\" has {} retention: durable consumer \"{}\" is made for this source and "
                                  "its messages are acknowledged after each checkpoint",
                                  stream.name, stream.retention == Retention::kWorkQueue ? "workqueue" : "interest", lasting));
  }
  if (lasting.empty()) {
    const OpenConsumer made = TRY(open_passing_consumer(jetstream, settings_, stream, start, false));
    return jetstream.delete_consumer(stream.name, made.info.name);
  }
  auto made = open_lasting_consumer(jetstream, settings_, stream, lasting, start);
  if (!made && stream.retention == Retention::kWorkQueue && made.error().hint.empty())
    made.error().hint = "A message of a workqueue stream goes to one consumer only: another one may be reading these subjects.";
  if (!made) return std::unexpected(made.error());
  if (!made->existed) return {};
  // A durable goes on where it was; what it has acknowledged will not come again.
  start.floor = made->info.acked_stream;
  start.start_time_ms = -1;
  notices.push_back(fmt::format("durable consumer \"{}\" exists and goes on after sequence {}; scan.startup.mode does not apply",
                                lasting, start.floor));
  return {};
}

Result<std::vector<Split>> NatsSource::splits() {
  return std::vector<Split>{{.id = std::string(kSplit), .start = {}}};
}

Result<Position> NatsSource::end_position(const std::string&) {
  const auto connection = TRY(Connection::open(settings_.connect));
  JetStream jetstream(*connection);
  const auto stream = TRY(jetstream.stream(settings_.stream));
  if (!stream)
    return fail(SqlState::kUndefinedObject, "stream \"{}\" does not exist on the NATS server", settings_.stream);
  return StreamPosition{.created_ns = stream->created_ns, .floor = stream->last}.to_position();
}

Result<std::unique_ptr<SplitReader>> NatsSource::open_reader(const OpenReader& open) {
  if (open.from.empty())
    return fail(SqlState::kInternalError, "a NATS reader needs the position that validate() pinned");
  return NatsReader::make(settings_, open, clock_);
}

bool NatsSource::reached(const Position& have, const Position& target) const {
  const auto here = StreamPosition::parse(have);
  const auto there = StreamPosition::parse(target);
  if (!here || !there || here->floor < there->floor) return false;
  return std::ranges::all_of(there->above, [&](const auto& range) {
    if (range.second <= here->floor) return true;
    return std::ranges::any_of(here->above, [&](const auto& mine) {
      return mine.first <= std::max(range.first, here->floor + 1) && range.second <= mine.second;
    });
  });
}

void NatsSource::dropped(const Position& last) {
  const auto position = StreamPosition::parse(last);
  if (!position || position->consumer.empty()) return;
  const auto connection = Connection::open(settings_.connect);
  const auto deleted = connection ? JetStream(**connection).delete_consumer(settings_.stream, position->consumer)
                                  : Result<void>(std::unexpected(connection.error()));
  if (!deleted)
    log::warn("nats: consumer {} of stream {} stays on the server: {}", position->consumer, settings_.stream,
              deleted.error().to_string());
}

}  // namespace leat::nats
