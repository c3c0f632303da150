#pragma once
// WatermarkSweep: lets go of a state table's keys that a watermark has passed. Between steps it looks at
// some of the records in memory, going round; how many follows the table's growth, so that what is over
// stays a fraction of what lives and no step waits for a walk through all of it. Records that are not in
// memory are seen when they are read back.
// Thread: the table's.

#include <vector>

#include "dataflow/watermark.h"
#include "plan/physical.h"
#include "state/state_table.h"
#include "types/packed_row.h"

namespace leat {

class WatermarkSweep {
 public:
  struct Below {
    size_t at;  // which of the key's values
    int64_t micros;
  };
  // Keys are packed rows of these types.
  explicit WatermarkSweep(const std::vector<Type>& key_types);

  // Calls erase(record) for records whose key has a time below its watermark, then ends the table's step.
  template <class Erase>
  void sweep(StateTable& table, const std::vector<Below>& below, Erase&& erase) {
    const size_t now = table.resident_keys();
    const size_t grown = now > resident_ ? now - resident_ : 0;
    records_.clear();
    table.next_records(kLooksMin + kLooksPerNewKey * grown, records_);
    for (StateRecord* record : records_) {
      if (is_below(table.record_key(record), below)) erase(record);
    }
    table.end_step();
    resident_ = table.resident_keys();
  }

 private:
  static constexpr size_t kLooksMin = 64;
  static constexpr size_t kLooksPerNewKey = 4;
  bool is_below(std::string_view key, const std::vector<Below>& below) const;

  std::vector<Physical> physical_;
  size_t resident_ = 0;
  std::vector<StateRecord*> records_;
};

// The watermarks of one input's key columns, as values of the key.
std::vector<WatermarkSweep::Below> below_of(const std::vector<int>& keys, const Watermarks& input);
// Of a join's, or a set operation's: of both sides alike.
std::vector<WatermarkSweep::Below> below_of(const std::vector<int>& left_keys, const Watermarks& left,
                                            const std::vector<int>& right_keys, const Watermarks& right);

}  // namespace leat
