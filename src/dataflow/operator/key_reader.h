#pragma once
// KeyReader: the keys of a batch's rows as stateful operators want them: packed bytes and hashes.
// The hash's vnode is that of the stream's distribution, so that state lies in the shard (and on disk
// in the vnode) where its rows arrive, also if a stream is distributed by a part of the key.
// Thread: owner only.

#include <span>
#include <string_view>
#include <vector>

#include "plan/physical.h"
#include "types/packed_row.h"

namespace leat {

class KeyReader {
 public:
  // `null_safe[i]` false: a NULL in keys[i] makes has_null(). Empty: NULLs are ordinary values.
  KeyReader(const Schema& input, std::vector<int> keys, const Distribution& distribution,
            std::vector<bool> null_safe = {});

  void read(const Batch& batch);
  size_t size() const { return hashes_.size(); }
  std::span<const uint64_t> hashes() const { return hashes_; }
  std::span<const std::string_view> keys() const { return keys_; }
  uint32_t row(size_t i) const { return rows_[i]; }  // physical row of the batch
  bool has_null(size_t i) const { return !nulls_.empty() && nulls_[i]; }

 private:
  std::vector<int> key_columns_;
  std::vector<int> distribution_columns_;  // empty: the key itself
  std::vector<bool> null_safe_;
  RowPacker packer_;
  std::vector<uint64_t> hashes_;
  std::vector<std::string_view> keys_;
  std::vector<uint32_t> rows_;
  std::vector<uint8_t> nulls_;
};

std::vector<int> all_columns(size_t count);
std::vector<Type> types_at(const Schema& schema, const std::vector<int>& columns);
// The types of sort columns, in their order.
std::vector<Type> sort_types(const Schema& schema, const std::vector<SortColumn>& order);
// What makes a sort key unique: the stream's key; a stream without one is told apart by all its columns.
std::vector<SortColumn> tie_columns(const PhysicalNode& input);

}  // namespace leat
