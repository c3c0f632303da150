#include "connector/nats/nats_reader.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

constexpr std::chrono::milliseconds kSlice{50};  // how long stop() may go unnoticed
constexpr uint64_t kBehind = 2000;
constexpr size_t kGather = 1024;
constexpr std::chrono::microseconds kGatherPause{200};
constexpr int64_t kHeartbeatNs = int64_t{kHeartbeat.count()} * 1'000'000;
constexpr int64_t kRetryFirstMs = 50;
constexpr int64_t kRetryLastMs = 300;

// Trouble that passes: the reader shows it and tries again.
std::unexpected<Error> outage(std::string message) {
  Error error{.code = SqlState::kConnectionFailure, .message = std::move(message)};
  error.retryable = true;
  return fail(std::move(error));
}

}  // namespace

NatsReader::NatsReader(const SourceSettings& settings, StreamPosition from, const OpenReader& open, Clock& clock)
    : settings_(settings), purpose_(open.purpose), headers_(open.headers), clock_(clock), position_(std::move(from)),
      committed_(position_) {}

NatsReader::~NatsReader() {
  // What was committed last is acknowledged; the rest comes again, to whoever reads next.
  if (connection_ && inbox_) send_acks();
  if (connection_ && inbox_) {
    leave_consumer();
    // Closing a socket with messages unread resets it, and what the server has not read yet is gone.
    if (connection_->state() == Connection::State::kConnected) (void)connection_->flush(kPongWait);
  }
  inbox_.reset();
}

Result<std::unique_ptr<SplitReader>> NatsReader::make(const SourceSettings& settings, const OpenReader& open,
                                                      Clock& clock) {
  StreamPosition from = TRY(StreamPosition::parse(open.from));
  auto reader = std::make_unique<NatsReader>(settings, std::move(from), open, clock);
  if (open.until) {
    reader->until_ = TRY(StreamPosition::parse(*open.until));
    if (reader->position_.floor >= reader->until_->top()) reader->finished_ = true;
  }
  return reader;
}

Result<void> NatsReader::poll(const PollLimits& limits, RawBatch& batch) {
  batch.clear();
  const int64_t deadline = now_ms() + limits.wait.count();
  Result<void> outcome;
  while (!stopped_ && !finished_) {
    const int64_t left = deadline - now_ms();
    if (!inbox_) {
      if (now_ms() < retry_at_ms_) {
        if (left <= 0) break;
        pause(std::chrono::milliseconds(std::min(left, retry_at_ms_ - now_ms())));
        continue;
      }
      auto opened = open_session();
      if (!opened) {
        note_error(opened.error().to_string());
        if (!opened.error().retryable) {
          outcome = std::unexpected(opened.error());
          break;
        }
        inbox_.reset();
        pulls_.clear();
        retry_pause_ms_ = std::clamp(retry_pause_ms_ * 2, kRetryFirstMs, kRetryLastMs);
        retry_at_ms_ = now_ms() + retry_pause_ms_;
      }
      continue;
    }
    const auto wait = batch.empty() ? std::chrono::milliseconds(std::clamp<int64_t>(left, 0, kSlice.count()))
                                    : std::chrono::milliseconds(0);
    auto next = read_one(wait, limits, batch);
    if (!next) {
      // For good. Asked again, the reader looks again from where it stands.
      outcome = std::unexpected(next.error());
      note_error(next.error().to_string());
      inbox_.reset();
      held_.reset();
      pulls_.clear();
      break;
    }
    if (*next == Next::kFull || (*next == Next::kTaken && batch.size() >= limits.messages_max)) break;
    if (*next == Next::kTaken) continue;
    // Far behind, a fuller batch is worth a moment: being woken for each message costs more than
    // reading it. Otherwise what is there goes out at once.
    const bool far_behind = *next == Next::kNothing && running_.pending.value_or(0) > kBehind;
    if (far_behind && !batch.empty() && batch.size() < kGather && left > 0) {
      std::this_thread::sleep_for(kGatherPause);
      continue;
    }
    // Nothing now, or the session is gone: what was read is handed over first.
    if (!batch.empty() || now_ms() >= deadline) break;
  }
  if (inbox_ && !finished_) look_for_purge();
  if (inbox_ && acks_ != AckPolicy::kNone) send_acks();
  batch.set_position(position_.to_position());
  running_.connected = inbox_.has_value();
  running_.messages += batch.size();
  running_.bytes += batch.payload_bytes();
  if (!batch.empty()) {
    running_.last_offset = batch.offset_text(batch.size() - 1);
    running_.last_time_us = batch.time_us(batch.size() - 1);
  }
  MutexLock lock(mutex_);
  stats_ = running_;
  return outcome;
}

