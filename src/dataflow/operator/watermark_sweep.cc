#include "dataflow/operator/watermark_sweep.h"

#include <algorithm>

namespace leat {

WatermarkSweep::WatermarkSweep(const std::vector<Type>& key_types) {
  for (const Type& type : key_types) physical_.push_back(type.physical());
}

bool WatermarkSweep::is_below(std::string_view key, const std::vector<Below>& below) const {
  PackedReader reader(key, physical_.size());
  size_t next = 0;
  for (const Below& b : below) {
    PackedValue value;
    for (; next <= b.at; ++next) value = reader.next(physical_[next]);
    if (!value.is_null() && value.as<int64_t>() < b.micros) return true;
  }
  return false;
}

std::vector<WatermarkSweep::Below> below_of(const std::vector<int>& keys, const Watermarks& input) {
  std::vector<WatermarkSweep::Below> below;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (const auto at = input.find(keys[i]); at != input.end()) below.push_back({i, at->second});
  }
  return below;
}

std::vector<WatermarkSweep::Below> below_of(const std::vector<int>& left_keys, const Watermarks& left,
                                            const std::vector<int>& right_keys, const Watermarks& right) {
  std::vector<WatermarkSweep::Below> below;
  for (size_t i = 0; i < left_keys.size(); ++i) {
    const auto l = left.find(left_keys[i]);
    const auto r = right.find(right_keys[i]);
    if (l != left.end() && r != right.end()) below.push_back({i, std::min(l->second, r->second)});
  }
  return below;
}

}  // namespace leat
