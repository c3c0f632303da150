#include "function/table_functions.h"

#include <algorithm>
#include <cmath>

#include "function/regexp.h"
#include "function/rows.h"
#include "function/utf8.h"
#include "types/compare_value.h"
#include "types/datetime.h"
#include "types/jsonb.h"

namespace leat {
namespace {

using namespace function_rows;

// Runs input rows one by one; produce(row) gives out all rows of one input row, which are few.
template <class F>
void each_input(const TableCall& call, F&& produce) {
  while (call.cursor.input < call.rows.size() && call.out.size() < call.rows_max) {
    const size_t row = call.rows[call.cursor.input++];
    const bool null = std::any_of(call.args.begin(), call.args.end(),
                                  [&](const Vector* a) { return a->is_null(row); });
    if (!null) produce(row);
  }
}

// A series is resumed at any step. `count_of(row, count)` says how many values a row gives (false:
// an error was reported); `put(row, step, index)` writes one.
template <class Count, class Put>
void each_step(const TableCall& call, Count&& count_of, Put&& put) {
  TableCursor& cursor = call.cursor;
  while (cursor.input < call.rows.size() && call.out.size() < call.rows_max) {
    const size_t row = call.rows[cursor.input];
    const bool null = std::any_of(call.args.begin(), call.args.end(),
                                  [&](const Vector* a) { return a->is_null(row); });
    uint64_t count = 0;
    if (null || !count_of(row, count)) count = 0;
    while (cursor.step < count && call.out.size() < call.rows_max)
      put(row, cursor.step++, call.out.add(row));
    if (cursor.step >= count) {
      ++cursor.input;
      cursor.step = 0;
    }
  }
}

constexpr std::string_view kStepZero = "step size cannot equal zero";

template <class T>
void series_of_ints(const TableCall& call) {
  const auto step_of = [&](size_t row) -> int64_t {
    return call.args.size() > 2 ? call.args[2]->at<T>(row) : 1;
  };
  each_step(
      call,
      [&](size_t row, uint64_t& count) {
        const int64_t start = call.args[0]->at<T>(row), stop = call.args[1]->at<T>(row),
                      step = step_of(row);
        if (step == 0) {
          if (call.cursor.step == 0)
            call.error(row, SqlState::kInvalidParameterValue, std::string(kStepZero));
          return false;
        }
        if (step > 0 ? start > stop : start < stop) return true;
        const auto distance = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                       : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
        const uint64_t stride =
            step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
        count = distance / stride;
        count += count != UINT64_MAX;
        return true;
      },
      [&](size_t row, uint64_t step, size_t index) {
        call.out.values().template data<T>()[index] =
            static_cast<T>(static_cast<uint64_t>(int64_t{call.args[0]->at<T>(row)}) +
                           step * static_cast<uint64_t>(step_of(row)));
      });
}

void series_of_numerics(const TableCall& call) {
  const auto step_of = [&](size_t row) {
    return call.args.size() > 2 ? call.args[2]->at<Decimal>(row) : Decimal::from_int(1);
  };
  const auto value_at = [&](size_t row, uint64_t step) -> std::optional<Decimal> {
    const auto moved =
        Decimal::multiply(step_of(row), Decimal::from_int(static_cast<int64_t>(step)));
    return moved ? Decimal::add(call.args[0]->at<Decimal>(row), *moved) : std::nullopt;
  };
  each_step(
      call,
      [&](size_t row, uint64_t& count) {
        const Decimal start = call.args[0]->at<Decimal>(row), stop = call.args[1]->at<Decimal>(row),
                      step = step_of(row);
        const std::pair<std::string_view, Decimal> all[] = {
            {"start", start}, {"stop", stop}, {"step size", step}};
        for (const auto& [name, v] : all) {
          if (v.is_finite()) continue;
          call.error(row, SqlState::kInvalidParameterValue,
                     fmt::format("{} {} cannot be {}", name, name == "step size" ? "" : "value",
                                 v.is_nan() ? "NaN" : "infinity"));
          return false;
        }
        if (step.is_zero()) {
          call.error(row, SqlState::kInvalidParameterValue, std::string(kStepZero));
          return false;
        }
        if (step.is_negative() ? start < stop : start > stop) return true;
        const auto distance = Decimal::subtract(stop, start);
        const auto rest = distance ? Decimal::modulo(*distance, step) : std::nullopt;
        const auto whole = rest ? Decimal::subtract(*distance, *rest) : std::nullopt;
        const auto steps = whole ? Decimal::divide(*whole, step) : std::nullopt;
        const auto n = steps ? steps->to_int64() : std::nullopt;
        if (!n) {
          call.error(row, SqlState::kNumericValueOutOfRange, "numeric field overflow");
          return false;
        }
        count = static_cast<uint64_t>(*n) + 1;
        return true;
      },
      [&](size_t row, uint64_t step, size_t index) {
        // Inside the bounds, so it fits.
        // The first value keeps its own scale, as if no step had been added.
        call.out.values().data<Decimal>()[index] =
            step == 0 ? call.args[0]->at<Decimal>(row)
                      : value_at(row, step).value_or(Decimal::nan());
      });
}

// Months and days make the steps unequal, so each value is the one before plus the step, as
// PostgreSQL does: a row's whole series is put out at once.
template <bool kZoned>
void series_of_timestamps(const TableCall& call) {
  constexpr size_t kRowsMax = 50'000'000;
  each_input(call, [&](size_t row) {
    const int64_t start = call.args[0]->at<int64_t>(row), stop = call.args[1]->at<int64_t>(row);
    const Interval step = call.args[2]->at<Interval>(row);
    const bool up = step.linear() > 0;
    if (step.linear() == 0)
      return call.error(row, SqlState::kInvalidParameterValue, std::string(kStepZero));
    if (is_infinite_timestamp(start) || is_infinite_timestamp(stop)) {
      if (up ? start > stop : start < stop) return;
      return call.error(row, SqlState::kDatetimeFieldOverflow, "timestamp out of range");
    }
    size_t n = 0;
    for (int64_t t = start; up ? t <= stop : t >= stop;) {
      if (++n > kRowsMax)
        return call.error(row, SqlState::kProgramLimitExceeded,
                          "generate_series gives too many rows");
      const size_t index = call.out.add(row);  // may move the values
      call.out.values().data<int64_t>()[index] = t;
      const auto next = kZoned ? add_interval(t, step, *call.context.zone) : add_interval(t, step);
      if (!next) return call.error(row, SqlState::kDatetimeFieldOverflow, "timestamp out of range");
      t = *next;
    }
  });
}

// Scalars below all dimensions of a list.
void unnest_list(const TableCall& call, size_t row, const Type& element, std::string_view packed) {
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) {
    const PackedValue v = reader.next(element.physical());
    if (element.is(TypeId::kList)) {
      if (!v.is_null()) unnest_list(call, row, element.element(), v.view());
      continue;
    }
    // add() may move the values; take the index first.
    const size_t index = call.out.add(row);
    set_packed(call.out.values(), index, v);
  }
}
void unnest(const TableCall& call) {
  each_input(call, [&](size_t row) {
    unnest_list(call, row, call.args[0]->type().element(), call.args[0]->string_at(row));
  });
}
Type unnested(std::span<const Type> args) {
  const Type* element = &args[0].element();
  while (element->is(TypeId::kList)) element = &element->element();
  return *element;
}

void subscripts(const TableCall& call) {
  each_input(call, [&](size_t row) {
    const int32_t dimension = call.args[1]->at<int32_t>(row);
    const bool reverse = call.args.size() > 2 && call.args[2]->at<uint8_t>(row) != 0;
    std::string_view packed = call.args[0]->string_at(row);
    const Type* element = &call.args[0]->type().element();
    for (int32_t d = 1; d < dimension; ++d) {
      PackedReader reader = PackedReader::of_list(packed);
      if (!element->is(TypeId::kList) || reader.done()) return;
      const PackedValue first = reader.next(Physical::kString);
      if (first.is_null()) return;
      packed = first.view();
      element = &element->element();
    }
    if (dimension < 1) return;
    const auto n = static_cast<int32_t>(packed_list_size(packed));
    const int32_t first = call.args[0]->type().is_vector() ? 0 : 1;
    for (int32_t i = 0; i < n; ++i) {
      const size_t index = call.out.add(row);
      call.out.values().data<int32_t>()[index] = first + (reverse ? n - i - 1 : i);
    }
  });
}

void put_string(const TableCall& call, size_t row, std::string_view text) {
  const size_t index = call.out.add(row);
  call.out.values().set_string(index, text);
}

void put_null(const TableCall& call, size_t row) {
  const size_t index = call.out.add(row);
  call.out.values().set_null_value(index);
}

template <bool kText>
void json_elements(const TableCall& call) {
  each_input(call, [&](size_t row) {
    const JsonView view{call.args[0]->string_at(row)};
    if (view.kind() != JsonKind::kArray) {
      return call.error(row, SqlState::kInvalidParameterValue,
                        fmt::format("cannot extract elements from {}",
                                    view.kind() == JsonKind::kObject ? "an object" : "a scalar"));
    }
    for (const JsonView& e : view.elements()) {
      if (kText && e.kind() == JsonKind::kNull)
        put_null(call, row);
      else if (kText && e.kind() == JsonKind::kString)
        put_string(call, row, e.string_value());
      else
        put_string(call, row, e.text);
    }
  });
}
std::string_view kind_in_words(JsonKind kind) {
  return kind == JsonKind::kArray ? "an array" : "a scalar";
}
void json_keys(const TableCall& call) {
  each_input(call, [&](size_t row) {
    const JsonView view{call.args[0]->string_at(row)};
    if (view.kind() != JsonKind::kObject) {
      return call.error(
          row, SqlState::kInvalidParameterValue,
          fmt::format("cannot call jsonb_object_keys on {}", kind_in_words(view.kind())));
    }
    for (const auto& [key, value] : view.members()) put_string(call, row, key);
  });
}
template <bool kText>
void json_each(const TableCall& call) {
  PackedWriter writer;
  std::string packed;
  each_input(call, [&](size_t row) {
    const JsonView view{call.args[0]->string_at(row)};
    if (view.kind() != JsonKind::kObject) {
      return call.error(row, SqlState::kInvalidParameterValue,
                        fmt::format("cannot call {} on a non-object", call.function.name));
    }
    for (const auto& [key, value] : view.members()) {
      writer.clear();
      packed.clear();
      writer.string(key);
      if (kText && value.kind() == JsonKind::kNull)
        writer.null();
      else if (kText && value.kind() == JsonKind::kString)
        writer.string(value.string_value());
      else
        writer.string(value.text);
      writer.append_row_to(packed);
      put_string(call, row, packed);
    }
  });
}
template <TypeId kValue>
Type key_and_value(std::span<const Type>) {
  return Type::struct_of({{"key", kVarchar}, {"value", kValue}});
}

void split_regexp(const TableCall& call) {
  RegexpCache cache;
  std::vector<std::string_view> found;
  each_input(call, [&](size_t row) {
    const auto re = cache.get(call.args[1]->string_at(row),
                              call.args.size() > 2 ? call.args[2]->string_at(row) : "");
    if (!re) return call.context.row_error(row, re.error());
    split_by_regexp(**re, call.args[0]->string_at(row), found,
                    [&](std::string_view part) { put_string(call, row, part); });
  });
}
void regexp_matches(const TableCall& call) {
  RegexpCache cache;
  std::vector<std::string_view> found;
  PackedWriter writer;
  std::string packed;
  each_input(call, [&](size_t row) {
    const std::string_view text = call.args[0]->string_at(row);
    const auto re = cache.get(call.args[1]->string_at(row),
                              call.args.size() > 2 ? call.args[2]->string_at(row) : "");
    if (!re) return call.context.row_error(row, re.error());
    for (size_t from = 0; from <= text.size() && (*re)->find(text, from, found);) {
      writer.clear();
      packed.clear();
      for (size_t i = found.size() > 1 ? 1 : 0; i < found.size(); ++i) {
        if (found[i].data() == nullptr)
          writer.null();
        else
          writer.string(found[i]);
      }
      writer.append_list_to(packed);
      put_string(call, row, packed);
      if (!cache.flags_of_last().global) break;
      const auto end = static_cast<size_t>(found[0].data() + found[0].size() - text.data());
      from = !found[0].empty()   ? end
             : end < text.size() ? end + utf8_size(text[end])
                                 : text.size() + 1;
    }
  });
}
void split_string(const TableCall& call) {
  while (call.cursor.input < call.rows.size() && call.out.size() < call.rows_max) {
    const size_t row = call.rows[call.cursor.input++];
    if (call.args[0]->is_null(row)) continue;
    const std::string_view s = call.args[0]->string_at(row);
    if (call.args[1]->is_null(row)) {
      for (size_t i = 0; i < s.size(); i += utf8_size(s[i]))
        put_string(call, row, s.substr(i, utf8_size(s[i])));
      continue;
    }
    const std::string_view by = call.args[1]->string_at(row);
    if (s.empty()) continue;
    size_t at = 0;
    if (!by.empty()) {
      for (size_t found; (found = s.find(by, at)) != s.npos; at = found + by.size())
        put_string(call, row, s.substr(at, found - at));
    }
    put_string(call, row, s.substr(at));
  }
}

// SQL's reserved words, of which clients take those that are not in the standard.
struct Keyword {
  std::string_view word;
  char category;  // PostgreSQL's: R reserved, T reserved but for functions and types
};
constexpr Keyword kKeywords[] = {
    {"all", 'R'},          {"analyze", 'R'},      {"and", 'R'},
    {"any", 'R'},          {"array", 'R'},        {"as", 'R'},
    {"asc", 'R'},          {"both", 'R'},         {"case", 'R'},
    {"cast", 'R'},         {"check", 'R'},        {"collate", 'R'},
    {"column", 'R'},       {"constraint", 'R'},   {"create", 'R'},
    {"cross", 'T'},        {"current_date", 'R'}, {"current_timestamp", 'R'},
    {"current_user", 'R'}, {"default", 'R'},      {"desc", 'R'},
    {"distinct", 'R'},     {"do", 'R'},           {"else", 'R'},
    {"end", 'R'},          {"except", 'R'},       {"false", 'R'},
    {"fetch", 'R'},        {"for", 'R'},          {"foreign", 'R'},
    {"from", 'R'},         {"full", 'T'},         {"grant", 'R'},
    {"group", 'R'},        {"having", 'R'},       {"ilike", 'T'},
    {"in", 'R'},           {"inner", 'T'},        {"intersect", 'R'},
    {"into", 'R'},         {"is", 'T'},           {"isnull", 'T'},
    {"join", 'T'},         {"lateral", 'R'},      {"leading", 'R'},
    {"left", 'T'},         {"like", 'T'},         {"limit", 'R'},
    {"natural", 'T'},      {"not", 'R'},          {"notnull", 'T'},
    {"null", 'R'},         {"offset", 'R'},       {"on", 'R'},
    {"only", 'R'},         {"or", 'R'},           {"order", 'R'},
    {"outer", 'T'},        {"overlaps", 'T'},     {"primary", 'R'},
    {"references", 'R'},   {"returning", 'R'},    {"right", 'T'},
    {"select", 'R'},       {"session_user", 'R'}, {"similar", 'T'},
    {"some", 'R'},         {"table", 'R'},        {"then", 'R'},
    {"to", 'R'},           {"trailing", 'R'},     {"true", 'R'},
    {"union", 'R'},        {"unique", 'R'},       {"user", 'R'},
    {"using", 'R'},        {"when", 'R'},         {"where", 'R'},
    {"window", 'R'},       {"with", 'R'}};
void keywords(const TableCall& call) {
  PackedWriter writer;
  std::string packed;
  each_input(call, [&](size_t row) {
    for (const Keyword& keyword : kKeywords) {
      writer.clear();
      packed.clear();
      writer.string(keyword.word);
      writer.string(std::string_view(&keyword.category, 1));
      writer.string(keyword.category == 'R' ? "reserved"
                                            : "reserved (can be function or type name)");
      writer.append_row_to(packed);
      put_string(call, row, packed);
    }
  });
}
Type keyword_row(std::span<const Type>) {
  return Type::struct_of({{"word", kVarchar}, {"catcode", kVarchar}, {"catdesc", kVarchar}});
}
constexpr std::string_view kKeywordColumns[] = {"word", "catcode", "catdesc"};

// Options of the form name=value, as PostgreSQL keeps those of foreign tables.
void options_to_table(const TableCall& call) {
  PackedWriter writer;
  std::string packed;
  each_input(call, [&](size_t row) {
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    while (!reader.done()) {
      const PackedValue option = reader.next(Physical::kString);
      if (option.is_null()) continue;
      const std::string_view text = option.view();
      const size_t equals = text.find('=');
      writer.clear();
      packed.clear();
      writer.string(text.substr(0, equals));
      if (equals == text.npos)
        writer.null();
      else
        writer.string(text.substr(equals + 1));
      writer.append_row_to(packed);
      put_string(call, row, packed);
    }
  });
}
Type option_row(std::span<const Type>) {
  return Type::struct_of({{"option_name", kVarchar}, {"option_value", kVarchar}});
}

// Elements with their positions: what information_schema._pg_expandarray gives.
void expand_array(const TableCall& call) {
  PackedWriter writer;
  std::string packed;
  each_input(call, [&](size_t row) {
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    const Physical physical = call.args[0]->type().element().physical();
    for (int32_t n = 1; !reader.done(); ++n) {
      writer.clear();
      packed.clear();
      const PackedValue element = reader.next(physical);
      if (element.is_null())
        writer.null();
      else
        writer.copy(physical, element);
      writer.fixed(n);
      writer.append_row_to(packed);
      put_string(call, row, packed);
    }
  });
}
Type expanded_row(std::span<const Type> args) {
  return Type::struct_of({{"x", args[0].element()}, {"n", kInt32}});
}

constexpr std::string_view kOptionColumns[] = {"option_name", "option_value"};
constexpr std::string_view kExpandedColumns[] = {"x", "n"};
constexpr std::string_view kKeyValue[] = {"key", "value"};
constexpr std::string_view kValueOnly[] = {"value"};
constexpr TypeSpec kRule = TypeSpec::kRule;

constexpr TableFunction kRows[] = {
    {.name = "generate_series",
     .args = {kInt32, kInt32},
     .result = kInt32,
     .kernel = series_of_ints<int32_t>,
     .doc = "whole numbers from one to another",
     .example = "generate_series(1, 3) -> 1, 2, 3"},
    {.name = "generate_series",
     .args = {kInt32, kInt32, kInt32},
     .result = kInt32,
     .kernel = series_of_ints<int32_t>,
     .doc = "whole numbers in steps",
     .example = "generate_series(5, 1, -2) -> 5, 3, 1"},
    {.name = "generate_series",
     .args = {kInt64, kInt64},
     .result = kInt64,
     .kernel = series_of_ints<int64_t>,
     .doc = "whole numbers from one to another",
     .example = "generate_series(1::bigint, 3) -> 1, 2, 3"},
    {.name = "generate_series",
     .args = {kInt64, kInt64, kInt64},
     .result = kInt64,
     .kernel = series_of_ints<int64_t>,
     .doc = "whole numbers in steps",
     .example = "generate_series(1::bigint, 5, 2) -> 1, 3, 5"},
    {.name = "generate_series",
     .args = {kNumeric, kNumeric},
     .result = kNumeric,
     .kernel = series_of_numerics,
     .doc = "numbers in steps of one",
     .example = "generate_series(1.5, 3) -> 1.5, 2.5"},
    {.name = "generate_series",
     .args = {kNumeric, kNumeric, kNumeric},
     .result = kNumeric,
     .kernel = series_of_numerics,
     .doc = "numbers in steps",
     .example = "generate_series(0, 1, 0.5) -> 0, 0.5, 1.0"},
    {.name = "generate_series",
     .args = {kTimestamp, kTimestamp, kInterval},
     .result = kTimestamp,
     .kernel = series_of_timestamps<false>,
     .doc = "timestamps in steps",
     .example = "generate_series('2024-01-01'::timestamp, '2024-01-02', '1 day') -> 2024-01-01 "
                "00:00:00, 2024-01-02 00:00:00"},
    {.name = "generate_series",
     .args = {kTimestamptz, kTimestamptz, kInterval},
     .result = kTimestamptz,
     .kernel = series_of_timestamps<true>,
     .doc = "instants in steps, days and months by the session's zone",
     .example = "generate_series('2024-01-01+00'::timestamptz, '2024-01-01+00', '1 day') -> "
                "2024-01-01 00:00:00+00"},
    {.name = "unnest",
     .args = {TypeSpec::kAnyList},
     .result = kRule,
     .kernel = unnest,
     .doc = "the elements of an array",
     .example = "unnest(ARRAY[1, 2]) -> 1, 2",
     .result_type = unnested},
    {.name = "generate_subscripts",
     .args = {TypeSpec::kAnyList, kInt32},
     .result = kInt32,
     .kernel = subscripts,
     .doc = "the indices of an array's dimension",
     .example = "generate_subscripts(ARRAY[5, 6], 1) -> 1, 2"},
    {.name = "generate_subscripts",
     .args = {TypeSpec::kAnyList, kInt32, kBoolean},
     .result = kInt32,
     .kernel = subscripts,
     .doc = "the indices of an array's dimension, backwards if true",
     .example = "generate_subscripts(ARRAY[5, 6], 1, true) -> 2, 1"},
    {.name = "jsonb_array_elements",
     .args = {kJsonb},
     .result = kJsonb,
     .kernel = json_elements<false>,
     .doc = "the elements of a JSON array",
     .example = "jsonb_array_elements('[1, \"a\"]'::jsonb) -> 1, \"a\"",
     .columns = kValueOnly},
    {.name = "jsonb_array_elements_text",
     .args = {kJsonb},
     .result = kVarchar,
     .kernel = json_elements<true>,
     .doc = "the elements of a JSON array as text",
     .example = "jsonb_array_elements_text('[1, \"a\"]'::jsonb) -> 1, a",
     .columns = kValueOnly},
    {.name = "jsonb_object_keys",
     .args = {kJsonb},
     .result = kVarchar,
     .kernel = json_keys,
     .doc = "the keys of a JSON object",
     .example = "jsonb_object_keys('{\"a\": 1, \"b\": 2}'::jsonb) -> a, b"},
    {.name = "jsonb_each",
     .args = {kJsonb},
     .result = kRule,
     .kernel = json_each<false>,
     .doc = "the members of a JSON object",
     .example = "jsonb_each('{\"a\": 1}'::jsonb) -> (a,1)",
     .result_type = key_and_value<kJsonb>,
     .columns = kKeyValue},
    {.name = "jsonb_each_text",
     .args = {kJsonb},
     .result = kRule,
     .kernel = json_each<true>,
     .doc = "the members of a JSON object as text",
     .example = "jsonb_each_text('{\"a\": \"x\"}'::jsonb) -> (a,x)",
     .result_type = key_and_value<kVarchar>,
     .columns = kKeyValue},
    {.name = "regexp_split_to_table",
     .args = {kVarchar, kVarchar},
     .result = kVarchar,
     .kernel = split_regexp,
     .doc = "the parts between matches",
     .example = "regexp_split_to_table('a b', ' ') -> a, b"},
    {.name = "regexp_split_to_table",
     .args = {kVarchar, kVarchar, kVarchar},
     .result = kVarchar,
     .kernel = split_regexp,
     .doc = "the parts between matches, with flags",
     .example = "regexp_split_to_table('aXb', 'x', 'i') -> a, b"},
    {.name = "regexp_matches",
     .args = {kVarchar, kVarchar},
     .result = TypeSpec::list_of(kVarchar),
     .kernel = regexp_matches,
     .doc = "groups of the first match",
     .example = "regexp_matches('ab12', '[0-9]') -> {1}"},
    {.name = "regexp_matches",
     .args = {kVarchar, kVarchar, kVarchar},
     .result = TypeSpec::list_of(kVarchar),
     .kernel = regexp_matches,
     .doc = "groups of the matches, all with flag g",
     .example = "regexp_matches('ab12', '[0-9]', 'g') -> {1}, {2}"},
    {.name = "string_to_table",
     .args = {kVarchar, kVarchar},
     .result = kVarchar,
     .kernel = split_string,
     .doc = "the parts between delimiters",
     .example = "string_to_table('a,b', ',') -> a, b"},
    {.name = "pg_get_keywords",
     .args = {},
     .result = kRule,
     .kernel = keywords,
     .doc = "SQL's reserved words",
     .example = "",
     .result_type = keyword_row,
     .columns = kKeywordColumns},
    {.name = "pg_options_to_table",
     .args = {TypeSpec::list_of(kVarchar)},
     .result = kRule,
     .kernel = options_to_table,
     .doc = "the options of a foreign table",
     .example = "pg_options_to_table(ARRAY['a=1']) -> (a,1)",
     .result_type = option_row,
     .columns = kOptionColumns},
    {.name = "_pg_expandarray",
     .args = {TypeSpec::kAnyList},
     .result = kRule,
     .kernel = expand_array,
     .doc = "the elements of an array with their positions",
     .example = "_pg_expandarray(ARRAY[5, 6]) -> (5,1), (6,2)",
     .result_type = expanded_row,
     .columns = kExpandedColumns},
};

}  // namespace

std::span<const TableFunction> table_functions() { return kRows; }

std::vector<const TableFunction*> table_functions_named(std::string_view name) {
  std::vector<const TableFunction*> found;
  for (const TableFunction& f : kRows) {
    if (f.name == name) found.push_back(&f);
  }
  return found;
}

}  // namespace leat
