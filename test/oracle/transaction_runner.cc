// transaction_runner: random statements in and out of transactions, on PostgreSQL 15 and on Leat.
//   transaction_runner --leat PROGRAM --count STATEMENTS [--seed N]
// One connection writes: blocks, savepoints, errors, several statements at once, cursors, prepared
// statements; after each statement both servers must have given the same tag, SQLSTATE and rows. Another
// connection reads in between: it must see what is committed, and the views of Leat what the tables say.
// A difference prints the script from the beginning of its block; --seed N shows it again.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <fmt/core.h>

#include "peer/peer.h"

namespace leat::test {
namespace {

constexpr int kIds = 30;
constexpr int kStrangerEvery = 7;  // statements between two looks of the other connection
constexpr size_t kScriptShown = 60;

class Script {
 public:
  explicit Script(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}

  static std::vector<std::string> setup() {
    return {"create table k (id int primary key, a int, s varchar)", "create index k_a on k (a)",
            "create index k_s on k (s desc, a)", "create table h (a int, s varchar)", "create index h_a on h (a)",
            "prepare get (int) as select * from k where id = $1", "prepare put (int, int) as update k set a = $2 where id = $1"};
  }

  std::string next() {
    if (!in_block_) {
      if (chance(25)) return begin();
      return chance(25) ? several() : statement();
    }
    if (chance(12)) return end();
    if (chance(20)) return savepoint();
    if (chance(12)) return cursor();
    if (chance(5)) return chance(50) ? "select 1 / 0" : "select * from missing";
    return chance(10) ? several() : statement();
  }

