#include "connector/nats/nats_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <unordered_map>

#include "base/check.h"
#include "base/log.h"
#include "connector/nats/nats_sink.h"
#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

constexpr std::chrono::milliseconds kSlice{20};
constexpr int64_t kConnectPauseMs = 100;
constexpr int64_t kTimeOutCheckMs = 100;
constexpr size_t kRoutesMax = 10'000;
constexpr size_t kAcksAtOnce = 512;  // taken while sending; fewer can wait
constexpr int64_t kStatsEveryMs = 20;
constexpr int64_t kLookBackAgeMs = 100;  // the smallest dedup window a stream can have

}  // namespace

NatsWriter::NatsWriter(const SinkSettings& settings, StreamEnds from, Clock& clock)
    : settings_(settings), clock_(clock), mark_{.number = 0, .behind = from}, next_mark_(mark_), ends_(std::move(from)) {}

NatsWriter::~NatsWriter() { listener_.reset(); }

Position NatsWriter::position() const {
  MutexLock lock(mutex_);
  return ends_.to_position();
}

Result<bool> NatsWriter::send(const EncodedMessage& message) {
  if (broken_) return fail(*broken_);
  if (window_.size() >= kWindowMessages ||
      (window_bytes_ > 0 && window_bytes_ + message.payload.size() > kWindowBytes)) {
    TRY(pump(true));
    if (window_.size() >= kWindowMessages ||
        (window_bytes_ > 0 && window_bytes_ + message.payload.size() > kWindowBytes))
      return false;
  }
  CHECK(window_.empty() || message.token > window_.back().token, "sink tokens must increase: {} after {}",
        message.token, window_.back().token);
  Entry& entry = window_.emplace_back();
  entry.subject = message.subject;
  entry.payload = message.payload;
  entry.identity = message.identity;
  if (!message.identity.empty())
    entry.headers.append(kIdentityHeader).append(": ").append(message.identity).append("\r\n");
  entry.headers += message.headers;
  entry.token = message.token;
  window_bytes_ += entry.payload.size();
  if (!flowing()) {
    TRY(pump(core_unflushed_ >= kCoreFlushEvery));
    return true;
  }
  const auto sent = publish(send_at_);
  if (sent) ++send_at_;
  else TRY(pump(false));
  return true;
}

// The usual case: connected, nothing to repeat, no heap of acknowledgements.
bool NatsWriter::flowing() const {
  return connection_ && connection_->reconnects() == connection_epoch_ && !settling_ &&
         send_at_ + 1 == window_.size() && core_unflushed_ < kCoreFlushEvery &&
         acks_waiting_.load(std::memory_order_relaxed) < kAcksAtOnce;
}

Result<uint64_t> NatsWriter::wait_durable(uint64_t token, std::chrono::milliseconds wait) {
  const int64_t deadline = now_ms() + wait.count();
  const uint64_t before = durable_up_to();
  for (;;) {
    if (broken_) return fail(*broken_);
    TRY(pump(true));
    hurry();
    const uint64_t now = durable_up_to();
    const int64_t left = deadline - now_ms();
    if (now >= token || now > before || left <= 0 || stopped_) return now;
    // With a lot in flight, one waking for many acknowledgements; they come within the millisecond.
    const size_t worth = std::clamp<size_t>(sent_ / 8, 1, kAcksAtOnce);
    MutexLock lock(mutex_);
    wake_at_ = worth;
    if (arrived_acks_.size() < worth && !stopped_)
      arrived_.wait_for(mutex_, std::min(worth > 1 ? std::chrono::milliseconds(1) : kSlice,
                                         std::chrono::milliseconds(left)));
  }
}

Result<bool> NatsWriter::flush(std::chrono::milliseconds wait) {
  const int64_t deadline = now_ms() + wait.count();
  while (!window_.empty() && !stopped_) {
    const int64_t left = deadline - now_ms();
    if (left <= 0) return false;
    TRY(wait_durable(window_.back().token, std::chrono::milliseconds(left)));
  }
  return window_.empty();
}

void NatsWriter::stop() {
  stopped_ = true;
  MutexLock lock(mutex_);
  arrived_.notify_all();
}

WriterStats NatsWriter::stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

void NatsWriter::publish_stats() {
  running_.in_flight = window_.size();
  MutexLock lock(mutex_);
  stats_ = running_;
}

// ---- the pump --------------------------------------------------------------------------------