Result<NatsReader::Next> NatsReader::read_one(std::chrono::milliseconds wait, const PollLimits& limits,
                                              RawBatch& batch) {
  Message message(nullptr);
  if (held_) {
    message = std::move(*held_);
    held_.reset();
  } else {
    if (auto asked = ask_for_more(); !asked) {
      close_session(asked.error().to_string());
      return Next::kBroken;
    }
    switch (inbox_->next(wait, message)) {
      case Wait::kMessage: break;
      case Wait::kClosed:
        close_session("the connection to the NATS server was closed");
        return Next::kBroken;
      case Wait::kTimeout:
        if (connection_->reconnects() != connection_epoch_) {
          close_session("the connection to the NATS server was lost and made again");
        } else if (connection_->state() != Connection::State::kConnected) {
          close_session(connection_->last_error());
        } else if (!pulls_.empty() && now_ms() - heard_ms_ > kSilence.count()) {
          close_session("no heartbeat from the stream's consumer");
          suspect_ = true;
        } else {
          return Next::kNothing;
        }
        return Next::kBroken;
    }
    heard_ms_ = now_ms();
  }
  Delivery delivery;
  const std::string_view reply = message.reply();
  if (!is_delivery(reply)) return handle_status(message);
  if (!parse_delivery(reply, delivery))
    return fail(SqlState::kProtocolViolation, "cannot read the reply subject of a JetStream message: \"{}\"", reply);
  if (!batch.empty() && batch.payload_bytes() + message.data().size() > limits.bytes_max) {
    held_ = std::move(message);
    return Next::kFull;
  }
  return take(delivery, message, batch);
}

Result<NatsReader::Next> NatsReader::take(const Delivery& delivery, const Message& message, RawBatch& batch) {
  const uint64_t sequence = delivery.sequence;
  retry_pause_ms_ = 0;
  if (!pulls_.empty()) {
    pulls_.front().gave = true;
    if (--pulls_.front().left == 0) pulls_.pop_front();
  }
  const bool in_line = delivery.consumer_sequence == last_consumer_sequence_ + 1;
  if (!in_line) {
    // One got lost between the server and us: begin again after the last taken.
    close_session(fmt::format("consumer sequence {} came after {}", delivery.consumer_sequence, last_consumer_sequence_));
    return Next::kBroken;
  }
  last_consumer_sequence_ = delivery.consumer_sequence;
  running_.pending = delivery.pending;
  const bool duplicate = position_.contains(sequence);
  const bool beyond = until_ && sequence > until_->top();
  if (acks_ == AckPolicy::kNone) {
    const uint64_t expected = std::max(position_.floor, gap_noted_to_) + 1;
    // Without a filter every hole is a loss; with one, only what the server says it has purged.
    const uint64_t lost_to = consumer_.whole_stream ? sequence - 1 : std::min(purged_to_, sequence - 1);
    if (lost_to >= expected && !beyond && position_.start_time_ms < 0)
      TRY(note_gap(expected, lost_to, "purged, deleted or expired on the server before it was read"));
    position_.raise_floor(sequence);
    last_stream_sequence_ = sequence;
  } else {
    unacked_.push_back({sequence, std::string(message.reply())});
    // First deliveries come in stream order, so what lies between two of them is not ours.
    const bool first_time = delivery.delivered == 1 && sequence > last_stream_sequence_;
    if (first_time) {
      position_.add(last_stream_sequence_ + 1, sequence);
      last_stream_sequence_ = sequence;
    } else {
      position_.add(sequence, sequence);
    }
  }
  position_.start_time_ms = -1;
  if (until_ && (sequence >= until_->top() || delivery.pending == 0)) finished_ = true;
  if (duplicate) {
    ++running_.duplicates;
    return Next::kTaken;
  }
  if (beyond || (until_ && !until_->contains(sequence))) return Next::kTaken;
  if (consumer_.client_filter && !wanted(message.subject())) return Next::kTaken;
  if (headers_) {
    header_text_.clear();
    message.append_headers(header_text_);
  }
  batch.append({.payload = message.data(),
                .sequence = sequence,
                .time_us = delivery.time_ns / 1000,
                .subject = message.subject(),
                .headers = header_text_});
  return Next::kTaken;
}

