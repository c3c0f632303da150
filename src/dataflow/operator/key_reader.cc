#include "dataflow/operator/key_reader.h"

#include <numeric>

#include "base/hash.h"

namespace leat {

std::vector<Type> types_at(const Schema& schema, const std::vector<int>& columns) {
  std::vector<Type> types;
  for (const int c : columns) types.push_back(schema[static_cast<size_t>(c)].type);
  return types;
}

std::vector<int> all_columns(size_t count) {
  std::vector<int> columns(count);
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

std::vector<Type> sort_types(const Schema& schema, const std::vector<SortColumn>& order) {
  std::vector<Type> types;
  for (const auto& column : order) types.push_back(schema[column.column].type);
  return types;
}

std::vector<SortColumn> tie_columns(const PhysicalNode& input) {
  std::vector<SortColumn> columns;
  for (const int c : input.key.empty() ? all_columns(input.schema.size()) : input.key) {
    columns.push_back({.column = c});
  }
  return columns;
}

KeyReader::KeyReader(const Schema& input, std::vector<int> keys, const Distribution& distribution,
                     std::vector<bool> null_safe)
    : key_columns_(keys),
      null_safe_(std::move(null_safe)),
      packer_(types_at(input, keys), keys, PackMode::kKey) {
  if (distribution.kind == Distribution::kHash && distribution.columns != keys) {
    distribution_columns_ = distribution.columns;
  }
}

void KeyReader::read(const Batch& batch) {
  packer_.pack(batch);
  const size_t n = batch.size();
  hashes_.resize(n);
  keys_.resize(n);
  rows_.resize(n);
  // An exchange just before computed the hashes of the distribution columns; without one of its own
  // they are those of the key.
  auto hashes = distribution_columns_.empty() && batch.hashes
                    ? batch.hashes
                    : Batch::Hashes(hash_columns(batch, key_columns_));
  for (size_t i = 0; i < n; ++i) {
    rows_[i] = batch.selection[i];
    hashes_[i] = (*hashes)[rows_[i]];
    keys_[i] = packer_.packed(i);
  }
  if (!distribution_columns_.empty()) {
    const auto owners = hash_columns(batch, distribution_columns_);
    constexpr uint64_t kVnodeBits = uint64_t{0xFF} << 56;
    for (size_t i = 0; i < n; ++i) {
      hashes_[i] = (hashes_[i] & ~kVnodeBits) | ((*owners)[rows_[i]] & kVnodeBits);
    }
  }
  nulls_.clear();
  for (size_t k = 0; k < null_safe_.size(); ++k) {
    const Vector& column = *batch.columns[key_columns_[k]];
    if (null_safe_[k] || !column.may_have_nulls()) continue;
    nulls_.resize(n, 0);
    for (size_t i = 0; i < n; ++i) nulls_[i] |= column.is_null(rows_[i]);
  }
}

}  // namespace leat
