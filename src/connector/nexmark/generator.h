#pragma once
// NexmarkGenerator: the events of the Nexmark benchmark, by number.
// Event n is a function of (seed, n) alone, in whole numbers only: the same on any machine, in any
// order, split in any way. docs/internals/nexmark.md says it byte for byte, with checksums.
// Of 50 events the first is a person, the next three are auctions, the rest are bids. Event 0 is the
// first; a bidder is a person (the offset is added once, as the query suite means it).
// Thread: all const, any; batches share the generator's texts, which outlive it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "types/batch.h"
#include "types/schema.h"

namespace leat {

enum class NexmarkKind : uint8_t { kPerson, kAuction, kBid };

struct NexmarkConfig {
  uint64_t seed = 1;
  uint64_t events_per_second = 10'000;             // of event time; at most 10^9
  int64_t base_time_ms = 1'436'918'400'000;        // 2015-07-15T00:00:00Z
  uint32_t person_bytes = 200;                     // mean sizes that `extra` pads to
  uint32_t auction_bytes = 500;
  uint32_t bid_bytes = 100;
};

// Views live as long as the generator, or in `memory`.
struct NexmarkPerson {
  int64_t id = 0;
  std::string_view name, email_address, credit_card, city, state, extra;
  int64_t date_time_ms = 0;
  char memory[64];
};
struct NexmarkAuction {
  int64_t id = 0;
  std::string_view item_name, description, extra;
  int64_t initial_bid = 0, reserve = 0, date_time_ms = 0, expires_ms = 0, seller = 0, category = 0;
  char memory[128];
};
struct NexmarkBid {
  int64_t auction = 0, bidder = 0, price = 0, date_time_ms = 0;
  std::string_view channel, url, extra;
};

class NexmarkGenerator {
 public:
  explicit NexmarkGenerator(const NexmarkConfig& config);
  ~NexmarkGenerator();

  static NexmarkKind kind_of(uint64_t n) {
    const uint64_t rest = n % 50;
    return rest == 0 ? NexmarkKind::kPerson : rest < 4 ? NexmarkKind::kAuction : NexmarkKind::kBid;
  }
  // How many events of a kind there are among 0 .. n-1, and the number of the i-th one.
  static uint64_t count_of(NexmarkKind kind, uint64_t n);
  static uint64_t number_of(NexmarkKind kind, uint64_t i);
  int64_t date_time_ms(uint64_t n) const;

  // Event n, which must be of that kind.
  void person(uint64_t n, NexmarkPerson& out) const;
  void auction(uint64_t n, NexmarkAuction& out) const;
  void bid(uint64_t n, NexmarkBid& out) const;

  // id, name, email_address, credit_card, city, state, date_time, extra; and so on. Times are timestamps.
  static const Schema& schema(NexmarkKind kind);
  // The events of a kind among first .. last-1, as columns of its schema; null columns where `wanted`
  // (if not empty) says no.
  Batch batch(NexmarkKind kind, uint64_t first, uint64_t last, const std::vector<bool>& wanted = {}) const;

  // Event n as one JSON object without a line end: its kind's columns ("flat"), or all three kinds with
  // an event_type of 0, 1, 2 and null for the two others ("combined").
  void append_json(uint64_t n, bool combined, std::string& to) const;

 private:
  struct Texts;
  NexmarkConfig config_;
  std::shared_ptr<const Texts> texts_;
};

}  // namespace leat
