#pragma once
// WireBuffer: bytes that are appended at the end and consumed at the front. Grows, is reused, and
// never initialises memory. Numbers are big-endian, as the protocol wants them. Thread: owner only.

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/check.h"

namespace leat::pgwire {

template <class T>
inline void store_big_endian(char* to, T value) {
  const T swapped = std::byteswap(value);
  std::memcpy(to, &swapped, sizeof swapped);
}
template <class T>
inline T load_big_endian(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::byteswap(value);
}

class WireBuffer {
 public:
  std::string_view pending() const { return {data_.get() + begin_, end_ - begin_}; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  size_t capacity() const { return capacity_; }

  void consume(size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }
  // Gives the memory back if it is more than `bytes_max`; the buffer must be empty.
  void trim(size_t bytes_max) {
    if (capacity_ <= bytes_max) return;
    data_.reset();
    capacity_ = begin_ = end_ = 0;
  }

  // Room for `count` bytes at the end; valid until the next reserve().
  char* reserve(size_t count) {
    if (capacity_ - end_ < count) grow(count);
    return data_.get() + end_;
  }
  void commit(size_t count) { end_ += count; }
  // All the room there is at the end, at least `count_min`.
  size_t reserve_all(size_t count_min) {
    reserve(count_min);
    return capacity_ - end_;
  }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  void append_byte(char byte) {
    *reserve(1) = byte;
    ++end_;
  }
  template <class T>
  void append_number(T value) {
    store_big_endian(reserve(sizeof value), value);
    end_ += sizeof value;
  }
  void append_cstring(std::string_view text) {
    append(text);
    append_byte(0);
  }

  // A message: its type byte and a length that end_message() fills in. Returns the place of the
  // message.
  size_t begin_message(char type) {
    const size_t place = end_ - begin_;
    append_byte(type);
    append_number(uint32_t{0});
    return place;
  }
  void end_message(size_t place) {
    const size_t length = end_ - begin_ - place - 1;
    store_big_endian(data_.get() + begin_ + place + 1, static_cast<uint32_t>(length));
  }
  // Drops everything after `size` bytes of what is pending: an unfinished message.
  void cut_to(size_t size) { end_ = begin_ + size; }

 private:
  void grow(size_t count) {
    const size_t used = end_ - begin_;
    if (capacity_ >= used + count && begin_ >= used) {  // room enough in front of what is pending
      std::memcpy(data_.get(), data_.get() + begin_, used);
    } else {
      size_t capacity = capacity_ < 4096 ? 4096 : capacity_;
      while (capacity < used + count) capacity *= 2;
      auto data = std::make_unique_for_overwrite<char[]>(capacity);
      if (used > 0) std::memcpy(data.get(), data_.get() + begin_, used);
      data_ = std::move(data);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace leat::pgwire
