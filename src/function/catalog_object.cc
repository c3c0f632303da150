// Functions that tell of catalog objects by their oid, as clients such as psql ask for them: what
// an index, a constraint or a function is, and how large a relation is. They see the catalog only
// through EvalContext::session; a running job has none, and every object is unknown to it.
#include <algorithm>
#include <array>
#include <charconv>

#include "function/functions.h"
#include "function/rows.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

// The session's text for an object: "CREATE INDEX ...", "PRIMARY KEY (a)", "abs(integer) RETURNS
// integer".
std::string definition_of(const KernelCall& call, size_t row) {
  const SessionFacts* session = call.context.session;
  return session == nullptr ? std::string()
                            : session->relation_definition(call.args[0]->at<int64_t>(row));
}

void definition(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    out = definition_of(call, row);
    return !out.empty();
  });
}

// Calls f(item) for the items of the list in the text's last parentheses at depth one, split at
// commas.
template <class F>
void for_each_item(std::string_view text, F&& f) {
  const size_t open = text.find(" (");
  if (open == text.npos) return;
  size_t begin = open + 2;
  int depth = 0;
  bool quoted = false;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if ((c == ',' && depth == 0) || (c == ')' && depth-- == 0)) {
      f(text.substr(begin, i - begin));
      begin = std::min(text.find_first_not_of(' ', i + 1), text.size());
      if (c == ')') return;
    }
  }
}

// Column `n` of an index, without DESC and NULLS; 0 asks for the whole definition.
void index_definition(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const std::string all = definition_of(call, row);
    const int32_t wanted = call.args[1]->at<int32_t>(row);
    if (wanted == 0) out = all;
    int32_t n = 0;
    for_each_item(all, [&](std::string_view item) {
      if (++n != wanted) return;
      for (const std::string_view order : {" NULLS FIRST", " NULLS LAST", " DESC"}) {
        if (item.ends_with(order)) item.remove_suffix(order.size());
      }
      out = item;
    });
    return !all.empty();
  });
}

constexpr std::string_view kReturns = ") RETURNS ";

void function_arguments(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const std::string all = definition_of(call, row);
    const size_t open = all.find('('), end = all.rfind(kReturns);
    if (open == all.npos || end == all.npos) return false;
    out = all.substr(open + 1, end - open - 1);
    return true;
  });
}
void function_result(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const std::string all = definition_of(call, row);
    const size_t end = all.rfind(kReturns);
    if (end == all.npos) return false;
    out = all.substr(end + kReturns.size());
    return true;
  });
}

// As PostgreSQL: a unit is used up to 10240 of it, then the next one, rounded to the nearest.
std::string pretty_size(int64_t bytes) {
  constexpr std::array kUnits = {"bytes", "kB", "MB", "GB", "TB", "PB"};
  constexpr int64_t kLimit = 10 * 1024;
  const auto size_of = [](int64_t n) {
    return n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
  };
  if (size_of(bytes) < kLimit) return fmt::format("{} {}", bytes, kUnits[0]);
  // Halves of the unit are counted, so that rounding is one step.
  int64_t halves = bytes / 512;
  size_t unit = 1;
  while (unit + 1 < kUnits.size() && size_of(halves) >= 2 * kLimit - 1) {
    halves /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", (halves + (halves < 0 ? -1 : 1)) / 2, kUnits[unit]);
}
void size_pretty(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    out = pretty_size(call.args[0]->at<int64_t>(row));
  });
}
void size_pretty_numeric(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const auto bytes = call.args[0]->at<Decimal>(row).to_int64();
    if (!bytes) return false;
    out = pretty_size(*bytes);
    return true;
  });
}

// Functions are described; users' comments are not kept.
void description(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const ScalarFunction* function = function_by_oid(call.args[0]->at<int64_t>(row));
    if (function == nullptr) return call.out.set_null_value(row);
    call.out.set_string(row, function->doc);
  });
}

