#pragma once
// RawBatch: messages as a source gave them, undecoded, in the order of their split.
// All bytes of a batch lie in one buffer that clear() keeps, so a caller that reuses its batches
// touches no fresh memory. After the last byte of every payload at least kPayloadPadding bytes are
// readable (their content is unspecified: other messages or the buffer's tail), which is what
// simdjson asks for; a payload can thus be parsed in place. Views live until clear(), append() or
// the batch's end.
// Thread: one at a time.

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leat {

inline constexpr size_t kPayloadPadding = 64;

// A position in a split: the set of messages that were taken, as text. It is opaque to everyone but
// the connector that made it; it starts with the connector's name and a version, and is what a
// checkpoint stores. Empty: from the startup position.
struct Position {
  std::string text;
  bool empty() const { return text.empty(); }
  bool operator==(const Position&) const = default;
};

class RawBatch {
 public:
  // What append() takes; the views are copied.
  struct Message {
    std::string_view payload;
    uint64_t sequence = 0;           // the offset, where it is a number
    std::string_view offset = {};    // the offset, where it is not (Kinesis: up to 128 digits)
    int64_t time_us = 0;             // when the broker stored it, microseconds since 1970
    std::string_view subject = {};   // NATS: subject; Kinesis: partition key
    std::string_view headers = {};   // lines "Key: value\r\n"; see find_header()
  };

  RawBatch() = default;
  RawBatch(RawBatch&&) = default;
  RawBatch& operator=(RawBatch&&) = default;

  size_t size() const { return slots_.size(); }
  bool empty() const { return slots_.empty(); }
  size_t payload_bytes() const { return payload_bytes_; }
  // Memory held, for the budget.
  size_t allocated_bytes() const { return capacity_ + slots_.capacity() * sizeof(Slot); }

  std::string_view payload(size_t i) const { return view(slots_[i].payload_at, slots_[i].payload_size); }
  uint64_t sequence(size_t i) const { return slots_[i].sequence; }
  int64_t time_us(size_t i) const { return slots_[i].time_us; }
  std::string_view subject(size_t i) const { return view(slots_[i].subject_at, slots_[i].subject_size); }
  std::string_view headers(size_t i) const { return view(slots_[i].headers_at, slots_[i].headers_size); }
  // The offset as INCLUDE offset shows it.
  std::string offset_text(size_t i) const {
    const Slot& slot = slots_[i];
    if (slot.offset_size != 0) return std::string(view(slot.offset_at, slot.offset_size));
    return std::to_string(slot.sequence);
  }

  // The position after this whole batch was taken: save it with the step that contains the batch.
  // A batch is the unit: there is no position inside one. Set even when the batch is empty.
  const Position& position() const { return position_; }

  // For readers.
  void clear() {
    slots_.clear();
    used_ = 0;
    payload_bytes_ = 0;
    subject_at_ = 0;
    subject_size_ = 0;
    position_.text.clear();
  }
  void append(const Message& message) {
    reserve(message.payload.size() + message.headers.size() + message.subject.size() +
            message.offset.size());
    Slot slot;
    slot.sequence = message.sequence;
    slot.time_us = message.time_us;
    slot.payload_size = static_cast<uint32_t>(message.payload.size());
    slot.payload_at = put(message.payload);
    payload_bytes_ += message.payload.size();
    if (!message.subject.empty()) {
      if (view(subject_at_, subject_size_) != message.subject) {  // runs of one subject share it
        subject_size_ = static_cast<uint32_t>(message.subject.size());
        subject_at_ = put(message.subject);
      }
      slot.subject_at = subject_at_;
      slot.subject_size = subject_size_;
    }
    if (!message.headers.empty()) {
      slot.headers_size = static_cast<uint32_t>(message.headers.size());
      slot.headers_at = put(message.headers);
    }
    if (!message.offset.empty()) {
      slot.offset_size = static_cast<uint32_t>(message.offset.size());
      slot.offset_at = put(message.offset);
    }
    slots_.push_back(slot);
  }
  void set_position(Position position) { position_ = std::move(position); }

 private:
  struct Slot {
    uint64_t sequence = 0;
    int64_t time_us = 0;
    uint64_t payload_at = 0, subject_at = 0, headers_at = 0, offset_at = 0;
    uint32_t payload_size = 0, subject_size = 0, headers_size = 0, offset_size = 0;
  };

  std::string_view view(uint64_t at, uint32_t size) const {
    return size == 0 && buffer_ == nullptr ? std::string_view{} : std::string_view(buffer_.get() + at, size);
  }
  uint64_t put(std::string_view bytes) {
    const uint64_t at = used_;
    if (!bytes.empty()) std::memcpy(buffer_.get() + at, bytes.data(), bytes.size());
    used_ += bytes.size();
    return at;
  }
  void reserve(size_t more) {
    if (used_ + more + kPayloadPadding > capacity_) grow(more);
  }
  void grow(size_t more);

  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t used_ = 0;
  size_t payload_bytes_ = 0;
  uint64_t subject_at_ = 0;
  uint32_t subject_size_ = 0;
  std::vector<Slot> slots_;
  Position position_;
};

// Header lines "Key: value\r\n". `name` is compared as it is, then without case. The first value
// wins; nullopt when the header is absent.
std::optional<std::string_view> find_header(std::string_view headers, std::string_view name);
// All headers in order, repeated keys repeated.
std::vector<std::pair<std::string_view, std::string_view>> split_headers(std::string_view headers);

}  // namespace leat
