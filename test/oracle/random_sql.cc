#include "oracle/random_sql.h"

#include <fmt/core.h>

namespace leat::test {
namespace {

constexpr const char* kWords[] = {"", "a", "b", "ab", "Ba", "abc", "zz", "a_b"};
constexpr const char* kPatterns[] = {"a%", "%b", "_", "%a%", "a\\_b", "%"};
constexpr const char* kNumbers[] = {"0", "1", "-1.5", "2.25", "10", "0.10", "99.99", "-7"};

}  // namespace

uint64_t RandomSql::next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::vector<std::string> RandomSql::tables() {
  return {
      "create table t0 (id int primary key, i int, l bigint, s varchar, n numeric, b boolean, t timestamp)",
      "create table t1 (id int primary key, i int, l bigint, s varchar, n numeric, b boolean, t timestamp)",
      "create table t2 (i int, l bigint, s varchar, n numeric, b boolean, t timestamp)",
  };
}

std::string RandomSql::literal(Type type) {
  switch (type) {
    case kInt: return fmt::format("{}", below(9) - 2);
    case kBig: return fmt::format("{}::bigint", below(2000) - 500);
    case kText: return fmt::format("'{}'", kWords[below(8)]);
    case kNumeric: return fmt::format("{}::numeric", kNumbers[below(8)]);
    case kBool: return chance(50) ? "true" : "false";
    case kTime: return fmt::format("timestamp '2024-0{}-0{} 0{}:30:00'", 1 + below(3), 1 + below(4), below(4));
  }
  return "null";
}

std::string RandomSql::row_of(int table, int id) {
  std::string out = table == 2 ? "(" : fmt::format("({}, ", id);
  constexpr Type kTypes[] = {kInt, kBig, kText, kNumeric, kBool, kTime};
  for (int i = 0; i < 6; ++i) out += (i == 0 ? "" : ", ") + (chance(15) ? "null" : literal(kTypes[i]));
  return out + ")";
}

std::vector<std::string> RandomSql::rows(int per_table) {
  std::vector<std::string> out;
  for (int table = 0; table < 3; ++table) {
    std::string sql = fmt::format("insert into t{} values ", table);
    for (int r = 0; r < per_table; ++r) sql += (r == 0 ? "" : ", ") + row_of(table, next_id_++);
    out.push_back(sql);
  }
  return out;
}

std::string RandomSql::change() {
  const int table = below(3);
  Columns columns{{"i", kInt}, {"l", kBig}, {"s", kText}, {"n", kNumeric}, {"b", kBool}, {"t", kTime}};
  switch (below(4)) {
    case 0: return fmt::format("delete from t{} where {} and {}", table, condition(columns, 0), condition(columns, 0));
    case 1: {
      const Column& column = columns[static_cast<size_t>(below(6))];
      return fmt::format("update t{} set {} = {} where {}", table, column.sql, expr(column.type, columns, 1),
                         condition(columns, 0));
    }
    default: {
      std::string sql = fmt::format("insert into t{} values ", table);
      const int count = 1 + below(6);
      for (int r = 0; r < count; ++r) sql += (r == 0 ? "" : ", ") + row_of(table, next_id_++);
      return sql;
    }
  }
}

std::string RandomSql::expr(Type type, const Columns& columns, int depth) {
  if (depth <= 0 || chance(25)) {
    std::vector<std::string> fitting;
    for (const auto& column : columns) {
      if (column.type == type) fitting.push_back(column.sql);
    }
    if (!fitting.empty() && chance(85)) return fitting[static_cast<size_t>(below(static_cast<int>(fitting.size())))];
    return chance(6) && type != kBool ? fmt::format("nullif({0}, {0})", literal(type)) : literal(type);
  }
  const auto sub = [&](Type t) { return expr(t, columns, depth - 1); };
  if (chance(12)) return fmt::format("case when {} then {} else {} end", condition(columns, depth - 1), sub(type), sub(type));
  if (chance(10)) return fmt::format("coalesce({}, {})", sub(type), sub(type));
  switch (type) {
    case kInt:
      switch (below(6)) {
        case 0: return fmt::format("({} % 7 + {} % 5)", sub(kInt), sub(kInt));
        case 1: return fmt::format("({} % 100 - 3)", sub(kInt));
        case 2: return fmt::format("length({})", sub(kText));
        case 3: return fmt::format("abs({})", sub(kInt));
        case 4: return fmt::format("({} / 3)", sub(kInt));
        default: return fmt::format("extract(month from {})::int", sub(kTime));
      }
    case kBig:
      switch (below(3)) {
        case 0: return fmt::format("({} % 1000 * 2)", sub(kBig));
        case 1: return fmt::format("({}::bigint)", sub(kInt));
        default: return fmt::format("({} % 1000 + {})", sub(kBig), sub(kInt));
      }
    case kText:
      switch (below(6)) {
        case 0: return fmt::format("substr({} || {}, 1, 6)", sub(kText), sub(kText));
        case 1: return fmt::format("upper({})", sub(kText));
        case 2: return fmt::format("{}::varchar", sub(kInt));
        case 3: return fmt::format("replace({}, 'a', 'xy')", sub(kText));
        case 4: return fmt::format("left({}, 2)", sub(kText));
        default: return fmt::format("round({}, 2)::varchar", sub(kNumeric));
      }
    case kNumeric:
      switch (below(4)) {
        case 0: return fmt::format("({} % 1000 + {} % 1000)", sub(kNumeric), sub(kNumeric));
        case 1: return fmt::format("round({}, 1)", sub(kNumeric));
        case 2: return fmt::format("({} % 100 * 1.5)", sub(kNumeric));
        default: return fmt::format("{}::numeric", sub(kBig));
      }
    case kBool: return "(" + condition(columns, depth - 1) + ")";
    case kTime:
      switch (below(3)) {
        case 0: return fmt::format("date_trunc('day', {})", sub(kTime));
        case 1: return fmt::format("({} + interval '90 minutes')", sub(kTime));
        default: return fmt::format("({} - interval '1 month')", sub(kTime));
      }
  }
  return "null";
}

std::string RandomSql::condition(const Columns& columns, int depth) {
  const Type type = any_type();
  const auto sub = [&](Type t) { return expr(t, columns, depth - 1); };
  switch (below(9)) {
    case 0: return fmt::format("{} is {}null", sub(type), chance(50) ? "not " : "");
    case 1: return fmt::format("{} between {} and {}", sub(kInt), below(4) - 2, below(6));
    case 2: return fmt::format("{} in ({}, {}, {})", sub(type), literal(type), literal(type), literal(type));
    case 3: return fmt::format("{} {}like '{}'", sub(kText), chance(30) ? "not " : "", kPatterns[below(6)]);
    case 4: return fmt::format("({} and {})", condition(columns, depth - 1), condition(columns, depth - 1));
    case 5: return fmt::format("({} or {})", condition(columns, depth - 1), condition(columns, depth - 1));
    case 6: return fmt::format("not ({})", condition(columns, depth - 1));
    default: {
      constexpr const char* kCompare[] = {"=", "<>", "<", "<=", ">", ">=", "is distinct from"};
      return fmt::format("{} {} {}", sub(type), kCompare[below(7)], sub(type));
    }
  }
}

std::string RandomSql::subquery_condition(const Columns& columns) {
  const Relation inner = table();
  Columns both = inner.columns;
  both.insert(both.end(), columns.begin(), columns.end());
  const bool correlated = chance(60);
  const Type type = chance(50) ? kInt : kText;
  std::string where = condition(inner.columns, 1);
  if (correlated) where = fmt::format("{} = {} and {}", expr(type, inner.columns, 0), expr(type, columns, 0), where);
  switch (below(4)) {
    case 0: return fmt::format("{}exists (select 1 from {} where {})", chance(40) ? "not " : "", inner.sql, where);
    case 1:
      return fmt::format("{} {}in (select {} from {} where {})", expr(type, columns, 0), chance(35) ? "not " : "",
                         expr(type, inner.columns, 0), inner.sql, where);
    case 2:
      return fmt::format("{} < (select max({}) from {} where {})", expr(kInt, columns, 0), expr(kInt, inner.columns, 0),
                         inner.sql, where);
    default: return fmt::format("(select count(*) from {} where {}) > {}", inner.sql, where, below(3));
  }
}

std::string RandomSql::aggregate(Type& type, const Columns& columns) {
  std::string call;
  switch (below(10)) {
    case 0: type = kBig; call = "count(*)"; break;
    case 1: type = kBig; call = fmt::format("count({})", expr(any_type(), columns, 1)); break;
    case 2: type = kBig; call = fmt::format("sum({})", expr(kInt, columns, 1)); break;
    case 3: type = kNumeric; call = fmt::format("sum({})", expr(chance(50) ? kNumeric : kBig, columns, 1)); break;
    case 4: type = any_type(); if (type == kBool) type = kText; call = fmt::format("min({})", expr(type, columns, 1)); break;
    case 5: type = any_type(); if (type == kBool) type = kInt; call = fmt::format("max({})", expr(type, columns, 1)); break;
    case 6: type = kBool; call = fmt::format("bool_{}({})", chance(50) ? "and" : "or", expr(kBool, columns, 1)); break;
    case 7: type = kBig; call = fmt::format("count(distinct {})", expr(any_type(), columns, 0)); break;
    case 8: {
      type = kText;
      const std::string text = expr(kText, columns, 0);
      return fmt::format("string_agg({0}, ',' order by {0})", text);
    }
    default: type = kNumeric; call = fmt::format("avg({})", expr(kInt, columns, 1)); break;
  }
  return chance(20) ? fmt::format("{} filter (where {})", call, condition(columns, 1)) : call;
}

RandomSql::Relation RandomSql::table() {
  const int number = below(3);
  const std::string alias = fmt::format("x{}", aliases_++);
  Relation out{fmt::format("t{} {}", number, alias), {}};
  if (number != 2) out.columns.push_back({alias + ".id", kInt});
  for (const auto& [name, type] : {std::pair{"i", kInt}, {"l", kBig}, {"s", kText}, {"n", kNumeric}, {"b", kBool}, {"t", kTime}}) {
    out.columns.push_back({fmt::format("{}.{}", alias, name), type});
  }
  return out;
}

RandomSql::Relation RandomSql::derived(int depth) {
  std::vector<Type> types;
  std::string sql;
  if (chance(50)) {
    sql = grouped(types, depth - 1);
  } else {
    for (int i = 0, n = 1 + below(3); i < n; ++i) types.push_back(any_type());
    sql = select(types, depth - 1);
  }
  const std::string alias = fmt::format("x{}", aliases_++);
  Relation out{fmt::format("({}) {}", sql, alias), {}};
  for (size_t i = 0; i < types.size(); ++i) out.columns.push_back({fmt::format("{}.c{}", alias, i), types[i]});
  return out;
}

RandomSql::Relation RandomSql::joined(int depth) {
  const Relation left = relation(depth - 1);
  const Relation right = relation(depth - 1);
  Columns both = left.columns;
  both.insert(both.end(), right.columns.begin(), right.columns.end());
  constexpr const char* kKinds[] = {"join", "join", "left join", "right join", "full join"};
  const int kind = below(5);
  const Type type = chance(60) ? kInt : kText;
  std::string on = fmt::format("{} = {}", expr(type, left.columns, 0), expr(type, right.columns, 0));
  // PostgreSQL has full joins with merge- or hashable conditions only.
  if (kind != 4 && chance(25)) on += " and " + condition(both, 1);
  if (kind == 4) on = fmt::format("{} = {}", left.columns[0].sql, literal(left.columns[0].type));
  if (kind == 4) {
    for (const auto& l : left.columns) {
      for (const auto& r : right.columns) {
        if (l.type == r.type) on = fmt::format("{} = {}", l.sql, r.sql);
      }
    }
    if (on.find(" = x") == std::string::npos) return {fmt::format("{} cross join {}", left.sql, right.sql), both};
  }
  return {fmt::format("{} {} {} on {}", left.sql, kKinds[kind], right.sql.find(" join ") != std::string::npos && right.sql[0] != '('
                          ? "(" + right.sql + ")" : right.sql, on), both};
}

RandomSql::Relation RandomSql::relation(int depth) {
  if (depth <= 0 || chance(35)) return table();
  return chance(60) ? joined(depth) : derived(depth);
}

std::string RandomSql::select(const std::vector<Type>& types, int depth) {
  const Relation from = relation(depth);
  std::string sql = chance(15) ? "select distinct " : "select ";
  for (size_t i = 0; i < types.size(); ++i) {
    sql += fmt::format("{}{} as c{}", i == 0 ? "" : ", ", expr(types[i], from.columns, 2), i);
  }
  sql += " from " + from.sql;
  if (chance(60)) sql += " where " + condition(from.columns, 2);
  else if (chance(40)) sql += " where " + subquery_condition(from.columns);
  return sql;
}

std::string RandomSql::grouped(std::vector<Type>& types, int depth) {
  const Relation from = relation(depth);
  std::string sql = "select ";
  std::string by;
  const int keys = below(3);
  int column = 0;
  for (int k = 0; k < keys; ++k, ++column) {
    const Type type = any_type();
    const Column* key = nullptr;
    for (const auto& c : from.columns) {
      if (c.type == type) key = &c;
    }
    if (key == nullptr) key = &from.columns[0];
    types.push_back(key->type);
    sql += fmt::format("{} as c{}, ", key->sql, column);
    by += (k == 0 ? "" : ", ") + key->sql;
  }
  const int aggregates = 1 + below(3);
  for (int a = 0; a < aggregates; ++a, ++column) {
    Type type = kBig;
    const std::string call = aggregate(type, from.columns);
    types.push_back(type);
    sql += fmt::format("{}{} as c{}", a == 0 ? "" : ", ", call, column);
  }
  sql += " from " + from.sql;
  if (chance(40)) sql += " where " + condition(from.columns, 1);
  if (!by.empty()) sql += " group by " + by;
  if (!by.empty() && chance(25)) sql += fmt::format(" having count(*) > {}", below(3));
  return sql;
}

std::string RandomSql::query() {
  aliases_ = 0;
  std::vector<Type> types;
  const auto choose = [&](int count) {
    for (int i = 0; i < count; ++i) types.push_back(any_type());
  };
  switch (below(8)) {
    case 0: case 1: case 2: choose(1 + below(4)); return select(types, 2);
    case 3: case 4: return grouped(types, 2);
    case 5: {
      choose(1 + below(3));
      constexpr const char* kSets[] = {"union", "union all", "intersect", "except", "intersect all", "except all"};
      const int kind = below(6);
      const std::string left = select(types, 1);
      return fmt::format("{} {} {}", left, kSets[kind], select(types, 1));
    }
    case 6: {
      choose(2);
      std::string sql = select(types, 1);
      return fmt::format("{} order by c0{}, c1 limit {}", sql, chance(50) ? " desc" : "", 1 + below(6));
    }
    default: {
      choose(2);
      const std::string inner = select(types, 1);
      return fmt::format("with w as ({}) select w.c0 as c0, count(*) as c1 from w join w v on w.c0 = v.c0 group by w.c0", inner);
    }
  }
}

}  // namespace leat::test
