#pragma once
// RandomValues: random types, values and batches for property tests, the same for the same seed.
// Values are drawn so that equal ones, near ones and every edge of a type come up often.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "types/batch.h"
#include "types/packed_row.h"

namespace leat {

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : random_(seed) {}

  uint64_t below(uint64_t n) { return random_() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }

  // Every scalar type that a table column can have.
  static const std::vector<Type>& scalar_types() {
    static const std::vector<Type> types = {
        TypeId::kBoolean, TypeId::kInt16,     TypeId::kInt32,       TypeId::kInt64,
        TypeId::kFloat32, TypeId::kFloat64,   TypeId::kNumeric,     TypeId::kDate,
        TypeId::kTime,    TypeId::kTimestamp, TypeId::kTimestamptz, TypeId::kInterval,
        TypeId::kVarchar, TypeId::kBytea,     TypeId::kJsonb};
    return types;
  }

  Type type(int depth = 2) {
    if (depth == 0 || !one_in(4)) return scalar_types()[below(scalar_types().size())];
    if (one_in(2)) return Type::list_of(type(depth - 1));
    std::vector<StructField> fields;
    const size_t count = 1 + below(10);
    for (size_t i = 0; i < count; ++i) fields.push_back({"f" + std::to_string(i), type(depth - 1)});
    return Type::struct_of(std::move(fields));
  }

