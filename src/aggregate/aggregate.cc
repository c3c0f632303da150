#include "aggregate/aggregate.h"

#include <vector>

namespace leat {

std::span<const AggregateFunction> aggregate_functions() {
  static const std::vector<AggregateFunction> all = [] {
    std::vector<AggregateFunction> rows;
    for (const auto family :
         {count_aggregates(), sum_aggregates(), avg_aggregates(), min_max_aggregates(),
          bool_aggregates(), bit_aggregates(), variance_aggregates(), collect_aggregates(), jsonb_aggregates()}) {
      rows.insert(rows.end(), family.begin(), family.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace leat
