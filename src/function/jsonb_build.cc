// Values to jsonb: to_jsonb, jsonb_build_object, jsonb_build_array, jsonb_object.
#include <cmath>

#include "function/functions.h"
#include "function/rows.h"
#include "types/compare_value.h"
#include "types/datetime.h"
#include "types/format_value.h"
#include "types/jsonb.h"

namespace leat {
namespace {

using namespace function_rows;

template <class T>
void append_float_json(std::string& to, T value) {
  std::string text;
  append_float_text(text, value);
  if (!std::isfinite(value)) {
    append_json_string(to, text);
    return;
  }
  const auto canonical = canonical_json(text);  // writes the exponent out
  CHECK(canonical.has_value());
  to += *canonical;
}

// 2024-01-01T10:00:00+00:00
void append_iso(std::string& to, const Type& type, PackedValue value, const TimeZone& zone) {
  std::string text;
  append_text(text, type, value, zone);
  if (text != "infinity" && text != "-infinity") {
    if (const size_t blank = text.find(' '); blank != text.npos && text[blank + 1] != 'B')
      text[blank] = 'T';
    if (type.is(TypeId::kTimestamptz)) {
      // Offsets of whole hours have minutes here.
      size_t end = text.find(' ');
      if (end == text.npos) end = text.size();
      const size_t sign = text.find_last_of("+-", end);
      if (sign != text.npos && text.find(':', sign) == text.npos) text.insert(end, ":00");
    }
  }
  append_json_string(to, text);
}

// Not canonical where a struct is inside: the caller sorts.
void append_json(std::string& to, const Type& type, PackedValue value, const TimeZone& zone) {
  if (value.is_null()) {
    to += "null";
    return;
  }
  switch (type.id()) {
    case TypeId::kBoolean:
      to += value.as<uint8_t>() != 0 ? "true" : "false";
      return;
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kSerial:
      return append_text(to, type, value, zone);
    case TypeId::kFloat32:
      return append_float_json(to, value.as<float>());
    case TypeId::kFloat64:
      return append_float_json(to, value.as<double>());
    case TypeId::kNumeric: {
      const std::string text = value.as<Decimal>().to_string();
      if (value.as<Decimal>().is_finite())
        to += text;
      else
        append_json_string(to, text);
      return;
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return append_iso(to, type, value, zone);
    case TypeId::kJsonb:
      to += value.view();
      return;
    case TypeId::kList: {
      PackedReader reader = PackedReader::of_list(value.view());
      to += '[';
      for (bool first = true; !reader.done(); first = false) {
        if (!first) to += ", ";
        append_json(to, type.element(), reader.next(type.element().physical()), zone);
      }
      to += ']';
      return;
    }
    case TypeId::kStruct: {
      PackedReader reader(value.view(), type.fields().size());
      to += '{';
      for (size_t i = 0; i < type.fields().size(); ++i) {
        const StructField& field = type.fields()[i];
        if (i > 0) to += ", ";
        append_json_string(to, field.name);
        to += ": ";
        append_json(to, field.type, reader.next(field.type.physical()), zone);
      }
      to += '}';
      return;
    }
    default: {
      std::string text;
      append_text(text, type, value, zone);
      append_json_string(to, text);
    }
  }
}

bool needs_sorting(const Type& type) {
  return type.is(TypeId::kStruct) || (type.is(TypeId::kList) && needs_sorting(type.element()));
}

void to_jsonb(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const bool sort = needs_sorting(a.type());
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    append_json(out, a.type(), packed_value(a, row), *call.context.zone);
    if (sort) out = TRY(canonical_json(out));
    return {};
  });
}

void append_arg(std::string& to, const KernelCall& call, size_t i, size_t row) {
  const Vector& a = *call.args[i];
  append_json(to, a.type(), a.is_null(row) ? PackedValue{} : packed_value(a, row),
              *call.context.zone);
}

void build_array(const KernelCall& call) {
  bool sort = false;
  for (const Vector* a : call.args) sort = sort || needs_sorting(a->type());
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    out += '[';
    for (size_t i = 0; i < call.args.size(); ++i) {
      if (i > 0) out += ", ";
      append_arg(out, call, i, row);
    }
    out += ']';
    if (sort) out = TRY(canonical_json(out));
    return {};
  });
}

