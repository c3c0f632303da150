#include "types/decimal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/hash.h"

namespace leat {
namespace {

using U128 = unsigned __int128;
// Wide enough for a coefficient times 10^56, the largest product of a division.
using Wide = unsigned _BitInt(384);

constexpr U128 kCoefficientMax = (static_cast<U128>(1) << 96) - 1;
constexpr int kPowersOfTen = 39;  // 10^0 .. 10^38 fit into 128 bits

constexpr std::array<U128, kPowersOfTen> kTen = [] {
  std::array<U128, kPowersOfTen> ten{};
  ten[0] = 1;
  for (int i = 1; i < kPowersOfTen; ++i) ten[i] = ten[i - 1] * 10;
  return ten;
}();

int bits_of(U128 v) {
  const auto high = static_cast<uint64_t>(v >> 64);
  return high != 0 ? 64 + static_cast<int>(std::bit_width(high))
                   : static_cast<int>(std::bit_width(static_cast<uint64_t>(v)));
}

// Decimal digits of a number; 1 for 0.
int digits_of(U128 v) {
  int digits = (bits_of(v) * 1233) >> 12;  // log10(2), from below
  return digits + (digits < kPowersOfTen && v >= kTen[digits] ? 1 : 0) + (v == 0 ? 1 : 0);
}

Wide wide_ten(int power) {
  return power < kPowersOfTen ? Wide{kTen[power]} : Wide{kTen[38]} * Wide{kTen[power - 38]};
}

U128 divide_128(U128 a, U128 b) {
  // One machine division where both sides are small; the library's 128-bit one is slower by far.
  if ((a >> 64) == 0 && (b >> 64) == 0) return static_cast<uint64_t>(a) / static_cast<uint64_t>(b);
  return a / b;
}

// c / 10^k, rounded half away from zero. Also right for a `c` that was cut off before (not
// rounded), because then the cut-off part cannot reach the half.
U128 drop_digits(U128 c, int k) {
  if (k >= kPowersOfTen) return 0;
  if (k == 0) return c;
  const U128 unit = kTen[k];
  const U128 quotient = divide_128(c, unit);
  return quotient + (c - quotient * unit >= unit / 2 ? 1 : 0);
}

struct Fitted {
  U128 coefficient;
  int scale;
};

// The nearest coefficient of 96 bits with at most kScaleMax fraction digits.
std::optional<Fitted> fit(U128 c, int scale) {
  if (c <= kCoefficientMax && scale <= Decimal::kScaleMax) [[likely]] return Fitted{c, scale};
  int k = std::max(0, scale - Decimal::kScaleMax);
  k = std::max(k, std::min(scale, digits_of(c) - 29));
  for (; k <= scale; ++k) {
    const U128 rounded = drop_digits(c, k);
    if (rounded <= kCoefficientMax) return Fitted{rounded, scale - k};
  }
  return std::nullopt;
}

std::optional<Fitted> fit(Wide c, int scale) {
  // Cut to at most 37 digits by truncation first; drop_digits() stays right as 8 digits go at least.
  const Wide limit = wide_ten(37);
  if (c < limit) return fit(static_cast<U128>(c), scale);
  int cut = 0;
  while (c >= limit) {
    c /= 10;
    ++cut;
  }
  if (cut > scale) return std::nullopt;
  return fit(static_cast<U128>(c), scale - cut);
}

// Both coefficients at the larger scale, if that fits into 128 bits.
bool align(U128& a, int a_scale, U128& b, int b_scale) {
  const int difference = a_scale - b_scale;
  if (difference == 0) return true;
  U128& smaller = difference > 0 ? b : a;
  const U128 factor = kTen[std::abs(difference)];
  if (bits_of(smaller) + bits_of(factor) > 127) return false;
  smaller *= factor;
  return true;
}

struct Aligned {
  Wide a, b;
};
Aligned align_wide(U128 a, int a_scale, U128 b, int b_scale) {
  const int scale = std::max(a_scale, b_scale);
  return {Wide{a} * wide_ten(scale - a_scale), Wide{b} * wide_ten(scale - b_scale)};
}

// The number's highest digit to base 10000 and that digit's weight, as PostgreSQL holds it.
struct FirstDigit {
  int weight = 0;
  U128 digit = 0;
};
FirstDigit first_digit(U128 c, int scale) {
  if (c == 0) return {};
  const int exponent = digits_of(c) - 1 - scale;
  const int weight = exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
  const int shift = scale + 4 * weight;
  return {weight, shift >= 0 ? divide_128(c, kTen[shift]) : c * kTen[-shift]};
}

// PostgreSQL's select_div_scale: at least 16 significant digits, and no fewer than either input has.
int division_scale(Decimal a, Decimal b) {
  const FirstDigit x = first_digit(a.coefficient(), a.scale());
  const FirstDigit y = first_digit(b.coefficient(), b.scale());
  const int quotient_weight = x.weight - y.weight - (x.digit <= y.digit ? 1 : 0);
  const int scale = std::max({16 - quotient_weight * 4, a.scale(), b.scale(), 0});
  return std::min(scale, Decimal::kScaleMax);
}

char* put_u64(char* at, uint64_t v) { return std::to_chars(at, at + 20, v).ptr; }

// All digits of a coefficient, without leading zeros.
char* put_digits(char* at, U128 c) {
  constexpr uint64_t kTen19 = 10'000'000'000'000'000'000ull;
  if (c < kTen19) return put_u64(at, static_cast<uint64_t>(c));
  const U128 high = c / kTen19;
  uint64_t low = static_cast<uint64_t>(c - high * kTen19);
  at = put_u64(at, static_cast<uint64_t>(high));
  for (int i = 18; i >= 0; --i) {
    at[i] = static_cast<char>('0' + low % 10);
    low /= 10;
  }
  return at + 19;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool equals_without_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
         });
}

