#pragma once
// Watermarks: promises that the coming changes of a stream are not below a time, by column. They start
// at the filters that drop late rows and pass through the graph between steps, from each node's inputs
// to its output: one value for all shards, since between steps nothing is on its way.

#include <cstdint>
#include <map>
#include <span>

namespace leat {

struct PhysicalNode;

using Watermarks = std::map<int, int64_t>;  // column -> µs

// What its inputs' watermarks promise of a node's output. `inputs[0]` of a scan: of the relation's columns.
Watermarks output_watermarks(const PhysicalNode& plan, std::span<const Watermarks> inputs);

}  // namespace leat
