#include "system_catalog/system_catalog.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace leat {
namespace {

using Row = std::map<std::string, std::string>;

ColumnDefinition column(std::string name, Type type, bool hidden = false) {
  ColumnDefinition c;
  c.name = std::move(name);
  c.type = std::move(type);
  c.hidden = hidden;
  return c;
}

std::shared_ptr<Relation> relation(uint32_t id, std::string name, RelationKind kind) {
  auto r = std::make_shared<Relation>();
  r->id = ObjectId(id);
  r->schema = ObjectId(2200);
  r->schema_name = "public";
  r->name = std::move(name);
  r->kind = kind;
  return r;
}

// t (b, hidden h, a) with primary key (a, b), an index on it, a source, a view of t, a sink.
CatalogPtr make_catalog() {
  auto catalog = std::make_shared<CatalogSnapshot>(*Catalog().snapshot());
  add_system_relations(*catalog);

  auto t = relation(20000, "t", RelationKind::kTable);
  t->columns = {column("b", TypeId::kVarchar), column("h", TypeId::kSerial, true), column("a", TypeId::kInt32)};
  t->columns[0].default_sql = "'x'";
  t->key = {2, 0};
  t->declared_primary_key = true;
  catalog->put(t);

  auto index = relation(20001, "T idx", RelationKind::kIndex);
  index->sql = "create index \"T idx\" on t (b desc, a)";
  index->indexed = t->id;
  index->columns = {t->columns[0], t->columns[2], t->columns[1]};
  index->index_columns = {0, 2, 1};
  index->stored_order = {{.column = 0, .descending = true, .nulls_first = true}, {.column = 1}};
  catalog->put(index);

  auto source = relation(20002, "s", RelationKind::kSource);
  source->columns = {column("v", Type::list_of(TypeId::kFloat64))};
  source->connector = "nats";
  source->sql = "create source s with (connector = 'nats', password = 'it''s', tls.key = 'K')";
  source->options = {{.name = "connector", .value = "nats"},
                     {.name = "subject", .value = "x"},
                     {.name = "password", .value = "it's"},
                     {.name = "tls.key", .value = "K-E-Y"}};
  catalog->put(source);

  auto view = relation(20003, "w", RelationKind::kView);
  view->columns = {column("a", TypeId::kInt32)};
  view->query_sql = "select a from t";
  view->depends_on = {t->id};
  catalog->put(view);

  auto sink = relation(20004, "k", RelationKind::kSink);
  sink->connector = "blackhole";
  catalog->put(sink);
  return catalog;
}

std::vector<Row> rows_of(const SystemContext& context, std::string_view schema, std::string_view name) {
  const RelationPtr relation = context.catalog->find(schema, name);
  if (relation == nullptr) {
    ADD_FAILURE() << schema << "." << name << " is not in the catalog";
    return {};
  }
  const auto batch = system_rows(*relation, context);
  if (!batch) {
    ADD_FAILURE() << batch.error().message;
    return {};
  }
  EXPECT_EQ(batch->columns.size(), relation->columns.size());
  std::vector<Row> rows(batch->size());
  for (size_t c = 0; c < batch->columns.size(); ++c) {
    for (size_t r = 0; r < rows.size(); ++r) {
      rows[r][relation->columns[c].name] = batch->columns[c]->value_at(r).to_text();
    }
  }
  return rows;
}

class SystemCatalog : public testing::Test {
 protected:
  SystemContext context_{.catalog = make_catalog()};
  std::vector<Row> rows(std::string_view name) { return rows_of(context_, "pg_catalog", name); }
  std::vector<Row> rw_rows(std::string_view name) { return rows_of(context_, "rw_catalog", name); }
  // Rows whose column has this text.
  std::vector<Row> rows_where(std::string_view name, const std::string& column, const std::string& text) {
    std::vector<Row> all = rows(name);
    std::erase_if(all, [&](const Row& row) { return row.at(column) != text; });
    return all;
  }
  Row row_where(std::string_view name, const std::string& column, const std::string& text) {
    const std::vector<Row> found = rows_where(name, column, text);
    EXPECT_EQ(found.size(), 1u) << name << " where " << column << " = " << text;
    return found.empty() ? Row() : found.front();
  }
};

TEST_F(SystemCatalog, EveryRelationHasColumnsDocAndItsOwnNumber) {
  std::set<uint32_t> ids;
  std::set<std::string> names;
  for (const SystemRelation& row : system_relations()) {
    const std::string name = fmt::format("{}.{}", row.schema, row.name);
    EXPECT_TRUE(names.insert(name).second) << name << " is listed twice";
    EXPECT_FALSE(row.doc.empty()) << name;
    std::set<std::string> columns;
    for (const Field& field : row.columns()) EXPECT_TRUE(columns.insert(field.name).second) << name << "." << field.name;
    EXPECT_FALSE(columns.empty()) << name;
    const RelationPtr entry = context_.catalog->find(row.schema, row.name);
    ASSERT_NE(entry, nullptr) << name;
    EXPECT_TRUE(ids.insert(entry->id.value).second) << name << " shares its id";
    EXPECT_LT(entry->id.value, 16384u) << name;
    EXPECT_EQ(entry->kind, RelationKind::kSystem);
  }
}

TEST_F(SystemCatalog, EveryRelationCanBeReadWithoutAnEngine) {
  metrics::Registry metrics;
  context_.metrics = &metrics;
  for (const SystemRelation& row : system_relations()) rows_of(context_, row.schema, row.name);
}

TEST_F(SystemCatalog, ClassesHaveTheKindsThatClientsList) {
  EXPECT_EQ(row_where("pg_class", "relname", "t").at("relkind"), "r");
  EXPECT_EQ(row_where("pg_class", "relname", "t").at("relhasindex"), "t");
  EXPECT_EQ(row_where("pg_class", "relname", "t").at("relnatts"), "2");
  EXPECT_EQ(row_where("pg_class", "relname", "s").at("relkind"), "f");
  EXPECT_EQ(row_where("pg_class", "relname", "w").at("relkind"), "v");
  EXPECT_EQ(row_where("pg_class", "relname", "T idx").at("relkind"), "i");
  EXPECT_EQ(row_where("pg_class", "relname", "t_pkey").at("relkind"), "i");
  EXPECT_TRUE(rows_where("pg_class", "relname", "k").empty()) << "sinks are not listed";
}

TEST_F(SystemCatalog, AttributesAreTheVisibleColumnsInOrder) {
  const std::vector<Row> columns = rows_where("pg_attribute", "attrelid", "20000");
  ASSERT_EQ(columns.size(), 2u);
  EXPECT_EQ(columns[0].at("attname"), "b");
  EXPECT_EQ(columns[0].at("attnum"), "1");
  EXPECT_EQ(columns[0].at("atttypid"), "1043");
  EXPECT_EQ(columns[0].at("attnotnull"), "t") << "part of the primary key";
  EXPECT_EQ(columns[0].at("atthasdef"), "t");
  EXPECT_EQ(columns[1].at("attname"), "a");
  EXPECT_EQ(columns[1].at("attnum"), "2");
  EXPECT_EQ(row_where("pg_attribute", "attrelid", "20002").at("atttypid"), "1022");
  EXPECT_EQ(row_where("pg_attrdef", "adrelid", "20000").at("adbin"), "'x'");
}

TEST_F(SystemCatalog, EveryTypeOfAColumnIsInPgType) {
  std::set<std::string> types;
  for (const Row& row : rows("pg_type")) EXPECT_TRUE(types.insert(row.at("oid")).second) << row.at("typname");
  for (const Row& row : rows("pg_attribute")) EXPECT_TRUE(types.contains(row.at("atttypid"))) << row.at("attname");
  const Row array = row_where("pg_type", "typname", "_int4");
  EXPECT_EQ(array.at("oid"), "1007");
  EXPECT_EQ(array.at("typelem"), "23");
  EXPECT_EQ(row_where("pg_type", "typname", "int4").at("typarray"), "1007");
}

TEST_F(SystemCatalog, IndexesNameTheColumnsOfTheirTable) {
  const Row primary = row_where("pg_index", "indisprimary", "t");
  EXPECT_EQ(primary.at("indrelid"), "20000");
  EXPECT_EQ(primary.at("indkey"), "2 1") << "as declared: (a, b)";
  const Row index = row_where("pg_index", "indexrelid", "20001");
  EXPECT_EQ(index.at("indkey"), "1 2");
  EXPECT_EQ(index.at("indoption"), "3 0") << "b desc";
  const Row constraint = row_where("pg_constraint", "contype", "p");
  EXPECT_EQ(constraint.at("conname"), "t_pkey");
  EXPECT_EQ(constraint.at("conkey"), "{2,1}");
  EXPECT_EQ(constraint.at("conindid"), primary.at("indexrelid"));
}

TEST_F(SystemCatalog, DefinitionsOfObjects) {
  const auto text = [&](const std::string& oid) { return object_definition(*context_.catalog, std::stoll(oid)); };
  EXPECT_EQ(text("20001"), "CREATE INDEX \"T idx\" ON public.t USING btree (b DESC, a)");
  EXPECT_EQ(text("20003"), "select a from t");
  const Row constraint = row_where("pg_constraint", "conname", "t_pkey");
  EXPECT_EQ(text(constraint.at("oid")), "PRIMARY KEY (a, b)");
  EXPECT_EQ(text(constraint.at("conindid")), "CREATE UNIQUE INDEX t_pkey ON public.t USING btree (a, b)");
  EXPECT_EQ(primary_key_index_name(*context_.catalog, std::stoll(constraint.at("conindid"))), "t_pkey");
  EXPECT_EQ(primary_key_index_name(*context_.catalog, 20000), "");
  EXPECT_EQ(relation_of_oid(*context_.catalog, std::stoll(constraint.at("conindid")))->name, "t");
  EXPECT_EQ(relation_of_oid(*context_.catalog, -1), nullptr);
  EXPECT_EQ(text("0"), "");
  EXPECT_EQ(text("99999"), "");
}

TEST_F(SystemCatalog, FunctionsHaveSignatures) {
  std::set<std::string> signatures;
  for (const Row& row : rows_where("pg_proc", "proname", "abs")) {
    signatures.insert(object_definition(*context_.catalog, std::stoll(row.at("oid"))));
  }
  EXPECT_TRUE(signatures.contains("abs(integer) RETURNS integer"));
  EXPECT_FALSE(rows_where("pg_operator", "oprname", "->>").empty());
  EXPECT_TRUE(rows_where("pg_proc", "proname", "is_null").empty()) << "SQL writes it with words";
  EXPECT_EQ(rows_where("pg_proc", "proname", "string_agg").front().at("prokind"), "a");
}

TEST_F(SystemCatalog, SecretsAreNotShown) {
  const Row foreign = row_where("pg_foreign_table", "ftrelid", "20002");
  EXPECT_EQ(foreign.at("ftoptions"), "{connector=nats,subject=x}");
  EXPECT_EQ(row_where("pg_foreign_server", "oid", foreign.at("ftserver")).at("srvname"), "nats");
  for (const SystemRelation& row : system_relations()) {
    for (const Row& values : rows_of(context_, row.schema, row.name)) {
      for (const auto& [name, text] : values) {
        EXPECT_EQ(text.find("it's"), std::string::npos) << row.name << "." << name;
        EXPECT_EQ(text.find("it''s"), std::string::npos) << row.name << "." << name;
        EXPECT_EQ(text.find("K-E-Y"), std::string::npos) << row.name << "." << name;
      }
    }
  }
  EXPECT_EQ(shown_option_value("password", "it's"), "***");
  EXPECT_EQ(shown_option_value("tls.ca", "pem"), "pem");
  EXPECT_EQ(shown_option_value("server_url", "nats://ann:pw@h:1,h:2,tls://:p@x@h:3"), "nats://***@h:1,h:2,tls://***@h:3");
}

TEST_F(SystemCatalog, PublicRelationsOfRwCatalog) {
  std::map<std::string, std::string> kinds;
  for (const Row& row : rw_rows("rw_relations")) {
    if (row.at("schema_name") == "public") kinds[row.at("name")] = row.at("relation_type");
  }
  const std::map<std::string, std::string> expected = {
      {"t", "table"}, {"T idx", "index"}, {"s", "source"}, {"w", "view"}, {"k", "sink"}};
  EXPECT_EQ(kinds, expected);
  EXPECT_EQ(rw_rows("rw_sinks").size(), 1u);
  EXPECT_EQ(rw_rows("rw_depend").size(), 1u);
}

TEST_F(SystemCatalog, InformationSchemaTellsKeysAndTypes) {
  std::vector<std::string> key;
  for (const Row& row : rows_of(context_, "information_schema", "key_column_usage")) {
    key.push_back(row.at("column_name") + row.at("ordinal_position"));
  }
  EXPECT_EQ(key, (std::vector<std::string>{"a1", "b2"}));
  bool seen = false;
  for (const Row& row : rows_of(context_, "information_schema", "columns")) {
    if (row.at("table_name") != "s") continue;
    seen = true;
    EXPECT_EQ(row.at("data_type"), "ARRAY");
    EXPECT_EQ(row.at("udt_name"), "_float8");
    EXPECT_EQ(row.at("is_nullable"), "YES");
  }
  EXPECT_TRUE(seen);
}

TEST_F(SystemCatalog, SettingsAndSessionsComeFromTheirOwners) {
  EXPECT_TRUE(rows("pg_settings").empty());
  context_.settings = [] { return std::vector<SettingRow>{{"a", "1", "1", "first"}, {"b", "3", "2", "second"}}; };
  context_.sessions = [] {
    return std::vector<SessionRow>{{.pid = 7, .user = "root", .database = "dev", .application_name = "psql",
                                    .client_address = "", .state = "active", .query = "select 1",
                                    .started_us = 1, .query_started_us = 0}};
  };
  EXPECT_EQ(row_where("pg_settings", "name", "a").at("source"), "default");
  EXPECT_EQ(row_where("pg_settings", "name", "b").at("source"), "session");
  const Row session = row_where("pg_stat_activity", "pid", "7");
  EXPECT_EQ(session.at("query"), "select 1");
  EXPECT_EQ(session.at("query_start"), "NULL");
}

TEST_F(SystemCatalog, TableoidIsTheRelationsNumber) {
  EXPECT_EQ(rows("pg_class").front().at("tableoid"), "1259");
  EXPECT_TRUE(context_.catalog->find("pg_catalog", "pg_class")->columns.back().hidden);
}

TEST(RowBuilder, ConvertsNumbersAndRefusesOtherTypes) {
  RowBuilder builder({{"o", TypeId::kOid}, {"f", TypeId::kFloat32}, {"t", TypeId::kVarchar}, {"b", TypeId::kBoolean}});
  builder.add(uint32_t{4'000'000'000}).add(3).add("x").add(true);
  builder.add_null().add(0.5).add_null().add(false);
  const Batch batch = builder.finish();
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch.columns[0]->value_at(0).to_text(), "4000000000");
  EXPECT_TRUE(batch.columns[0]->is_null(1));
  EXPECT_EQ(batch.columns[1]->value_at(0).to_text(), "3");
  EXPECT_EQ(batch.columns[3]->value_at(1).to_text(), "f");
  RowBuilder wrong({{"t", TypeId::kVarchar}});
  EXPECT_DEATH(wrong.add(true), "column t is character varying, not boolean");
}

}  // namespace
}  // namespace leat
