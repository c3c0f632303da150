#include "function/casts.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "function/functions.h"
#include "function/rows.h"
#include "types/compare_value.h"
#include "types/datetime.h"
#include "types/format_value.h"
#include "types/jsonb.h"

namespace leat {
namespace {

using namespace function_rows;

constexpr RowError kOidOutOfRange{SqlState::kNumericValueOutOfRange, "OID out of range"};
constexpr RowError kDateForTimestamp{SqlState::kDatetimeFieldOverflow,
                                     "date out of range for timestamp"};

template <class T>
constexpr std::string_view kIntName = "bigint";
template <>
constexpr std::string_view kIntName<int32_t> = "integer";
template <>
constexpr std::string_view kIntName<int16_t> = "smallint";
template <class T>
constexpr const RowError* out_of_range() {
  if constexpr (sizeof(T) == 2)
    return &kSmallintOutOfRange;
  else if constexpr (sizeof(T) == 4)
    return &kIntegerOutOfRange;
  else
    return &kBigintOutOfRange;
}

// Numbers among themselves.
template <class From, class To>
struct Widen {
  static To apply(From a) { return static_cast<To>(a); }
};
template <class From, class To>
struct NarrowInt {
  static const RowError* apply(From a, To& out) {
    if (a < std::numeric_limits<To>::min() || a > std::numeric_limits<To>::max())
      return out_of_range<To>();
    out = static_cast<To>(a);
    return nullptr;
  }
};
template <class From, class To>
struct FloatToInt {
  static const RowError* apply(From a, To& out) {
    const From r = std::rint(a);
    // The upper bound itself is one too large, and exact in floating point.
    constexpr From kLimit = -static_cast<From>(std::numeric_limits<To>::min());
    if (!(r >= -kLimit && r < kLimit)) return out_of_range<To>();
    out = static_cast<To>(r);
    return nullptr;
  }
};
struct DoubleToFloat {
  static const RowError* apply(double a, float& out) {
    out = static_cast<float>(a);
    if (std::isinf(out) && !std::isinf(a)) return &kOverflow;
    if (out == 0 && a != 0) return &kUnderflow;
    return nullptr;
  }
};
template <class From>
struct IntToNumeric {
  static Decimal apply(From a) { return Decimal::from_int(a); }
};
// As PostgreSQL: the digits a float is sure to carry, not the shortest that read back.
template <class From>
struct FloatToNumeric {
  static const RowError* apply(From a, Decimal& out) {
    if (std::isnan(a)) return out = Decimal::nan(), nullptr;
    if (std::isinf(a)) return out = Decimal::infinity(a < 0), nullptr;
    char text[64];
    const int size =
        std::snprintf(text, sizeof text, "%.*g", std::numeric_limits<From>::digits10, double{a});
    const auto r = Decimal::parse({text, static_cast<size_t>(size)});
    if (!r) return &kNumericOutOfRange;
    out = *r;
    return nullptr;
  }
};
struct NumericToDouble {
  static double apply(const Decimal& a) { return a.to_double(); }
};
struct NumericToFloat {
  static const RowError* apply(const Decimal& a, float& out) {
    return DoubleToFloat::apply(a.to_double(), out);
  }
};

template <class To>
Result<To> numeric_to_int(const Decimal& a) {
  if (!a.is_finite()) {
    return fail(SqlState::kFeatureNotSupported, "cannot convert {} to {}",
                a.is_nan() ? "NaN" : "infinity", kIntName<To>);
  }
  const auto v = a.to_int64();
  if (!v || *v < std::numeric_limits<To>::min() || *v > std::numeric_limits<To>::max()) {
    return fail(SqlState::kNumericValueOutOfRange, "{} out of range", kIntName<To>);
  }
  return static_cast<To>(*v);
}
template <class To>
void numeric_to_int_kernel(const KernelCall& call) {
  fill_result<To>(call,
                  [&](size_t row) { return numeric_to_int<To>(call.args[0]->at<Decimal>(row)); });
}

struct IntToBool {
  static bool apply(int32_t a) { return a != 0; }
};
struct BoolToInt {
  static int32_t apply(uint8_t a) { return a; }
};
template <class From>
struct ToOid {
  static const RowError* apply(From a, int64_t& out) {
    if constexpr (sizeof(From) == 8) {
      if (a < 0 || a > int64_t{UINT32_MAX}) return &kOidOutOfRange;
      out = a;
    } else {
      out = static_cast<int64_t>(static_cast<uint32_t>(static_cast<int32_t>(a)));
    }
    return nullptr;
  }
};
struct OidToInt {
  static int32_t apply(int64_t a) { return static_cast<int32_t>(static_cast<uint32_t>(a)); }
};

// Dates and times.
struct DateToTimestamp {
  static const RowError* apply(int32_t days, int64_t& out) {
    if (days == kDateInfinity) return out = kTimestampInfinity, nullptr;
    if (days == kDateMinusInfinity) return out = kTimestampMinusInfinity, nullptr;
    if (__builtin_mul_overflow(int64_t{days}, kMicrosPerDay, &out) || !is_timestamp_in_range(out)) {
      return &kDateForTimestamp;
    }
    return nullptr;
  }
};
int32_t date_of_timestamp(int64_t micros) {
  if (micros == kTimestampInfinity) return kDateInfinity;
  if (micros == kTimestampMinusInfinity) return kDateMinusInfinity;
  return static_cast<int32_t>(day_of_micros(micros));
}
struct TimestampToDate {
  static int32_t apply(int64_t micros) { return date_of_timestamp(micros); }
};
struct IntervalToTime {
  static int64_t apply(const Interval& i) { return floor_mod(i.micros, kMicrosPerDay); }
};
struct TimeToInterval {
  static Interval apply(int64_t micros) { return {0, 0, micros}; }
};
// An infinite timestamp has no time of day.
void timestamp_to_time(const KernelCall& call) {
  const bool zoned = call.args[0]->type().is(TypeId::kTimestamptz);
  int64_t* out = call.out.data<int64_t>();
  for_each_valid(call, [&](size_t row) {
    int64_t t = call.args[0]->at<int64_t>(row);
    if (is_infinite_timestamp(t)) return call.out.set_null_value(row);
    if (zoned) t = call.context.zone->to_local(t);
    out[row] = floor_mod(t, kMicrosPerDay);
  });
}
void date_to_timestamptz(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    int64_t local;
    if (const RowError* e = DateToTimestamp::apply(call.args[0]->at<int32_t>(row), local)) {
      return fail_text(e->code, e->message);
    }
    const auto utc = timestamptz_of_timestamp(local, *call.context.zone);
    if (!utc) return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
    return *utc;
  });
}
void timestamp_to_timestamptz(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const auto utc = timestamptz_of_timestamp(call.args[0]->at<int64_t>(row), *call.context.zone);
    if (!utc) return fail(SqlState::kDatetimeFieldOverflow, "timestamp out of range");
    return *utc;
  });
}
void timestamptz_to_timestamp(const KernelCall& call) {
  fill<int64_t>(call, [&](size_t row) {
    return timestamp_of_timestamptz(call.args[0]->at<int64_t>(row), *call.context.zone);
  });
}
void timestamptz_to_date(const KernelCall& call) {
  fill<int32_t>(call, [&](size_t row) {
    return date_of_timestamp(
        timestamp_of_timestamptz(call.args[0]->at<int64_t>(row), *call.context.zone));
  });
}

