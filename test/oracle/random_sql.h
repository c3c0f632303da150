#pragma once
// RandomSql: tables, rows, changes and queries by chance, the same for the same seed.
// Every query is valid in PostgreSQL and has one right answer as a set of rows: LIMIT comes with an
// order over all columns, sums are of exact types, nothing divides by zero or overflows.
// Thread: owner only.

#include <cstdint>
#include <string>
#include <vector>

namespace leat::test {

class RandomSql {
 public:
  explicit RandomSql(uint64_t seed) : state_(seed) {}

  // CREATE TABLE statements, and INSERTs that fill them.
  static std::vector<std::string> tables();
  std::vector<std::string> rows(int per_table);
  // One INSERT, UPDATE or DELETE.
  std::string change();
  // A SELECT whose columns are c0, c1, ...
  std::string query();

 private:
  enum Type { kInt, kBig, kText, kNumeric, kBool, kTime };
  struct Column {
    std::string sql;
    Type type;
  };
  struct Relation {
    std::string sql;  // a FROM item
    std::vector<Column> columns;
  };
  using Columns = std::vector<Column>;

  uint64_t next();
  int below(int n) { return static_cast<int>(next() % static_cast<uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  Type any_type() { return static_cast<Type>(below(6)); }

  std::string literal(Type type);
  std::string expr(Type type, const Columns& columns, int depth);
  std::string condition(const Columns& columns, int depth);
  std::string subquery_condition(const Columns& columns);
  std::string aggregate(Type& type, const Columns& columns);
  std::string row_of(int table, int id);
  Relation table();
  Relation derived(int depth);
  Relation joined(int depth);
  Relation relation(int depth);
  std::string select(const std::vector<Type>& types, int depth);
  std::string grouped(std::vector<Type>& types, int depth);

  uint64_t state_;
  int aliases_ = 0;
  int next_id_ = 1;
};

}  // namespace leat::test
