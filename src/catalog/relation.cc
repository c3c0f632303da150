#include "catalog/relation.h"

#include "base/check.h"

namespace leat {

std::string_view relation_kind_text(RelationKind kind) {
  switch (kind) {
    case RelationKind::kTable: return "table";
    case RelationKind::kSource: return "source";
    case RelationKind::kView: return "view";
    case RelationKind::kMaterializedView: return "materialized view";
    case RelationKind::kIndex: return "index";
    case RelationKind::kSink: return "sink";
    case RelationKind::kSystem: return "system relation";
  }
  UNREACHABLE();
}

Schema Relation::schema_of() const {
  Schema schema;
  schema.reserve(columns.size());
  for (const ColumnDefinition& column : columns) schema.push_back({column.name, column.type});
  return schema;
}

std::vector<int> Relation::watermark_columns() const {
  std::vector<int> of_rows = passed_watermarks;
  for (const WatermarkDefinition& watermark : watermarks) of_rows.push_back(watermark.column);
  return of_rows;
}

int Relation::column_index(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace leat