// When all that was delivered has come here, what the server's consumer has passed without
// delivering is not ours: a quiet subject in a busy stream moves on, too.
void NatsReader::heed_heartbeat(const Message& message) {
  retry_pause_ms_ = 0;
  const uint64_t passed = std::strtoull(message.header("Nats-Last-Stream").c_str(), nullptr, 10);
  const uint64_t delivered = std::strtoull(message.header("Nats-Last-Consumer").c_str(), nullptr, 10);
  if (delivered != last_consumer_sequence_ || passed <= last_stream_sequence_ || held_) return;
  if (acks_ == AckPolicy::kNone)
    position_.raise_floor(passed);
  else
    position_.add(last_stream_sequence_ + 1, passed);
  last_stream_sequence_ = passed;
  if (until_ && position_.floor >= until_->top()) finished_ = true;
}

NatsReader::Next NatsReader::handle_status(const Message& message) {
  const int status = message.status();
  if (status == 100) {
    heed_heartbeat(message);
    return Next::kNothing;
  }
  const std::string text = message.header("Description");
  const bool too_big = status == 409 && text.starts_with("Message Size Exceeds");
  if (status == 404 || status == 408 || too_big) {
    // The pull is over: its number is the last token of the subject the status came to.
    const std::string_view subject = message.subject();
    const std::string_view number = subject.substr(std::min(subject.size(), inbox_prefix_.size()));
    const auto pull = std::ranges::find_if(pulls_, [&](const Pull& p) { return std::to_string(p.number) == number; });
    if (pull != pulls_.end()) {
      if (too_big && !pull->gave) one_big_ = true;
      pulls_.erase(pull);
    }
    return Next::kNothing;
  }
  close_session(status == 503 ? "JetStream does not answer (no responders)"
                              : fmt::format("the consumer ended: {}", text.empty() ? fmt::format("status {}", status) : text));
  return Next::kBroken;
}

// What the consumer allows, which for a durable someone else may have set.
NatsReader::PullSizes NatsReader::pull_sizes(const JsonValue& config) const {
  const auto at_most = [&](uint64_t wanted, std::string_view cap) {
    const int64_t limit = config[cap].integer();
    return limit > 0 ? std::min(wanted, static_cast<uint64_t>(limit)) : wanted;
  };
  return {.messages = at_most(kPullMessages, "max_batch"),
          .bytes = at_most(std::max<uint64_t>(kPullBytes, connection_->payload_bytes_max()), "max_bytes"),
          .life_ns = static_cast<int64_t>(at_most(kPullLife.count() * 1'000'000, "max_expires")),
          .open_max = at_most(kPullsOpen, "max_waiting")};
}

Result<void> NatsReader::ask_for_more() {
  size_t outstanding = 0;
  for (const Pull& pull : pulls_) outstanding += pull.left;
  if (pulls_.size() >= pull_.open_max || outstanding > pull_.messages / 2) return {};
  if (position_.above.size() > kRangesAboveMax) return {};
  const size_t count = one_big_ ? 1 : pull_.messages;
  JsonObject request;
  request.add("batch", static_cast<int64_t>(count)).add("expires", pull_.life_ns);
  if (pull_.life_ns >= 2 * kHeartbeatNs) request.add("idle_heartbeat", kHeartbeatNs);
  if (!one_big_) request.add("max_bytes", pull_.bytes);
  one_big_ = false;
  const uint64_t number = ++pull_number_;
  TRY(connection_->publish(fmt::format("$JS.API.CONSUMER.MSG.NEXT.{}.{}", settings_.stream, consumer_.info.name),
                           request.text(), inbox_prefix_ + std::to_string(number)));
  if (pulls_.empty()) heard_ms_ = now_ms();
  pulls_.push_back({.number = number, .left = count});
  return {};
}

