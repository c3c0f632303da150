#include "connector/nats/nats_stored.h"

#include <fmt/format.h>

#include <charconv>

#include "connector/nats/nats_delivery.h"
#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

constexpr uint64_t kBatch = 5000;
constexpr std::chrono::milliseconds kSlice{50};
constexpr std::chrono::milliseconds kPatience{3'000};
constexpr int64_t kInactiveSeconds = 30;

std::unexpected<Error> unknown_now(std::string message) {
  Error error{.code = SqlState::kConnectionFailure, .message = std::move(message)};
  error.retryable = true;
  return fail(std::move(error));
}

// A filter that is wider than what the stream stores would be refused.
std::vector<std::string> filter_for(const StreamInfo& stream, const std::string& pattern) {
  const bool part = std::ranges::any_of(stream.subjects, [&](const std::string& stored) {
    return subject_contains(stored, pattern) && !subject_contains(pattern, stored);
  });
  return part ? std::vector{pattern} : std::vector<std::string>{};
}

// One pass over a stream's tail by a passing consumer.
class TailReader {
 public:
  TailReader(Connection& connection, const StreamInfo& stream, const std::atomic<bool>* cancel)
      : connection_(connection), jetstream_(connection, kApiWaitFirst, cancel), stream_(stream), cancel_(cancel) {}

  Result<void> read(const std::string& pattern, uint64_t floor, const std::function<void(std::string_view)>& take) {
    const ConsumerRequest request{.filters = filter_for(stream_, pattern), .start = floor + 1,
                                  .inactive_s = kInactiveSeconds};
    const ConsumerInfo consumer = TRY(jetstream_.create_consumer(stream_.name, request, {.headers_only = true}));
    pending_ = consumer.pending;
    auto outcome = read_pending(consumer.name, take);
    (void)connection_.publish(fmt::format("$JS.API.CONSUMER.DELETE.{}.{}", stream_.name, consumer.name), "");
    return outcome;
  }

 private:
  Result<void> read_pending(const std::string& consumer, const std::function<void(std::string_view)>& take) {
    const std::string inbox = connection_.new_inbox();
    Subscription messages = TRY(connection_.subscribe(inbox));
    const std::string next = fmt::format("$JS.API.CONSUMER.MSG.NEXT.{}.{}", stream_.name, consumer);
    JsonObject pull;
    pull.add("batch", kBatch).add("expires", int64_t{kPatience.count()} * 1'000'000);
    uint64_t left = 0;
    std::chrono::milliseconds waited{0};
    while (pending_ > 0) {
      if (cancel_ != nullptr && *cancel_) return unknown_now("stopped");
      if (left == 0) {
        TRY(connection_.publish(next, pull.text(), inbox));
        left = kBatch;
      }
      Message message(nullptr);
      const Wait wait = messages.next(kSlice, message);
      if (wait == Wait::kClosed) return unknown_now("the connection to the NATS server was closed");
      Delivery delivery;
      if (wait == Wait::kTimeout || !parse_delivery(message.reply(), delivery)) {
        waited += kSlice;
        if (waited >= kPatience) return unknown_now(fmt::format("stream \"{}\" cannot be read now", stream_.name));
        continue;
      }
      waited = std::chrono::milliseconds(0);
      --left;
      // What is published from now on is of no interest, and may never end.
      pending_ = delivery.sequence >= stream_.last ? 0 : delivery.pending;
      if (const std::string identity = message.header(kIdentityHeader.data()); !identity.empty()) take(identity);
    }
    return {};
  }

  Connection& connection_;
  JetStream jetstream_;
  const StreamInfo& stream_;
  const std::atomic<bool>* const cancel_;
  uint64_t pending_ = 0;
};

}  // namespace

Result<StreamEnds> StreamEnds::parse(const Position& position) {
  StreamEnds ends;
  if (position.text.empty()) return ends;
  const JsonValue json = TRY(parse_json(position.text));
  for (const auto& [stream, sequence] : json.members) ends.last[stream] = sequence.natural();
  return ends;
}

Position StreamEnds::to_position() const {
  if (last.empty()) return {};
  JsonObject json;
  for (const auto& [stream, sequence] : last) json.add(stream, sequence);
  return Position{json.text()};
}

void StreamEnds::raise(std::string_view stream, uint64_t sequence) {
  const auto known = last.find(stream);
  if (known == last.end()) {
    last.emplace(stream, sequence);
  } else {
    known->second = std::max(known->second, sequence);
  }
}

void StreamEnds::raise_from_ack(std::string_view text) {
  const auto behind = [text](std::string_view key) {
    const size_t at = text.find(key);
    if (at == std::string_view::npos) return std::string_view();
    std::string_view rest = text.substr(at + key.size());
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    return rest;
  };
  std::string_view stream = behind("\"stream\":");
  const std::string_view sequence = behind("\"seq\":");
  uint64_t number = 0;
  if (!stream.starts_with('"') ||
      std::from_chars(sequence.data(), sequence.data() + sequence.size(), number).ec != std::errc{}) {
    return;
  }
  stream.remove_prefix(1);
  raise(stream.substr(0, stream.find('"')), number);
}

Result<std::vector<StreamInfo>> streams_of_subject(JetStream& jetstream, const std::string& pattern) {
  JsonObject request;
  request.add("subject", pattern);
  const ApiReply reply = TRY(jetstream.call("STREAM.NAMES", request.text(), JetStream::Repeat::kUnanswered));
  std::vector<StreamInfo> streams;
  // 503 on the API's own subject: there is no JetStream, not even one without a leader.
  if (reply.nobody || reply.error_number == kErrNotEnabledForAccount || reply.error_number == kErrNotEnabled)
    return streams;
  if (!reply.ok()) return unknown_now(fmt::format("cannot find the stream of subject \"{}\": {}", pattern, reply.error_text));
  for (const std::string& name : reply.json["streams"].strings()) {
    if (auto stream = TRY(jetstream.stream(name))) streams.push_back(std::move(*stream));
  }
  return streams;
}

Result<void> read_identities(Connection& connection, const std::string& pattern, const StreamEnds& from,
                             const std::function<void(std::string_view)>& take, const std::atomic<bool>* cancel) {
  JetStream jetstream(connection, kApiWaitFirst, cancel);
  for (const StreamInfo& stream : TRY(streams_of_subject(jetstream, pattern))) {
    const auto known = from.last.find(stream.name);
    const uint64_t floor = known == from.last.end() || known->second > stream.last ? 0 : known->second;
    if (stream.messages == 0 || stream.last == floor) continue;
    TRY(TailReader(connection, stream, cancel).read(pattern, floor, take));
  }
  return {};
}

}  // namespace leat::nats
