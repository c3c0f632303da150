#pragma once
// For tests: random queries over tables t, u (id, a, b) and w (a, b) of integers, with sub-queries
// and correlations everywhere they may stand. The same seed gives the same query.

#include <random>
#include <string>
#include <vector>

namespace leat::planner {

class RandomSql {
 public:
  explicit RandomSql(uint32_t seed) : random_(seed) {}

  std::string query() { return select(2 + static_cast<int>(pick(3)), {}, 1 + pick(2)); }

 private:
  using Columns = std::vector<std::string>;  // that an expression may use: own ones and outer ones

  uint32_t pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  bool one_in(uint32_t n) { return pick(n) == 0; }
  const std::string& any(const Columns& columns) {
    return columns[pick(static_cast<uint32_t>(columns.size()))];
  }
  std::string alias() { return "x" + std::to_string(++aliases_); }
  static std::string column(size_t i) { return "c" + std::to_string(i); }

  // A query with columns c0.. of integers.
  std::string select(int depth, const Columns& outer, size_t width) {
    const uint32_t kind = depth > 0 ? pick(10) : 0;
    if (kind == 1 || kind == 2) return grouped(depth - 1, outer, width);
    if (kind == 3) return whole(depth - 1, outer, width);
    if (kind == 4)
      return "select distinct * from (" + select(depth - 1, outer, width) + ") " + alias();
    if (kind == 5) {
      static constexpr const char* kOperations[] = {"union all",     "union",  "intersect",
                                                    "intersect all", "except", "except all"};
      return "(" + select(depth - 1, outer, width) + ") " + kOperations[pick(6)] + " (" +
             select(depth - 1, outer, width) + ")";
    }
    if (kind == 6) return bounded(depth - 1, outer, width);
    return plain(depth, outer, width);
  }

  std::string plain(int depth, const Columns& outer, size_t width) {
    Columns own;
    const std::string from = from_clause(depth - 1, outer, own);
    Columns all = own;
    all.insert(all.end(), outer.begin(), outer.end());
    std::string sql = "select ";
    for (size_t i = 0; i < width; ++i) {
      if (i > 0) sql += ", ";
      sql += (one_in(3) ? expr(depth - 1, all) : any(own)) + " as " + column(i);
    }
    sql += " from " + from;
    if (!one_in(3)) sql += " where " + condition(depth - 1, all);
    return sql;
  }

  std::string aggregate(const Columns& own, const Columns& all) {
    switch (pick(5)) {
      case 0:
        return "count(*)::int";
      case 1:
        return "count(" + any(own) + ")::int";
      case 2:
        return "max(" + any(own) + ")";
      case 3:
        return "min(coalesce(" + any(own) + ", " + any(all) + "))";
      default:
        return "count(distinct " + any(own) + ")::int";
    }
  }

  std::string grouped(int depth, const Columns& outer, size_t width) {
    Columns own;
    const std::string from = from_clause(depth, outer, own);
    Columns all = own;
    all.insert(all.end(), outer.begin(), outer.end());
    const std::string group = any(own);
    Columns groups = outer;
    groups.push_back(group);
    std::string sql = "select ";
    for (size_t i = 0; i < width; ++i) {
      if (i > 0) sql += ", ";
      sql += (i == 0 ? group : aggregate(own, all)) + " as " + column(i);
    }
    sql += " from " + from;
    if (one_in(2)) sql += " where " + condition(depth, all);
    sql += " group by " + group;
    if (one_in(3)) sql += " having " + condition(depth, groups);
    return sql;
  }

  std::string whole(int depth, const Columns& outer, size_t width) {
    Columns own;
    const std::string from = from_clause(depth, outer, own);
    Columns all = own;
    all.insert(all.end(), outer.begin(), outer.end());
    std::string sql = "select ";
    for (size_t i = 0; i < width; ++i)
      sql += (i > 0 ? ", " : "") + aggregate(own, all) + " as " + column(i);
    sql += " from " + from;
    if (!one_in(3)) sql += " where " + condition(depth, all);
    return sql;
  }

  std::string bounded(int depth, const Columns& outer, size_t width) {
    std::string sql =
        "select * from (" + select(depth, outer, width) + ") " + alias() + " order by ";
    for (size_t i = 0; i < width; ++i) {
      sql += (i > 0 ? ", " : "") + std::to_string(i + 1) + (one_in(2) ? " desc" : "");
    }
    sql += " limit " + std::to_string(1 + pick(3));
    if (one_in(4)) sql += " offset 1";
    return sql;
  }

