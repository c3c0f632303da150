// Aggregates against PostgreSQL's answers, and the law of taking back: after any updates, the
// result is that of the rows that are left.
#include "aggregate/aggregate.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "types/format_value.h"
#include "types/ordered_key.h"
#include "types/packed_row.h"

namespace leat {
namespace {

const TimeZone kUtc;

Type type_of(std::string_view name) { return type_by_name(name).value(); }

struct FirstError : ErrorSink {
  std::optional<Error> error;
  void row_error(Error e) override {
    if (!error) error = std::move(e);
  }
};

const AggregateFunction* find(std::string_view name, std::span<const Type> args) {
  for (const AggregateFunction& f : aggregate_functions()) {
    if (f.name != name || f.args.count != static_cast<int>(args.size())) continue;
    bool fits = true;
    for (size_t i = 0; i < args.size(); ++i) {
      const TypeSpec& s = f.args.args[i];
      fits = fits && (s.kind == TypeSpec::kAny ||
                      (s.kind == TypeSpec::kAnyList && args[i].is(TypeId::kList)) ||
                      (s.kind == TypeSpec::kExact && args[i].is(s.id)));
    }
    if (fits) return &f;
  }
  return nullptr;
}

Type result_of(const AggregateFunction& f, std::span<const Type> args) {
  if (f.result.kind == TypeSpec::kRule) return f.result_type(args);
  return f.result.kind == TypeSpec::kExact ? Type(f.result.id) : args[0];
}

std::string text_of(const Vector& out, const FirstError& sink) {
  if (sink.error)
    return fmt::format("ERROR {} {}", sqlstate_text(sink.error->code), sink.error->message);
  return out.is_null(0) ? "NULL" : to_text(out.value_at(0), kUtc);
}

// One change: a row of values and its weight.
struct Change {
  std::vector<Value> values;
  int32_t weight;
};

std::string run_inline(const AggregateFunction& f, const AggregateFunction::Inline& way,
                       std::span<const Type> types, const std::vector<Change>& changes) {
  std::string state(way.state_bytes, '\0');
  std::vector<VectorPtr> columns;
  std::vector<const Vector*> args;
  for (size_t c = 0; c < types.size(); ++c) {
    columns.push_back(std::make_shared<Vector>(types[c], changes.size()));
    for (size_t i = 0; i < changes.size(); ++i) columns[c]->set_value(i, changes[i].values[c]);
    args.push_back(columns[c].get());
  }
  std::vector<char*> states(changes.size(), state.data());
  std::vector<uint32_t> rows;
  std::vector<int32_t> weights;
  for (size_t i = 0; i < changes.size(); ++i) {
    rows.push_back(static_cast<uint32_t>(i));
    weights.push_back(changes[i].weight);
  }
  way.update({.states = states, .rows = rows, .weights = weights.data(), .args = args});
  Vector out(result_of(f, types), 1);
  FirstError sink;
  EvalContext context{.zone = &kUtc, .errors = &sink};
  const char* const result_states[] = {state.data()};
  way.result(result_states, out, context);
  return text_of(out, sink);
}

class Rows final : public AggregateRows {
 public:
  explicit Rows(std::vector<std::pair<std::string, int64_t>> rows) : rows_(std::move(rows)) {}
  bool next(std::string_view& packed, int64_t& weight) override {
    if (at_ == rows_.size()) return false;
    packed = rows_[at_].first;
    weight = rows_[at_++].second;
    return true;
  }

 private:
  std::vector<std::pair<std::string, int64_t>> rows_;
  size_t at_ = 0;
};

// The rows way over rows that are left, sorted as the function wants.
std::string run_rows(const AggregateFunction& f, std::span<const Type> types,
                     std::vector<std::vector<Value>> left) {
  if (f.skips_null_rows) std::erase_if(left, [](const auto& row) { return row[0].is_null(); });
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const auto& row : left) rows.emplace_back(pack_values(row), 1);
  if (f.rows_order != AggregateFunction::kArrival) {
    std::vector<size_t> order(left.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto key = [&](size_t i) {
      std::string bytes;
      append_ordered_key(bytes, left[i][0], f.rows_order == AggregateFunction::kDescending, false);
      return bytes;
    };
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const std::string ka = key(a), kb = key(b);
      return ka != kb ? ka < kb : a < b;
    });
    std::vector<std::pair<std::string, int64_t>> sorted;
    for (const size_t i : order) sorted.push_back(rows[i]);
    rows = std::move(sorted);
  }
  Rows reader(std::move(rows));
  Vector out(result_of(f, types), 1);
  FirstError sink;
  EvalContext context{.zone = &kUtc, .errors = &sink};
  f.from_rows(reader, types, out, 0, context);
  return text_of(out, sink);
}