// ---- the session -----------------------------------------------------------------------------

Result<void> NatsReader::open_session() {
  TRY(ensure_connection());
  JetStream jetstream(*connection_, api_wait_, &stopped_);
  const auto answered = [&](auto result) {
    // An unanswered call on a connection that does not answer a ping either: take another server.
    if (!result && result.error().retryable) {
      api_wait_ = std::min(api_wait_ * 3 / 2, kApiWaitLast);
      if (!connection_->flush(kPongWait)) drop_connection();
    }
    return result;
  };
  auto found = TRY(answered(jetstream.stream(settings_.stream)));
  if (!found) return outage(fmt::format("stream \"{}\" does not exist (any more)", settings_.stream));
  const StreamInfo& stream = *found;
  TRY(check_stream(stream));
  std::string lasting = settings_.consumer.durable_name.empty() ? position_.consumer : settings_.consumer.durable_name;
  if (purpose_ == ReaderPurpose::kPast) {
    if (stream.retention != Retention::kLimits)
      return fail(make_error(SqlState::kFeatureNotSupported, "stream \"{}\" can be read by one reader only", stream.name)
                      .with_detail("Its retention removes messages when they are acknowledged, so the past cannot be read again.")
                      .with_hint("Use CREATE TABLE instead of CREATE SOURCE, which keeps the rows."));
    lasting.clear();
  }
  passing_ = lasting.empty();
  acks_ = lasting.empty() ? AckPolicy::kNone : lasting_ack_policy(settings_, stream);
  auto opened = answered(lasting.empty()
                             ? open_passing_consumer(jetstream, settings_, stream, position_, purpose_ == ReaderPurpose::kLive)
                             : open_lasting_consumer(jetstream, settings_, stream, lasting, position_));
  if (!opened) {
    // Between two looks a consumer may change; only differences of a durable are for a person.
    Error error = opened.error();
    error.retryable = error.retryable || lasting.empty();
    return fail(std::move(error));
  }
  consumer_ = std::move(*opened);
  pull_ = pull_sizes(consumer_.info.config);
  inbox_prefix_ = connection_->new_inbox() + ".";
  Subscription inbox = TRY(connection_->subscribe(inbox_prefix_ + "*"));
  pulls_.clear();
  held_.reset();
  one_big_ = false;
  last_consumer_sequence_ = acks_ == AckPolicy::kNone ? 0 : consumer_.info.delivered_consumer;
  last_stream_sequence_ = acks_ == AckPolicy::kNone ? position_.floor : consumer_.info.delivered_stream;
  if (acks_ != AckPolicy::kNone) TRY(settle(consumer_.info));
  running_.pending = consumer_.info.pending;
  if (until_ && consumer_.info.pending == 0) finished_ = true;
  connection_epoch_ = connection_->reconnects();
  api_wait_ = kApiWaitFirst;
  heard_ms_ = now_ms();
  stream_checked_ms_ = heard_ms_;
  inbox_ = std::move(inbox);
  log::debug("nats: reading stream {} after sequence {} through consumer {}", settings_.stream, position_.floor,
             consumer_.info.name);
  return {};
}

Result<void> NatsReader::ensure_connection() {
  if (connection_ && connection_->state() == Connection::State::kClosed) drop_connection();
  if (connection_ && connection_->state() == Connection::State::kReconnecting)
    return outage("not connected to the NATS server, trying again");
  // A paused or cut-off server keeps its socket open; another one of the list may be well.
  if (connection_ && std::exchange(suspect_, false) && !connection_->flush(kPongWait)) drop_connection();
  if (connection_) return {};
  auto made = Connection::open(settings_.connect);
  if (!made) {
    // Also a refused password: someone may be just changing it on the server.
    Error error = made.error();
    error.retryable = true;
    return fail(std::move(error));
  }
  connection_ = std::move(*made);
  return {};
}

