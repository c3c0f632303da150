#include "types/decimal.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "base/hash.h"

namespace leat {
namespace {

using Big = boost::multiprecision::cpp_int;

Big ten(int power) {
  Big r = 1;
  for (int i = 0; i < power; ++i) r *= 10;
  return r;
}
const Big kMax = (Big(1) << 96) - 1;

// An exact number as a fraction: the model of all operations.
struct Exact {
  Big numerator;
  Big denominator = 1;
};

Big big_of(Decimal d) {
  const unsigned __int128 c = d.coefficient();
  Big value = static_cast<uint64_t>(c >> 64);
  value = (value << 64) + static_cast<uint64_t>(c);
  return d.is_negative() ? Big(-value) : value;
}

Exact exact_of(Decimal d) { return {big_of(d), ten(d.scale())}; }

// numerator/denominator at a scale, rounded half away from zero.
Big rounded(const Exact& e, int scale) {
  Big n = e.numerator * ten(scale);
  Big d = e.denominator;
  if (d < 0) {
    n = -n;
    d = -d;
  }
  const bool negative = n < 0;
  if (negative) n = -n;
  Big q = (n * 2 + d) / (d * 2);
  return negative ? Big(-q) : q;
}

// The result a scale asks for: the largest scale up to it and kScaleMax whose coefficient fits.
std::optional<std::pair<Big, int>> model(const Exact& e, int scale) {
  for (int s = std::min(scale, Decimal::kScaleMax); s >= 0; --s) {
    const Big c = rounded(e, s);
    if (abs(c) <= kMax) return std::pair(c, s);
  }
  return std::nullopt;
}

class RandomDecimals {
 public:
  explicit RandomDecimals(uint64_t seed) : random_(seed) {}
  Decimal next() {
    const int bits = static_cast<int>(random_() % 97);
    unsigned __int128 c = (static_cast<unsigned __int128>(random_()) << 64) | random_();
    c = bits == 0 ? 0 : c >> (128 - bits);
    if (random_() % 8 == 0) c = (c / 1000) * 1000;
    const int scale = static_cast<int>(random_() % (random_() % 2 ? 5 : 29));
    const auto value = static_cast<__int128>(c);
    return *Decimal::from_int128(random_() % 2 ? -value : value, scale);
  }

