#pragma once
// What tests of the whole program say to it. Thread: the client's.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "peer/peer.h"

namespace leat::test {

// A statement that must go through.
inline void expect_done(PgClient& client, const std::string& sql) {
  const PgResult result = client.run(sql);
  EXPECT_TRUE(result.ok) << sql << "\n" << result.error;
}

// The rows as psql -At prints them: "1|a\n2|\n".
inline std::string rows_text(PgClient& client, const std::string& sql) {
  const PgResult result = client.run(sql);
  if (!result.ok) return result.error;
  std::string text;
  for (const auto& row : result.rows) {
    for (size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "|") + row[i].value_or("");
    text += '\n';
  }
  return text;
}

// What a statement was refused with.
struct Refusal {
  std::string state, text;  // SQLSTATE; message, LINE, DETAIL, HINT
  bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
};
inline Refusal refusal(PgClient& client, const std::string& sql) {
  const PgResult result = client.run(sql);
  EXPECT_FALSE(result.ok) << sql;
  return {result.sqlstate, result.error};
}

#define EXPECT_REFUSED(client, sql, sqlstate, part)       \
  do {                                                    \
    const auto refused = ::leat::test::refusal(client, sql); \
    EXPECT_EQ(refused.state, sqlstate) << refused.text;   \
    EXPECT_TRUE(refused.says(part)) << refused.text;      \
  } while (false)

}  // namespace leat::test
