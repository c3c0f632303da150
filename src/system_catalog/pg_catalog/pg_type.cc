// pg_type: the built types and their arrays under PostgreSQL's oids, and the PostgreSQL names that are
// stored as one of them (text, name, "char", bpchar).
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"oid", kOid},          {"typname", kText},      {"typnamespace", kOid}, {"typowner", kOid},
          {"typlen", kInt2},      {"typbyval", kBool},     {"typtype", kText},     {"typcategory", kText},
          {"typispreferred", kBool}, {"typisdefined", kBool}, {"typdelim", kText}, {"typrelid", kOid},
          {"typelem", kOid},      {"typarray", kOid},      {"typinput", TypeId::kRegproc}, {"typoutput", TypeId::kRegproc},
          {"typreceive", TypeId::kRegproc}, {"typsend", TypeId::kRegproc}, {"typalign", kText}, {"typstorage", kText},
          {"typnotnull", kBool},  {"typbasetype", kOid},   {"typtypmod", kInt4},   {"typndims", kInt4},
          {"typcollation", kOid}, {"typdefaultbin", kText}, {"typdefault", kText}, {"typacl", text_list()}};
}

// `input` is the oid of the type's input function in PostgreSQL, by which drivers tell arrays
// (array_in, 750) from scalars.
struct TypeRow {
  uint32_t oid;
  std::string_view name;
  int length;
  std::string_view category;
  uint32_t array;
  uint32_t input;
  bool preferred = false;
};
constexpr TypeRow kTypes[] = {
    {16, "bool", 1, "B", 1000, 1242, true},
    {17, "bytea", -1, "U", 1001, 1244},
    {18, "char", 1, "S", 1002, 1245},
    {19, "name", 64, "S", 1003, 34},
    {20, "int8", 8, "N", 1016, 460},
    {21, "int2", 2, "N", 1005, 38},
    {22, "int2vector", -1, "A", 1006, 40},
    {23, "int4", 4, "N", 1007, 42},
    {24, "regproc", 4, "N", 1008, 44},
    {25, "text", -1, "S", 1009, 46, true},
    {26, "oid", 4, "N", 1028, 1798, true},
    {30, "oidvector", -1, "A", 1013, 54},
    {700, "float4", 4, "N", 1021, 200},
    {701, "float8", 8, "N", 1022, 214, true},
    {1042, "bpchar", -1, "S", 1014, 1044},
    {1043, "varchar", -1, "S", 1015, 1046},
    {1082, "date", 4, "D", 1182, 1084},
    {1083, "time", 8, "D", 1183, 1143},
    {1114, "timestamp", 8, "D", 1115, 1312},
    {1184, "timestamptz", 8, "D", 1185, 1150, true},
    {1186, "interval", 16, "T", 1187, 1160, true},
    {1700, "numeric", -1, "N", 1231, 1701},
    {2205, "regclass", 4, "N", 2210, 2218},
    {2206, "regtype", 4, "N", 2211, 2220},
    {3802, "jsonb", -1, "U", 3807, 3806},
    {4089, "regnamespace", 4, "N", 4090, 4084},
};
constexpr TypeRow kPseudoTypes[] = {
    {705, "unknown", -2, "X", 0, 109},
    {2249, "record", -1, "P", 2287, 2290},
    {2276, "any", 4, "P", 0, 2294},
    {2277, "anyarray", -1, "P", 0, 2296},
    {2278, "void", 4, "P", 0, 2298},
    {2283, "anyelement", 4, "P", 0, 2312},
};
constexpr uint32_t kArrayInput = 750;

// int2vector and oidvector are lists under scalar names.
uint32_t element_of(const TypeRow& row) { return row.oid == 22 ? 21 : row.oid == 30 ? 26 : 0; }

void add_type(const TypeRow& row, std::string_view kind, RowBuilder& out) {
  const bool by_value = row.length > 0 && row.length <= 8;
  const bool collates = row.category == "S" && row.oid != 18;
  out.add(row.oid).add(row.name).add(kPgCatalogSchema).add(kRootRole).add(row.length).add(by_value).add(kind);
  out.add(row.category).add(row.preferred).add(true).add(",").add(0).add(element_of(row)).add(row.array);
  out.add(row.input).add(row.input + 1).add(0).add(0).add("i").add(by_value ? "p" : "x").add(false).add(0).add(-1);
  out.add(0).add(collates ? kDefaultCollation : 0u).add_null().add_null().add_null();
}

void add_array(const TypeRow& row, std::string_view kind, RowBuilder& out) {
  out.add(row.array).add("_" + std::string(row.name)).add(kPgCatalogSchema).add(kRootRole).add(-1).add(false).add(kind);
  out.add("A").add(false).add(true).add(",").add(0).add(row.oid).add(0);
  out.add(kArrayInput).add(kArrayInput + 1).add(0).add(0).add("i").add("x").add(false).add(0).add(-1);
  out.add(0).add(row.category == "S" ? kDefaultCollation : 0u).add_null().add_null().add_null();
}

void rows(const SystemContext&, RowBuilder& out) {
  for (const TypeRow& row : kTypes) {
    add_type(row, "b", out);
    add_array(row, "b", out);
  }
  for (const TypeRow& row : kPseudoTypes) {
    add_type(row, "p", out);
    if (row.array != 0) add_array(row, "p", out);
  }
}

}  // namespace

std::string type_name_in_catalog(uint32_t oid) {
  for (const TypeRow& row : kTypes) {
    if (row.oid == oid) return std::string(row.name);
    if (row.array == oid) return "_" + std::string(row.name);
  }
  for (const TypeRow& row : kPseudoTypes) {
    if (row.oid == oid) return std::string(row.name);
    if (row.array == oid) return "_" + std::string(row.name);
  }
  return "unknown";
}

SystemRelation pg_type() { return {"pg_catalog", "pg_type", "types", columns, rows, 1247}; }

}  // namespace leat::system_catalog
