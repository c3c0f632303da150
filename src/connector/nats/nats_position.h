#pragma once
// StreamPosition: which messages of a stream were taken. Everything up to `floor`, and the ranges in
// `above`. Without redelivery `above` stays empty; a durable consumer's redeliveries come out of
// order, so one number would not do. The stream's creation time tells a stream from another one of
// the same name.
// Text form, stored in checkpoints: "nats/1;created=N;floor=N[;time=MS][;consumer=NAME][;above=A-B,C-D]"
// (docs/internals/connector.md). Thread: one at a time.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "connector/raw_batch.h"
#include "base/error.h"

namespace leat::nats {

struct StreamPosition {
  int64_t created_ns = 0;  // 0: not known
  uint64_t floor = 0;
  int64_t start_time_ms = -1;  // nothing taken yet: begin at this store time; -1: does not apply
  std::string consumer = {};   // a durable consumer that we made ourselves
  std::vector<std::pair<uint64_t, uint64_t>> above = {};  // sorted, apart, both ends belong

  bool contains(uint64_t sequence) const;
  // Adds first..last; joins what touches.
  void add(uint64_t first, uint64_t last);
  // Everything up to `sequence` is taken or will never come.
  void raise_floor(uint64_t sequence);
  // The highest sequence taken.
  uint64_t top() const { return above.empty() ? floor : above.back().second; }

  Position to_position() const;
  static Result<StreamPosition> parse(const Position& position);
};

}  // namespace leat::nats
