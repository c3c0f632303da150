#include "job/sink_queue.h"

#include <algorithm>
#include <cstring>

namespace leat {
namespace {

constexpr size_t kPieceBytes = 4 << 20;

std::string number_key(uint64_t number) {
  const uint64_t big_endian = __builtin_bswap64(number);
  return std::string(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

uint64_t key_number(std::string_view key) {
  uint64_t big_endian;
  std::memcpy(&big_endian, key.data(), sizeof big_endian);
  return __builtin_bswap64(big_endian);
}

// Layout of a logged message (docs/internals/job.md): u32 subject size, subject, payload.
std::string log_value(std::string_view subject, std::string_view payload) {
  const auto size = static_cast<uint32_t>(subject.size());
  std::string value(reinterpret_cast<const char*>(&size), sizeof size);
  value += subject;
  value += payload;
  return value;
}

SinkMessage logged_message(std::string_view key, std::string_view value) {
  uint32_t size;
  std::memcpy(&size, value.data(), sizeof size);
  return {.number = key_number(key),
          .subject = std::string(value.substr(sizeof size, size)),
          .payload = std::string(value.substr(sizeof size + size)),
          .logged = true};
}

}  // namespace

Result<void> SinkQueue::open_log(const Store& store, uint64_t end, size_t count) {
  StoreIterator it = store.iterator(table_);
  it.seek_to_first();
  if (it.valid()) {
    log_begin_ = key_number(it.key());
    log_end_ = end;
    log_count_ = count;
  }
  return it.status();
}

void SinkQueue::push(std::deque<SinkMessage>& to, SinkMessage message) {
  bytes_ += message.bytes();
  to.push_back(std::move(message));
}

void SinkQueue::add(std::string subject, std::string payload) {
  push(log_begin_ == log_end_ ? messages_ : newest_,
       {.number = next_number_++, .subject = std::move(subject), .payload = std::move(payload)});
}

uint64_t SinkQueue::begin() const {
  if (!messages_.empty()) return messages_.front().number;
  if (log_begin_ != log_end_) return log_begin_;
  return newest_.empty() ? next_number_ : newest_.front().number;
}

void SinkQueue::unsent(size_t count, uint64_t number_end, std::vector<const SinkMessage*>& out) {
  out.clear();
  for (size_t i = sent_; i < messages_.size() && out.size() < count && messages_[i].number < number_end; ++i) {
    out.push_back(&messages_[i]);
  }
}

std::optional<uint64_t> SinkQueue::last_sent() const {
  return sent_ == 0 ? std::nullopt : std::optional(messages_[sent_ - 1].number);
}

void SinkQueue::pop_front() {
  bytes_ -= messages_.front().bytes();
  messages_.pop_front();
}

void SinkQueue::acknowledge(uint64_t up_to) {
  while (sent_ > 0 && messages_.front().number <= up_to) {
    if (messages_.front().logged) gone_.push_back(messages_.front().number);
    pop_front();
    --sent_;
  }
}

// What is not logged yet stands behind what is.
void SinkQueue::freeze(std::deque<SinkMessage>& messages, DeltaBuffer& delta) {
  for (auto message = messages.rbegin(); message != messages.rend() && !message->logged; ++message) {
    delta.add_value(number_key(message->number), log_value(message->subject, message->payload));
    message->logged = true;
  }
}

DeltaBuffer SinkQueue::freeze() {
  DeltaBuffer delta(table_);
  for (const uint64_t number : gone_) delta.add_tombstone(number_key(number));
  gone_.clear();
  freeze(newest_, delta);
  freeze(messages_, delta);
  frozen_end_ = next_number_;
  return delta;
}

void SinkQueue::spill() {
  if (log_begin_ == log_end_ && !messages_.empty()) log_begin_ = log_end_ = messages_.front().number;
  // What came behind an earlier spill.
  std::deque<SinkMessage>& rest = messages_.empty() ? newest_ : messages_;
  while (!rest.empty() && rest.front().number < durable_end_) {
    log_end_ = rest.front().number + 1;
    ++log_count_;
    bytes_ -= rest.front().bytes();
    rest.pop_front();
  }
  if (log_begin_ != log_end_ && !messages_.empty()) newest_.swap(messages_);
}

std::optional<SinkQueue::Stretch> SinkQueue::to_load() const {
  if (log_begin_ == log_end_ || messages_.size() > sent_) return std::nullopt;
  return Stretch{log_begin_, log_end_};
}

Result<SinkQueue::Piece> SinkQueue::read_piece(const Store& store, TableId table, const Stretch& stretch) {
  Piece piece{.end = stretch.end};
  size_t bytes = 0;
  StoreIterator it = store.iterator(table);
  for (it.seek(number_key(stretch.begin)); it.valid(); it.next()) {
    SinkMessage message = logged_message(it.key(), it.value());
    if (message.number >= stretch.end) break;  // newer ones are in memory too
    if (bytes >= kPieceBytes) {
      piece.end = message.number;
      break;
    }
    bytes += message.bytes();
    piece.messages.push_back(std::move(message));
  }
  TRY(it.status());
  return piece;
}

void SinkQueue::load(Piece piece) {
  log_count_ -= std::min(log_count_, piece.messages.size());
  for (SinkMessage& message : piece.messages) {
    if (is_stored(message.number)) {
      gone_.push_back(message.number);
    } else {
      push(messages_, std::move(message));
    }
  }
  log_begin_ = piece.end;
  if (log_begin_ != log_end_) return;
  log_count_ = 0;
  for (SinkMessage& message : newest_) messages_.push_back(std::move(message));
  newest_.clear();
  stored_.clear();
}

// Numbers come nearly in order, so the ranges are few.
void SinkQueue::skip(uint64_t number) {
  auto next = stored_.upper_bound(number);
  if (next != stored_.begin()) {
    const auto before = std::prev(next);
    if (number <= before->second) return;
    if (number == before->second + 1) {
      before->second = number;
      if (next != stored_.end() && next->first == number + 1) {
        before->second = next->second;
        stored_.erase(next);
      }
      return;
    }
  }
  if (next != stored_.end() && next->first == number + 1) {
    const uint64_t last = next->second;
    stored_.erase(next);
    stored_[number] = last;
    return;
  }
  stored_[number] = number;
}

bool SinkQueue::is_stored(uint64_t number) const {
  const auto next = stored_.upper_bound(number);
  return next != stored_.begin() && number <= std::prev(next)->second;
}

}  // namespace leat