void NatsReader::drop_connection() {
  inbox_.reset();
  held_.reset();
  connection_.reset();
  ++running_.reconnects;
}

void NatsReader::close_session(std::string why) {
  log::info("nats: reading of stream {} interrupted after sequence {}: {}", settings_.stream, position_.floor, why);
  note_error(std::move(why));
  leave_consumer();
  inbox_.reset();
  held_.reset();
  pulls_.clear();
  ++running_.reconnects;
  // At once the first time; with pauses when nothing is heard in between.
  retry_at_ms_ = now_ms() + retry_pause_ms_;
  retry_pause_ms_ = std::clamp(retry_pause_ms_ * 2, kRetryFirstMs, kRetryLastMs);
}

// A passing consumer is not needed any more. Best effort: the server removes it by itself later.
void NatsReader::leave_consumer() {
  if (!passing_ || connection_->state() != Connection::State::kConnected) return;
  (void)connection_->publish(fmt::format("$JS.API.CONSUMER.DELETE.{}.{}", settings_.stream, consumer_.info.name), "");
}

// The stream is the one that we know, and still has what we want next.
Result<void> NatsReader::check_stream(const StreamInfo& stream) {
  const bool other = position_.created_ns != 0 && stream.created_ns != position_.created_ns;
  if (other || stream.last < position_.top()) {
    // A leader just elected may not have applied all of its log yet.
    if (behind_since_ms_ == 0) behind_since_ms_ = now_ms();
    if (!other && now_ms() - behind_since_ms_ < kBehindPatience.count())
      return outage(fmt::format("stream \"{}\" ends at sequence {}, before what was read", stream.name, stream.last));
    return fail(make_error(SqlState::kObjectNotInPrerequisiteState,
                           "stream \"{}\" is not the one that was read before", stream.name)
                    .with_detail(other ? fmt::format("It was deleted and created again at {}; {} messages of the former one were read.",
                                                     rfc3339(stream.created_ns / 1'000'000), position_.floor)
                                       : fmt::format("Its last sequence is {}, but sequence {} was already read.",
                                                     stream.last, position_.top()))
                    .with_hint("Drop the source and create it again to read the new stream."));
  }
  behind_since_ms_ = 0;
  position_.created_ns = stream.created_ns;
  // Where acknowledging removes messages, missing ones are those that are done.
  if (stream.retention != Retention::kLimits || position_.start_time_ms >= 0) return {};
  const uint64_t next = std::max(position_.floor, gap_noted_to_) + 1;
  if (stream.first <= next) return {};
  TRY(note_gap(next, stream.first - 1, "purged or expired on the server before it was read"));
  position_.raise_floor(stream.first - 1);
  return {};
}

// For filtered readers: how far the stream was purged. Messages below may still be on their way, so
// a gap is noted when one from above comes.
void NatsReader::look_for_purge() {
  if (consumer_.whole_stream || acks_ != AckPolicy::kNone) return;
  if (now_ms() - stream_checked_ms_ < kStreamCheckEvery.count()) return;
  stream_checked_ms_ = now_ms();
  const auto found = JetStream(*connection_, api_wait_, &stopped_).stream(settings_.stream);
  if (found && *found && (*found)->first > 0) purged_to_ = (*found)->first - 1;
}

Result<void> NatsReader::note_gap(uint64_t first, uint64_t last, std::string reason) {
  const uint64_t messages = last - first + 1;
  log::warn("nats: stream {}: up to {} messages, sequences {} to {}, are missing: {}", settings_.stream, messages, first,
            last, reason);
  if (settings_.on_gap == GapAction::kFail)
    return fail(make_error(SqlState::kObjectNotInPrerequisiteState,
                           "messages {} to {} of stream \"{}\" are missing", first, last, settings_.stream)
                    .with_detail(reason)
                    .with_hint("Create the source with on_gap = 'continue' to go on after a gap."));
  gap_noted_to_ = last;
  running_.gap_messages += messages;
  if (running_.gaps.size() == kGapsKept) running_.gaps.erase(running_.gaps.begin());
  running_.gaps.push_back({.first = first, .last = last, .messages = messages, .reason = std::move(reason),
                           .time_us = clock_.now_us()});
  return {};
}