 private:
  std::mt19937_64 random_;
};

std::string text_of(const std::optional<Decimal>& d) { return d ? d->to_string() : "overflow"; }

void expect_is(const std::optional<Decimal>& got, const std::optional<std::pair<Big, int>>& want,
               const std::string& what) {
  ASSERT_EQ(got.has_value(), want.has_value()) << what << " = " << text_of(got);
  if (!got) return;
  ASSERT_EQ(big_of(*got), want->first) << what << " = " << text_of(got);
  ASSERT_EQ(got->scale(), want->second) << what << " = " << text_of(got);
}

Decimal parse(std::string_view text) { return Decimal::parse(text).value(); }

TEST(Decimal, ArithmeticAgreesWithExactFractions) {
  RandomDecimals random(7);
  for (int i = 0; i < 40000; ++i) {
    const Decimal a = random.next();
    const Decimal b = random.next();
    const Exact x = exact_of(a);
    const Exact y = exact_of(b);
    const std::string pair = a.to_string() + " ? " + b.to_string();
    const int scale = std::max(a.scale(), b.scale());
    expect_is(Decimal::add(a, b),
              model({x.numerator * y.denominator + y.numerator * x.denominator,
                     x.denominator * y.denominator}, scale), "+ " + pair);
    expect_is(Decimal::subtract(a, b),
              model({x.numerator * y.denominator - y.numerator * x.denominator,
                     x.denominator * y.denominator}, scale), "- " + pair);
    expect_is(Decimal::multiply(a, b),
              model({x.numerator * y.numerator, x.denominator * y.denominator},
                    a.scale() + b.scale()), "* " + pair);
    const Big left = x.numerator * y.denominator;
    const Big right = y.numerator * x.denominator;
    const auto order = Decimal::compare(a, b);
    ASSERT_EQ(order < 0, left < right) << pair;
    ASSERT_EQ(order == 0, left == right) << pair;
    if (b.is_zero()) continue;
    const auto quotient = Decimal::divide(a, b);
    if (quotient) {
      // The scale is checked against PostgreSQL's answers below; here: no digit is wrong at it.
      ASSERT_EQ(big_of(*quotient), rounded({left, right}, quotient->scale())) << "/ " << pair;
    } else {
      ASSERT_FALSE(model({left, right}, 0)) << "/ " << pair;
    }
    const Big common = ten(scale);
    const Big rest = (x.numerator * ten(scale - a.scale())) % (y.numerator * ten(scale - b.scale()));
    expect_is(Decimal::modulo(a, b), model({rest, common}, scale), "% " + pair);
  }
}

TEST(Decimal, DivisionScalesAreThoseOfPostgres) {
  // The right-hand sides are what PostgreSQL 15 prints.
  const std::tuple<const char*, const char*, const char*> kCases[] = {
      {"1", "3", "0.33333333333333333333"},
      {"2", "3", "0.66666666666666666667"},
      {"10", "3", "3.3333333333333333"},
      {"100", "3", "33.3333333333333333"},
      {"100000", "3", "33333.333333333333"},
      {"1", "7000", "0.00014285714285714286"},
      {"6", "2", "3.0000000000000000"},
      {"0", "5", "0.00000000000000000000"},
      {"1.5", "0.5", "3.0000000000000000"},
      {"-7", "2", "-3.5000000000000000"},
      {"1.00", "3", "0.33333333333333333333"},
      {"123456789", "10", "12345678.900000000000"},
  };
  for (const auto& [a, b, want] : kCases) {
    EXPECT_EQ(text_of(Decimal::divide(parse(a), parse(b))), want) << a << " / " << b;
  }
}

TEST(Decimal, TextRoundTrips) {
  RandomDecimals random(11);
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = random.next();
    const Decimal again = parse(a.to_string());
    ASSERT_EQ(a, again);
    ASSERT_EQ(a.scale(), again.scale()) << a.to_string();
    ASSERT_LE(a.to_string().size(), 40u);
  }
}

TEST(Decimal, ParsesWhatPostgresParses) {
  const std::pair<const char*, const char*> kGood[] = {
      {"0", "0"}, {"-0", "0"}, {"1.50", "1.50"}, {" 12 ", "12"}, {".5", "0.5"}, {"5.", "5"},
      {"1e5", "100000"}, {"1.5e-3", "0.0015"}, {"1.5E+1", "15"}, {"+7", "7"}, {"nan", "NaN"},
      {"-inf", "-Infinity"}, {"Infinity", "Infinity"}, {"0e100", "0"},
      {"79228162514264337593543950335", "79228162514264337593543950335"},
      {"-0.0000000000000000000000000001", "-0.0000000000000000000000000001"},
      {"0.00000000000000000000000000005", "0.0000000000000000000000000001"},
      {"0.00000000000000000000000000004999", "0.0000000000000000000000000000"},
      {"1234567890123456789012345678.95", "1234567890123456789012345679.0"},
      {"1e-400", "0.0000000000000000000000000000"},
      {"3.14159265358979323846264338327950288419716939937510", "3.1415926535897932384626433833"},
  };
  for (const auto& [text, want] : kGood) {
    const auto got = Decimal::parse(text);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(got->to_string(), want) << text;
  }
  for (const char* text : {"", " ", ".", "-", "1x", "1 2", "e5", "1e", "1e+", "--1", "0x10", "+nan", "1..2"}) {
    const auto got = Decimal::parse(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, SqlState::kInvalidTextRepresentation) << text;
  }
  EXPECT_EQ(Decimal::parse("x").error().message, "invalid input syntax for type numeric: \"x\"");
  for (const char* text : {"1e29", "79228162514264337593543950336", "1e1000000000000"}) {
    const auto got = Decimal::parse(text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, SqlState::kNumericValueOutOfRange) << text;
  }
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  const std::tuple<const char*, int, const char*, const char*> kCases[] = {
      {"2.5", 0, "3", "2"},        {"-2.5", 0, "-3", "-2"},      {"2.449", 1, "2.4", "2.4"},
      {"1.5", 4, "1.5000", "1.5000"}, {"1250", -2, "1300", "1200"}, {"-1250", -2, "-1300", "-1200"},
      {"4", -1, "0", "0"},         {"5", -1, "10", "0"},         {"0.05", 1, "0.1", "0.0"},
      {"7", -40, "0", "0"},
  };
  for (const auto& [text, digits, round, trunc] : kCases) {
    EXPECT_EQ(text_of(parse(text).rounded(digits)), round) << text << "," << digits;
    EXPECT_EQ(text_of(parse(text).truncated(digits)), trunc) << text << "," << digits;
  }
  EXPECT_FALSE(parse("79228162514264337593543950335").rounded(-1));
  EXPECT_EQ(parse("-1.5").floored().to_string(), "-2");
  EXPECT_EQ(parse("-1.5").ceiled().to_string(), "-1");
  EXPECT_EQ(parse("-0.5").ceiled().to_string(), "0");
  EXPECT_EQ(parse("1.01").ceiled().to_string(), "2");
}

TEST(Decimal, SpecialValues) {
  const Decimal nan = Decimal::nan();
  const Decimal inf = Decimal::infinity(false);
  const Decimal minus = Decimal::infinity(true);
  const Decimal one = Decimal::from_int(1);
  EXPECT_EQ(text_of(Decimal::add(inf, minus)), "NaN");
  EXPECT_EQ(text_of(Decimal::add(inf, one)), "Infinity");
  EXPECT_EQ(text_of(Decimal::subtract(one, inf)), "-Infinity");
  EXPECT_EQ(text_of(Decimal::multiply(inf, Decimal())), "NaN");
  EXPECT_EQ(text_of(Decimal::multiply(inf, one.negated())), "-Infinity");
  EXPECT_EQ(text_of(Decimal::divide(one, inf)), "0");
  EXPECT_EQ(text_of(Decimal::modulo(one, inf)), "1");
  EXPECT_TRUE(nan == nan);
  EXPECT_LT(inf, nan);
  EXPECT_LT(minus, parse("-79228162514264337593543950335"));
  EXPECT_EQ(nan.hash(), Decimal::parse("NaN").value().hash());
  EXPECT_NE(inf.hash(), minus.hash());
}

TEST(Decimal, EqualValuesHaveEqualHashesAndBytesWhenNormalized) {
  RandomDecimals random(13);
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = random.next();
    const auto b = a.rounded(a.scale() + static_cast<int>(i % 6));
    ASSERT_TRUE(b);
    ASSERT_EQ(a, *b);
    ASSERT_EQ(a.hash(), b->hash());
    const Decimal x = a.normalized();
    const Decimal y = b->normalized();
    ASSERT_EQ(std::memcmp(&x, &y, sizeof x), 0);
    ASSERT_EQ(x, a);
  }
  EXPECT_EQ(parse("42.00").hash(), hash_int(42));
}

