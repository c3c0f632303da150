// Any bytes: no crash, no runaway, and what is accepted prints to SQL that reads back the same.

#include <cstdio>
#include <cstdlib>

#include "parser/parser.h"
#include "parser/to_sql.h"

namespace {

using leat::Error;
using leat::SqlState;

[[noreturn]] void differ(const std::string& first, const std::string& second) {
  std::fprintf(stderr, "printed: %s\nread back: %s\n", first.c_str(), second.c_str());
  std::abort();
}

// Brackets that the printer adds may reach a limit that the text was just below.
bool is_limit(const Error& error) {
  return error.code == SqlState::kStatementTooComplex ||
         error.code == SqlState::kProgramLimitExceeded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leat::parser;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto statements = parse_statements(text)) {
    for (const StatementText& item : *statements) {
      const std::string printed = to_sql(*item.statement);
      const auto again = parse_statements(printed);
      if (!again && is_limit(again.error())) continue;
      if (!again) differ(printed, again.error().to_string());
      if (again->size() != 1) differ(printed, "another number of statements");
      const std::string reprinted = to_sql(*again->front().statement);
      if (reprinted != printed) differ(printed, reprinted);
    }
  }
  if (const auto expr = parse_expression(text)) {
    const std::string printed = to_sql(**expr);
    const auto again = parse_expression(printed);
    if (!again && is_limit(again.error())) return 0;
    if (!again) differ(printed, again.error().to_string());
    if (to_sql(**again) != printed) differ(printed, to_sql(**again));
  }
  if (const auto type = parse_type(text)) {
    const std::string printed = to_sql(*type);
    const auto again = parse_type(printed);
    if (!again || to_sql(*again) != printed) differ(printed, again ? to_sql(*again) : "an error");
  }
  return 0;
}
