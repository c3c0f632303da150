#include "aggregate/aggregate.h"
#include "types/packed_row.h"

namespace leat {
namespace {

// string_agg(value, delimiter): each value but the first is preceded by its own row's delimiter.
void join_strings(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
                  EvalContext&) {
  std::string text;
  bool any = false;
  std::string_view packed;
  int64_t weight;
  while (rows.next(packed, weight)) {
    const auto values = unpack_values(packed, arg_types);
    if (values[0].is_null()) continue;
    for (; weight > 0; --weight) {
      if (any && !values[1].is_null()) text += values[1].as_string();
      text += values[0].as_string();
      any = true;
    }
  }
  if (!any) return out.set_null_value(row);
  out.set_string(row, text);
}

void make_list(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
               EvalContext&) {
  std::vector<Value> elements;
  std::string_view packed;
  int64_t weight;
  while (rows.next(packed, weight)) {
    const auto values = unpack_values(packed, arg_types);
    for (; weight > 0; --weight) elements.push_back(values[0]);
  }
  if (elements.empty()) return out.set_null_value(row);
  out.set_value(row, Value(Type::list_of(arg_types[0]), pack_list(elements)));
}

void first_of_rows(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
                   EvalContext&) {
  std::string_view packed;
  int64_t weight;
  if (!rows.next(packed, weight)) return out.set_null_value(row);
  out.set_value(row, unpack_values(packed, arg_types)[0]);
}

void last_of_rows(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
                  EvalContext&) {
  std::string_view packed;
  std::string last;
  int64_t weight;
  bool any = false;
  while (rows.next(packed, weight)) {
    last = packed;
    any = true;
  }
  if (!any) return out.set_null_value(row);
  out.set_value(row, unpack_values(last, arg_types)[0]);
}

Type same_as_argument(std::span<const Type> args) { return args[0]; }
Type list_of_argument(std::span<const Type> args) { return Type::list_of(args[0]); }

const AggregateFunction kRows[] = {
    {.name = "string_agg",
     .args = Signature(TypeId::kVarchar, TypeId::kVarchar),
     .result = TypeId::kVarchar,
     .doc = "The values that are not NULL, joined by the delimiter, in the order of ORDER BY.",
     .example = "string_agg(v, ',') over ('a', 'b') -> a,b",
     .skips_null_rows = true,
     .from_rows = join_strings,
     .order_matters = true},
    {.name = "array_agg",
     .args = Signature(TypeSpec::kAny),
     .result = TypeSpec::kRule,
     .doc = "An array of all values, NULLs too, in the order of ORDER BY.",
     .example = "array_agg(v) over (1, 2, NULL) -> {1,2,NULL}",
     .result_type = list_of_argument,
     .takes_nulls = true,
     .from_rows = make_list,
     .order_matters = true},
    {.name = "first_value",
     .args = Signature(TypeSpec::kAny),
     .result = TypeSpec::kRule,
     .doc = "The value of the first row in the order of ORDER BY.",
     .example = "first_value(v order by v) over (2, 1) -> 1",
     .result_type = same_as_argument,
     .first_row_only = true,
     .takes_nulls = true,
     .from_rows = first_of_rows,
     .order_matters = true},
    {.name = "last_value",
     .args = Signature(TypeSpec::kAny),
     .result = TypeSpec::kRule,
     .doc = "The value of the last row in the order of ORDER BY.",
     .example = "last_value(v order by v) over (2, 1) -> 2",
     .result_type = same_as_argument,
     .takes_nulls = true,
     .from_rows = last_of_rows,
     .order_matters = true},
};

}  // namespace

std::span<const AggregateFunction> collect_aggregates() { return kRows; }

}  // namespace leat