Result<void> NatsWriter::pump(bool flush_core) {
  const auto work = [&]() -> Result<void> {
    TRY(take_acks());
    if (!TRY(connected())) return {};
    TRY(time_out());
    TRY(send_queued());
    if (flush_core) TRY(flush_core_messages());
    return {};
  };
  if (broken_) return fail(*broken_);
  auto outcome = work();
  if (!outcome) {
    broken_ = outcome.error();
    running_.last_error = broken_->to_string();
    running_.last_error_time_us = clock_.now_us();
    publish_stats();
  }
  drop_finished();
  return outcome;
}

// The caller waits: what was gathered goes now and not with the library's next millisecond.
void NatsWriter::hurry() {
  if (unflushed_ == 0 || !connection_) return;
  unflushed_ = 0;
  (void)connection_->flush(kSlice);  // the acknowledgements tell what became of it
}

Result<void> NatsWriter::take_acks() {
  if (acks_waiting_.load(std::memory_order_acquire) == 0) return {};
  std::vector<Ack> acks;
  {
    MutexLock lock(mutex_);
    acks.swap(arrived_acks_);
    acks_waiting_.store(0, std::memory_order_relaxed);
  }
  for (const Ack& ack : acks) TRY(take_ack(ack));
  return {};
}

Result<void> NatsWriter::take_ack(const Ack& ack) {
  if (ack.number < base_ || ack.number - base_ >= window_.size()) return {};
  Entry& entry = window_[ack.number - base_];
  if (entry.state == State::kDone) return {};
  if (!ack.nobody && ack.error_number == 0 && ack.error_class == 0) {
    if (ack.duplicate) ++running_.duplicates;
    finish(entry);
    return {};
  }
  if (entry.state != State::kSent) return {};
  if (ack.nobody) {
    // No stream, or one without a leader just now.
    requeue(entry);
    hold_back(fmt::format("nobody stores subject \"{}\" now (no responders)", entry.subject));
    return find_route(entry.subject);
  }
  if (ack.error_class >= 500 || ack.error_class == 0) {
    requeue(entry);
    hold_back(ack.error_text);
    return {};
  }
  return fail(make_error(SqlState::kDataException, "the NATS server refused a message on subject \"{}\": {}",
                         entry.subject, ack.error_text)
                  .with_detail(fmt::format("NATS server error {}.", ack.error_number)));
}

// False while there is no connection; it is tried again from time to time.
Result<bool> NatsWriter::connected() {
  if (connection_ && connection_->state() == Connection::State::kClosed) {
    listener_.reset();
    connection_.reset();
    ++running_.reconnects;
  }
  const auto send_all_again = [&] {
    for (Entry& entry : window_) requeue(entry);
    core_unflushed_ = 0;
    settling_ = false;
    look_back_ = true;
  };
  if (!connection_) {
    if (now_ms() < connect_at_ms_) return false;
    auto made = Connection::open(settings_.connect, Sending::kGathered);
    if (!made) {
      // Also when a password is refused: someone may be just changing it on the server.
      connect_at_ms_ = now_ms() + kConnectPauseMs;
      hold_back(made.error().to_string());
      running_.connected = false;
      return false;
    }
    connection_ = std::move(*made);
    inbox_prefix_ = connection_->new_inbox() + ".";
    const size_t prefix = inbox_prefix_.size();
    auto listener = connection_->listen(inbox_prefix_ + "*", [this, prefix](Message&& m) { receive(m, prefix); });
    if (!listener) {
      hold_back(listener.error().to_string());
      connection_.reset();
      connect_at_ms_ = now_ms() + kConnectPauseMs;
      return false;
    }
    listener_ = std::move(*listener);
    connection_epoch_ = connection_->reconnects();
    running_.connected = true;
    send_all_again();
    // A subject known beforehand is looked up before the first message.
    if (settings_.delivery != SinkDelivery::kCore && settings_.subject.constant() && routes_.empty())
      TRY(find_route(window_.empty() ? std::string() : window_.front().subject));
    hold_until_ms_ = 0;
    return true;
  }
  if (connection_->state() != Connection::State::kConnected) {
    if (running_.connected) {
      running_.last_error = connection_->last_error();
      running_.last_error_time_us = clock_.now_us();
    }
    running_.connected = false;
    return false;
  }
  running_.connected = true;
  if (connection_->reconnects() != connection_epoch_) {
    // Acknowledgements of the former connection will not come any more.
    connection_epoch_ = connection_->reconnects();
    ++running_.reconnects;
    send_all_again();
  }
  return true;
}

