#include "dataflow/consolidate.h"

#include <bit>

#include "base/hash.h"
#include "types/packed_row.h"

namespace leat {

Batch consolidate(std::span<const Batch> batches, const std::vector<Type>& types) {
  bool append_only = true;
  for (const Batch& batch : batches) append_only &= batch.append_only();
  Batch all = batches.size() == 1 ? batches[0].compacted() : concat(batches, types);
  if (append_only || all.size() < 2) return all;

  const size_t rows = all.size();
  std::vector<int> columns(types.size());
  for (size_t i = 0; i < columns.size(); ++i) columns[i] = static_cast<int>(i);
  RowPacker packer(types, columns, PackMode::kExact);
  packer.pack(all);

  constexpr uint32_t kEmpty = ~uint32_t{0};
  const size_t mask = std::bit_ceil(rows * 2) - 1;
  std::vector<uint32_t> slots(mask + 1, kEmpty);
  std::vector<uint64_t> hashes(rows);
  std::vector<int64_t> weights(rows, 0);
  for (uint32_t row = 0; row < rows; ++row) {
    const std::string_view bytes = packer.packed(row);
    hashes[row] = hash_bytes(bytes.data(), bytes.size());
    size_t slot = hashes[row] & mask;
    while (slots[slot] != kEmpty &&
           !(hashes[slots[slot]] == hashes[row] && packer.packed(slots[slot]) == bytes)) {
      slot = (slot + 1) & mask;
    }
    if (slots[slot] == kEmpty) slots[slot] = row;
    weights[slots[slot]] += all.weight(row);
  }
  std::vector<uint32_t> kept;
  auto net = std::make_shared<std::vector<int32_t>>(rows, 0);
  bool only_inserts = true;
  for (uint32_t row = 0; row < rows; ++row) {
    if (weights[row] == 0) continue;
    kept.push_back(row);
    (*net)[row] = static_cast<int32_t>(weights[row]);
    only_inserts &= weights[row] == 1;
  }
  Batch result = all.with_rows(std::move(kept));
  result.weights = only_inserts ? nullptr : std::move(net);
  return result;
}

}  // namespace leat
