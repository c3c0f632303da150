#pragma once
// SinkQueue: the messages of one sink that the broker has not acknowledged, by ascending number.
// A checkpoint carries all of them (the log, a table of the Store). The oldest are in memory; behind them
// a stretch may be in the log only (after a restart, or of a large snapshot), and behind that the newest
// are in memory again.
// Thread: one at a time; whoever owns it locks.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "state/delta_buffer.h"
#include "state/store.h"

namespace leat {

struct SinkMessage {
  uint64_t number = 0;
  std::string subject, payload;
  bool logged = false;  // in a checkpoint, perhaps not a durable one yet
  size_t bytes() const { return subject.size() + payload.size(); }
};

class SinkQueue {
 public:
  explicit SinkQueue(TableId table) : table_(table) {}

  void start_at(uint64_t next_number) { next_number_ = frozen_end_ = durable_end_ = next_number; }
  // After a restart: the log holds `count` messages with numbers below `end`.
  Result<void> open_log(const Store& store, uint64_t end, size_t count);
  void add(std::string subject, std::string payload);

  // Messages in memory that follow the sent ones, up to `count`, below `number_end`. They stay where they
  // are until acknowledge() passes them.
  void unsent(size_t count, uint64_t number_end, std::vector<const SinkMessage*>& out);
  bool has_unsent(uint64_t number_end) const {
    return sent_ < messages_.size() && messages_[sent_].number < number_end;
  }
  void sent(size_t count) { sent_ += count; }
  // The number of the last that was sent and is not acknowledged.
  std::optional<uint64_t> last_sent() const;
  void acknowledge(uint64_t up_to);

  // A checkpoint begins: what it adds to the log and removes from it.
  DeltaBuffer freeze();
  // That checkpoint is durable.
  void committed() { durable_end_ = frozen_end_; }
  // Messages below it are in a durable checkpoint.
  uint64_t durable_end() const { return durable_end_; }
  // Nothing was sent yet: what is durable need not be in memory.
  void spill();
  // The stretch that is in the log only, when it is time to read a piece of it.
  struct Stretch {
    uint64_t begin, end;
  };
  std::optional<Stretch> to_load() const;
  // A piece of the log, from the stretch's beginning.
  struct Piece {
    std::vector<SinkMessage> messages;
    uint64_t end = 0;  // the log was read up to here
  };
  static Result<Piece> read_piece(const Store& store, TableId table, const Stretch& stretch);
  void load(Piece piece);
  // The broker has this one of the log already.
  void skip(uint64_t number);

  bool empty() const { return messages_.empty() && newest_.empty() && log_begin_ == log_end_; }
  size_t size() const { return messages_.size() + newest_.size() + log_count_; }
  size_t bytes() const { return bytes_; }  // in memory
  uint64_t next_number() const { return next_number_; }
  // The oldest number that is not acknowledged.
  uint64_t begin() const;

 private:
  void push(std::deque<SinkMessage>& to, SinkMessage message);
  void pop_front();
  bool is_stored(uint64_t number) const;
  static void freeze(std::deque<SinkMessage>& messages, DeltaBuffer& delta);

  const TableId table_;
  std::deque<SinkMessage> messages_;               // the oldest
  uint64_t log_begin_ = 0, log_end_ = 0;           // then [begin, end): in the log only
  size_t log_count_ = 0;                           // how many they are
  std::deque<SinkMessage> newest_;                 // used while that is not empty
  size_t sent_ = 0;                                // of messages_, from its front
  size_t bytes_ = 0;
  uint64_t next_number_ = 1;
  uint64_t frozen_end_ = 0, durable_end_ = 0;
  std::vector<uint64_t> gone_;                     // logged and acknowledged since the last freeze
  std::map<uint64_t, uint64_t> stored_;            // ranges [first, last] that the broker has already
};

}  // namespace leat