Result<void> NatsWriter::time_out() {
  const int64_t now = now_ms();
  if (sent_ == 0 || now - timed_out_check_ms_ < kTimeOutCheckMs) return {};
  timed_out_check_ms_ = now;
  const std::string forbidden = connection_->permission_error();
  for (Entry& entry : window_) {
    if (entry.state != State::kSent || entry.core) continue;
    if (!forbidden.empty() && forbidden.find('"' + entry.subject + '"') != std::string::npos)
      return fail(make_error(SqlState::kInsufficientPrivilege, "the NATS user may not publish to subject \"{}\"", entry.subject)
                      .with_detail(forbidden));
    if (now - entry.sent_ms < kAckWait.count()) break;  // sent in order, near enough
    requeue(entry);
    look_back_ = true;
    hold_back(fmt::format("no acknowledgement for subject \"{}\" within {} ms", entry.subject, kAckWait.count()));
  }
  return {};
}

Result<void> NatsWriter::send_queued() {
  if (send_at_ >= window_.size()) return {};
  if (now_ms() < hold_until_ms_) return {};
  // Those already on their way go first; sending around them would change the order.
  if (settling_ && sent_ > 0) return {};
  settling_ = false;
  if (look_back_) TRY(skip_what_is_stored());
  while (!look_back_ && send_at_ < window_.size()) {
    if (window_[send_at_].state == State::kQueued) {
      auto sent = publish(send_at_);
      if (!sent && !sent.error().retryable) return sent;
      if (!sent) {
        hold_back(sent.error().to_string());
        return {};
      }
    }
    ++send_at_;
  }
  return {};
}

Result<void> NatsWriter::publish(size_t index) {
  Entry& entry = window_[index];
  entry.core = route(entry.subject) == Route::kCore;
  reply_.clear();
  if (!entry.core) {
    char digits[20];
    const auto [end, status] = std::to_chars(digits, digits + sizeof digits, base_ + index);
    reply_.append(inbox_prefix_).append(digits, end);
  }
  TRY(connection_->publish(entry.subject, entry.payload, reply_, entry.headers));
  if (entry.first_sent_ms != 0) ++running_.retries;
  entry.sent_ms = now_ms();
  if (entry.first_sent_ms == 0) entry.first_sent_ms = entry.sent_ms;
  entry.state = State::kSent;
  ++sent_;
  ++unflushed_;
  if (entry.core) ++core_unflushed_;
  return {};
}

Result<void> NatsWriter::flush_core_messages() {
  if (core_unflushed_ == 0) return {};
  const uint64_t epoch = connection_->reconnects();
  const auto answered = connection_->flush(std::chrono::milliseconds(1000));
  if (!answered || connection_->reconnects() != epoch) return {};  // connected() sends them again
  for (Entry& entry : window_)
    if (entry.state == State::kSent && entry.core) finish(entry);
  core_unflushed_ = 0;
  return {};
}

NatsWriter::Route NatsWriter::route(const std::string& subject) const {
  if (settings_.delivery == SinkDelivery::kCore) return Route::kCore;
  const auto known = routes_.find(subject);
  return known == routes_.end() ? Route::kStream : known->second;
}

// Asks the server whether a stream stores this subject. Not knowing now is no answer: try later.
Result<void> NatsWriter::find_route(const std::string& subject) {
  if (subject.empty() || routes_.contains(subject)) return {};
  JetStream jetstream(*connection_, kApiWaitFirst, &stopped_);
  const auto stream = stream_of_subject(jetstream, subject);
  if (!stream) return {};
  if (!*stream && (settings_.delivery == SinkDelivery::kExactlyOnce || !settings_.stream.empty())) {
    hold_back(fmt::format("no JetStream stream stores subject \"{}\"", subject));
    return {};
  }
  if (!*stream)
    log::warn("nats: no stream stores subject {}: publishing without acknowledgement", subject);
  if (routes_.size() >= kRoutesMax) routes_.clear();
  routes_[subject] = *stream ? Route::kStream : Route::kCore;
  return {};
}