  Value value(const Type& type, uint64_t null_one_in = 6) {
    if (null_one_in != 0 && one_in(null_one_in)) return Value::null(type);
    switch (type.id()) {
      case TypeId::kBoolean: return Value::boolean(one_in(2));
      case TypeId::kInt16: return Value(type, int64_t{static_cast<int16_t>(integer())});
      case TypeId::kInt32: return Value(type, int64_t{static_cast<int32_t>(integer())});
      case TypeId::kFloat32: return Value(type, double{static_cast<float>(real())});
      case TypeId::kFloat64: return Value(type, real());
      case TypeId::kNumeric: return Value(type, decimal());
      case TypeId::kDate: return Value(type, static_cast<int64_t>(below(40000)) - 10000);
      case TypeId::kTime: return Value(type, static_cast<int64_t>(below(86'400'000'000)));
      case TypeId::kTimestamp:
      case TypeId::kTimestamptz: {
        const int64_t micros = static_cast<int64_t>(below(4'000'000'000'000'000)) - 1'000'000'000'000'000;
        return Value(type, one_in(2) ? micros : micros / 1'000'000 * 1'000'000);
      }
      case TypeId::kInterval: return Value(type, interval());
      case TypeId::kVarchar: return Value(type, text());
      case TypeId::kBytea: return Value(type, bytes());
      case TypeId::kJsonb: return Value(type, json(3));
      case TypeId::kStruct: {
        std::vector<Value> fields;
        for (const StructField& field : type.fields()) fields.push_back(value(field.type, null_one_in));
        return Value(type, pack_values(fields));
      }
      case TypeId::kList: {
        std::vector<Value> elements;
        for (uint64_t i = below(4); i > 0; --i) elements.push_back(value(type.element(), null_one_in));
        return Value(type, pack_list(elements));
      }
      default: return Value(type, integer());
    }
  }

  // A batch of random rows; some columns constant, some rows not selected, weights sometimes.
  Batch batch(const std::vector<Type>& types, size_t rows) {
    Batch out;
    for (const Type& type : types) {
      if (one_in(8)) {
        out.columns.push_back(Vector::constant(value(type)));
        continue;
      }
      auto column = std::make_shared<Vector>(type, rows);
      const uint64_t null_one_in = one_in(2) ? 0 : 4;
      for (size_t row = 0; row < rows; ++row) column->set_value(row, value(type, null_one_in));
      out.columns.push_back(std::move(column));
    }
    out.selection = Selection(rows);
    if (one_in(2)) {
      auto weights = std::make_shared<std::vector<int32_t>>();
      for (size_t row = 0; row < rows; ++row) weights->push_back(one_in(2) ? 1 : -1);
      out.weights = std::move(weights);
    }
    if (!one_in(2)) return out;
    std::vector<uint32_t> chosen;
    for (uint32_t row = 0; row < rows; ++row) {
      if (one_in(2)) chosen.push_back(row);
    }
    return out.with_rows(std::move(chosen));
  }

  int64_t integer() {
    switch (below(4)) {
      case 0: return static_cast<int64_t>(below(5)) - 2;
      case 1: return static_cast<int64_t>(random_());
      case 2: return one_in(2) ? INT64_MAX : INT64_MIN;
      default: return static_cast<int64_t>(random_()) >> below(64);
    }
  }

  double real() {
    switch (below(8)) {
      case 0: return 0.0;
      case 1: return -0.0;
      case 2: return std::numeric_limits<double>::quiet_NaN();
      case 3: return one_in(2) ? HUGE_VAL : -HUGE_VAL;
      case 4: return static_cast<double>(static_cast<int64_t>(below(7)) - 3) / 2;
      default: {
        const double mantissa = static_cast<double>(static_cast<int64_t>(random_())) / 9e18;
        return std::ldexp(mantissa, static_cast<int>(below(120)) - 60);
      }
    }
  }

  Decimal decimal() {
    switch (below(12)) {
      case 0: return Decimal::nan();
      case 1: return Decimal::infinity(one_in(2));
      case 2: return *Decimal::from_int128(static_cast<int64_t>(below(3)) * 100, static_cast<int>(below(4)));
      default: break;
    }
    auto c = static_cast<__int128>((static_cast<unsigned __int128>(random_()) << 64) | random_());
    c >>= 32 + below(95);
    return *Decimal::from_int128(c, static_cast<int>(below(one_in(3) ? 29 : 4)));
  }

  Interval interval() {
    if (one_in(3)) return {static_cast<int32_t>(below(3)), static_cast<int32_t>(below(3)) * 30, 0};
    if (one_in(8)) return {INT32_MIN, INT32_MIN, INT64_MIN};
    if (one_in(8)) return {INT32_MAX, INT32_MAX, INT64_MAX};
    return {static_cast<int32_t>(below(2400)) - 1200, static_cast<int32_t>(below(800)) - 400,
            static_cast<int64_t>(below(400'000'000'000)) - 200'000'000'000};
  }

  std::string text() {
    static constexpr const char* kPieces[] = {"a", "b", "\x01", "é", "€", "𝄞", "\"", "\\", "\n", " "};
    std::string out;
    for (uint64_t i = below(one_in(2) ? 3 : 24); i > 0; --i) out += kPieces[below(one_in(2) ? 2 : 10)];
    return out;
  }

  std::string bytes() {
    std::string out;
    for (uint64_t i = below(one_in(2) ? 3 : 24); i > 0; --i) {
      out += static_cast<char>(one_in(2) ? 0 : below(256));
    }
    return out;
  }

  // Canonical JSON text.
  std::string json(int depth) {
    static constexpr const char* kScalars[] = {"null", "true", "false", "0", "1", "1.0", "1.50", "-2",
                                               "1.5", "100000000000000000000000000000000000000", "0.001",
                                               "-0.5", "\"\"", "\"a\"", "\"b\"", "\"aaaaaaaaa\"", "\"é\\n\""};
    switch (depth == 0 ? 9 : below(8)) {
      case 0: {
        std::string out = "[";
        for (uint64_t i = below(4); i > 0; --i) out += (out.size() > 1 ? ", " : "") + json(depth - 1);
        return out + "]";
      }
      case 1: {
        std::map<std::pair<size_t, std::string>, std::string> members;
        for (uint64_t i = below(4); i > 0; --i) {
          std::string key(1 + below(2), static_cast<char>('a' + below(3)));
          members[{key.size(), key}] = json(depth - 1);
        }
        std::string out = "{";
        for (const auto& [key, member] : members) {
          out += (out.size() > 1 ? ", \"" : "\"") + key.second + "\": " + member;
        }
        return out + "}";
      }
      default: return kScalars[below(std::size(kScalars))];
    }
  }

 private:
  std::mt19937_64 random_;
};

// The bytes of a value, to tell 1.0 from 1.00 and 0.0 from -0.0.
inline std::string exact_bytes(const Value& value) { return pack_values(std::span(&value, 1)); }

}  // namespace leat
