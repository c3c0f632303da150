#include "dataflow/conflict_rule.h"

#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat {

ConflictRule::ConflictRule(OnConflict kind, std::vector<int> version_columns, std::vector<Type> types)
    : kind_(kind), version_columns_(std::move(version_columns)), types_(std::move(types)) {}

bool ConflictRule::resolve(const std::string* old_row, std::string_view new_row,
                           std::string& result) const {
  if (old_row != nullptr && kind_ == OnConflict::kDoNothing) return false;
  result = new_row;
  if (old_row == nullptr) return true;
  const bool fill_in = kind_ == OnConflict::kDoUpdateIfNotNull;
  if (!fill_in && version_columns_.empty()) return true;
  const auto before = unpack_values(*old_row, types_);
  auto after = unpack_values(new_row, types_);
  for (const int c : version_columns_) {
    // Compared as the ordered keys are.
    if (after[c].is_null()) return false;
    std::string a, b;
    append_ordered_key(a, before[c], false, true);
    append_ordered_key(b, after[c], false, true);
    if (a > b) return false;
    if (a < b) break;
  }
  if (fill_in) {
    for (size_t c = 0; c < after.size(); ++c) {
      if (after[c].is_null()) after[c] = before[c];
    }
    result = pack_values(after);
  }
  return true;
}

}  // namespace leat
