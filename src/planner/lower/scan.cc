// Scans. A stored relation's rows come as they are stored. A source's come from its connector:
// columns that are generated are computed here, and its watermark is kept here, in each job that
// reads it.

#include <algorithm>
#include <set>

#include "planner/lower/streams.h"

namespace leat::planner {
namespace {

std::shared_ptr<PhysicalNode> make_scan(const Lowering& lowering, const RelationPtr& relation,
                                        std::vector<int> columns) {
  auto scan = std::make_shared<PhysicalNode>();
  scan->kind = PhysicalKind::kScan;
  scan->relation = relation;
  scan->relation_name = relation->name;
  for (const int column : columns) {
    const ColumnDefinition& definition = relation->columns[static_cast<size_t>(column)];
    scan->schema.push_back({definition.name, definition.type});
  }
  scan->columns = std::move(columns);
  scan->append_only = !lowering.is_job() || relation->append_only;
  scan->distribution.kind = lowering.is_job() ? Distribution::kAny : Distribution::kSingle;
  return scan;
}

// Where each relation column is in the scan; -1: not there.
std::vector<int> places_in(const Relation& relation, const std::vector<int>& columns) {
  std::vector<int> places(relation.columns.size(), -1);
  for (size_t i = 0; i < columns.size(); ++i)
    places[static_cast<size_t>(columns[i])] = static_cast<int>(i);
  return places;
}

void add_key(const Relation& relation, PhysicalNode& node, const std::vector<int>& places) {
  node.key = map_columns(relation.key, places);
}

// Adds to `stored` the columns that must be read so that those in `wanted` can be computed.
void need_column(const Relation& relation, int column, std::set<int>& stored) {
  const ExprPtr& generated = relation.columns[static_cast<size_t>(column)].generated_expr;
  if (generated == nullptr) {
    stored.insert(column);
    return;
  }
  for (const int used : columns_of(*generated)) need_column(relation, used, stored);
}

Result<Lowered> lower_source(Lowering& lowering, const LogicalNode& node) {
  const Relation& relation = *node.relation;
  // Wanted: the query's columns, the key, the watermark's.
  std::vector<int> wanted = node.scan_columns;
  const auto want = [&](int column) {
    if (std::count(wanted.begin(), wanted.end(), column) == 0) wanted.push_back(column);
  };
  if (lowering.is_job()) {
    for (const int column : relation.key) want(column);
    for (const WatermarkDefinition& watermark : relation.watermarks) {
      want(watermark.column);
      for (const int column : columns_of(*watermark.expr)) want(column);
    }
  }
  std::set<int> stored;
  for (const int column : wanted) need_column(relation, column, stored);
  // All computed from nothing: the rows themselves must still come.
  for (size_t i = 0; stored.empty() && i < relation.columns.size(); ++i) {
    if (relation.columns[i].generated_expr == nullptr) stored.insert(static_cast<int>(i));
  }
  auto scan = make_scan(lowering, node.relation, {stored.begin(), stored.end()});
  const auto scan_places = places_in(relation, scan->columns);
  const bool key_is_stored = std::all_of(relation.key.begin(), relation.key.end(), [&](int c) {
    return scan_places[static_cast<size_t>(c)] >= 0;
  });
  if (lowering.is_job() && key_is_stored) add_key(relation, *scan, scan_places);

  PhysicalPtr rows = scan;
  std::vector<int> places = scan_places;
  const bool generates = std::any_of(wanted.begin(), wanted.end(), [&](int c) {
    return relation.columns[static_cast<size_t>(c)].generated_expr != nullptr;
  });
  if (generates) {
    std::vector<ExprPtr> exprs;
    Schema schema;
    for (const int column : wanted) {
      const ColumnDefinition& definition = relation.columns[static_cast<size_t>(column)];
      exprs.push_back(definition.generated_expr != nullptr
                          ? remap_columns(definition.generated_expr, scan_places)
                          : physical_column(*scan, scan_places[static_cast<size_t>(column)]));
      schema.push_back({definition.name, definition.type});
    }
    rows = make_physical_project(rows, std::move(exprs), std::move(schema));
    places = places_in(relation, wanted);
  }
  if (lowering.is_job()) {
    for (const WatermarkDefinition& watermark : relation.watermarks) {
      auto filter = new_physical(PhysicalKind::kWatermarkFilter, {rows});
      filter->time_column = places[static_cast<size_t>(watermark.column)];
      filter->exprs = {remap_columns(watermark.expr, places)};
      filter->watermark_columns.push_back(filter->time_column);
      rows = filter;
    }
    if (!key_is_stored) {
      auto keyed = std::make_shared<PhysicalNode>(*rows);
      add_key(relation, *keyed, places);
      rows = keyed;
    }
  }
  return Lowered{rows, map_columns(node.scan_columns, places)};
}

}  // namespace

Result<Lowered> lower_scan(Lowering& lowering, const LogicalNode& node) {
  const Relation& relation = *node.relation;
  if (lowering.is_job() && relation.kind == RelationKind::kSystem) {
    return fail(SqlState::kFeatureNotSupported,
                "system relation \"{}\" cannot be read by a query that keeps running",
                relation.name);
  }
  if (relation.kind == RelationKind::kSource) return lower_source(lowering, node);
  std::vector<int> columns = node.scan_columns;
  if (lowering.is_job()) {
    for (const int column : relation.key) {
      if (std::count(columns.begin(), columns.end(), column) == 0) columns.push_back(column);
    }
  }
  auto scan = make_scan(lowering, node.relation, columns);
  if (lowering.is_job()) {
    const auto places = places_in(relation, columns);
    add_key(relation, *scan, places);
    scan->watermark_columns = map_columns(relation.watermark_columns(), places);
  }
  return Lowered{scan, first_columns(node.scan_columns.size())};
}

}  // namespace leat::planner