// schema."Name" as its parts: {schema,Name}. Plain parts are folded to lower case.
Result<void> split_identifier(std::string_view text, PackedWriter& parts) {
  const auto malformed = [&] {
    return fail(make_error(SqlState::kInvalidParameterValue,
                           "string is not a valid identifier: \"{}\"", text));
  };
  size_t at = 0;
  while (true) {
    std::string part;
    if (at < text.size() && text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) break;
        if (text[at] == '"') ++at;
        part += text[at];
      }
      if (at == text.size()) return malformed();
      ++at;
    } else {
      for (; at < text.size() && text[at] != '.'; ++at) {
        const char c = text[at];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                            static_cast<unsigned char>(c) >= 0x80;
        const bool later = (c >= '0' && c <= '9') || c == '$';
        if (!letter && !(later && !part.empty())) return malformed();
        part += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
    if (part.empty()) return malformed();
    parts.string(part);
    if (at == text.size()) return {};
    if (text[at++] != '.') return malformed();
  }
}
void parse_identifier(const KernelCall& call) {
  PackedWriter parts;
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    parts.clear();
    TRY(split_identifier(call.args[0]->string_at(row), parts));
    parts.append_list_to(out);
    return {};
  });
}

void zero(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) { call.out.data<int64_t>()[row] = 0; });
}
void unknown(const KernelCall& call) {
  call.rows.for_each([&](size_t row) { call.out.set_null_value(row); });
}
void always_true(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) { call.out.data<uint8_t>()[row] = 1; });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .nulls = kernel == unknown ? NullMode::kCalled : NullMode::kStrict,
          .volatility = Volatility::kStable};
}
constexpr std::string_view kNotMeasured =
    "bytes on disk; stored rows are not measured by relation: NULL";

