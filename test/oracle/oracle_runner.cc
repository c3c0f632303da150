// oracle_runner: the same tables, rows, changes and queries on PostgreSQL 15 and on Leat.
//   oracle_runner --leat PROGRAM (--list FILE | --random COUNT) [--seed N]
// Each query runs ad hoc on both, and on Leat as a materialized view too, which is compared again after
// each of several rounds of random inserts, updates and deletes: the law of the engine, judged by a
// stranger. Types and texts must be the same; the order of rows does not matter.
// A difference prints the query and both results, and --seed N --random COUNT shows it again.

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <fmt/core.h>

#include "oracle/random_sql.h"
#include "peer/peer.h"

namespace leat::test {
namespace {

constexpr int kRowsPerTable = 25;
constexpr int kViewsAtOnce = 25;
constexpr int kRounds = 4;
constexpr int kChangesPerRound = 5;
constexpr size_t kRowsShown = 12;
constexpr unsigned kNumericOid = 1700;

// text and varchar are one type in Leat.
unsigned plain_oid(unsigned oid) { return oid == 25 ? 1043 : oid; }

struct Answer {
  std::string error;
  std::vector<unsigned> types;
  std::vector<std::string> rows;  // sorted
};

// 1.50 as 1.5: of equal numerics with different scales, which one stands for a group is free.
std::string without_scale(const std::string& number) {
  if (number.find('.') == std::string::npos) return number;
  const size_t last = number.find_last_not_of('0');
  const std::string out = number.substr(0, number[last] == '.' ? last : last + 1);
  return out == "-0" ? "0" : out;
}

Answer ask(PgClient& client, const std::string& sql, bool exact_scale) {
  PgResult result = client.run(sql);
  for (size_t c = 0; c < result.columns.size() && !exact_scale; ++c) {
    for (auto& row : result.rows) {
      if (result.columns[c].oid == kNumericOid && row[c]) row[c] = without_scale(*row[c]);
    }
  }
  Answer out;
  out.error = result.error;
  for (const auto& column : result.columns) out.types.push_back(plain_oid(column.oid));
  for (const auto& row : result.rows) {
    std::string line;
    for (const auto& value : row) line += (line.empty() ? "" : " | ") + (value ? "'" + *value + "'" : "NULL");
    out.rows.push_back(line);
  }
  std::sort(out.rows.begin(), out.rows.end());
  return out;
}

std::string shown(const Answer& answer) {
  if (!answer.error.empty()) return "    " + answer.error + "\n";
  std::string out = fmt::format("    {} rows, types", answer.rows.size());
  for (const auto type : answer.types) out += fmt::format(" {}", type);
  return out + "\n";
}

std::string only_in(const Answer& a, const Answer& b) {
  std::vector<std::string> rows;
  std::set_difference(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(), std::back_inserter(rows));
  std::string out;
  for (size_t i = 0; i < std::min(rows.size(), kRowsShown); ++i) out += "      " + rows[i] + "\n";
  return out;
}

class Oracle {
 public:
  // exact_scale: 1.5 and 1.50 differ.
  Oracle(PgClient& postgres, PgClient& leat, uint64_t seed, bool exact_scale)
      : postgres_(postgres), leat_(leat), random_(seed), exact_scale_(exact_scale) {
    for (const auto& sql : RandomSql::tables()) on_both(sql);
    for (const auto& sql : random_.rows(kRowsPerTable)) on_both(sql);
  }

  void check(const std::vector<std::string>& queries) {
    for (size_t begin = 0; begin < queries.size() && !leat_.lost(); begin += kViewsAtOnce) {
      const size_t end = std::min(queries.size(), begin + kViewsAtOnce);
      check_some({queries.begin() + static_cast<long>(begin), queries.begin() + static_cast<long>(end)});
    }
  }

  std::vector<std::string> random_queries(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.push_back(random_.query());
    return out;
  }

  int passed = 0;
  int failed = 0;
  int refused = 0;  // by PostgreSQL too

 private:
  struct View {
    std::string name, sql;
    bool good = true;
  };

  Answer in_postgres(const std::string& sql) { return ask(postgres_, sql, exact_scale_); }
  Answer in_leat(const std::string& sql) { return ask(leat_, sql, exact_scale_); }