// The parts of a number's text before its value is known to fit.
struct ParsedNumber {
  U128 digits = 0;       // at most 37 of them; the rest is cut off
  int64_t exponent = 0;  // of the last digit kept
};

// Digits, point, digits, exponent; nullopt: not a number.
std::optional<ParsedNumber> parse_number(std::string_view text) {
  ParsedNumber out;
  const char* at = text.data();
  const char* end = at + text.size();
  bool any = false;
  const auto digits = [&](bool fraction) {
    for (; at != end && *at >= '0' && *at <= '9'; ++at) {
      any = true;
      if (out.digits < kTen[36]) {
        out.digits = out.digits * 10 + static_cast<unsigned>(*at - '0');
        out.exponent -= fraction;
      } else {
        out.exponent += !fraction;
      }
    }
  };
  digits(false);
  if (at != end && *at == '.') {
    ++at;
    digits(true);
  }
  if (!any) return std::nullopt;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    bool negative = false;
    if (at != end && (*at == '+' || *at == '-')) negative = *at++ == '-';
    if (at == end) return std::nullopt;
    int64_t exponent = 0;
    for (; at != end && *at >= '0' && *at <= '9'; ++at) {
      exponent = std::min<int64_t>(exponent * 10 + (*at - '0'), 1'000'000);
    }
    if (at[-1] < '0' || at[-1] > '9') return std::nullopt;
    out.exponent += negative ? -exponent : exponent;
  }
  return at == end ? std::optional(out) : std::nullopt;
}

std::optional<Fitted> fit(const ParsedNumber& number) {
  if (number.exponent > 0) {
    if (number.digits == 0) return Fitted{0, 0};
    if (digits_of(number.digits) + number.exponent > 29) return std::nullopt;
    return fit(number.digits * kTen[number.exponent], 0);
  }
  return fit(number.digits, static_cast<int>(std::min<int64_t>(-number.exponent, 2'000'000)));
}

Decimal make(U128 coefficient, int scale, bool negative) {
  const auto made = Decimal::from_int128(
      negative ? -static_cast<__int128>(coefficient) : static_cast<__int128>(coefficient), scale);
  return *made;  // callers pass what fits
}

std::optional<Decimal> make(const std::optional<Fitted>& fitted, bool negative) {
  if (!fitted) return std::nullopt;
  return make(fitted->coefficient, fitted->scale, negative);
}

}  // namespace

Decimal Decimal::from_int(int64_t value) {
  Decimal d;
  d.negative_ = value < 0;
  d.low_ = value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  return d;
}

