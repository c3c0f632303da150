// information_schema.columns: the visible columns of everything in information_schema.tables.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"table_catalog", kText}, {"table_schema", kText}, {"table_name", kText}, {"column_name", kText},
          {"ordinal_position", kInt4}, {"column_default", kText}, {"is_nullable", kText}, {"data_type", kText},
          {"character_maximum_length", kInt4}, {"character_octet_length", kInt4}, {"numeric_precision", kInt4},
          {"numeric_precision_radix", kInt4}, {"numeric_scale", kInt4}, {"datetime_precision", kInt4},
          {"interval_type", kText}, {"interval_precision", kInt4}, {"character_set_catalog", kText},
          {"character_set_schema", kText}, {"character_set_name", kText}, {"collation_catalog", kText},
          {"collation_schema", kText}, {"collation_name", kText}, {"domain_catalog", kText},
          {"domain_schema", kText}, {"domain_name", kText}, {"udt_catalog", kText}, {"udt_schema", kText},
          {"udt_name", kText}, {"scope_catalog", kText}, {"scope_schema", kText}, {"scope_name", kText},
          {"maximum_cardinality", kInt4}, {"dtd_identifier", kText}, {"is_self_referencing", kText},
          {"is_identity", kText}, {"identity_generation", kText}, {"identity_start", kText},
          {"identity_increment", kText}, {"identity_maximum", kText}, {"identity_minimum", kText},
          {"identity_cycle", kText}, {"is_generated", kText}, {"generation_expression", kText},
          {"is_updatable", kText}};
}

struct Precision {
  int bits = 0;    // of numbers; 0: unknown or no number
  int scale = -1;  // of integers
  int seconds = -1;
};
Precision precision_of(const Type& type) {
  switch (type.id()) {
    case TypeId::kInt16: return {.bits = 16, .scale = 0};
    case TypeId::kInt32: return {.bits = 32, .scale = 0};
    case TypeId::kInt64: return {.bits = 64, .scale = 0};
    case TypeId::kFloat32: return {.bits = 24};
    case TypeId::kFloat64: return {.bits = 53};
    case TypeId::kDate: return {.seconds = 0};
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
    case TypeId::kInterval: return {.seconds = 6};
    default: return {};
  }
}

void add_if(bool known, int value, RowBuilder& out) {
  if (known) {
    out.add(value);
  } else {
    out.add_null();
  }
}
void add_text(const std::string& text, RowBuilder& out) {
  if (text.empty()) {
    out.add_null();
  } else {
    out.add(text);
  }
}
void add_nulls(int count, RowBuilder& out) {
  for (int i = 0; i < count; ++i) out.add_null();
}

void add_column(const SystemContext& context, const Relation& relation, const VisibleColumn& column, RowBuilder& out) {
  const ColumnDefinition& definition = *column.definition;
  const Type& type = definition.type;
  const bool in_key = has_primary_key(relation) &&
                      std::find(relation.key.begin(), relation.key.end(), column.index) != relation.key.end();
  const Precision precision = precision_of(type);
  const bool is_generated = !definition.generated_sql.empty();
  out.add(context.database).add(relation.schema_name).add(relation.name).add(definition.name).add(column.number);
  add_text(definition.default_sql, out);
  out.add(definition.not_null || in_key ? "NO" : "YES").add(type.is(TypeId::kList) ? std::string("ARRAY") : type.name());
  add_nulls(2, out);  // text has no length limit
  add_if(precision.bits > 0, precision.bits, out);
  add_if(precision.bits > 0, 2, out);
  add_if(precision.scale >= 0, precision.scale, out);
  add_if(precision.seconds >= 0, precision.seconds, out);
  add_nulls(11, out);  // interval_type .. domain_name
  out.add(context.database).add("pg_catalog").add(type_name_in_catalog(type.oid()));
  add_nulls(4, out);  // scope_catalog .. maximum_cardinality
  out.add(std::to_string(column.number)).add("NO").add("NO");
  add_nulls(5, out);  // identity_generation .. identity_minimum
  out.add("NO").add(is_generated ? "ALWAYS" : "NEVER");
  add_text(definition.generated_sql, out);
  out.add(relation.kind == RelationKind::kTable && !is_generated ? "YES" : "NO");
}

void rows(const SystemContext& context, RowBuilder& out) {
  for_each_listed(*context.catalog, [&](const Relation& relation) {
    if (relation.kind == RelationKind::kIndex) return;
    for (const VisibleColumn& column : visible_columns(relation)) add_column(context, relation, column, out);
  });
}

}  // namespace

SystemRelation information_columns() {
  return {"information_schema", "columns", "columns", columns, rows};
}

}  // namespace leat::system_catalog