void build_object(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    if (call.args.size() % 2 != 0) {
      return fail(make_error(SqlState::kInvalidParameterValue,
                             "argument list must have even number of elements")
                      .with_hint("The arguments of jsonb_build_object() must consist of "
                                 "alternating keys and values."));
    }
    std::string key;
    out += '{';
    for (size_t i = 0; i < call.args.size(); i += 2) {
      const Vector& k = *call.args[i];
      if (k.is_null(row))
        return fail(SqlState::kInvalidParameterValue, "argument {}: key must not be null", i + 1);
      if (k.type().is(TypeId::kList) || k.type().is(TypeId::kStruct) ||
          k.type().is(TypeId::kJsonb)) {
        return fail(SqlState::kInvalidParameterValue,
                    "key value must be scalar, not array, composite, or json");
      }
      if (i > 0) out += ", ";
      key.clear();
      append_text(key, k, row, *call.context.zone);
      append_json_string(out, key);
      out += ": ";
      append_arg(out, call, i + 1, row);
    }
    out += '}';
    out = TRY(canonical_json(out));
    return {};
  });
}

// Keys and values in turns in one array of text, or in two arrays.
void object_of_texts(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    PackedReader keys = PackedReader::of_list(call.args[0]->string_at(row));
    const bool two = call.args.size() == 2;
    PackedReader values = two ? PackedReader::of_list(call.args[1]->string_at(row)) : keys;
    if (two && keys.count() != values.count())
      return fail(SqlState::kArraySubscriptError, "mismatched array dimensions");
    if (!two && keys.count() % 2 != 0)
      return fail(SqlState::kArraySubscriptError, "array must have even number of elements");
    out += '{';
    for (bool first = true; !keys.done(); first = false) {
      const PackedValue key = keys.next(Physical::kString);
      const PackedValue value = two ? values.next(Physical::kString) : keys.next(Physical::kString);
      if (key.is_null())
        return fail(SqlState::kNullValueNotAllowed, "null value not allowed for object key");
      if (!first) out += ", ";
      append_json_string(out, key.view());
      out += ": ";
      if (value.is_null())
        out += "null";
      else
        append_json_string(out, value.view());
    }
    out += '}';
    out = TRY(canonical_json(out));
    return {};
  });
}

constexpr TypeSpec kAny = TypeSpec::kAny;
constexpr TypeSpec kTexts = TypeSpec::list_of(kVarchar);
constexpr Volatility kStable = Volatility::kStable;

constexpr ScalarFunction kRows[] = {
    {.name = "to_jsonb",
     .args = {kAny},
     .result = kJsonb,
     .kernel = to_jsonb,
     .doc = "any value as JSON",
     .example = "to_jsonb(ARRAY[1, 2]) -> [1, 2]",
     .volatility = kStable},
    {.name = "jsonb_build_array",
     .args = {kAny},
     .result = kJsonb,
     .kernel = build_array,
     .doc = "an array of the arguments",
     .example = "jsonb_build_array(1, 'x', NULL) -> [1, \"x\", null]",
     .nulls = NullMode::kCalled,
     .volatility = kStable,
     .variadic = true},
    {.name = "jsonb_build_object",
     .args = {kAny},
     .result = kJsonb,
     .kernel = build_object,
     .doc = "an object of keys and values in turns",
     .example = "jsonb_build_object('a', 1) -> {\"a\": 1}",
     .nulls = NullMode::kCalled,
     .volatility = kStable,
     .variadic = true},
    {.name = "json_build_array",
     .args = {kAny},
     .result = kJsonb,
     .kernel = build_array,
     .doc = "as jsonb_build_array",
     .example = "json_build_array(1, 'x', NULL) -> [1, \"x\", null]",
     .nulls = NullMode::kCalled,
     .volatility = kStable,
     .variadic = true},
    {.name = "json_build_object",
     .args = {kAny},
     .result = kJsonb,
     .kernel = build_object,
     .doc = "as jsonb_build_object",
     .example = "json_build_object('a', 1) -> {\"a\": 1}",
     .nulls = NullMode::kCalled,
     .volatility = kStable,
     .variadic = true},
    {.name = "jsonb_object",
     .args = {kTexts},
     .result = kJsonb,
     .kernel = object_of_texts,
     .doc = "an object of keys and values in turns",
     .example = "jsonb_object('{a,1}') -> {\"a\": \"1\"}"},
    {.name = "jsonb_object",
     .args = {kTexts, kTexts},
     .result = kJsonb,
     .kernel = object_of_texts,
     .doc = "an object of keys and their values",
     .example = "jsonb_object('{a,b}', '{1,2}') -> {\"a\": \"1\", \"b\": \"2\"}"},
};

}  // namespace

FunctionFamily jsonb_build_functions() { return kRows; }

}  // namespace leat