// jsonb to scalars.
std::unexpected<Error> fail_json_cast(JsonKind kind, std::string_view type) {
  constexpr std::string_view kNames[] = {"null", "boolean", "numeric", "string", "array", "object"};
  const bool container = kind == JsonKind::kArray || kind == JsonKind::kObject;
  return fail(
      SqlState::kInvalidParameterValue, "cannot cast jsonb {} to type {}",
      container ? (kind == JsonKind::kArray ? "array" : "object") : kNames[static_cast<int>(kind)],
      type);
}
Result<Decimal> json_number(std::string_view text, std::string_view type) {
  const JsonView view{text};
  if (view.kind() != JsonKind::kNumber) return fail_json_cast(view.kind(), type);
  return Decimal::parse(text);
}
void jsonb_to_bool(const KernelCall& call) {
  fill_result<bool>(call, [&](size_t row) -> Result<bool> {
    const std::string_view text = call.args[0]->string_at(row);
    const JsonView view{text};
    if (view.kind() != JsonKind::kBool) return fail_json_cast(view.kind(), "boolean");
    return text == "true";
  });
}
void jsonb_to_numeric(const KernelCall& call) {
  fill_result<Decimal>(
      call, [&](size_t row) { return json_number(call.args[0]->string_at(row), "numeric"); });
}
template <class To>
void jsonb_to_int(const KernelCall& call) {
  fill_result<To>(call, [&](size_t row) -> Result<To> {
    return numeric_to_int<To>(TRY(json_number(call.args[0]->string_at(row), kIntName<To>)));
  });
}
template <class To>
void jsonb_to_float(const KernelCall& call) {
  fill_result<To>(call, [&](size_t row) -> Result<To> {
    const std::string_view text = call.args[0]->string_at(row);
    const JsonView view{text};
    if (view.kind() != JsonKind::kNumber) {
      return fail_json_cast(view.kind(), sizeof(To) == 4 ? "real" : "double precision");
    }
    if constexpr (sizeof(To) == 4)
      return parse_float32(text);
    else
      return parse_float64(text);
  });
}

