// slt_runner: runs .slt files (format: README.md beside this file), each against a fresh server.
//   slt_runner (--leat PROGRAM | --postgres) [--update] FILE_OR_FOLDER...
// Prints what failed with expected and actual; ends with 1 if anything did.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <thread>

#include <fmt/core.h>

#include "peer/peer.h"

namespace leat::test {
namespace {

constexpr int kRetryPatienceMs = 10'000;

struct Record {
  enum Kind { kNone, kStatement, kQuery, kError } kind = kNone;
  std::vector<std::string> head;  // comments, and the line that says what is expected
  std::vector<std::string> sql;
  std::vector<std::string> expected;
  size_t line = 0;  // of the first line of SQL
  // What the head says.
  bool fails = false, rowsort = false, both = false, retry = false;
  std::string tag, regex, types, sqlstate;
  std::string connection;  // empty: the file's first

  std::string sql_text() const {
    std::string out;
    for (const auto& line : sql) out += (out.empty() ? "" : "\n") + line;
    return out;
  }
};

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

bool is_sqlstate(const std::string& word) {
  static const std::regex kState("[0-9A-Z]{5}");
  return std::regex_match(word, kState) && std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string rest_after(const std::string& line, size_t count) {
  size_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    at = line.find_first_not_of(' ', at);
    if (at == std::string::npos) return "";
    at = line.find(' ', at);
    if (at == std::string::npos) return "";
  }
  at = line.find_first_not_of(' ', at);
  return at == std::string::npos ? "" : line.substr(at);
}

void read_head(Record& record, const std::string& line, const std::string& where) {
  const auto w = words(line);
  if (w[0] == "connection" && w.size() == 2) {
    record.connection = w[1];
  } else if (w[0] == "statement" && w.size() > 1 && w[1] == "ok") {
    record.kind = Record::kStatement;
    record.tag = rest_after(line, 2);
  } else if (w[0] == "statement" && w.size() > 1 && w[1] == "error") {
    record.kind = Record::kStatement;
    record.fails = true;
    const bool state = w.size() > 2 && is_sqlstate(w[2]);
    if (state) record.sqlstate = w[2];
    record.regex = rest_after(line, state ? 3 : 2);
  } else if (w[0] == "query") {
    record.kind = Record::kQuery;
    for (size_t i = 1; i < w.size(); ++i) {
      if (w[i] == "rowsort") record.rowsort = true;
      else if (w[i] == "both") record.both = record.rowsort = true;
      else if (w[i] == "retry") record.retry = true;
      else if (w[i] != "nosort" && w[i].find_first_not_of("BINFTDJX") == std::string::npos) record.types = w[i];
      else if (w[i] != "nosort") give_up(fmt::format("{}: unknown word {}", where, w[i]));
    }
  } else if (w[0] == "error") {
    record.kind = Record::kError;
    if (w.size() > 1) record.sqlstate = w[1];
  } else {
    give_up(fmt::format("{}: expected connection, statement, query or error: {}", where, line));
  }
}

std::vector<Record> read_records(const std::string& path) {
  std::vector<Record> out;
  std::istringstream in(read_file(path));
  Record record;
  bool results = false;
  size_t number = 0;
  const auto end_record = [&] {
    if (record.kind != Record::kNone || !record.head.empty()) out.push_back(std::move(record));
    record = Record();
    results = false;
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) {
      end_record();
    } else if (results) {
      record.expected.push_back(line);
    } else if (record.kind == Record::kNone) {
      record.head.push_back(line);
      if (line[0] != '#') read_head(record, line, fmt::format("{}:{}", path, number));
    } else if (line == "----") {
      results = true;
    } else {
      if (record.sql.empty()) record.line = number;
      record.sql.push_back(line);
    }
  }
  end_record();
  return out;
}

std::string printed(const std::optional<std::string>& value) {
  if (!value) return "NULL";
  if (value->empty()) return "(empty)";
  std::string out;
  for (const char c : *value) {
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out;
}

std::vector<std::string> printed(const PgResult& result, bool rowsort) {
  std::vector<std::string> out;
  for (const auto& row : result.rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) line += (c == 0 ? "" : "|") + printed(row[c]);
    out.push_back(line);
  }
  if (rowsort) std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

char type_letter(unsigned oid) {
  switch (oid) {
    case 16: return 'B';
    case 20: case 21: case 23: return 'I';
    case 1700: return 'N';
    case 700: case 701: return 'F';
    case 25: case 1043: case 18: case 19: return 'T';
    case 1082: case 1083: case 1114: case 1184: case 1186: return 'D';
    case 3802: return 'J';
    default: return 'X';
  }
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "    " + line + "\n";
  return lines.empty() ? "    (nothing)\n" : out;
}

class FileRun {
 public:
  FileRun(std::string path, std::string conninfo, bool update)
      : path_(std::move(path)), conninfo_(std::move(conninfo)), update_(update) {}

  int run() {
    auto records = read_records(path_);
    for (auto& record : records) {
      client_ = &connection(record.connection);
      switch (record.kind) {
        case Record::kNone: break;
        case Record::kStatement: run_statement(record); break;
        case Record::kQuery: run_query(record); break;
        case Record::kError: run_error(record); break;
      }
      if (client_->lost()) {
        failed(record, "the connection was lost: " + client_->run("select 1").error, {}, {});
        break;
      }
    }
    if (update_) rewrite(records);
    return failures_;
  }

 private:
  PgClient& connection(const std::string& name) {
    auto& client = connections_[name];
    if (!client) client = std::make_unique<PgClient>(conninfo_);
    return *client;
  }

  void failed(const Record& record, const std::string& what, const std::vector<std::string>& expected,
              const std::vector<std::string>& actual) {
    ++failures_;
    fmt::print("{}:{}: {}\n  sql:\n{}", path_, record.line, what, joined(record.sql));
    if (!expected.empty() || !actual.empty()) {
      fmt::print("  expected:\n{}  actual:\n{}", joined(expected), joined(actual));
    }
    fmt::print("\n");
  }

  void run_statement(Record& record) {
    const PgResult result = client_->run(record.sql_text());
    if (record.fails) {
      if (result.ok) return failed(record, "succeeded, but should have failed", {record.regex}, {result.tag});
      if (!record.sqlstate.empty() && record.sqlstate != result.sqlstate) {
        failed(record, "failed with another SQLSTATE", {record.sqlstate}, {result.sqlstate, result.error});
      } else if (!std::regex_search(result.error, std::regex(record.regex))) {
        failed(record, "failed with another message", {record.regex}, lines_of(result.error));
      }
      return;
    }
    if (!result.ok) return failed(record, "failed", {}, lines_of(result.error));
    if (!record.tag.empty() && record.tag != result.tag) failed(record, "another command tag", {record.tag}, {result.tag});
  }

  void run_query(Record& record) {
    auto expected = record.expected;
    if (record.rowsort) std::sort(expected.begin(), expected.end());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(record.retry ? kRetryPatienceMs : 0);
    PgResult result;
    std::vector<std::string> actual;
    for (;;) {
      result = client_->run(record.sql_text());
      actual = printed(result, record.rowsort);
      if ((result.ok && actual == expected) || std::chrono::steady_clock::now() >= deadline) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (!result.ok) return failed(record, "failed", expected, lines_of(result.error));
    check_types(record, result);
    if (actual != expected && update_) {
      record.expected = expected = actual;
    } else if (actual != expected) {
      failed(record, "other rows", expected, actual);
    }
    if (record.both) run_as_view(record, expected);
  }

  void run_as_view(const Record& record, const std::vector<std::string>& expected) {
    const std::string view = fmt::format("both_{}", record.line);
    const PgResult made = client_->run(fmt::format("create materialized view {} as {}", view, record.sql_text()));
    if (!made.ok) return failed(record, "failed as a materialized view", {}, lines_of(made.error));
    const PgResult result = client_->run("select * from " + view);
    const auto actual = printed(result, true);
    if (!result.ok) {
      failed(record, "the materialized view cannot be read", {}, lines_of(result.error));
    } else if (actual != expected) {
      failed(record, "other rows as a materialized view", expected, actual);
    }
    const PgResult dropped = client_->run("drop materialized view " + view);
    if (!dropped.ok) failed(record, "the materialized view cannot be dropped", {}, lines_of(dropped.error));
  }

  void check_types(const Record& record, const PgResult& result) {
    if (record.types.empty()) return;
    std::string actual;
    for (const auto& column : result.columns) actual += type_letter(column.oid);
    if (actual != record.types) failed(record, "other types", {record.types}, {actual});
  }

  void run_error(Record& record) {
    const PgResult result = client_->run(record.sql_text());
    if (result.ok) return failed(record, "succeeded, but should have failed", record.expected, {result.tag});
    const auto actual = lines_of(result.error);
    if (!record.sqlstate.empty() && record.sqlstate != result.sqlstate) {
      failed(record, "another SQLSTATE", {record.sqlstate}, {result.sqlstate});
    }
    if (actual == record.expected) return;
    if (update_) {
      record.expected = actual;
    } else {
      failed(record, "another message", record.expected, actual);
    }
  }

  void rewrite(const std::vector<Record>& records) {
    std::string text;
    for (const auto& record : records) {
      if (!text.empty()) text += "\n";
      for (const auto& line : record.head) text += line + "\n";
      for (const auto& line : record.sql) text += line + "\n";
      if (record.kind == Record::kQuery || record.kind == Record::kError) text += "----\n";
      for (const auto& line : record.expected) text += line + "\n";
    }
    if (text != read_file(path_)) write_file(path_, text);
  }

  std::string path_, conninfo_;
  std::map<std::string, std::unique_ptr<PgClient>> connections_;
  PgClient* client_ = nullptr;  // of the record under way
  bool update_;
  int failures_ = 0;
};

int run_all(const std::string& leat, bool update, const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".slt") files.push_back(entry.path().string());
    }
  }
  if (files.empty()) give_up("no .slt file");
  std::sort(files.begin(), files.end());
  std::unique_ptr<PostgresServer> postgres;
  if (leat.empty()) postgres = std::make_unique<PostgresServer>();
  int bad_files = 0;
  for (const auto& file : files) {
    int failures = 0;
    if (postgres) {
      PgClient client(postgres->conninfo());
      client.run("drop schema public cascade");
      client.run("create schema public");
      failures = FileRun(file, postgres->conninfo(), update).run();
    } else {
      LeatServer server(leat);
      failures = FileRun(file, server.conninfo(), update).run();
      if (!server.running()) {
        fmt::print("{}: the server died; its log:\n{}\n", file, server.log());
        failures += 1;
      }
    }
    fmt::print("{} {}\n", failures == 0 ? "ok    " : "FAILED", file);
    std::fflush(stdout);
    bad_files += failures == 0 ? 0 : 1;
  }
  fmt::print("{} of {} files passed\n", files.size() - static_cast<size_t>(bad_files), files.size());
  return bad_files == 0 ? 0 : 1;
}

}  // namespace
}  // namespace leat::test

int main(int argc, char** argv) {
  std::string leat;
  bool update = false, postgres = false;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--leat" && i + 1 < argc) leat = argv[++i];
    else if (word == "--postgres") postgres = true;
    else if (word == "--update") update = true;
    else paths.push_back(word);
  }
  if (paths.empty() || leat.empty() != postgres) {
    leat::test::give_up("usage: slt_runner (--leat PROGRAM | --postgres) [--update] FILE_OR_FOLDER...");
  }
  return leat::test::run_all(leat, update, paths);
}
