#pragma once
// Id: a number that names one kind of thing. Ids of different kinds do not convert into each other.

#include <compare>
#include <cstdint>
#include <functional>

namespace leat {

template <class Tag>
struct Id {
  uint32_t value = 0;
  constexpr Id() = default;
  constexpr explicit Id(uint32_t v) : value(v) {}
  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }  // 0 names nothing
};

using ObjectId = Id<struct ObjectTag>;  // a catalog object: schema, table, source, view, index, sink
using TableId = Id<struct TableTag>;    // a table of stored state: a relation's rows or an operator's state
using ShardId = Id<struct ShardTag>;

// The number of a step; all views of one epoch show the same prefix of every input.
using Epoch = uint64_t;

}  // namespace leat

template <class Tag>
struct std::hash<leat::Id<Tag>> {
  size_t operator()(leat::Id<Tag> id) const noexcept { return id.value * 0x9E3779B97F4A7C15ull; }
};