// Text to anything, by the type's input function.
template <class T, auto kParse>
void parse_kernel(const KernelCall& call) {
  fill_result<T>(call, [&](size_t row) { return kParse(call.args[0]->string_at(row)); });
}
void parse_timestamptz_kernel(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) {
    return parse_timestamptz(call.args[0]->string_at(row), *call.context.zone);
  });
}
Result<Interval> parse_interval_text(std::string_view text) { return parse_interval(text); }
template <auto kParse>
void parse_string_kernel(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    out = TRY(kParse(call.args[0]->string_at(row)));
    return {};
  });
}
// Lists, structs and oids: through a Value.
void parse_value_kernel(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    auto value = parse_text(call.out.type(), call.args[0]->string_at(row), *call.context.zone);
    if (value)
      call.out.set_value(row, *value);
    else
      row_error(call, row, std::move(value.error()));
  });
}
void text_to_regclass(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const std::string_view name = call.args[0]->string_at(row);
    if (!name.empty() && name.find_first_not_of("0123456789") == name.npos) {
      return TRY(parse_text(TypeId::kOid, name, *call.context.zone)).as_int64();
    }
    const int64_t oid =
        call.context.session == nullptr ? 0 : call.context.session->relation_oid(name);
    if (oid == 0) return fail(SqlState::kUndefinedTable, "relation \"{}\" does not exist", name);
    return oid;
  });
}
void text_to_regtype(const KernelCall& call) {
  fill_result<int64_t>(call, [&](size_t row) -> Result<int64_t> {
    const std::string_view name = call.args[0]->string_at(row);
    if (!name.empty() && name.find_first_not_of("0123456789") == name.npos) {
      return TRY(parse_text(TypeId::kOid, name, *call.context.zone)).as_int64();
    }
    return TRY(type_by_name(name)).oid();
  });
}

void text_to_regproc(const KernelCall& call) {
  fill_result<int64_t>(
      call, [&](size_t row) { return parse_function_name(call.args[0]->string_at(row)); });
}
void regproc_to_text(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    out = function_name(call.args[0]->at<int64_t>(row));
  });
}

// Anything to text, by the type's output function.
void to_text_kernel(const KernelCall& call) {
  const Vector& a = *call.args[0];
  fill_string(call,
              [&](size_t row, std::string& out) { append_text(out, a, row, *call.context.zone); });
}
void bool_to_text(const KernelCall& call) {
  static constexpr std::string_view kTexts[] = {"false", "true"};
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) {
    out[row] = StringSlot(kTexts[call.args[0]->at<uint8_t>(row) != 0]);
  });
}
void regclass_to_text(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const int64_t oid = call.args[0]->at<int64_t>(row);
    if (call.context.session != nullptr) out = call.context.session->relation_name(oid);
    if (out.empty()) out = oid == 0 ? "-" : std::to_string(oid);
  });
}
void regtype_to_text(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const int64_t oid = call.args[0]->at<int64_t>(row);
    const auto type = type_by_oid(static_cast<uint32_t>(oid));
    out = oid == 0 ? "-" : type && !type->is(TypeId::kUnknown) ? type->name() : std::to_string(oid);
  });
}

// The same bytes under another type.
template <class T>
void relabel(const KernelCall& call) {
  const Vector& a = *call.args[0];
  T* out = call.out.data<T>();
  if constexpr (std::is_same_v<T, StringSlot>) call.out.share_strings(a);
  const ArgReader<T> in(a);
  call.rows.for_each([&](size_t row) { out[row] = in[row]; });
}

// Lists and structs: all elements of the batch in one column, cast at once, and packed again.
struct Elements {
  Elements(const Type& type, size_t count) : column(type, count) {}
  void set(PackedValue value) { set_packed(column, at++, value); }
  Vector column;
  size_t at = 0;
};

void cast_column(const Vector& from, Vector& to, EvalContext& context) {
  const CastLookup lookup = find_cast(from.type(), to.type());
  const Selection rows(from.size());
  if (lookup.cast.function == nullptr) {
    for (size_t i = 0; i < from.size(); ++i) {
      set_packed(to, i, from.is_null(i) ? PackedValue{} : packed_value(from, i));
    }
    return;
  }
  for (size_t i = 0; i < from.size(); ++i) {
    if (from.is_null(i)) to.set_null_value(i);
  }
  const Vector* args[] = {&from};
  lookup.cast.function->kernel({.context = context,
                                .function = *lookup.cast.function,
                                .args = args,
                                .rows = rows,
                                .out = to,
                                .prepared = nullptr});
}

