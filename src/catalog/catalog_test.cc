#include "catalog/catalog.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

std::shared_ptr<Relation> relation(uint32_t id, std::string schema, std::string name) {
  auto r = std::make_shared<Relation>();
  r->id = ObjectId(id);
  r->schema_name = std::move(schema);
  r->name = std::move(name);
  r->columns = {{.name = "a", .type = TypeId::kInt32}, {.name = "b", .type = TypeId::kVarchar}};
  return r;
}

TEST(Catalog, SchemasOfTheStart) {
  Catalog catalog;
  const CatalogPtr snapshot = catalog.snapshot();
  EXPECT_EQ(snapshot->schemas.size(), 4u);
  EXPECT_EQ(snapshot->schemas.find("public")->second.id, ObjectId(2200));
}

TEST(Catalog, ResolveAlongTheSearchPath) {
  CatalogSnapshot c;
  c.put(relation(1, "s1", "t"));
  c.put(relation(2, "s2", "t"));
  c.put(relation(3, "pg_catalog", "pg_class"));
  EXPECT_EQ(c.resolve({"s2", "s1"}, "t")->id, ObjectId(2));
  EXPECT_EQ(c.resolve({"s1"}, "pg_class")->id, ObjectId(3));
  EXPECT_EQ(c.resolve({"s3"}, "t"), nullptr);
  EXPECT_EQ(c.find("s1", "t")->column_index("b"), 1);
  EXPECT_EQ(c.find("s1", "t")->column_index("x"), -1);
}

TEST(Catalog, PutReplacesByIdAndMayRename) {
  CatalogSnapshot c;
  c.put(relation(1, "public", "old"));
  c.put(relation(1, "public", "new"));
  EXPECT_EQ(c.find("public", "old"), nullptr);
  EXPECT_NE(c.find("public", "new"), nullptr);
  c.drop(ObjectId(1));
  EXPECT_EQ(c.find("public", "new"), nullptr);
  EXPECT_EQ(c.find(ObjectId(1)), nullptr);
}

TEST(Catalog, DependentsAndIndexes) {
  CatalogSnapshot c;
  c.put(relation(1, "public", "t"));
  auto view = relation(2, "public", "v");
  view->kind = RelationKind::kMaterializedView;
  view->depends_on = {ObjectId(1)};
  auto index = relation(3, "public", "i");
  index->kind = RelationKind::kIndex;
  index->indexed = ObjectId(1);
  index->depends_on = {ObjectId(1)};
  c.put(view);
  c.put(index);
  ASSERT_EQ(c.dependents(ObjectId(1)).size(), 2u);
  EXPECT_EQ(c.dependents(ObjectId(1))[0]->name, "v");
  ASSERT_EQ(c.indexes_of(ObjectId(1)).size(), 1u);
  EXPECT_EQ(c.indexes_of(ObjectId(1))[0]->name, "i");
}

TEST(Catalog, NearestNameForHints) {
  CatalogSnapshot c;
  c.put(relation(1, "public", "orders"));
  c.put(relation(2, "shop", "customers"));
  EXPECT_EQ(c.nearest_name("ordres"), "orders");
  EXPECT_EQ(c.nearest_name("customer"), "shop.customers");
  EXPECT_EQ(c.nearest_name("xyz"), "");
}

TEST(Catalog, SnapshotsDoNotChange) {
  Catalog catalog;
  const CatalogPtr before = catalog.snapshot();
  auto next = std::make_shared<CatalogSnapshot>(*before);
  next->put(relation(1, "public", "t"));
  catalog.publish(std::move(next));
  EXPECT_EQ(before->find("public", "t"), nullptr);
  EXPECT_NE(catalog.snapshot()->find("public", "t"), nullptr);
  EXPECT_EQ(catalog.snapshot()->version, before->version + 1);
}

CatalogRecord sample() {
  return {.id = ObjectId(16384), .schema = "public", .sql = "CREATE TABLE t (a int)", .table = TableId(7),
          .first_state_table = TableId(8), .state_tables = 2, .created_micros = 1700000000000000,
          .plan_fingerprint = 0x1122334455667788, .extra = std::string("\0x", 2), .zone = "Asia/Tokyo"};
}

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return hex;
}

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// The bytes of each version, for ever.
constexpr std::string_view kVersion1 =
    "4c4143540100000000400000060000007075626c696316000000435245415445205441424c452074202861"
    "20696e7429070000000800000002000000"
    "00401e18240a06008877665544332211020000000078";
constexpr std::string_view kVersion2 =
    "4c4143540200000000400000060000007075626c696316000000435245415445205441424c452074202861"
    "20696e7429070000000800000002000000"
    "00401e18240a060088776655443322110200000000780a000000417369612f546f6b796f";

TEST(CatalogRecord, GoldenBytes) {
  EXPECT_EQ(hex_of(encode_record(sample())), kVersion2);
  const auto first = decode_record(bytes_of(kVersion1));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sql, sample().sql);
  EXPECT_EQ(first->extra, sample().extra);
  EXPECT_EQ(first->zone, "");
}

TEST(CatalogRecord, RoundTripAndEveryCutIsRefused) {
  const std::string bytes = encode_record(sample());
  const auto back = decode_record(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, sample().id);
  EXPECT_EQ(back->schema, "public");
  EXPECT_EQ(back->sql, sample().sql);
  EXPECT_EQ(back->table, TableId(7));
  EXPECT_EQ(back->first_state_table, TableId(8));
  EXPECT_EQ(back->state_tables, 2u);
  EXPECT_EQ(back->created_micros, sample().created_micros);
  EXPECT_EQ(back->plan_fingerprint, sample().plan_fingerprint);
  EXPECT_EQ(back->extra, sample().extra);
  EXPECT_EQ(back->zone, sample().zone);
  for (size_t n = 0; n < bytes.size(); ++n) {
    const auto cut = decode_record(std::string_view(bytes).substr(0, n));
    ASSERT_FALSE(cut) << n;
    EXPECT_EQ(cut.error().code, SqlState::kDataCorrupted);
  }
  EXPECT_FALSE(decode_record(bytes + "x"));
  std::string newer = bytes;
  newer[4] = 9;
  EXPECT_EQ(decode_record(newer).error().message, "catalog record of version 9, this program knows up to 2");
}

}  // namespace
}  // namespace leat
