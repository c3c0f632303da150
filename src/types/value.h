#pragma once
// Value: one SQL value of any type, NULL included: for literals, defaults, options and tests.
// Never used per row on the data path.

#include <string>
#include <variant>
#include <vector>

#include "types/decimal.h"
#include "types/interval.h"
#include "types/type.h"

namespace leat {

class Value {
 public:
  Value() = default;  // NULL of unknown type
  static Value null(Type type) { Value v; v.type_ = std::move(type); return v; }
  static Value boolean(bool b);
  static Value int16(int16_t v);
  static Value int32(int32_t v);
  static Value int64(int64_t v);
  static Value float32(float v);
  static Value float64(double v);
  static Value numeric(Decimal v);
  static Value varchar(std::string v);
  static Value interval(Interval v);
  // A value of any type by its physical content: bool, int64_t for kInt16..kInt64-like types, double
  // for floats, Decimal, Interval, std::string (canonical or packed bytes for jsonb, struct, list).
  using Data = std::variant<std::monostate, bool, int64_t, double, Decimal, Interval, std::string>;
  Value(Type type, Data data) : type_(std::move(type)), data_(std::move(data)) {}

  const Type& type() const { return type_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  const Data& data() const { return data_; }
  bool as_bool() const { return std::get<bool>(data_); }
  int64_t as_int64() const { return std::get<int64_t>(data_); }
  double as_double() const { return std::get<double>(data_); }
  const Decimal& as_decimal() const { return std::get<Decimal>(data_); }
  const Interval& as_interval() const { return std::get<Interval>(data_); }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  // The same content under another type of the same physical form (varchar as unknown literal..).
  Value with_type(Type type) const { return Value(std::move(type), data_); }

  bool operator==(const Value& other) const;  // SQL equality, and NULL equals NULL
  std::string to_text() const;                // PostgreSQL's text form; "NULL" for NULL

 private:
  Type type_;
  Data data_;
};

}  // namespace leat