void cast_list(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const Type& from = a.type().element();
  const Type& to = call.out.type().element();
  size_t total = 0;
  for_each_valid(call, [&](size_t row) { total += packed_list_size(a.string_at(row)); });
  Elements in(from, total);
  for_each_valid(call, [&](size_t row) {
    PackedReader reader = PackedReader::of_list(a.string_at(row));
    while (!reader.done()) in.set(reader.next(from.physical()));
  });
  Vector out(to, total);
  cast_column(in.column, out, call.context);
  size_t at = 0;
  PackedWriter writer;
  std::string packed;
  for_each_valid(call, [&](size_t row) {
    writer.clear();
    packed.clear();
    bool failed = false;
    for (uint32_t n = packed_list_size(a.string_at(row)); n > 0; --n, ++at) {
      const bool null = out.is_null(at);
      failed = failed || (null && !in.column.is_null(at));
      writer.copy(to.physical(), null ? PackedValue{} : packed_value(out, at));
    }
    if (failed) return call.out.set_null_value(row);
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}

void cast_struct(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const auto& from = a.type().fields();
  const auto& to = call.out.type().fields();
  if (from.size() != to.size()) {
    for_each_valid(call, [&](size_t row) {
      row_error(call, row,
                make_error(SqlState::kCannotCoerce, "cannot cast type {} to {}", a.type().name(),
                           call.out.type().name()));
    });
    return;
  }
  size_t total = 0;
  for_each_valid(call, [&](size_t) { ++total; });
  std::vector<Elements> in;
  std::vector<Vector> out;
  for (size_t f = 0; f < from.size(); ++f) {
    in.emplace_back(from[f].type, total);
    out.emplace_back(to[f].type, total);
  }
  for_each_valid(call, [&](size_t row) {
    PackedReader reader(a.string_at(row), from.size());
    for (size_t f = 0; f < from.size(); ++f) in[f].set(reader.next(from[f].type.physical()));
  });
  for (size_t f = 0; f < from.size(); ++f) cast_column(in[f].column, out[f], call.context);
  size_t at = 0;
  PackedWriter writer;
  std::string packed;
  for_each_valid(call, [&](size_t row) {
    writer.clear();
    packed.clear();
    bool failed = false;
    for (size_t f = 0; f < to.size(); ++f) {
      const bool null = out[f].is_null(at);
      failed = failed || (null && !in[f].column.is_null(at));
      writer.copy(to[f].type.physical(), null ? PackedValue{} : packed_value(out[f], at));
    }
    ++at;
    if (failed) return call.out.set_null_value(row);
    writer.append_row_to(packed);
    call.out.set_string(row, packed);
  });
}

constexpr CastContext kI = CastContext::kImplicit;
constexpr CastContext kA = CastContext::kAssignment;
constexpr CastContext kE = CastContext::kExplicit;

constexpr CastRow cast(TypeSpec from, TypeSpec to, Kernel kernel, CastContext context,
                       std::string_view doc, std::string_view example,
                       Volatility volatility = Volatility::kImmutable) {
  return {{.name = "cast",
           .args = {from},
           .result = to,
           .kernel = kernel,
           .doc = doc,
           .example = example,
           .volatility = volatility},
          context};
}
template <class A, class R, class Op>
constexpr Kernel kTotal = kernel1<A, R, Op>;
template <class A, class R, class Op>
constexpr Kernel kChecked = kernel_checked1<A, R, Op>;
constexpr Volatility kStable = Volatility::kStable;

constexpr CastRow kRows[] = {
    cast(kInt16, kInt32, kTotal<int16_t, int32_t, Widen<int16_t, int32_t>>, kI, "widens",
         "1::smallint::integer -> 1"),
    cast(kInt16, kInt64, kTotal<int16_t, int64_t, Widen<int16_t, int64_t>>, kI, "widens",
         "1::smallint::bigint -> 1"),
    cast(kInt32, kInt64, kTotal<int32_t, int64_t, Widen<int32_t, int64_t>>, kI, "widens",
         "1::bigint -> 1"),
    cast(kInt16, kFloat32, kTotal<int16_t, float, Widen<int16_t, float>>, kI, "converts",
         "1::smallint::real -> 1"),
    cast(kInt16, kFloat64, kTotal<int16_t, double, Widen<int16_t, double>>, kI, "converts",
         "1::smallint::float8 -> 1"),
    cast(kInt32, kFloat32, kTotal<int32_t, float, Widen<int32_t, float>>, kI, "converts, rounding",
         "1::real -> 1"),
    cast(kInt32, kFloat64, kTotal<int32_t, double, Widen<int32_t, double>>, kI, "converts",
         "1::float8 -> 1"),
    cast(kInt64, kFloat32, kTotal<int64_t, float, Widen<int64_t, float>>, kI, "converts, rounding",
         "1::bigint::real -> 1"),
    cast(kInt64, kFloat64, kTotal<int64_t, double, Widen<int64_t, double>>, kI,
         "converts, rounding", "1::bigint::float8 -> 1"),
    cast(kInt16, kNumeric, kTotal<int16_t, Decimal, IntToNumeric<int16_t>>, kI, "converts",
         "1::smallint::numeric -> 1"),
    cast(kInt32, kNumeric, kTotal<int32_t, Decimal, IntToNumeric<int32_t>>, kI, "converts",
         "1::numeric -> 1"),
    cast(kInt64, kNumeric, kTotal<int64_t, Decimal, IntToNumeric<int64_t>>, kI, "converts",
         "1::bigint::numeric -> 1"),
    cast(kInt32, kInt16, kChecked<int32_t, int16_t, NarrowInt<int32_t, int16_t>>, kA, "narrows",
         "1::smallint -> 1"),
    cast(kInt64, kInt16, kChecked<int64_t, int16_t, NarrowInt<int64_t, int16_t>>, kA, "narrows",
         "1::bigint::smallint -> 1"),
    cast(kInt64, kInt32, kChecked<int64_t, int32_t, NarrowInt<int64_t, int32_t>>, kA, "narrows",
         "1::bigint::integer -> 1"),
    cast(kFloat32, kFloat64, kTotal<float, double, Widen<float, double>>, kI, "widens",
         "1.5::real::float8 -> 1.5"),
    cast(kFloat64, kFloat32, kChecked<double, float, DoubleToFloat>, kA, "narrows, rounding",
         "1.5::float8::real -> 1.5"),
    cast(kFloat32, kInt16, kChecked<float, int16_t, FloatToInt<float, int16_t>>, kA,
         "rounds, halves to even", "2.5::real::smallint -> 2"),
    cast(kFloat32, kInt32, kChecked<float, int32_t, FloatToInt<float, int32_t>>, kA,
         "rounds, halves to even", "2.5::real::integer -> 2"),
    cast(kFloat32, kInt64, kChecked<float, int64_t, FloatToInt<float, int64_t>>, kA,
         "rounds, halves to even", "2.5::real::bigint -> 2"),
    cast(kFloat64, kInt16, kChecked<double, int16_t, FloatToInt<double, int16_t>>, kA,
         "rounds, halves to even", "3.5::float8::smallint -> 4"),
    cast(kFloat64, kInt32, kChecked<double, int32_t, FloatToInt<double, int32_t>>, kA,
         "rounds, halves to even", "3.5::float8::integer -> 4"),
    cast(kFloat64, kInt64, kChecked<double, int64_t, FloatToInt<double, int64_t>>, kA,
         "rounds, halves to even", "3.5::float8::bigint -> 4"),
    cast(kFloat32, kNumeric, kChecked<float, Decimal, FloatToNumeric<float>>, kA, "takes 6 digits",
         "0.1::real::numeric -> 0.1"),
    cast(kFloat64, kNumeric, kChecked<double, Decimal, FloatToNumeric<double>>, kA,
         "takes 15 digits", "0.1::float8::numeric -> 0.1"),
    cast(kNumeric, kInt16, numeric_to_int_kernel<int16_t>, kA, "rounds, halves away from zero",
         "2.5::smallint -> 3"),
    cast(kNumeric, kInt32, numeric_to_int_kernel<int32_t>, kA, "rounds, halves away from zero",
         "2.5::integer -> 3"),
    cast(kNumeric, kInt64, numeric_to_int_kernel<int64_t>, kA, "rounds, halves away from zero",
         "2.5::bigint -> 3"),
    cast(kNumeric, kFloat32, kChecked<Decimal, float, NumericToFloat>, kI, "rounds",
         "1.5::real -> 1.5"),
    cast(kNumeric, kFloat64, kTotal<Decimal, double, NumericToDouble>, kI, "rounds",
         "1.5::float8 -> 1.5"),
    cast(kInt32, kBoolean, kTotal<int32_t, bool, IntToBool>, kE, "zero is false",
         "5::boolean -> t"),
    cast(kBoolean, kInt32, kTotal<uint8_t, int32_t, BoolToInt>, kE, "1 or 0", "true::integer -> 1"),

    cast(kInt16, kOid, kChecked<int16_t, int64_t, ToOid<int16_t>>, kI, "an object's number",
         "5::smallint::oid -> 5"),
    cast(kInt32, kOid, kChecked<int32_t, int64_t, ToOid<int32_t>>, kI, "an object's number",
         "5::oid -> 5"),
    cast(kInt64, kOid, kChecked<int64_t, int64_t, ToOid<int64_t>>, kI, "an object's number",
         "5::bigint::oid -> 5"),
    cast(kInt32, kRegclass, kChecked<int32_t, int64_t, ToOid<int32_t>>, kI, "a relation's number",
         "5::regclass -> 5"),
    cast(kInt64, kRegclass, kChecked<int64_t, int64_t, ToOid<int64_t>>, kI, "a relation's number",
         "5::bigint::regclass -> 5"),
    cast(kInt32, kRegtype, kChecked<int32_t, int64_t, ToOid<int32_t>>, kI, "a type's number",
         "23::regtype -> integer"),
    cast(kInt64, kRegtype, kChecked<int64_t, int64_t, ToOid<int64_t>>, kI, "a type's number",
         "23::bigint::regtype -> integer"),
    cast(kInt32, kRegproc, kChecked<int32_t, int64_t, ToOid<int32_t>>, kI, "a function's number",
         "5::regproc -> 5"),
    cast(kInt64, kRegproc, kChecked<int64_t, int64_t, ToOid<int64_t>>, kI, "a function's number",
         "5::bigint::regproc -> 5"),
    cast(kInt32, kRegnamespace, kChecked<int32_t, int64_t, ToOid<int32_t>>, kI, "a schema's number",
         "5::regnamespace -> 5"),
    cast(kInt64, kRegnamespace, kChecked<int64_t, int64_t, ToOid<int64_t>>, kI, "a schema's number",
         "5::bigint::regnamespace -> 5"),
    cast(kOid, kInt32, kTotal<int64_t, int32_t, OidToInt>, kA, "the number",
         "5::oid::integer -> 5"),
    cast(kOid, kInt64, relabel<int64_t>, kA, "the number", "5::oid::bigint -> 5"),
    cast(kRegclass, kInt32, kTotal<int64_t, int32_t, OidToInt>, kA, "the number",
         "5::regclass::integer -> 5"),
    cast(kRegclass, kInt64, relabel<int64_t>, kA, "the number", "5::regclass::bigint -> 5"),
    cast(kRegtype, kInt32, kTotal<int64_t, int32_t, OidToInt>, kA, "the number",
         "5::regtype::integer -> 5"),
    cast(kRegtype, kInt64, relabel<int64_t>, kA, "the number", "5::regtype::bigint -> 5"),
    cast(kRegproc, kInt32, kTotal<int64_t, int32_t, OidToInt>, kA, "the number",
         "5::regproc::integer -> 5"),
    cast(kRegproc, kInt64, relabel<int64_t>, kA, "the number", "5::regproc::bigint -> 5"),
    cast(kRegnamespace, kInt32, kTotal<int64_t, int32_t, OidToInt>, kA, "the number",
         "5::regnamespace::integer -> 5"),
    cast(kRegnamespace, kInt64, relabel<int64_t>, kA, "the number", "5::regnamespace::bigint -> 5"),
    cast(kOid, kRegclass, relabel<int64_t>, kI, "a relation's number", "5::oid::regclass -> 5"),
    cast(kOid, kRegtype, relabel<int64_t>, kI, "a type's number", "23::oid::regtype -> integer"),
    cast(kOid, kRegproc, relabel<int64_t>, kI, "a function's number", "5::oid::regproc -> 5"),
    cast(kOid, kRegnamespace, relabel<int64_t>, kI, "a schema's number",
         "5::oid::regnamespace -> 5"),
    cast(kRegclass, kOid, relabel<int64_t>, kI, "the number", "5::regclass::oid -> 5"),
    cast(kRegtype, kOid, relabel<int64_t>, kI, "the number", "23::regtype::oid -> 23"),
    cast(kRegproc, kOid, relabel<int64_t>, kI, "the number", "5::regproc::oid -> 5"),
    cast(kRegnamespace, kOid, relabel<int64_t>, kI, "the number", "5::regnamespace::oid -> 5"),
    cast(kSerial, kInt64, relabel<int64_t>, kI, "the number", "5::bigint -> 5"),
    cast(kInt64, kSerial, relabel<int64_t>, kI, "the number", "5::bigint -> 5"),

    cast(kDate, kTimestamp, kChecked<int32_t, int64_t, DateToTimestamp>, kI, "midnight of the day",
         "'2024-01-02'::date::timestamp -> 2024-01-02 00:00:00"),
    cast(kDate, kTimestamptz, date_to_timestamptz, kI, "midnight of the day in the session's zone",
         "'2024-01-02'::date::timestamptz -> 2024-01-02 00:00:00+00", kStable),
    cast(kTimestamp, kDate, kTotal<int64_t, int32_t, TimestampToDate>, kA, "the day",
         "'2024-01-02 03:04'::timestamp::date -> 2024-01-02"),
    cast(kTimestamptz, kDate, timestamptz_to_date, kA, "the day in the session's zone",
         "'2024-01-02 03:04+00'::timestamptz::date -> 2024-01-02", kStable),
    cast(kTimestamp, kTimestamptz, timestamp_to_timestamptz, kI,
         "the instant in the session's zone",
         "'2024-01-02 03:04'::timestamp::timestamptz -> 2024-01-02 03:04:00+00", kStable),
    cast(kTimestamptz, kTimestamp, timestamptz_to_timestamp, kA,
         "the local time in the session's zone",
         "'2024-01-02 03:04+00'::timestamptz::timestamp -> 2024-01-02 03:04:00", kStable),
    cast(kTimestamp, kTime, timestamp_to_time, kA, "the time of day",
         "'2024-01-02 03:04'::timestamp::time -> 03:04:00"),
    cast(kTimestamptz, kTime, timestamp_to_time, kA, "the time of day in the session's zone",
         "'2024-01-02 03:04+00'::timestamptz::time -> 03:04:00", kStable),
    cast(kTime, kInterval, kTotal<int64_t, Interval, TimeToInterval>, kI, "the time since midnight",
         "'10:00'::time::interval -> 10:00:00"),
    cast(kInterval, kTime, kTotal<Interval, int64_t, IntervalToTime>, kA, "the part below a day",
         "'1 day 25:00:00'::interval::time -> 01:00:00"),

    cast(kJsonb, kBoolean, jsonb_to_bool, kE, "of a JSON boolean", "'true'::jsonb::boolean -> t"),
    cast(kJsonb, kInt16, jsonb_to_int<int16_t>, kE, "of a JSON number, rounded",
         "'1.6'::jsonb::smallint -> 2"),
    cast(kJsonb, kInt32, jsonb_to_int<int32_t>, kE, "of a JSON number, rounded",
         "'1.6'::jsonb::integer -> 2"),
    cast(kJsonb, kInt64, jsonb_to_int<int64_t>, kE, "of a JSON number, rounded",
         "'1.6'::jsonb::bigint -> 2"),
    cast(kJsonb, kFloat32, jsonb_to_float<float>, kE, "of a JSON number",
         "'1.5'::jsonb::real -> 1.5"),
    cast(kJsonb, kFloat64, jsonb_to_float<double>, kE, "of a JSON number",
         "'1.5'::jsonb::float8 -> 1.5"),
    cast(kJsonb, kNumeric, jsonb_to_numeric, kE, "of a JSON number",
         "'1.50'::jsonb::numeric -> 1.50"),

    cast(kVarchar, kBoolean, parse_kernel<bool, parse_boolean>, kE, "reads the text",
         "'yes'::varchar::boolean -> t"),
    cast(kVarchar, kInt16, parse_kernel<int16_t, parse_int16>, kE, "reads the text",
         "'5'::varchar::smallint -> 5"),
    cast(kVarchar, kInt32, parse_kernel<int32_t, parse_int32>, kE, "reads the text",
         "'5'::varchar::integer -> 5"),
    cast(kVarchar, kInt64, parse_kernel<int64_t, parse_int64>, kE, "reads the text",
         "'5'::varchar::bigint -> 5"),
    cast(kVarchar, kFloat32, parse_kernel<float, parse_float32>, kE, "reads the text",
         "'1.5'::varchar::real -> 1.5"),
    cast(kVarchar, kFloat64, parse_kernel<double, parse_float64>, kE, "reads the text",
         "'1.5'::varchar::float8 -> 1.5"),
    cast(kVarchar, kNumeric, parse_kernel<Decimal, Decimal::parse>, kE, "reads the text",
         "'1.50'::varchar::numeric -> 1.50"),
    cast(kVarchar, kDate, parse_kernel<int32_t, parse_date>, kE, "reads the text",
         "'2024-01-02'::varchar::date -> 2024-01-02"),
    cast(kVarchar, kTime, parse_kernel<int64_t, parse_time>, kE, "reads the text",
         "'10:00'::varchar::time -> 10:00:00"),
    cast(kVarchar, kTimestamp, parse_kernel<int64_t, parse_timestamp>, kE, "reads the text",
         "'2024-01-02'::varchar::timestamp -> 2024-01-02 00:00:00"),
    cast(kVarchar, kTimestamptz, parse_timestamptz_kernel, kE,
         "reads the text, by the session's zone",
         "'2024-01-02'::varchar::timestamptz -> 2024-01-02 00:00:00+00", kStable),
    cast(kVarchar, kInterval, parse_kernel<Interval, parse_interval_text>, kE, "reads the text",
         "'1 day'::varchar::interval -> 1 day"),
    cast(kVarchar, kBytea, parse_string_kernel<parse_bytea>, kE, "reads the text",
         "'\\x01'::varchar::bytea -> \\x01"),
    cast(kVarchar, kJsonb, parse_string_kernel<canonical_json>, kE, "reads the text",
         "'[1,2]'::varchar::jsonb -> [1, 2]"),
    cast(kVarchar, kOid, parse_value_kernel, kE, "reads the text", "'5'::varchar::oid -> 5"),
    cast(kVarchar, kRegclass, text_to_regclass, kI, "the relation of that name",
         "'5'::varchar::regclass -> 5", kStable),
    cast(kVarchar, kRegtype, text_to_regtype, kE, "the type of that name",
         "'integer'::varchar::regtype -> integer", kStable),
    cast(kVarchar, kRegproc, text_to_regproc, kE, "the function of that name",
         "'5'::varchar::regproc -> 5", kStable),
    cast(kVarchar, kRegnamespace, parse_value_kernel, kE, "reads the number",
         "'5'::varchar::regnamespace -> 5"),
    cast(kVarchar, TypeSpec::kAnyList, parse_value_kernel, kE, "reads the text",
         "'{1,2}'::varchar::integer[] -> {1,2}", kStable),
    cast(kVarchar, TypeSpec::kAnyStruct, parse_value_kernel, kE, "reads the text",
         "NULL::varchar -> NULL", kStable),
    cast(kUnknown, kVarchar, relabel<StringSlot>, kI, "the text itself", "'a' -> a"),

    cast(kBoolean, kVarchar, bool_to_text, kA, "true or false", "true::varchar -> true"),
    cast(kInt16, kVarchar, to_text_kernel, kA, "the text form", "5::smallint::varchar -> 5"),
    cast(kInt32, kVarchar, to_text_kernel, kA, "the text form", "5::varchar -> 5"),
    cast(kInt64, kVarchar, to_text_kernel, kA, "the text form", "5::bigint::varchar -> 5"),
    cast(kFloat32, kVarchar, to_text_kernel, kA, "the shortest text that reads back",
         "0.1::real::varchar -> 0.1"),
    cast(kFloat64, kVarchar, to_text_kernel, kA, "the shortest text that reads back",
         "1e20::float8::varchar -> 1e+20"),
    cast(kNumeric, kVarchar, to_text_kernel, kA, "the text form", "1.50::varchar -> 1.50"),
    cast(kDate, kVarchar, to_text_kernel, kA, "the text form",
         "'2024-01-02'::date::varchar -> 2024-01-02"),
    cast(kTime, kVarchar, to_text_kernel, kA, "the text form",
         "'10:00'::time::varchar -> 10:00:00"),
    cast(kTimestamp, kVarchar, to_text_kernel, kA, "the text form",
         "'2024-01-02'::timestamp::varchar -> 2024-01-02 00:00:00"),
    cast(kTimestamptz, kVarchar, to_text_kernel, kA, "the text form in the session's zone",
         "'2024-01-02+00'::timestamptz::varchar -> 2024-01-02 00:00:00+00", kStable),
    cast(kInterval, kVarchar, to_text_kernel, kA, "the text form",
         "'36 hours'::interval::varchar -> 36:00:00"),
    cast(kBytea, kVarchar, to_text_kernel, kA, "the text form", "'\\x01'::bytea::varchar -> \\x01"),
    cast(kJsonb, kVarchar, relabel<StringSlot>, kA, "the text form",
         "'{\"a\":1}'::jsonb::varchar -> {\"a\": 1}"),
    cast(kOid, kVarchar, to_text_kernel, kA, "the number", "5::oid::varchar -> 5"),
    cast(kRegclass, kVarchar, regclass_to_text, kA, "the relation's name",
         "5::regclass::varchar -> 5", kStable),
    cast(kRegtype, kVarchar, regtype_to_text, kA, "the type's name",
         "23::regtype::varchar -> integer", kStable),
    cast(kRegproc, kVarchar, regproc_to_text, kA, "the function's name", "5::regproc::varchar -> 5",
         kStable),
    cast(kRegnamespace, kVarchar, to_text_kernel, kA, "the number",
         "5::regnamespace::varchar -> 5"),
    cast(TypeSpec::kAnyList, kVarchar, to_text_kernel, kA, "the text form",
         "ARRAY[1, 2]::varchar -> {1,2}", kStable),
    cast(TypeSpec::kAnyStruct, kVarchar, to_text_kernel, kA, "the text form",
         "ROW(1, 'a')::varchar -> (1,a)", kStable),

    cast(TypeSpec::kAnyList, TypeSpec::kAnyList, cast_list, kE, "element by element",
         "ARRAY[1.5, 2.5]::integer[] -> {2,3}", kStable),
    cast(TypeSpec::kAnyStruct, TypeSpec::kAnyStruct, cast_struct, kE, "field by field",
         "NULL::varchar -> NULL", kStable),
};

TypeId id_of(const TypeSpec& spec) {
  if (spec.kind == TypeSpec::kAnyList) return kList;
  if (spec.kind == TypeSpec::kAnyStruct) return kStruct;
  return spec.id;
}

using Matrix = std::array<std::array<const CastRow*, kTypeIdCount>, kTypeIdCount>;
const Matrix& matrix() {
  static const Matrix made = [] {
    Matrix m{};
    for (const CastRow& row : kRows) {
      m[static_cast<size_t>(id_of(row.function.args.args[0]))]
       [static_cast<size_t>(id_of(row.function.result))] = &row;
    }
    return m;
  }();
  return made;
}

// The weakest of two contexts: a list's cast is as free as its element's.
CastContext weaker(CastContext a, CastContext b) { return a > b ? a : b; }

}  // namespace

CastLookup find_cast(const Type& from, const Type& to) {
  if (from == to) return {true, {nullptr, kI}};
  const CastRow* row = matrix()[static_cast<size_t>(from.id())][static_cast<size_t>(to.id())];
  if (row == nullptr) return {};
  CastContext context = row->context;
  if (from.is(kList) && to.is(kList)) {
    const CastLookup inner = find_cast(from.element(), to.element());
    if (!inner.exists) return {};
    context = inner.cast.context;
  } else if (from.is(kStruct) && to.is(kStruct)) {
    if (from.fields().size() != to.fields().size()) return {};
    context = kI;
    for (size_t i = 0; i < from.fields().size(); ++i) {
      const CastLookup inner = find_cast(from.fields()[i].type, to.fields()[i].type);
      if (!inner.exists) return {};
      context = weaker(context, inner.cast.context);
    }
  }
  return {true, {&row->function, context}};
}

std::span<const CastRow> cast_rows() { return kRows; }

}  // namespace leat
