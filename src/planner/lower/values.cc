// Constant rows; in a job they are inserted once, and a row's number is its key. One row of now()
// in a job is the clock.

#include "planner/function_rows.h"
#include "planner/lower/streams.h"

namespace leat::planner {

Result<Lowered> lower_values(Lowering& lowering, const LogicalNode& node) {
  auto values = std::make_shared<PhysicalNode>();
  values->schema = node.schema;
  const bool clock = lowering.is_job() && node.rows.size() == 1 && node.rows[0].size() == 1 &&
                     is_now(*node.rows[0][0]);
  if (clock) {
    values->kind = PhysicalKind::kNow;
    values->distribution.kind = Distribution::kAny;
    return Lowered{values, {0}};
  }
  values->kind = PhysicalKind::kValues;
  values->rows = node.rows;
  values->append_only = true;
  values->distribution.kind = Distribution::kSingle;
  if (lowering.is_job() && node.rows.size() > 1) {
    values->key = {static_cast<int>(values->schema.size())};
    values->schema.push_back({"_row_number", TypeId::kInt64});
    for (size_t i = 0; i < values->rows.size(); ++i) {
      values->rows[i].push_back(make_bigint(static_cast<int64_t>(i)));
    }
  }
  return Lowered{values, first_columns(node.schema.size())};
}

}  // namespace leat::planner