struct Golden {
  const char* name;
  const char* type;
  std::vector<const char*> values;  // "NULL": NULL
  const char* answer;
};
const Golden kGolden[] = {
    {"sum", "smallint", {"1", "2", "4"}, "7"},
    {"avg", "smallint", {"1", "2", "4"}, "2.3333333333333333"},
    {"min", "smallint", {"1", "2", "4"}, "1"},
    {"max", "smallint", {"1", "2", "4"}, "4"},
    {"count", "smallint", {"1", "2", "4"}, "3"},
    {"variance", "smallint", {"1", "2", "4"}, "2.3333333333333333"},
    {"var_pop", "smallint", {"1", "2", "4"}, "1.5555555555555556"},
    {"stddev", "smallint", {"1", "2", "4"}, "1.5275252316519467"},
    {"stddev_pop", "smallint", {"1", "2", "4"}, "1.2472191289246471"},
    {"bit_and", "smallint", {"1", "2", "4"}, "0"},
    {"bit_or", "smallint", {"1", "2", "4"}, "7"},
    {"sum", "smallint", {}, "NULL"},
    {"avg", "smallint", {}, "NULL"},
    {"min", "smallint", {}, "NULL"},
    {"max", "smallint", {}, "NULL"},
    {"count", "smallint", {}, "0"},
    {"variance", "smallint", {}, "NULL"},
    {"var_pop", "smallint", {}, "NULL"},
    {"stddev", "smallint", {}, "NULL"},
    {"stddev_pop", "smallint", {}, "NULL"},
    {"bit_and", "smallint", {}, "NULL"},
    {"bit_or", "smallint", {}, "NULL"},
    {"sum", "smallint", {"NULL"}, "NULL"},
    {"avg", "smallint", {"NULL"}, "NULL"},
    {"min", "smallint", {"NULL"}, "NULL"},
    {"max", "smallint", {"NULL"}, "NULL"},
    {"count", "smallint", {"NULL"}, "0"},
    {"variance", "smallint", {"NULL"}, "NULL"},
    {"var_pop", "smallint", {"NULL"}, "NULL"},
    {"stddev", "smallint", {"NULL"}, "NULL"},
    {"stddev_pop", "smallint", {"NULL"}, "NULL"},
    {"bit_and", "smallint", {"NULL"}, "NULL"},
    {"bit_or", "smallint", {"NULL"}, "NULL"},
    {"sum", "smallint", {"32767", "32767"}, "65534"},
    {"avg", "smallint", {"32767", "32767"}, "32767.000000000000"},
    {"min", "smallint", {"32767", "32767"}, "32767"},
    {"max", "smallint", {"32767", "32767"}, "32767"},
    {"count", "smallint", {"32767", "32767"}, "2"},
    {"variance", "smallint", {"32767", "32767"}, "0"},
    {"var_pop", "smallint", {"32767", "32767"}, "0"},
    {"stddev", "smallint", {"32767", "32767"}, "0"},
    {"stddev_pop", "smallint", {"32767", "32767"}, "0"},
    {"bit_and", "smallint", {"32767", "32767"}, "32767"},
    {"bit_or", "smallint", {"32767", "32767"}, "32767"},
    {"sum", "integer", {"1", "2", "4"}, "7"},
    {"avg", "integer", {"1", "2", "4"}, "2.3333333333333333"},
    {"min", "integer", {"1", "2", "4"}, "1"},
    {"max", "integer", {"1", "2", "4"}, "4"},
    {"count", "integer", {"1", "2", "4"}, "3"},
    {"var_samp", "integer", {"1", "2", "4"}, "2.3333333333333333"},
    {"var_pop", "integer", {"1", "2", "4"}, "1.5555555555555556"},
    {"stddev_samp", "integer", {"1", "2", "4"}, "1.5275252316519467"},
    {"stddev_pop", "integer", {"1", "2", "4"}, "1.2472191289246471"},
    {"bit_and", "integer", {"1", "2", "4"}, "0"},
    {"bit_or", "integer", {"1", "2", "4"}, "7"},
    {"bit_xor", "integer", {"1", "2", "4"}, "7"},
    {"sum", "integer", {"12", "NULL", "10", "8"}, "30"},
    {"avg", "integer", {"12", "NULL", "10", "8"}, "10.0000000000000000"},
    {"min", "integer", {"12", "NULL", "10", "8"}, "8"},
    {"max", "integer", {"12", "NULL", "10", "8"}, "12"},
    {"count", "integer", {"12", "NULL", "10", "8"}, "3"},
    {"var_samp", "integer", {"12", "NULL", "10", "8"}, "4.0000000000000000"},
    {"var_pop", "integer", {"12", "NULL", "10", "8"}, "2.6666666666666667"},
    {"stddev_samp", "integer", {"12", "NULL", "10", "8"}, "2.0000000000000000"},
    {"stddev_pop", "integer", {"12", "NULL", "10", "8"}, "1.6329931618554521"},
    {"bit_and", "integer", {"12", "NULL", "10", "8"}, "8"},
    {"bit_or", "integer", {"12", "NULL", "10", "8"}, "14"},
    {"bit_xor", "integer", {"12", "NULL", "10", "8"}, "14"},
    {"sum", "integer", {"2147483647", "2147483647", "2147483647"}, "6442450941"},
    {"avg", "integer", {"2147483647", "2147483647", "2147483647"}, "2147483647.00000000"},
    {"min", "integer", {"2147483647", "2147483647", "2147483647"}, "2147483647"},
    {"max", "integer", {"2147483647", "2147483647", "2147483647"}, "2147483647"},
    {"count", "integer", {"2147483647", "2147483647", "2147483647"}, "3"},
    {"var_samp", "integer", {"2147483647", "2147483647", "2147483647"}, "0"},
    {"var_pop", "integer", {"2147483647", "2147483647", "2147483647"}, "0"},
    {"stddev_samp", "integer", {"2147483647", "2147483647", "2147483647"}, "0"},
    {"stddev_pop", "integer", {"2147483647", "2147483647", "2147483647"}, "0"},
    {"bit_and", "integer", {"2147483647", "2147483647", "2147483647"}, "2147483647"},
    {"bit_or", "integer", {"2147483647", "2147483647", "2147483647"}, "2147483647"},
    {"bit_xor", "integer", {"2147483647", "2147483647", "2147483647"}, "2147483647"},
    {"sum", "integer", {"-7"}, "-7"},
    {"avg", "integer", {"-7"}, "-7.0000000000000000"},
    {"min", "integer", {"-7"}, "-7"},
    {"max", "integer", {"-7"}, "-7"},
    {"count", "integer", {"-7"}, "1"},
    {"var_samp", "integer", {"-7"}, "NULL"},
    {"var_pop", "integer", {"-7"}, "0"},
    {"stddev_samp", "integer", {"-7"}, "NULL"},
    {"stddev_pop", "integer", {"-7"}, "0"},
    {"bit_and", "integer", {"-7"}, "-7"},
    {"bit_or", "integer", {"-7"}, "-7"},
    {"bit_xor", "integer", {"-7"}, "-7"},
    {"sum", "integer", {}, "NULL"},
    {"avg", "integer", {}, "NULL"},
    {"min", "integer", {}, "NULL"},
    {"max", "integer", {}, "NULL"},
    {"count", "integer", {}, "0"},
    {"var_samp", "integer", {}, "NULL"},
    {"var_pop", "integer", {}, "NULL"},
    {"stddev_samp", "integer", {}, "NULL"},
    {"stddev_pop", "integer", {}, "NULL"},
    {"bit_and", "integer", {}, "NULL"},
    {"bit_or", "integer", {}, "NULL"},
    {"bit_xor", "integer", {}, "NULL"},
    {"sum", "bigint", {"9223372036854775807", "-9223372036854775808", "0"}, "-1"},
    {"avg",
     "bigint",
     {"9223372036854775807", "-9223372036854775808", "0"},
     "-0.33333333333333333333"},
    {"min", "bigint", {"9223372036854775807", "-9223372036854775808", "0"}, "-9223372036854775808"},
    {"max", "bigint", {"9223372036854775807", "-9223372036854775808", "0"}, "9223372036854775807"},
    {"bit_xor", "bigint", {"9223372036854775807", "-9223372036854775808", "0"}, "-1"},
    {"sum", "bigint", {"9223372036854775807", "9223372036854775807"}, "18446744073709551614"},
    {"avg", "bigint", {"9223372036854775807", "9223372036854775807"}, "9223372036854775807"},
    {"min", "bigint", {"9223372036854775807", "9223372036854775807"}, "9223372036854775807"},
    {"max", "bigint", {"9223372036854775807", "9223372036854775807"}, "9223372036854775807"},
    {"bit_xor", "bigint", {"9223372036854775807", "9223372036854775807"}, "0"},
    {"sum", "bigint", {"5"}, "5"},
    {"avg", "bigint", {"5"}, "5.0000000000000000"},
    {"min", "bigint", {"5"}, "5"},
    {"max", "bigint", {"5"}, "5"},
    {"variance", "bigint", {"5"}, "NULL"},
    {"var_pop", "bigint", {"5"}, "0"},
    {"stddev", "bigint", {"5"}, "NULL"},
    {"stddev_pop", "bigint", {"5"}, "0"},
    {"bit_xor", "bigint", {"5"}, "5"},
    {"sum", "bigint", {}, "NULL"},
    {"avg", "bigint", {}, "NULL"},
    {"min", "bigint", {}, "NULL"},
    {"max", "bigint", {}, "NULL"},
    {"variance", "bigint", {}, "NULL"},
    {"var_pop", "bigint", {}, "NULL"},
    {"stddev", "bigint", {}, "NULL"},
    {"stddev_pop", "bigint", {}, "NULL"},
    {"bit_xor", "bigint", {}, "NULL"},
    {"sum", "numeric", {"1.50", "2.25", "-4.125"}, "-0.375"},
    {"avg", "numeric", {"1.50", "2.25", "-4.125"}, "-0.12500000000000000000"},
    {"min", "numeric", {"1.50", "2.25", "-4.125"}, "-4.125"},
    {"max", "numeric", {"1.50", "2.25", "-4.125"}, "2.25"},
    {"variance", "numeric", {"1.50", "2.25", "-4.125"}, "12.1406250000000000"},
    {"var_pop", "numeric", {"1.50", "2.25", "-4.125"}, "8.0937500000000000"},
    {"stddev", "numeric", {"1.50", "2.25", "-4.125"}, "3.4843399661915885"},
    {"stddev_pop", "numeric", {"1.50", "2.25", "-4.125"}, "2.8449516691852605"},
    {"sum", "numeric", {"12345.678", "98765.432", "5"}, "111116.110"},
    {"avg", "numeric", {"12345.678", "98765.432", "5"}, "37038.703333333333"},
    {"min", "numeric", {"12345.678", "98765.432", "5"}, "5"},
    {"max", "numeric", {"12345.678", "98765.432", "5"}, "98765.432"},
    {"variance", "numeric", {"12345.678", "98765.432", "5"}, "2895714857.29113733"},
    {"var_pop", "numeric", {"12345.678", "98765.432", "5"}, "1930476571.52742489"},
    {"stddev", "numeric", {"12345.678", "98765.432", "5"}, "53811.84681175"},
    {"stddev_pop", "numeric", {"12345.678", "98765.432", "5"}, "43937.18893520"},
    {"sum", "numeric", {"NaN", "2"}, "NaN"},
    {"avg", "numeric", {"NaN", "2"}, "NaN"},
    {"min", "numeric", {"NaN", "2"}, "2"},
    {"max", "numeric", {"NaN", "2"}, "NaN"},
    {"variance", "numeric", {"NaN", "2"}, "NaN"},
    {"var_pop", "numeric", {"NaN", "2"}, "NaN"},
    {"stddev", "numeric", {"NaN", "2"}, "NaN"},
    {"stddev_pop", "numeric", {"NaN", "2"}, "NaN"},
    {"sum", "numeric", {"3.0", "3.0"}, "6.0"},
    {"avg", "numeric", {"3.0", "3.0"}, "3.0000000000000000"},
    {"min", "numeric", {"3.0", "3.0"}, "3.0"},
    {"max", "numeric", {"3.0", "3.0"}, "3.0"},
    {"variance", "numeric", {"3.0", "3.0"}, "0"},
    {"var_pop", "numeric", {"3.0", "3.0"}, "0"},
    {"stddev", "numeric", {"3.0", "3.0"}, "0"},
    {"stddev_pop", "numeric", {"3.0", "3.0"}, "0"},
    {"sum", "numeric", {"NULL"}, "NULL"},
    {"avg", "numeric", {"NULL"}, "NULL"},
    {"min", "numeric", {"NULL"}, "NULL"},
    {"max", "numeric", {"NULL"}, "NULL"},
    {"variance", "numeric", {"NULL"}, "NULL"},
    {"var_pop", "numeric", {"NULL"}, "NULL"},
    {"stddev", "numeric", {"NULL"}, "NULL"},
    {"stddev_pop", "numeric", {"NULL"}, "NULL"},
    {"sum", "numeric", {"0.1", "0.2", "0.30"}, "0.60"},
    {"avg", "numeric", {"0.1", "0.2", "0.30"}, "0.20000000000000000000"},
    {"min", "numeric", {"0.1", "0.2", "0.30"}, "0.1"},
    {"max", "numeric", {"0.1", "0.2", "0.30"}, "0.30"},
    {"variance", "numeric", {"0.1", "0.2", "0.30"}, "0.01000000000000000000"},
    {"var_pop", "numeric", {"0.1", "0.2", "0.30"}, "0.00666666666666666667"},
    {"stddev", "numeric", {"0.1", "0.2", "0.30"}, "0.10000000000000000000"},
    {"stddev_pop", "numeric", {"0.1", "0.2", "0.30"}, "0.08164965809277260329"},
    {"sum", "numeric", {"Infinity", "1"}, "Infinity"},
    {"avg", "numeric", {"Infinity", "1"}, "Infinity"},
    {"min", "numeric", {"Infinity", "1"}, "1"},
    {"max", "numeric", {"Infinity", "1"}, "Infinity"},
    {"variance", "numeric", {"Infinity", "1"}, "NaN"},
    {"var_pop", "numeric", {"Infinity", "1"}, "NaN"},
    {"stddev", "numeric", {"Infinity", "1"}, "NaN"},
    {"stddev_pop", "numeric", {"Infinity", "1"}, "NaN"},
    {"sum", "numeric", {"Infinity", "-Infinity"}, "NaN"},
    {"avg", "numeric", {"Infinity", "-Infinity"}, "NaN"},
    {"min", "numeric", {"Infinity", "-Infinity"}, "-Infinity"},
    {"max", "numeric", {"Infinity", "-Infinity"}, "Infinity"},
    {"variance", "numeric", {"Infinity", "-Infinity"}, "NaN"},
    {"var_pop", "numeric", {"Infinity", "-Infinity"}, "NaN"},
    {"stddev", "numeric", {"Infinity", "-Infinity"}, "NaN"},
    {"stddev_pop", "numeric", {"Infinity", "-Infinity"}, "NaN"},
    {"sum", "double precision", {"1.5", "2.25", "-4.125"}, "-0.375"},
    {"avg", "double precision", {"1.5", "2.25", "-4.125"}, "-0.125"},
    {"min", "double precision", {"1.5", "2.25", "-4.125"}, "-4.125"},
    {"max", "double precision", {"1.5", "2.25", "-4.125"}, "2.25"},
    {"variance", "double precision", {"1.5", "2.25", "-4.125"}, "12.140625"},
    {"var_pop", "double precision", {"1.5", "2.25", "-4.125"}, "8.09375"},
    {"min", "double precision", {"0.1", "0.2", "0.3"}, "0.1"},
    {"max", "double precision", {"0.1", "0.2", "0.3"}, "0.3"},
    {"sum", "double precision", {"NaN", "1"}, "NaN"},
    {"avg", "double precision", {"NaN", "1"}, "NaN"},
    {"min", "double precision", {"NaN", "1"}, "1"},
    {"max", "double precision", {"NaN", "1"}, "NaN"},
    {"variance", "double precision", {"NaN", "1"}, "NaN"},
    {"var_pop", "double precision", {"NaN", "1"}, "NaN"},
    {"sum", "double precision", {"Infinity", "1"}, "Infinity"},
    {"avg", "double precision", {"Infinity", "1"}, "Infinity"},
    {"min", "double precision", {"Infinity", "1"}, "1"},
    {"max", "double precision", {"Infinity", "1"}, "Infinity"},
    {"variance", "double precision", {"Infinity", "1"}, "NaN"},
    {"var_pop", "double precision", {"Infinity", "1"}, "NaN"},
    {"sum", "double precision", {"Infinity", "-Infinity"}, "NaN"},
    {"avg", "double precision", {"Infinity", "-Infinity"}, "NaN"},
    {"min", "double precision", {"Infinity", "-Infinity"}, "-Infinity"},
    {"max", "double precision", {"Infinity", "-Infinity"}, "Infinity"},
    {"variance", "double precision", {"Infinity", "-Infinity"}, "NaN"},
    {"var_pop", "double precision", {"Infinity", "-Infinity"}, "NaN"},
    {"sum", "double precision", {}, "NULL"},
    {"avg", "double precision", {}, "NULL"},
    {"min", "double precision", {}, "NULL"},
    {"max", "double precision", {}, "NULL"},
    {"variance", "double precision", {}, "NULL"},
    {"var_pop", "double precision", {}, "NULL"},
    {"sum", "double precision", {"1e308", "1e308"}, "ERROR 22003 value out of range: overflow"},
    {"avg", "double precision", {"1e308", "1e308"}, "ERROR 22003 value out of range: overflow"},
    {"min", "double precision", {"1e308", "1e308"}, "1e+308"},
    {"max", "double precision", {"1e308", "1e308"}, "1e+308"},
    {"variance",
     "double precision",
     {"1e308", "1e308"},
     "ERROR 22003 value out of range: overflow"},
    {"var_pop", "double precision", {"1e308", "1e308"}, "ERROR 22003 value out of range: overflow"},
    {"sum", "real", {"1.5", "2.25", "-4"}, "-0.25"},
    {"avg", "real", {"1.5", "2.25", "-4"}, "-0.08333333333333333"},
    {"min", "real", {"1.5", "2.25", "-4"}, "-4"},
    {"max", "real", {"1.5", "2.25", "-4"}, "2.25"},
    {"sum", "real", {"NaN", "1", "NULL"}, "NaN"},
    {"avg", "real", {"NaN", "1", "NULL"}, "NaN"},
    {"min", "real", {"NaN", "1", "NULL"}, "1"},
    {"max", "real", {"NaN", "1", "NULL"}, "NaN"},
    {"sum", "interval", {"1 day", "2 hours", "1 mon"}, "1 mon 1 day 02:00:00"},
    {"min", "interval", {"1 day", "2 hours", "1 mon"}, "02:00:00"},
    {"max", "interval", {"1 day", "2 hours", "1 mon"}, "1 mon"},
    {"sum", "interval", {}, "NULL"},
    {"min", "interval", {}, "NULL"},
    {"max", "interval", {}, "NULL"},
    {"bool_and", "boolean", {"t", "f", "NULL"}, "f"},
    {"bool_or", "boolean", {"t", "f", "NULL"}, "t"},
    {"every", "boolean", {"t", "f", "NULL"}, "f"},
    {"count", "boolean", {"t", "f", "NULL"}, "2"},
    {"bool_and", "boolean", {"t", "t"}, "t"},
    {"bool_or", "boolean", {"t", "t"}, "t"},
    {"every", "boolean", {"t", "t"}, "t"},
    {"count", "boolean", {"t", "t"}, "2"},
    {"bool_and", "boolean", {"NULL"}, "NULL"},
    {"bool_or", "boolean", {"NULL"}, "NULL"},
    {"every", "boolean", {"NULL"}, "NULL"},
    {"count", "boolean", {"NULL"}, "0"},
    {"bool_and", "boolean", {}, "NULL"},
    {"bool_or", "boolean", {}, "NULL"},
    {"every", "boolean", {}, "NULL"},
    {"count", "boolean", {}, "0"},
    {"min", "varchar", {"b", "a", "NULL", "ab"}, "a"},
    {"max", "varchar", {"b", "a", "NULL", "ab"}, "b"},
    {"count", "varchar", {"b", "a", "NULL", "ab"}, "3"},
    {"min", "varchar", {}, "NULL"},
    {"max", "varchar", {}, "NULL"},
    {"count", "varchar", {}, "0"},
    {"min", "date", {"2024-01-02", "2024-01-01", "infinity"}, "2024-01-01"},
    {"max", "date", {"2024-01-02", "2024-01-01", "infinity"}, "infinity"},
    {"min", "timestamp", {"2024-01-02 10:00", "2024-01-01"}, "2024-01-01 00:00:00"},
    {"max", "timestamp", {"2024-01-02 10:00", "2024-01-01"}, "2024-01-02 10:00:00"},
    {"min", "timestamptz", {"2024-01-02 10:00+00", "2024-01-01+00"}, "2024-01-01 00:00:00+00"},
    {"max", "timestamptz", {"2024-01-02 10:00+00", "2024-01-01+00"}, "2024-01-02 10:00:00+00"},
    {"min", "time", {"10:00", "09:00"}, "09:00:00"},
    {"max", "time", {"10:00", "09:00"}, "10:00:00"},
};