  void on_both(const std::string& sql) {
    const PgResult expected = postgres_.run(sql);
    const PgResult actual = leat_.run(sql);
    if (!expected.ok) give_up(fmt::format("PostgreSQL refuses: {}\n{}", sql, expected.error));
    if (!actual.ok) give_up(fmt::format("Leat refuses: {}\n{}", sql, actual.error));
    if (expected.tag != actual.tag && expected.tag.find("CREATE") == std::string::npos) {
      give_up(fmt::format("{}: {} rows in PostgreSQL, {} in Leat", sql, expected.tag, actual.tag));
    }
  }

  bool same(const std::string& what, const std::string& sql, const Answer& expected, const Answer& actual) {
    if (actual.error.empty() && expected.types == actual.types && expected.rows == actual.rows) return true;
    fmt::print("DIFFERENT {}: {}\n  PostgreSQL:\n{}{}  Leat:\n{}{}\n", what, sql, shown(expected), only_in(expected, actual),
               shown(actual), only_in(actual, expected));
    std::fflush(stdout);
    return false;
  }

  void check_some(const std::vector<std::string>& queries) {
    std::vector<View> views;
    for (const auto& sql : queries) {
      const Answer expected = in_postgres(sql);
      if (!expected.error.empty()) {
        ++refused;
        continue;
      }
      if (!same("ad hoc", sql, expected, in_leat(sql))) {
        ++failed;
        continue;
      }
      View view{fmt::format("v{}", made_++), sql};
      const PgResult made = leat_.run(fmt::format("create materialized view {} as {}", view.name, sql));
      if (!made.ok) {
        fmt::print("NOT MADE as a view: {}\n    {}\n", sql, made.error);
        ++failed;
        continue;
      }
      view.good = same("as a view", sql, expected, in_leat("select * from " + view.name));
      views.push_back(view);
    }
    for (int round = 0; round < kRounds && !leat_.lost(); ++round) {
      for (int i = 0; i < kChangesPerRound; ++i) on_both(random_.change());
      for (auto& view : views) {
        if (!view.good) continue;
        view.good = same(fmt::format("as a view, after {} rounds of changes", round + 1), view.sql, in_postgres(view.sql),
                         in_leat("select * from " + view.name));
      }
    }
    for (auto& view : views) {
      if (view.good) view.good = same("ad hoc, after changes", view.sql, in_postgres(view.sql), in_leat(view.sql));
      ++(view.good ? passed : failed);
      leat_.run("drop materialized view " + view.name);
    }
    // The tables stay small: what changed so far is kept, what grew too much goes.
    on_both("delete from t2 where l > 900");
  }

  PgClient& postgres_;
  PgClient& leat_;
  RandomSql random_;
  bool exact_scale_;
  int made_ = 0;
};

// Statements end with ';' at a line's end; "--" lines are comments.
std::vector<std::string> queries_of(const std::string& path) {
  std::istringstream in(read_file(path));
  std::vector<std::string> out;
  std::string sql;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with("--")) continue;
    sql += (sql.empty() ? "" : "\n") + line;
    if (sql.back() != ';') continue;
    sql.pop_back();
    out.push_back(std::move(sql));
    sql.clear();
  }
  if (out.empty()) give_up("no queries in " + path);
  return out;
}

int run(const std::string& program, const std::string& list, int count, uint64_t seed) {
  PostgresServer postgres_server;
  LeatServer leat_server(program);
  PgClient postgres(postgres_server.conninfo());
  PgClient leat(leat_server.conninfo());
  Oracle oracle(postgres, leat, seed, !list.empty());
  oracle.check(list.empty() ? oracle.random_queries(count) : queries_of(list));
  if (leat.lost()) {
    fmt::print("Leat is gone; its log:\n{}\n", leat_server.log());
    ++oracle.failed;
  }
  fmt::print("seed {}: {} queries the same, {} different, {} refused by PostgreSQL too\n", seed, oracle.passed, oracle.failed,
             oracle.refused);
  return oracle.failed == 0 && oracle.passed > oracle.refused ? 0 : 1;
}

}  // namespace
}  // namespace leat::test

int main(int argc, char** argv) {
  std::string leat, list;
  int count = 0;
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    if (word == "--leat") leat = argv[i + 1];
    else if (word == "--list") list = argv[i + 1];
    else if (word == "--random") count = std::atoi(argv[i + 1]);
    else if (word == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (leat.empty() || (list.empty() && count <= 0)) {
    leat::test::give_up("usage: oracle_runner --leat PROGRAM (--list FILE | --random COUNT) [--seed N]");
  }
  return leat::test::run(leat, list, count, seed);
}