std::optional<Decimal> Decimal::from_int128(__int128 coefficient, int scale) {
  const bool negative = coefficient < 0;
  U128 c = negative ? -static_cast<U128>(coefficient) : static_cast<U128>(coefficient);
  if (scale < 0) {
    if (c != 0 && digits_of(c) - scale > 29) return std::nullopt;
    c = c == 0 ? 0 : c * kTen[-scale];
    scale = 0;
  }
  const auto fitted = fit(c, scale);
  if (!fitted) return std::nullopt;
  Decimal d;
  d.low_ = static_cast<uint64_t>(fitted->coefficient);
  d.high_ = static_cast<uint32_t>(fitted->coefficient >> 64);
  d.scale_ = static_cast<uint8_t>(fitted->scale);
  d.negative_ = negative && fitted->coefficient != 0;
  return d;
}

std::optional<Decimal> Decimal::from_double(double value) {
  if (std::isnan(value)) return nan();
  if (std::isinf(value)) return infinity(value < 0);
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, std::fabs(value)).ptr;
  const auto number = parse_number({text, static_cast<size_t>(end - text)});
  return make(fit(*number), value < 0);
}

std::optional<Decimal> Decimal::from_float(float value) {
  if (std::isnan(value)) return nan();
  if (std::isinf(value)) return infinity(value < 0);
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, std::fabs(value)).ptr;
  const auto number = parse_number({text, static_cast<size_t>(end - text)});
  return make(fit(*number), value < 0);
}

Decimal Decimal::nan() {
  Decimal d;
  d.kind_ = kNan;
  return d;
}

Decimal Decimal::infinity(bool negative) {
  Decimal d;
  d.kind_ = kInfinity;
  d.negative_ = negative;
  return d;
}

Result<Decimal> Decimal::parse(std::string_view text) {
  std::string_view body = text;
  while (!body.empty() && is_blank(body.front())) body.remove_prefix(1);
  while (!body.empty() && is_blank(body.back())) body.remove_suffix(1);
  if (equals_without_case(body, "nan")) return nan();
  bool negative = false;
  if (!body.empty() && (body[0] == '-' || body[0] == '+')) {
    negative = body[0] == '-';
    body.remove_prefix(1);
  }
  if (const auto number = parse_number(body)) {
    if (const auto fitted = fit(*number)) return *make(fitted, negative);
    return fail(SqlState::kNumericValueOutOfRange, "value overflows numeric format");
  }
  if (equals_without_case(body, "infinity") || equals_without_case(body, "inf")) {
    return infinity(negative);
  }
  return fail(SqlState::kInvalidTextRepresentation, "invalid input syntax for type numeric: \"{}\"",
              text);
}

std::optional<Decimal> Decimal::add(Decimal a, Decimal b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan()) return nan();
    if (!a.is_finite() && !b.is_finite() && a.negative_ != b.negative_) return nan();
    return a.is_finite() ? b : a;
  }
  const int scale = std::max(a.scale_, b.scale_);
  U128 x = a.coefficient();
  U128 y = b.coefficient();
  if (align(x, a.scale_, y, b.scale_)) [[likely]] {
    if (a.negative_ == b.negative_) return make(fit(x + y, scale), a.negative_);
    return x >= y ? make(fit(x - y, scale), a.negative_) : make(fit(y - x, scale), b.negative_);
  }
  const auto [wide_x, wide_y] = align_wide(x, a.scale_, y, b.scale_);
  if (a.negative_ == b.negative_) return make(fit(wide_x + wide_y, scale), a.negative_);
  return wide_x >= wide_y ? make(fit(wide_x - wide_y, scale), a.negative_)
                          : make(fit(wide_y - wide_x, scale), b.negative_);
}

std::optional<Decimal> Decimal::subtract(Decimal a, Decimal b) { return add(a, b.negated()); }

std::optional<Decimal> Decimal::multiply(Decimal a, Decimal b) {
  const bool negative = a.negative_ != b.negative_;
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan() || a.is_zero() || b.is_zero()) return nan();
    return infinity(negative);
  }
  const int scale = a.scale_ + b.scale_;
  const U128 x = a.coefficient();
  const U128 y = b.coefficient();
  if (bits_of(x) + bits_of(y) <= 127) [[likely]] return make(fit(x * y, scale), negative);
  return make(fit(Wide{x} * Wide{y}, scale), negative);
}