TEST(Aggregate, AnswersArePostgresqls) {
  for (const Golden& g : kGolden) {
    const Type types[] = {type_of(g.type)};
    const AggregateFunction* f = find(g.name, types);
    ASSERT_NE(f, nullptr) << g.name << " " << g.type;
    std::vector<Change> changes;
    std::vector<std::vector<Value>> left;
    for (const char* text : g.values) {
      const Value v = std::string_view(text) == "NULL" ? Value::null(types[0])
                                                       : parse_text(types[0], text, kUtc).value();
      changes.push_back({{v}, 1});
      left.push_back({v});
    }
    const std::string shown = fmt::format("{}({}) of {} values", g.name, g.type, g.values.size());
    if (f->retractable.state_bytes != 0)
      EXPECT_EQ(run_inline(*f, f->retractable, types, changes), g.answer) << shown;
    if (f->append_only.state_bytes != 0)
      EXPECT_EQ(run_inline(*f, f->append_only, types, changes), g.answer) << shown;
    if (f->from_rows != nullptr) EXPECT_EQ(run_rows(*f, types, left), g.answer) << shown;
  }
}

Value random_value(const Type& type, std::mt19937_64& random) {
  if (random() % 6 == 0) return Value::null(type);
  const int64_t small = static_cast<int64_t>(random() % 2001) - 1000;
  switch (type.id()) {
    case TypeId::kBoolean:
      return Value(type, random() % 2 == 0);
    case TypeId::kInt16:
      return Value(type, small);
    case TypeId::kInt32:
      return Value(type, small * 1'000'003 % INT32_MAX);
    case TypeId::kInt64:
      return Value(type, static_cast<int64_t>(random()));
    // Quarters: sums of floats are exact, so taking back must be too.
    case TypeId::kFloat32:
    case TypeId::kFloat64:
      if (random() % 20 == 0) return Value(type, random() % 2 == 0 ? std::nan("") : INFINITY);
      return Value(type, static_cast<double>(small) / 4);
    case TypeId::kNumeric:
      if (random() % 30 == 0) return Value(type, Decimal::nan());
      return Value(type, *Decimal::from_int128(small * 7919, static_cast<int>(random() % 5)));
    case TypeId::kInterval:
      return Value(type, Interval{static_cast<int32_t>(small % 20),
                                  static_cast<int32_t>(small % 50), small * 1'000'000});
    default:
      return Value(type, small);
  }
}

