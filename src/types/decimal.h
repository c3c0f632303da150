#pragma once
// Decimal: SQL numeric in 16 bytes: sign, a 96-bit coefficient, a scale of 0 to 28; NaN and both
// infinities. At least 28 significant digits; a result that needs more integer digits than fit is an
// overflow, never a wrong digit; fractions are rounded half away from zero, as PostgreSQL does.
// Equality, order and hash are by value: 1.0 = 1.00. NaN equals NaN and sorts above infinity.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace leat {

class Decimal {
 public:
  static constexpr int kScaleMax = 28;

  constexpr Decimal() = default;  // 0
  static Decimal from_int(int64_t value);
  // nullopt: the coefficient does not fit even after rounding away fraction digits.
  static std::optional<Decimal> from_int128(__int128 coefficient, int scale);
  static std::optional<Decimal> from_double(double value);  // shortest text of the double, exactly
  static std::optional<Decimal> from_float(float value);
  static Decimal nan();
  static Decimal infinity(bool negative);
  // PostgreSQL's input syntax, blanks around allowed. Errors: kInvalidTextRepresentation, kNumericValueOutOfRange.
  static Result<Decimal> parse(std::string_view text);

  bool is_nan() const { return kind_ == kNan; }
  bool is_infinite() const { return kind_ == kInfinity; }
  bool is_finite() const { return kind_ == kFinite; }
  bool is_zero() const { return is_finite() && coefficient() == 0; }
  bool is_negative() const { return negative_ != 0; }
  int scale() const { return scale_; }
  unsigned __int128 coefficient() const {
    return (static_cast<unsigned __int128>(high_) << 64) | low_;
  }
  __int128 signed_coefficient() const {
    const auto c = static_cast<__int128>(coefficient());
    return negative_ ? -c : c;
  }

  // nullopt: out of range.
  static std::optional<Decimal> add(Decimal a, Decimal b);
  static std::optional<Decimal> subtract(Decimal a, Decimal b);
  static std::optional<Decimal> multiply(Decimal a, Decimal b);
  // The caller has refused a zero divisor. The scale follows PostgreSQL's rule (at least 16
  // significant digits), cut to what fits.
  static std::optional<Decimal> divide(Decimal a, Decimal b);
  static std::optional<Decimal> modulo(Decimal a, Decimal b);
  Decimal negated() const;
  Decimal absolute() const;
  std::optional<Decimal> rounded(int digits) const;    // half away from zero; digits may be negative
  std::optional<Decimal> truncated(int digits) const;  // towards zero
  Decimal floored() const;
  Decimal ceiled() const;
  // The same value without trailing fraction zeros and with no negative zero: equal values have
  // equal bytes.
  Decimal normalized() const;

  std::optional<int64_t> to_int64() const;  // rounded; nullopt: out of range, NaN, infinite
  double to_double() const;
  std::string to_string() const;
  // Appends to_string() without allocating; at most 40 bytes.
  char* append_to(char* at) const;

  friend std::strong_ordering operator<=>(Decimal a, Decimal b) { return compare(a, b); }
  friend bool operator==(Decimal a, Decimal b) { return compare(a, b) == 0; }
  static std::strong_ordering compare(Decimal a, Decimal b);
  uint64_t hash() const;

 private:
  enum Kind : uint8_t { kFinite = 0, kNan = 1, kInfinity = 2 };
  uint64_t low_ = 0;
  uint32_t high_ = 0;
  uint8_t negative_ = 0;
  uint8_t scale_ = 0;
  uint8_t kind_ = kFinite;
  uint8_t unused_ = 0;
};
static_assert(sizeof(Decimal) == 16);

}  // namespace leat