  std::string from_item(int depth, const Columns& outer, Columns& own) {
    const std::string name = alias();
    if (depth <= 0 || !one_in(3)) {
      static constexpr const char* kTables[] = {"t", "u", "w"};
      const uint32_t table = pick(3);
      if (table < 2) own.push_back(name + ".id");
      for (const char* c : {"a", "b"}) own.push_back(name + "." + c);
      return std::string(kTables[table]) + " " + name;
    }
    const size_t width = 1 + pick(2);
    for (size_t i = 0; i < width; ++i) own.push_back(name + "." + column(i));
    return "(" + select(depth - 1, outer, width) + ") " + name;
  }

  std::string from_clause(int depth, const Columns& outer, Columns& own) {
    std::string sql = from_item(depth, outer, own);
    if (depth < 0 || one_in(2)) return sql;
    const uint32_t kind = pick(8);
    if (kind < 2) {  // lateral: sees what stands before it
      Columns visible = own;
      visible.insert(visible.end(), outer.begin(), outer.end());
      const std::string name = alias();
      sql += kind == 0 ? " cross join lateral (" : " left join lateral (";
      sql += select(depth - 1, visible, 1) + ") " + name;
      own.push_back(name + ".c0");
      if (kind == 1) sql += " on " + (one_in(2) ? std::string("true") : comparison(own));
      return sql;
    }
    static constexpr const char* kJoins[] = {" join ",      " join ",       " left join ",
                                             " left join ", " right join ", " full join "};
    const std::string right = from_item(depth - 1, outer, own);
    sql += kJoins[kind - 2] + right + " on ";
    const std::string equal = any(own) + " = " + any(own);
    sql += one_in(4) ? comparison(own) : equal;
    if (one_in(4)) sql += " and " + comparison(own);
    return sql;
  }

  std::string comparison(const Columns& columns) {
    static constexpr const char* kOperators[] = {"=", "=", "<", "<=", "<>", "is not distinct from"};
    const std::string left = any(columns);
    const std::string right = one_in(3) ? std::to_string(pick(4)) : any(columns);
    return left + " " + kOperators[pick(6)] + " " + right;
  }

  std::string expr(int depth, const Columns& columns) {
    switch (depth > 0 ? pick(7) : pick(4)) {
      case 0:
        return std::to_string(pick(4));
      case 1:
        return "coalesce(" + any(columns) + ", " + any(columns) + ")";
      case 2:
        return "case when " + comparison(columns) + " then " + any(columns) + " end";
      case 3:
        return any(columns);
      case 4:
        return "(" + whole(depth - 1, columns, 1) + ")";
      case 5:
        return "(select max(c0) from (" + select(depth - 1, columns, 1) + ") " + alias() + ")";
      default:
        return "(" + bounded_to_one(depth - 1, columns) + ")";
    }
  }

  std::string bounded_to_one(int depth, const Columns& outer) {
    return "select c0 from (" + select(depth, outer, 1) + ") " + alias() + " order by 1 limit 1";
  }

  std::string condition(int depth, const Columns& columns) {
    switch (depth > 0 ? pick(11) : pick(4)) {
      case 0:
        return any(columns) + " is null";
      case 1:
        return comparison(columns);
      case 2:
        return comparison(columns) + " and " + comparison(columns);
      case 3:
        return "(" + comparison(columns) + " or " + comparison(columns) + ")";
      case 4:
        return std::string(one_in(2) ? "not " : "") + "exists (" + select(depth - 1, columns, 1) +
               ")";
      case 5:
        return any(columns) + (one_in(2) ? " not in (" : " in (") + select(depth - 1, columns, 1) +
               ")";
      case 6:
        return any(columns) + " < any (" + select(depth - 1, columns, 1) + ")";
      case 7:
        return any(columns) + " >= all (" + select(depth - 1, columns, 1) + ")";
      case 8:
        return any(columns) + " <= " + expr(depth, columns);
      case 9:
        return "not (" + condition(depth - 1, columns) + ")";
      default:
        return "(" + condition(depth - 1, columns) + " or " + condition(depth - 1, columns) + ")";
    }
  }

  std::mt19937 random_;
  int aliases_ = 0;
};

}  // namespace leat::planner
