#include "binder/overload.h"

#include <gtest/gtest.h>

#include "binder/type_rules.h"

namespace leat {
namespace {

using enum TypeId;
constexpr TypeSpec kT = TypeSpec::kElement;
constexpr TypeSpec kTs = TypeSpec::kAnyList;

struct Row {
  Signature args;
  TypeSpec result;
  bool variadic = false;
};

// "1(integer, bigint) -> bigint", "none", "ambiguous"
std::string choose(const std::vector<Row>& rows, const std::vector<Type>& args, bool is_operator = false) {
  std::vector<Candidate> candidates;
  for (const Row& row : rows) {
    candidates.push_back({.args = &row.args, .variadic = row.variadic, .result = row.result, .result_type = nullptr});
  }
  const OverloadMatch match = resolve_overload(candidates, args, is_operator);
  if (match.kind == OverloadMatch::kNone) return "none";
  if (match.kind == OverloadMatch::kAmbiguous) return "ambiguous";
  std::string types;
  for (const Type& type : match.arg_types) types += (types.empty() ? "" : ", ") + type.name();
  return fmt::format("{}({}) -> {}", match.candidate, types, match.result.name());
}

const std::vector<Row> kSum = {{{kInt32, kInt32}, kInt32},
                               {{kInt64, kInt64}, kInt64},
                               {{kNumeric, kNumeric}, kNumeric},
                               {{kFloat64, kFloat64}, kFloat64},
                               {{kTimestamp, kInterval}, kTimestamp}};

TEST(Overload, ExactTypesWin) {
  EXPECT_EQ(choose(kSum, {kInt64, kInt64}), "1(bigint, bigint) -> bigint");
  EXPECT_EQ(choose(kSum, {kInt32, kBoolean}), "none");
  EXPECT_EQ(choose(kSum, {kInt32}), "none");
}

TEST(Overload, MostExactThenPreferred) {
  EXPECT_EQ(choose(kSum, {kInt32, kInt64}), "1(bigint, bigint) -> bigint");
  EXPECT_EQ(choose(kSum, {kInt32, kNumeric}), "2(numeric, numeric) -> numeric");
  // No candidate is exact for smallint: double precision is the preferred number.
  EXPECT_EQ(choose(kSum, {kInt16, kInt16}), "3(double precision, double precision) -> double precision");
}

TEST(Overload, UnknownTakesTheOthersType) {
  EXPECT_EQ(choose(kSum, {kInt32, kUnknown}, true), "0(integer, integer) -> integer");
  EXPECT_EQ(choose(kSum, {kTimestamp, kUnknown}, true), "4(timestamp without time zone, interval) -> timestamp without time zone");
  EXPECT_EQ(choose(kSum, {kUnknown, kUnknown}, true), "ambiguous");
}

TEST(Overload, UnknownPrefersStrings) {
  const std::vector<Row> rows = {{{kBytea}, kInt32}, {{kVarchar}, kInt32}};
  EXPECT_EQ(choose(rows, {kUnknown}), "1(character varying) -> integer");
  EXPECT_EQ(choose(rows, {kBytea}), "0(bytea) -> integer");
  EXPECT_EQ(choose(rows, {kInt32}), "none");
}

TEST(Overload, Polymorphic) {
  const std::vector<Row> append = {{{kTs, kT}, TypeSpec(TypeSpec::kSameList)}};
  EXPECT_EQ(choose(append, {Type::list_of(kInt32), kInt32}), "0(integer[], integer) -> integer[]");
  EXPECT_EQ(choose(append, {Type::list_of(kInt32), kNumeric}), "0(numeric[], numeric) -> numeric[]");
  EXPECT_EQ(choose(append, {Type::list_of(kInt32), kUnknown}), "0(integer[], integer) -> integer[]");
  EXPECT_EQ(choose(append, {Type::list_of(kInt32), kBoolean}), "none");
  EXPECT_EQ(choose(append, {kInt32, kInt32}), "none");
  const std::vector<Row> array = {{{kT}, TypeSpec(TypeSpec::kListOfElement), true}};
  EXPECT_EQ(choose(array, {kInt32, kInt64, kInt32}), "0(bigint, bigint, bigint) -> bigint[]");
  EXPECT_EQ(choose(array, {kUnknown, kUnknown}), "0(character varying, character varying) -> character varying[]");
  // A row for the very types is meant before one for any type.
  const std::vector<Row> both = {{{kT, kT}, kBoolean}, {{kVarchar, kVarchar}, kBoolean}};
  EXPECT_EQ(choose(both, {kVarchar, kUnknown}), "1(character varying, character varying) -> boolean");
  EXPECT_EQ(choose(both, {kDate, kDate}), "0(date, date) -> boolean");
}

TEST(Overload, Variadic) {
  const std::vector<Row> rows = {{{kVarchar, TypeSpec::kAny}, kVarchar, true}};
  EXPECT_EQ(choose(rows, {kVarchar}), "0(character varying) -> character varying");
  EXPECT_EQ(choose(rows, {kUnknown, kInt32, kDate}), "0(character varying, integer, date) -> character varying");
  EXPECT_EQ(choose(rows, {}), "none");
}

TEST(TypeRules, CommonType) {
  const auto common = [](std::vector<Type> types) {
    const auto type = common_type(types);
    return type ? type->name() : "clash";
  };
  EXPECT_EQ(common({kUnknown, kUnknown}), "character varying");
  EXPECT_EQ(common({kUnknown, kInt32}), "integer");
  EXPECT_EQ(common({kInt32, kNumeric, kInt64}), "numeric");
  EXPECT_EQ(common({kFloat64, kNumeric}), "double precision");
  EXPECT_EQ(common({kDate, kTimestamptz, kTimestamp}), "timestamp with time zone");
  EXPECT_EQ(common({kInt32, kVarchar}), "clash");
  EXPECT_EQ(common({kBoolean, kInt32}), "clash");
}

TEST(TypeRules, ContextsOfCasts) {
  EXPECT_TRUE(can_coerce(kInt32, kInt64, CastContext::kImplicit));
  EXPECT_FALSE(can_coerce(kInt64, kInt32, CastContext::kImplicit));
  EXPECT_TRUE(can_coerce(kInt64, kInt32, CastContext::kAssignment));
  EXPECT_FALSE(can_coerce(kInt32, kVarchar, CastContext::kImplicit));
  EXPECT_TRUE(can_coerce(kInt32, kVarchar, CastContext::kAssignment));
  EXPECT_FALSE(can_coerce(kVarchar, kInt32, CastContext::kAssignment));
  EXPECT_TRUE(can_coerce(kVarchar, kInt32, CastContext::kExplicit));
  EXPECT_FALSE(can_coerce(kInt32, kDate, CastContext::kExplicit));
  EXPECT_TRUE(can_coerce(kUnknown, kJsonb, CastContext::kImplicit));
}

}  // namespace
}  // namespace leat