std::optional<Decimal> Decimal::divide(Decimal a, Decimal b) {
  const bool negative = a.negative_ != b.negative_;
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan() || (!a.is_finite() && !b.is_finite())) return nan();
    return a.is_finite() ? Decimal() : infinity(negative);
  }
  const int scale = division_scale(a, b);
  const int shift = scale + b.scale_ - a.scale_;
  const U128 divisor = b.coefficient();
  if (shift < kPowersOfTen && bits_of(a.coefficient()) + bits_of(kTen[shift]) <= 127) [[likely]] {
    const U128 numerator = a.coefficient() * kTen[shift];
    const U128 quotient = divide_128(numerator, divisor);
    const U128 rest = numerator - quotient * divisor;
    const U128 rounded = quotient + (rest >= divisor - rest ? 1 : 0);
    // Where digits must go, they go from the unrounded quotient: no digit is rounded twice.
    return make(fit(rounded <= kCoefficientMax ? rounded : quotient, scale), negative);
  }
  const Wide numerator = Wide{a.coefficient()} * wide_ten(shift);
  const Wide quotient = numerator / Wide{divisor};
  const Wide rest = numerator - quotient * Wide{divisor};
  const Wide rounded = quotient + Wide{rest * 2 >= Wide{divisor} ? 1u : 0u};
  return make(fit(rounded <= Wide{kCoefficientMax} ? rounded : quotient, scale), negative);
}

std::optional<Decimal> Decimal::modulo(Decimal a, Decimal b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    if (a.is_nan() || b.is_nan() || !a.is_finite()) return nan();
    return a;
  }
  const int scale = std::max(a.scale_, b.scale_);
  U128 x = a.coefficient();
  U128 y = b.coefficient();
  if (align(x, a.scale_, y, b.scale_)) [[likely]] {
    return make(fit(x - divide_128(x, y) * y, scale), a.negative_);
  }
  const auto [wide_x, wide_y] = align_wide(x, a.scale_, y, b.scale_);
  return make(fit(wide_x % wide_y, scale), a.negative_);
}

Decimal Decimal::negated() const {
  Decimal d = *this;
  if (!is_nan() && !is_zero()) d.negative_ = !negative_;
  return d;
}

Decimal Decimal::absolute() const {
  Decimal d = *this;
  d.negative_ = 0;
  return d;
}

std::optional<Decimal> Decimal::rounded(int digits) const {
  if (!is_finite()) return *this;
  const U128 c = coefficient();
  if (digits >= scale_) {
    // More fraction digits, as many as fit.
    const int room = std::max(0, 28 - (c == 0 ? 0 : digits_of(c)));
    const int more = std::min({digits - scale_, kScaleMax - scale_, c == 0 ? kScaleMax : room});
    return make(c * kTen[more], scale_ + more, negative_);
  }
  const int64_t dropped = int64_t{scale_} - digits;
  if (dropped >= kPowersOfTen) return Decimal();
  const U128 kept = drop_digits(c, static_cast<int>(dropped));
  if (digits >= 0) return make(kept, digits, negative_);
  const __int128 value = static_cast<__int128>(kept);
  return from_int128(negative_ ? -value : value, digits);
}

std::optional<Decimal> Decimal::truncated(int digits) const {
  if (!is_finite() || digits >= scale_) return rounded(digits);
  const int64_t dropped = int64_t{scale_} - digits;
  if (dropped >= kPowersOfTen) return Decimal();
  const __int128 kept = static_cast<__int128>(divide_128(coefficient(), kTen[dropped]));
  return from_int128(negative_ ? -kept : kept, digits);
}

Decimal Decimal::floored() const {
  if (!is_finite() || scale_ == 0) return *this;
  const U128 whole = divide_128(coefficient(), kTen[scale_]);
  const bool exact = whole * kTen[scale_] == coefficient();
  return make(whole + (negative_ && !exact ? 1 : 0), 0, negative_);
}

Decimal Decimal::ceiled() const { return negated().floored().negated(); }

