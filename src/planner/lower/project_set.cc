// Functions that give rows: in a select list (ProjectSet) and in FROM (a ProjectSet over its input,
// or over one empty row, whose struct values become columns).

#include "planner/function_rows.h"
#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

// Output: the given columns, the key columns of the input that are not among them, the ordinal.
PhysicalPtr make_project_set(PhysicalPtr input, std::vector<ExprPtr> exprs,
                             std::vector<TableFunctionCall> calls, Schema schema, bool is_job) {
  std::vector<int> map(input->schema.size(), -1);
  calls.resize(exprs.size());
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (calls[i].function != nullptr || exprs[i]->kind != ExprKind::kColumn) continue;
    map[static_cast<size_t>(exprs[i]->column)] = static_cast<int>(i);
  }
  for (const int column : input->key) {
    if (map[static_cast<size_t>(column)] >= 0) continue;
    map[static_cast<size_t>(column)] = static_cast<int>(exprs.size());
    exprs.push_back(physical_column(*input, column));
    calls.emplace_back();
    schema.push_back(input->schema[static_cast<size_t>(column)]);
  }
  auto node = new_physical(PhysicalKind::kProjectSet, {input});
  node->key = map_columns(input->key, map);
  node->watermark_columns = map_columns(input->watermark_columns, map);
  node->distribution = map_distribution(input->distribution, map);
  const int ordinal = static_cast<int>(exprs.size());
  schema.push_back({"ordinality", TypeId::kInt64});
  node->schema = std::move(schema);
  node->exprs = std::move(exprs);
  node->set_functions = std::move(calls);
  if (is_job) node->key.push_back(ordinal);
  return node;
}

std::vector<TableFunctionCall> place_calls(std::vector<TableFunctionCall> calls,
                                           const Lowered& input) {
  for (TableFunctionCall& call : calls) call.args = place_all(call.args, input);
  return calls;
}

}  // namespace

Result<Lowered> lower_project_set(Lowering& lowering, const LogicalNode& node) {
  const Lowered input = TRY(lowering.lower(node.inputs[0]));
  std::vector<ExprPtr> exprs;
  for (const ExprPtr& expr : node.exprs)
    exprs.push_back(expr == nullptr ? nullptr : place(expr, input));
  PhysicalPtr set =
      make_project_set(input.node, std::move(exprs), place_calls(node.set_functions, input),
                       node.schema, lowering.is_job());
  return Lowered{std::move(set), first_columns(node.schema.size())};
}

Result<Lowered> lower_table_function(Lowering& lowering, const LogicalNode& node) {
  Lowered input;
  if (node.inputs.empty()) {
    auto one_row = std::make_shared<LogicalNode>();
    one_row->kind = LogicalKind::kValues;
    one_row->rows.emplace_back();
    input = TRY(lowering.lower(one_row));
  } else {
    input = TRY(lowering.lower(node.inputs[0]));
  }
  const size_t width = input.columns.size();
  const size_t function_columns = node.schema.size() - width - (node.with_ordinality ? 1 : 0);

  std::vector<ExprPtr> exprs;
  std::vector<TableFunctionCall> calls(width + 1);
  Schema schema(node.schema.begin(), node.schema.begin() + static_cast<ptrdiff_t>(width));
  for (const int column : input.columns) exprs.push_back(physical_column(*input.node, column));
  exprs.push_back(nullptr);
  calls[width] = node.table_function;
  calls[width].args = place_all(node.table_function.args, input);
  schema.push_back({node.schema[width].name, node.table_function.type});
  PhysicalPtr rows = make_project_set(input.node, std::move(exprs), std::move(calls),
                                      std::move(schema), lowering.is_job());

  const int ordinal = static_cast<int>(rows->schema.size()) - 1;
  std::vector<int> columns = first_columns(width);
  if (function_columns == 1 && !(node.table_function.type.is(TypeId::kStruct) &&
                                 !(node.schema[width].type == node.table_function.type))) {
    columns.push_back(static_cast<int>(width));
    if (node.with_ordinality) columns.push_back(ordinal);
    return Lowered{std::move(rows), std::move(columns)};
  }
  // The fields of the struct become columns.
  std::vector<ExprPtr> fields;
  Schema out;
  for (size_t i = 0; i < width; ++i) fields.push_back(physical_column(*rows, static_cast<int>(i)));
  const ExprPtr value = physical_column(*rows, static_cast<int>(width));
  for (size_t i = 0; i < function_columns; ++i)
    fields.push_back(make_field(value, static_cast<int>(i)));
  if (node.with_ordinality) fields.push_back(physical_column(*rows, ordinal));
  PhysicalPtr split = make_physical_project(rows, std::move(fields), node.schema);
  return Lowered{std::move(split), first_columns(node.schema.size())};
}

}  // namespace leat::planner