TEST(Aggregate, WhatIsTakenBackLeavesNoTrace) {
  std::mt19937_64 random(20240101);
  std::set<std::string> tried;
  for (const AggregateFunction& f : aggregate_functions()) {
    if (f.retractable.state_bytes == 0 || f.args.count > 1) continue;
    if (f.args.count == 1 && f.args.args[0].kind != TypeSpec::kExact) continue;
    std::vector<Type> types;
    if (f.args.count == 1) types.push_back(f.args.args[0].id);
    tried.insert(std::string(f.name));
    for (int round = 0; round < 200; ++round) {
      std::vector<Change> changes;
      std::vector<std::vector<Value>> live;
      for (int step = static_cast<int>(random() % 60); step > 0; --step) {
        if (!live.empty() && random() % 5 < 2) {
          const size_t victim = random() % live.size();
          changes.push_back({live[victim], -1});
          live.erase(live.begin() + static_cast<std::ptrdiff_t>(victim));
          continue;
        }
        std::vector<Value> row;
        for (const Type& type : types) row.push_back(random_value(type, random));
        const auto copies = static_cast<int32_t>(1 + random() % 3);
        changes.push_back({row, copies});
        for (int32_t i = 0; i < copies; ++i) live.push_back(row);
      }
      std::vector<Change> fresh;
      for (const auto& row : live) fresh.push_back({row, 1});
      const std::string want = run_inline(f, f.retractable, types, fresh);
      EXPECT_EQ(run_inline(f, f.retractable, types, changes), want)
          << f.name << " " << (types.empty() ? "" : types[0].name());
      if (f.append_only.state_bytes != 0) {
        EXPECT_EQ(run_inline(f, f.append_only, types, fresh), want) << f.name;
      }
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GE(tried.size(), 12u);
}

TEST(Aggregate, WaysAgree) {
  std::mt19937_64 random(7);
  for (const AggregateFunction& f : aggregate_functions()) {
    if (f.from_rows == nullptr || f.append_only.state_bytes == 0) continue;
    const Type types[] = {f.args.args[0].id};
    for (int round = 0; round < 50; ++round) {
      std::vector<std::vector<Value>> rows;
      std::vector<Change> changes;
      for (size_t n = random() % 12; n > 0; --n) {
        rows.push_back({random_value(types[0], random)});
        changes.push_back({rows.back(), 1});
      }
      EXPECT_EQ(run_rows(f, types, rows), run_inline(f, f.append_only, types, changes))
          << f.name << " " << types[0].name();
    }
  }
}

TEST(Aggregate, OrderedOnesFollowTheRows) {
  const Type two[] = {TypeId::kVarchar, TypeId::kVarchar};
  const Value a = Value::varchar("a"), b = Value::varchar("b"),
              none = Value::null(TypeId::kVarchar);
  const Value comma = Value::varchar(","), dash = Value::varchar("-");
  EXPECT_EQ(
      run_rows(*find("string_agg", two), two, {{a, comma}, {none, comma}, {b, dash}, {a, none}}),
      "a-ba");
  EXPECT_EQ(run_rows(*find("string_agg", two), two, {{none, comma}}), "NULL");
  const Type one[] = {TypeId::kInt32};
  const Value x = Value::int32(1), null = Value::null(TypeId::kInt32);
  EXPECT_EQ(run_rows(*find("array_agg", one), one, {{x}, {null}, {x}}), "{1,NULL,1}");
  EXPECT_EQ(run_rows(*find("array_agg", one), one, {}), "NULL");
  EXPECT_EQ(run_rows(*find("first_value", one), one, {{null}, {x}}), "NULL");
  EXPECT_EQ(run_rows(*find("last_value", one), one, {{null}, {x}}), "1");
}

TEST(Aggregate, RowsAreDocumented) {
  for (const AggregateFunction& f : aggregate_functions()) {
    EXPECT_FALSE(f.doc.empty()) << f.name;
    EXPECT_NE(f.example.find(" -> "), std::string_view::npos) << f.name;
    EXPECT_TRUE(f.retractable.state_bytes != 0 || f.from_rows != nullptr)
        << f.name << " cannot take back";
    EXPECT_EQ(f.retractable.state_bytes % 8, 0u) << f.name;
    EXPECT_EQ(f.append_only.state_bytes % 8, 0u) << f.name;
  }
}

}  // namespace
}  // namespace leat
