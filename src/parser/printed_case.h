#pragma once
// PrintedCase: a statement and what it prints as, for tests. Also checks that the printed text
// prints as itself.

#include <gtest/gtest.h>

#include <span>

#include "parser/parser.h"
#include "parser/to_sql.h"

namespace leat::parser {

struct PrintedCase {
  std::string_view sql;
  std::string_view printed;
};

inline std::string print_one(std::string_view sql) {
  const auto statements = parse_statements(sql);
  if (!statements) return "error: " + statements.error().to_string();
  if (statements->size() != 1) return fmt::format("{} statements", statements->size());
  return to_sql(*statements->front().statement);
}

inline void expect_printed(std::span<const PrintedCase> cases) {
  for (const PrintedCase& one : cases) {
    EXPECT_EQ(print_one(one.sql), one.printed) << one.sql;
    EXPECT_EQ(print_one(one.printed), one.printed) << "read back, from " << one.sql;
  }
}

}  // namespace leat::parser