 private:
  uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  int below(int n) { return static_cast<int>((random() >> 16) % static_cast<uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  int id() { return below(kIds); }
  std::string text() { return std::string(1 + static_cast<size_t>(below(12)), static_cast<char>('a' + below(3))); }

  std::string begin() {
    in_block_ = true;
    savepoints_ = cursors_ = 0;
    return chance(80) ? "begin isolation level repeatable read" : "start transaction isolation level repeatable read";
  }

  std::string end() {
    in_block_ = false;
    return chance(70) ? "commit" : "rollback";
  }

  std::string savepoint() {
    if (savepoints_ == 0 || chance(40)) return fmt::format("savepoint s{}", below(++savepoints_ > 3 ? 3 : savepoints_));
    return fmt::format("{} s{}", chance(70) ? "rollback to" : "release", below(std::min(savepoints_, 3)));
  }

  std::string cursor() {
    if (cursors_ == 0 || chance(30)) return fmt::format("declare c{} no scroll cursor for {}", cursors_++, read());
    const int c = below(cursors_);
    if (chance(10)) return fmt::format("close c{}", c);
    return chance(20) ? fmt::format("move {} from c{}", 1 + below(4), c) : fmt::format("fetch {} from c{}", 1 + below(5), c);
  }

  // Each sees what those before it have done.
  std::string several() {
    std::string all;
    for (int i = 2 + below(3); i > 0; --i) all += statement() + "; ";
    if (chance(15)) all += "select 1 / 0; ";
    return all + read();
  }

  std::string statement() { return chance(35) ? read() : write(); }

  std::string read() {
    switch (below(9)) {
      case 0: return fmt::format("select * from k where id = {} order by id", id());
      case 1: return fmt::format("select * from k where a = {} order by id", below(8));
      case 2: return fmt::format("select * from k where s = '{}' order by id", text());
      case 3: return fmt::format("select * from k where id > {} and id <= {} order by id", id(), id());
      case 4: return fmt::format("select s, count(*), sum(a) from k where a >= {} group by s order by s", below(8));
      case 5: return "select * from h order by a, s";
      case 6: return fmt::format("select a, count(*) from h where a in ({}, {}) group by a order by a", below(8), below(8));
      case 7: return "select k.id, h.s from k join h on k.a = h.a order by 1, 2";
      default: return fmt::format("select * from k where id < (select max(id) from k where a = {}) order by id", below(8));
    }
  }

  std::string write() {
    const std::string returning = chance(30) ? " returning *" : "";
    switch (below(12)) {
      case 0:
      case 1: return fmt::format("insert into k values ({}, {}, '{}') on conflict (id) {}{}", id(), below(8), text(), on_conflict(), returning);
      case 2: {
        const int key = id();
        return fmt::format("insert into k select {0}, {1}, '{2}' where not exists (select 1 from k where id = {0}){3}", key,
                           below(8), text(), returning);
      }
      case 3: return fmt::format("update k set a = a + 1, s = '{}' where id = {}{}", text(), id(), returning);
      case 4: return fmt::format("update k set a = (a + 3) % 8 where a = {}", below(8));
      case 5:
        return fmt::format("update k set id = {0} where id = {1} and not exists (select 1 from k where id = {0})", id(), id());
      case 6: return fmt::format("delete from k where {}", chance(70) ? fmt::format("id = {}", id()) : fmt::format("a = {}", below(8)));
      case 7: return fmt::format("insert into h values ({}, '{}'), ({}, null)", below(8), text(), below(8));
      case 8: return fmt::format("update h set s = s || 'x', a = (a + 1) % 8 where a = {} and length(s) < 20", below(8));
      case 9: return fmt::format("delete from h where a = {}", below(8));
      case 10: return fmt::format("insert into k select id + {}, a, s from k where a = {} on conflict do nothing", 1 + below(3), below(8));
      default: return chance(50) ? fmt::format("execute put({}, {})", id(), below(8)) : fmt::format("execute get({})", id());
    }
  }

  std::string on_conflict() {
    if (chance(40)) return "do nothing";
    const std::string update = "do update set a = (k.a + excluded.a) % 8, s = excluded.s";
    return chance(50) ? update : update + fmt::format(" where k.a > {}", below(8));
  }

  uint64_t state_;
  bool in_block_ = false;
  int savepoints_ = 0, cursors_ = 0;
};

std::string text_of(const PgResult& result) {
  if (!result.ok) return "ERROR " + result.sqlstate;
  std::vector<std::string> rows;
  for (const auto& row : result.rows) {
    std::string line;
    for (const auto& value : row) line += (line.empty() ? "" : "|") + value.value_or("NULL");
    rows.push_back(line);
  }
  std::sort(rows.begin(), rows.end());  // a cursor's query and RETURNING may come in any order
  std::string text = result.tag;
  for (const auto& row : rows) text += "\n    " + row;
  return text;
}

class Comparison {
 public:
  Comparison(const std::string& postgres, const std::string& leat)
      : postgres_(postgres), leat_(leat), postgres_reader_(postgres), leat_reader_(leat) {}

  bool setup() {
    for (const auto& sql : Script::setup()) {
      if (const PgResult made = postgres_.run(sql); !made.ok) give_up(sql + ": " + made.error);
      if (const PgResult made = leat_.run(sql); !made.ok) give_up(sql + ": " + made.error);
    }
    const PgResult made = leat_.run(
        "create materialized view sums as select a, count(*) as c, count(distinct s) as d from (select a, s from k "
        "union all select a, s from h) x group by a");
    return made.ok;
  }

  bool run(const std::string& sql) {
    script_.push_back(sql);
    return same(sql, postgres_.run(sql), leat_.run(sql));
  }

  bool look() {
    for (const std::string table : {"k", "h"}) {
      const std::string sql = fmt::format("select * from {}", table);
      if (!same("on another connection: " + sql, postgres_reader_.run(sql), leat_reader_.run(sql))) return false;
    }
    const PgResult asked = leat_reader_.run(
        "select a, count(*) as c, count(distinct s) as d from (select a, s from k union all select a, s from h) x group by a");
    return same("the view", asked, leat_reader_.run("select * from sums"));
  }

 private:
  bool same(const std::string& sql, const PgResult& expected, const PgResult& actual) {
    const std::string wanted = text_of(expected), found = text_of(actual);
    if (wanted == found) return true;
    fmt::print("DIFFERENT: {}\n  PostgreSQL: {}\n  {}\n  Leat: {}\n  {}\nscript:\n", sql, wanted, expected.error, found,
               actual.error);
    const size_t first = script_.size() > kScriptShown ? script_.size() - kScriptShown : 0;
    for (size_t i = first; i < script_.size(); ++i) fmt::print("  {};\n", script_[i]);
    return false;
  }

  PgClient postgres_, leat_, postgres_reader_, leat_reader_;
  std::vector<std::string> script_;
};

int run(const std::string& program, int count, uint64_t seed) {
  PostgresServer postgres;
  LeatServer leat(program);
  Comparison comparison(postgres.conninfo(), leat.conninfo());
  if (!comparison.setup()) give_up("the view cannot be made");
  Script script(seed);
  bool ok = true;
  int done = 0;
  for (; ok && done < count; ++done) {
    ok = comparison.run(script.next());
    if (ok && done % kStrangerEvery == 0) ok = comparison.look();
  }
  if (!leat.running()) fmt::print("Leat is gone; its log:\n{}\n", leat.log());
  fmt::print("seed {}: {} statements, {}\n", seed, done, ok ? "the same on both" : "the last one different");
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace leat::test

int main(int argc, char** argv) {
  std::string leat;
  int count = 0;
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    if (word == "--leat") leat = argv[i + 1];
    else if (word == "--count") count = std::atoi(argv[i + 1]);
    else if (word == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (leat.empty() || count <= 0) {
    leat::test::give_up("usage: transaction_runner --leat PROGRAM --count STATEMENTS [--seed N]");
  }
  return leat::test::run(leat, count, seed);
}
