#include "session/result_columns.h"

#include <algorithm>

#include "system_catalog/catalog_facts.h"

namespace leat {
namespace {

struct Origin {
  RelationPtr relation;  // null: computed
  int column = -1;
};

// A column of an index is the same as that of its table.
Origin origin_of_scan(const PhysicalNode& scan, int column, const CatalogSnapshot& catalog) {
  const Relation& relation = *scan.relation;
  const int own = scan.columns[column];
  if (relation.kind != RelationKind::kIndex) return {catalog.find(relation.id), own};
  return {catalog.find(relation.indexed), relation.index_columns[own]};
}

// Which relation's column comes out unchanged as a column of the node.
Origin origin_of(const PhysicalNode& node, int column, const CatalogSnapshot& catalog) {
  switch (node.kind) {
    case PhysicalKind::kScan: return origin_of_scan(node, column, catalog);
    case PhysicalKind::kProject: {
      const Expr& expr = *node.exprs[column];
      return expr.kind == ExprKind::kColumn ? origin_of(*node.inputs[0], expr.column, catalog) : Origin();
    }
    case PhysicalKind::kFilter:
    case PhysicalKind::kExchange: return origin_of(*node.inputs[0], column, catalog);
    case PhysicalKind::kTopN: {
      const bool is_rank = column >= static_cast<int>(node.inputs[0]->schema.size());
      return is_rank ? Origin() : origin_of(*node.inputs[0], column, catalog);
    }
    case PhysicalKind::kHashJoin: {
      const int from = node.join_output.empty() ? column : node.join_output[column];
      const int left = static_cast<int>(node.inputs[0]->schema.size());
      return from < left ? origin_of(*node.inputs[0], from, catalog) : origin_of(*node.inputs[1], from - left, catalog);
    }
    default: return {};
  }
}

}  // namespace

std::vector<pgwire::ResultColumn> result_columns(const Schema& schema) {
  std::vector<pgwire::ResultColumn> columns;
  for (const Field& field : schema) {
    columns.push_back({.name = field.name, .type = field.type.is(TypeId::kUnknown) ? Type(TypeId::kVarchar) : field.type});
  }
  return columns;
}

std::vector<pgwire::ResultColumn> result_columns(const PhysicalPlan& plan, const CatalogSnapshot& catalog) {
  std::vector<pgwire::ResultColumn> columns = result_columns(plan.columns);
  for (size_t i = 0; i < columns.size(); ++i) {
    const Origin origin = origin_of(*plan.root, static_cast<int>(i), catalog);
    if (origin.relation == nullptr) continue;
    const int number = system_catalog::column_number(*origin.relation, origin.column);
    if (number == 0) continue;
    columns[i].table_oid = origin.relation->id.value;
    columns[i].column_number = static_cast<int16_t>(number);
  }
  return columns;
}

bool same_columns(std::span<const pgwire::ResultColumn> a, std::span<const pgwire::ResultColumn> b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.name == y.name && x.type == y.type; });
}

}  // namespace leat
