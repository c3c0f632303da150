#include "aggregate/aggregate.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {
namespace {

std::string json_of(const Value& value) { return value.is_null() ? "null" : std::string(value.as_string()); }

void make_array(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row, EvalContext&) {
  std::string text = "[";
  std::string_view packed;
  int64_t weight;
  while (rows.next(packed, weight)) {
    const auto values = unpack_values(packed, arg_types);
    for (; weight > 0; --weight) {
      if (text.size() > 1) text += ", ";
      text += json_of(values[0]);
    }
  }
  if (text.size() == 1) return out.set_null_value(row);
  out.set_string(row, text + "]");
}

// The last of equal keys wins.
void make_object(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
                 EvalContext& context) {
  std::string text = "{";
  std::string_view packed;
  int64_t weight;
  while (rows.next(packed, weight)) {
    const auto values = unpack_values(packed, arg_types);
    if (values[0].is_null()) {
      context.row_error(row, make_error(SqlState::kInvalidParameterValue, "field name must not be null"));
      return out.set_null_value(row);
    }
    if (text.size() > 1) text += ",";
    append_json_string(text, values[0].as_string());
    text += ":";
    text += json_of(values[1]);
  }
  if (text.size() == 1) return out.set_null_value(row);
  auto object = canonical_json(text + "}");
  if (!object) {  // its parts are canonical, but it may be too deep
    context.row_error(row, std::move(object).error());
    return out.set_null_value(row);
  }
  out.set_string(row, *object);
}

const AggregateFunction kRows[] = {
    {.name = "jsonb_agg",
     .args = Signature(TypeId::kJsonb),
     .result = TypeId::kJsonb,
     .doc = "A JSON array of all values, NULLs too, in the order of ORDER BY.",
     .example = "jsonb_agg(v) over (1, 2, NULL) -> [1, 2, null]",
     .json_argument = 0,
     .takes_nulls = true,
     .from_rows = make_array,
     .order_matters = true},
    {.name = "jsonb_object_agg",
     .args = Signature(TypeId::kVarchar, TypeId::kJsonb),
     .result = TypeId::kJsonb,
     .doc = "A JSON object of keys and values; the last of equal keys in the order of ORDER BY stays.",
     .example = "jsonb_object_agg(v, 1) over ('a', 'b') -> {\"a\": 1, \"b\": 1}",
     .json_argument = 1,
     .takes_nulls = true,
     .from_rows = make_object,
     .order_matters = true},
};

}  // namespace

std::span<const AggregateFunction> jsonb_aggregates() { return kRows; }

}  // namespace leat