void NatsReader::note_error(std::string text) {
  running_.last_error = std::move(text);
  running_.last_error_time_us = clock_.now_us();
}

// ---- acknowledgements ------------------------------------------------------------------------

// What an earlier session was sent and did not acknowledge: acknowledge what is in a checkpoint, ask
// again at once for what never came (else it would come after ack_wait).
Result<void> NatsReader::settle(const ConsumerInfo& consumer) {
  if (consumer.ack_pending == 0) {
    position_.raise_floor(consumer.delivered_stream);
    unacked_.clear();
    return {};
  }
  position_.raise_floor(consumer.acked_stream);
  const auto answer = [&](uint64_t sequence, std::string_view verdict) {
    return connection_->publish(
        acknowledge_subject(settings_.stream, consumer.name, sequence, consumer.delivered_consumer), verdict);
  };
  const uint64_t last = std::min(consumer.delivered_stream, consumer.acked_stream + kSettleMax);
  for (uint64_t sequence = consumer.acked_stream + 1; sequence <= last; ++sequence) {
    const bool done = committed_.contains(sequence);
    if (!done && position_.contains(sequence)) continue;  // taken; acknowledged after its checkpoint
    if (!done) TRY(answer(sequence, "-NAK"));
    if (done && acks_ != AckPolicy::kAll) TRY(answer(sequence, "+ACK"));
  }
  // Covers all before it, also what never came: only up to the floor, and last, because the server hears no
  // refusal of a delivery that it counts as covered.
  const uint64_t covered = std::min(committed_.floor, last);
  if (acks_ == AckPolicy::kAll && covered > consumer.acked_stream) TRY(answer(covered, "+ACK"));
  return {};
}

void NatsReader::committed(const Position& position) {
  MutexLock lock(mutex_);
  to_commit_ = position;
}

void NatsReader::send_acks() {
  std::optional<Position> position;
  {
    MutexLock lock(mutex_);
    position.swap(to_commit_);
  }
  if (!position) return;
  auto parsed = StreamPosition::parse(*position);
  CHECK(parsed.has_value(), "committed position was not made here: {}", position->text);
  committed_ = std::move(*parsed);
  if (acks_ == AckPolicy::kNone) return;
  // Where the server's own floor has got to, holes below will never be filled.
  if (position_.above.size() > 1) {
    auto info = JetStream(*connection_, api_wait_, &stopped_).consumer(settings_.stream, consumer_.info.name);
    if (info && *info) position_.raise_floor((*info)->acked_stream);
  }
  std::deque<Unacked> rest;
  const Unacked* highest = nullptr;
  for (Unacked& one : unacked_) {
    if (!committed_.contains(one.sequence)) {
      rest.push_back(std::move(one));
      continue;
    }
    if (acks_ == AckPolicy::kAll) {
      // Covers all before it; the floor has no holes, so none of them was missed.
      if (one.sequence > committed_.floor) rest.push_back(std::move(one));
      else if (highest == nullptr || one.sequence > highest->sequence) highest = &one;
      continue;
    }
    // An acknowledgement that gets lost makes a redelivery, which is recognised and acknowledged.
    if (connection_->publish(one.reply, "+ACK")) ++running_.acks;
  }
  if (highest != nullptr && connection_->publish(highest->reply, "+ACK")) ++running_.acks;
  unacked_ = std::move(rest);
}

bool NatsReader::wanted(std::string_view subject) const {
  return std::ranges::any_of(settings_.subjects, [&](const std::string& s) { return subject_matches(s, subject); });
}

void NatsReader::pause(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(std::min(time, kSlice));
}

ReaderStats NatsReader::stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

}  // namespace leat::nats