Decimal Decimal::normalized() const {
  if (!is_finite() || scale_ == 0) return *this;
  Decimal d = *this;
  U128 c = coefficient();
  if (c == 0) return Decimal();
  while (d.scale_ > 0 && (c >> 64) != 0) {
    const U128 tenth = c / 10;
    if (tenth * 10 != c) break;
    c = tenth;
    --d.scale_;
  }
  if ((c >> 64) == 0) {
    auto small = static_cast<uint64_t>(c);
    while (d.scale_ > 0 && small % 10 == 0) {
      small /= 10;
      --d.scale_;
    }
    c = small;
  }
  d.low_ = static_cast<uint64_t>(c);
  d.high_ = static_cast<uint32_t>(c >> 64);
  return d;
}

std::optional<int64_t> Decimal::to_int64() const {
  if (!is_finite()) return std::nullopt;
  const U128 whole = drop_digits(coefficient(), scale_);
  const U128 limit = (static_cast<U128>(1) << 63) - (negative_ ? 0 : 1);
  if (whole > limit) return std::nullopt;
  const auto value = static_cast<uint64_t>(whole);
  return static_cast<int64_t>(negative_ ? -value : value);
}

double Decimal::to_double() const {
  if (is_nan()) return std::numeric_limits<double>::quiet_NaN();
  if (is_infinite()) {
    return negative_ ? -std::numeric_limits<double>::infinity()
                     : std::numeric_limits<double>::infinity();
  }
  constexpr double kExactTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (high_ == 0 && low_ < (uint64_t{1} << 53) && scale_ <= 22) {
    // Both sides are exact, so the one division rounds correctly.
    const double value = static_cast<double>(low_) / kExactTen[scale_];
    return negative_ ? -value : value;
  }
  char text[48];
  const char* end = append_to(text);
  double value = 0;
  std::from_chars(text, end, value);
  return value;
}

char* Decimal::append_to(char* at) const {
  const auto word = [&at](std::string_view text) { return std::copy(text.begin(), text.end(), at); };
  if (is_nan()) return word("NaN");
  if (is_infinite()) return word(negative_ ? "-Infinity" : "Infinity");
  if (negative_) *at++ = '-';
  if (scale_ == 0) return put_digits(at, coefficient());
  char digits[40];
  const int count = static_cast<int>(put_digits(digits, coefficient()) - digits);
  const int whole = count - scale_;
  if (whole <= 0) {
    *at++ = '0';
    *at++ = '.';
    at = std::fill_n(at, -whole, '0');
    return std::copy_n(digits, count, at);
  }
  at = std::copy_n(digits, whole, at);
  *at++ = '.';
  return std::copy_n(digits + whole, scale_, at);
}

std::string Decimal::to_string() const {
  char text[48];
  return std::string(text, append_to(text));
}

std::strong_ordering Decimal::compare(Decimal a, Decimal b) {
  if (!a.is_finite() || !b.is_finite()) [[unlikely]] {
    // -infinity < finite < infinity < NaN
    const auto rank = [](Decimal d) { return d.is_nan() ? 2 : !d.is_infinite() ? 0 : d.negative_ ? -1 : 1; };
    return rank(a) <=> rank(b);
  }
  U128 x = a.coefficient();
  U128 y = b.coefficient();
  if (a.negative_ != b.negative_) {
    if (x == 0 && y == 0) return std::strong_ordering::equal;
    return a.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (a.negative_) {
    std::swap(x, y);
    std::swap(a.scale_, b.scale_);
  }
  if (align(x, a.scale_, y, b.scale_)) [[likely]] return x <=> y;
  const auto [wide_x, wide_y] = align_wide(x, a.scale_, y, b.scale_);
  return wide_x < wide_y   ? std::strong_ordering::less
         : wide_x > wide_y ? std::strong_ordering::greater
                           : std::strong_ordering::equal;
}

uint64_t Decimal::hash() const {
  if (!is_finite()) return hash_combine(kind_, negative_);
  const Decimal d = normalized();
  if (d.scale_ == 0 && d.high_ == 0 && d.low_ <= INT64_MAX) {
    return hash_int(d.negative_ ? -d.low_ : d.low_);  // as the same integer
  }
  const uint64_t rest = (uint64_t{d.high_} << 16) | (uint64_t{d.scale_} << 8) | d.negative_;
  return hash_combine(hash_int(d.low_), rest);
}

}  // namespace leat