// After an outage the server may have forgotten identities that it would drop: what it has of ours is
// read from the stream itself.
Result<void> NatsWriter::skip_what_is_stored() {
  look_back_ = false;
  const int64_t now = now_ms();
  int64_t oldest_ms = now;
  std::unordered_map<std::string_view, Entry*> doubtful;
  for (Entry& entry : window_) {
    if (entry.state != State::kQueued || entry.first_sent_ms == 0 || entry.core || entry.identity.empty()) continue;
    doubtful[entry.identity] = &entry;
    oldest_ms = std::min(oldest_ms, entry.first_sent_ms);
  }
  if (now - oldest_ms < kLookBackAgeMs) return {};
  const std::string pattern = template_pattern(settings_.subject);
  const auto look = [&]() -> Result<void> {
    JetStream jetstream(*connection_, kApiWaitFirst, &stopped_);
    const auto streams = TRY(streams_of_subject(jetstream, pattern));
    const bool remembered = std::ranges::all_of(streams, [&](const StreamInfo& stream) {
      return now - oldest_ms < stream.duplicate_window_ns / 1'000'000 * 3 / 4;
    });
    if (remembered) return {};
    return read_identities(*connection_, pattern, mark_.behind, [&](std::string_view identity) {
      const auto entry = doubtful.find(identity);
      if (entry == doubtful.end() || entry->second->state == State::kDone) return;
      ++running_.duplicates;
      finish(*entry->second);
    }, &stopped_);
  };
  if (auto looked = look(); !looked) {  // not known now
    if (!looked.error().retryable) return looked;
    look_back_ = true;
    hold_until_ms_ = now + kResendPause.count();
  }
  return {};
}

void NatsWriter::requeue(Entry& entry) {
  if (entry.state != State::kSent) return;
  entry.state = State::kQueued;
  --sent_;
  send_at_ = 0;
}

void NatsWriter::hold_back(std::string why) {
  settling_ = true;
  hold_until_ms_ = now_ms() + kResendPause.count();
  running_.last_error = std::move(why);
  running_.last_error_time_us = clock_.now_us();
}

void NatsWriter::finish(Entry& entry) {
  if (entry.state == State::kSent) --sent_;
  entry.state = State::kDone;
  ++running_.messages;
  running_.bytes += entry.payload.size();
}

void NatsWriter::drop_finished() {
  bool any = false;
  while (!window_.empty() && window_.front().state == State::kDone) {
    durable_.store(window_.front().token, std::memory_order_release);
    window_bytes_ -= window_.front().payload.size();
    window_.pop_front();
    ++base_;
    if (send_at_ > 0) --send_at_;
    any = true;
  }
  if (base_ >= next_mark_.number) {
    mark_ = std::move(next_mark_);
    MutexLock lock(mutex_);
    next_mark_ = {.number = base_ + window_.size() + 1, .behind = ends_};
  }
  const int64_t now = now_ms();
  if (window_.empty() ? any : now - stats_at_ms_ >= kStatsEveryMs) {
    stats_at_ms_ = now;
    publish_stats();
  }
}

// On a thread of the library. {"stream":"S","seq":7} or {"error":{"code":503,...}}
void NatsWriter::receive(const Message& message, size_t prefix) {
  Ack ack{};
  const std::string_view subject = message.subject();
  if (subject.size() <= prefix) return;
  const std::string_view number = subject.substr(prefix);
  if (std::from_chars(number.data(), number.data() + number.size(), ack.number).ec != std::errc{}) return;
  const std::string_view text = message.data();
  if (text.empty()) {
    ack.nobody = message.status() == 503;
    if (!ack.nobody) return;
  } else if (text.find("\"error\"") != std::string_view::npos) {
    const auto json = parse_json(text);
    if (!json) return;  // unanswered: sent again
    const JsonValue& error = (*json)["error"];
    ack.error_class = static_cast<int>(error["code"].integer());
    ack.error_number = static_cast<int>(error["err_code"].integer());
    ack.error_text = error["description"].text;
  } else {
    ack.duplicate = text.find("\"duplicate\":true") != std::string_view::npos ||
                    text.find("\"duplicate\": true") != std::string_view::npos;
  }
  MutexLock lock(mutex_);
  if (!ack.nobody && ack.error_class == 0) ends_.raise_from_ack(text);
  arrived_acks_.push_back(std::move(ack));
  acks_waiting_.store(arrived_acks_.size(), std::memory_order_release);
  if (arrived_acks_.size() >= wake_at_) arrived_.notify_one();
}

}  // namespace leat::nats