constexpr ScalarFunction kRows[] = {
    row("pg_get_indexdef", {kOid}, kVarchar, definition, "statement that makes an index",
        "pg_get_indexdef(0::oid) -> NULL"),
    row("pg_get_indexdef", {kOid, kInt32, kBoolean}, kVarchar, index_definition,
        "one column of an index; 0: its statement", "pg_get_indexdef(0::oid, 0, true) -> NULL"),
    row("pg_get_constraintdef", {kOid}, kVarchar, definition, "definition of a constraint",
        "pg_get_constraintdef(0::oid) -> NULL"),
    row("pg_get_constraintdef", {kOid, kBoolean}, kVarchar, definition,
        "definition of a constraint", "pg_get_constraintdef(0::oid, true) -> NULL"),
    row("pg_get_functiondef", {kOid}, kVarchar, definition, "signature of a function",
        "pg_get_functiondef(0::oid) -> NULL"),
    row("pg_get_function_result", {kOid}, kVarchar, function_result, "result type of a function",
        "pg_get_function_result(0::oid) -> NULL"),
    row("pg_get_function_arguments", {kOid}, kVarchar, function_arguments,
        "arguments of a function", "pg_get_function_arguments(0::oid) -> NULL"),
    row("pg_get_function_identity_arguments", {kOid}, kVarchar, function_arguments,
        "arguments of a function", "pg_get_function_identity_arguments(0::oid) -> NULL"),
    row("pg_get_ruledef", {kOid}, kVarchar, unknown, "definition of a rule: there are none",
        "pg_get_ruledef(0::oid) -> NULL"),
    row("pg_get_ruledef", {kOid, kBoolean}, kVarchar, unknown,
        "definition of a rule: there are none", "pg_get_ruledef(0::oid, true) -> NULL"),
    row("pg_get_triggerdef", {kOid}, kVarchar, unknown, "definition of a trigger: there are none",
        "pg_get_triggerdef(0::oid) -> NULL"),
    row("pg_get_triggerdef", {kOid, kBoolean}, kVarchar, unknown,
        "definition of a trigger: there are none", "pg_get_triggerdef(0::oid, true) -> NULL"),
    row("obj_description", {kOid}, kVarchar, description, "what a function is for",
        "obj_description(5::oid) -> NULL"),
    row("obj_description", {kOid, kVarchar}, kVarchar, description, "what a function is for",
        "obj_description(5::oid, 'pg_class') -> NULL"),
    row("parse_ident", {kVarchar}, TypeSpec::list_of(kVarchar), parse_identifier,
        "the parts of a qualified name", "parse_ident('Public.\"T x\"') -> {public,\"T x\"}"),
    row("pg_stat_get_numscans", {kOid}, kInt64, zero, "scans of a relation: not counted",
        "pg_stat_get_numscans(5::oid) -> 0"),
    row("pg_postmaster_start_time", {}, kTimestamptz, unknown,
        "when the server started: see the metrics", "pg_postmaster_start_time() -> NULL"),
    row("pg_size_pretty", {kInt64}, kVarchar, size_pretty, "a number of bytes for reading",
        "pg_size_pretty(123456::bigint) -> 121 kB"),
    row("pg_size_pretty", {kNumeric}, kVarchar, size_pretty_numeric,
        "a number of bytes for reading", "pg_size_pretty(10240.0) -> 10 kB"),
    row("pg_table_size", {kOid}, kInt64, unknown, kNotMeasured, "pg_table_size(0::oid) -> NULL"),
    row("pg_relation_size", {kOid}, kInt64, unknown, kNotMeasured,
        "pg_relation_size(0::oid) -> NULL"),
    row("pg_relation_size", {kOid, kVarchar}, kInt64, unknown, kNotMeasured,
        "pg_relation_size(0::oid, 'main') -> NULL"),
    row("pg_total_relation_size", {kOid}, kInt64, unknown, kNotMeasured,
        "pg_total_relation_size(0::oid) -> NULL"),
    row("pg_indexes_size", {kOid}, kInt64, unknown, kNotMeasured,
        "pg_indexes_size(0::oid) -> NULL"),
    row("pg_database_size", {kOid}, kInt64, unknown, kNotMeasured,
        "pg_database_size(0::oid) -> NULL"),
    row("pg_database_size", {kVarchar}, kInt64, unknown, kNotMeasured,
        "pg_database_size('dev') -> NULL"),
    row("pg_tablespace_size", {kOid}, kInt64, unknown, kNotMeasured,
        "pg_tablespace_size(0::oid) -> NULL"),
    row("pg_tablespace_location", {kOid}, kVarchar, unknown, "folder of a tablespace: not told",
        "pg_tablespace_location(0::oid) -> NULL"),
    row("pg_collation_is_visible", {kOid}, kBoolean, always_true,
        "is a collation found without its schema", "pg_collation_is_visible(100::oid) -> t"),
    row("pg_conversion_is_visible", {kOid}, kBoolean, always_true,
        "is a conversion found without its schema", "pg_conversion_is_visible(5::oid) -> t"),
    row("pg_opclass_is_visible", {kOid}, kBoolean, always_true,
        "is an operator class found without its schema", "pg_opclass_is_visible(5::oid) -> t"),
    row("pg_opfamily_is_visible", {kOid}, kBoolean, always_true,
        "is an operator family found without its schema", "pg_opfamily_is_visible(5::oid) -> t"),
    row("pg_statistics_obj_is_visible", {kOid}, kBoolean, always_true,
        "are extended statistics found without their schema",
        "pg_statistics_obj_is_visible(5::oid) -> t"),
    row("pg_ts_config_is_visible", {kOid}, kBoolean, always_true,
        "is a configuration found without its schema", "pg_ts_config_is_visible(5::oid) -> t"),
    row("has_any_column_privilege", {kVarchar, kVarchar}, kBoolean, always_true,
        "may the user do it", "has_any_column_privilege('t', 'select') -> t"),
    row("has_any_column_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, always_true,
        "may a user do it", "has_any_column_privilege('root', 't', 'select') -> t"),
    row("has_any_column_privilege", {kVarchar, kOid, kVarchar}, kBoolean, always_true,
        "may a user do it", "has_any_column_privilege('root', 5::oid, 'select') -> t"),
    row("has_sequence_privilege", {kOid, kVarchar}, kBoolean, always_true, "may the user do it",
        "has_sequence_privilege(5::oid, 'select') -> t"),
    row("has_tablespace_privilege", {kVarchar, kVarchar}, kBoolean, always_true,
        "may the user do it", "has_tablespace_privilege('pg_default', 'create') -> t"),
    row("has_server_privilege", {kVarchar, kVarchar}, kBoolean, always_true, "may the user do it",
        "has_server_privilege('nats', 'usage') -> t"),
    row("has_foreign_data_wrapper_privilege", {kOid, kVarchar}, kBoolean, always_true,
        "may the user do it", "has_foreign_data_wrapper_privilege(5::oid, 'usage') -> t"),
};

}  // namespace

FunctionFamily catalog_object_functions() { return kRows; }

}  // namespace leat
