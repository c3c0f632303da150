#pragma once
// net_changes: what a step's changes of ordered rows come to: equal rows (group, sort key, value) summed,
// zeros gone, removals before additions. Batches of one step may bring a row's removal before its
// addition (from another shard), and an update keeps the sort key: only the net is safe to apply.
// `Change` has group, sort_key, value and weight.

#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"

namespace leat {

template <class Change>
void net_changes(std::vector<Change>& changes) {
  bool only_additions = true;
  for (const Change& c : changes) only_additions &= c.weight > 0;
  if (only_additions) return;
  const auto hash = [](const Change* c) {
    const uint64_t h = hash_bytes(c->sort_key.data(), c->sort_key.size(), reinterpret_cast<uint64_t>(c->group));
    return static_cast<size_t>(hash_bytes(c->value.data(), c->value.size(), h));
  };
  const auto equal = [](const Change* a, const Change* b) {
    return a->group == b->group && a->sort_key == b->sort_key && a->value == b->value;
  };
  std::unordered_map<const Change*, int64_t, decltype(hash), decltype(equal)> sums(changes.size(), hash, equal);
  for (const Change& c : changes) sums[&c] += c.weight;
  std::vector<Change> net;
  for (const bool removals : {true, false}) {
    for (const Change& c : changes) {
      const auto at = sums.find(&c);
      if (at == sums.end() || at->second == 0 || (at->second < 0) != removals) continue;
      net.push_back(c);
      net.back().weight = static_cast<decltype(c.weight)>(at->second);
      at->second = 0;  // once
    }
  }
  changes = std::move(net);
}

}  // namespace leat