TEST(Decimal, DoublesAndIntegers) {
  EXPECT_EQ(text_of(Decimal::from_double(0.1)), "0.1");
  EXPECT_EQ(text_of(Decimal::from_double(-1e20)), "-100000000000000000000");
  EXPECT_EQ(text_of(Decimal::from_double(1e300)), "overflow");
  EXPECT_EQ(text_of(Decimal::from_float(0.1f)), "0.1");
  EXPECT_EQ(text_of(Decimal::from_double(std::numeric_limits<double>::quiet_NaN())), "NaN");
  EXPECT_EQ(parse("9223372036854775807.4").to_int64(), INT64_MAX);
  EXPECT_EQ(parse("9223372036854775807.5").to_int64(), std::nullopt);
  EXPECT_EQ(parse("-9223372036854775808").to_int64(), INT64_MIN);
  EXPECT_EQ(Decimal::from_int(INT64_MIN).to_string(), "-9223372036854775808");
  EXPECT_EQ(parse("0.1").to_double(), 0.1);
  RandomDecimals random(17);
  for (int i = 0; i < 5000; ++i) {
    const Decimal a = random.next();
    ASSERT_EQ(a.to_double(), std::stod(a.to_string())) << a.to_string();
  }
}

}  // namespace
}  // namespace leat
