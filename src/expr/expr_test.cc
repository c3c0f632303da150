#include "expr/expr.h"

#include <gtest/gtest.h>

#include <random>

#include "expr/evaluator.h"
#include "expr/kernel.h"

namespace leat {
namespace {

struct Add {
  static const RowError* apply(int32_t a, int32_t b, int32_t& out) {
    return __builtin_add_overflow(a, b, &out) ? &kIntegerOutOfRange : nullptr;
  }
};
struct Divide {
  static const RowError* apply(int32_t a, int32_t b, int32_t& out) {
    if (b == 0) return out = 0, &kDivisionByZero;
    out = a / b;
    return nullptr;
  }
};
struct Less {
  static bool apply(int32_t a, int32_t b) { return a < b; }
};
struct Twice {
  static void apply(std::string_view text, std::string& out) { out.append(text).append(text); }
};

constexpr TypeId kInt = TypeId::kInt32;
constexpr TypeId kBool = TypeId::kBoolean;
constexpr TypeId kText = TypeId::kVarchar;

const ScalarFunction kAdd{.name = "+", .args = {kInt, kInt}, .result = kInt,
                          .kernel = kernel_checked2<int32_t, int32_t, int32_t, Add>};
const ScalarFunction kDivide{.name = "/", .args = {kInt, kInt}, .result = kInt,
                             .kernel = kernel_checked2<int32_t, int32_t, int32_t, Divide>};
const ScalarFunction kLess{.name = "<", .args = {kInt, kInt}, .result = kBool,
                           .kernel = kernel2<int32_t, int32_t, bool, Less>};
const ScalarFunction kTwice{.name = "twice", .args = {kText}, .result = kText,
                            .kernel = kernel_string1<std::string_view, Twice>};
const ScalarFunction kIsNull{
    .name = "is_null", .args = {kInt}, .result = kBool,
    .kernel =
        [](const KernelCall& call) {
          call.rows.for_each(
              [&](size_t row) { call.out.data<uint8_t>()[row] = call.args[0]->is_null(row); });
        },
    .nulls = NullMode::kCalled};
const ScalarFunction kPrepared{
    .name = "add_prepared", .args = {kInt, kInt}, .result = kInt,
    .kernel =
        [](const KernelCall& call) {
          const int extra = *static_cast<int*>(call.prepared);
          call.rows.for_each([&](size_t row) {
            call.out.data<int32_t>()[row] = call.args[0]->at<int32_t>(row) + extra;
          });
        },
    .prepare = [](std::span<const Value* const> constants) -> std::shared_ptr<void> {
      return std::make_shared<int>(constants[1] ? static_cast<int>(constants[1]->as_int64()) : -1);
    }};
int volatile_calls = 0;
const ScalarFunction kNext{
    .name = "next", .args = {}, .result = kInt,
    .kernel =
        [](const KernelCall& call) {
          call.rows.for_each([&](size_t row) { call.out.data<int32_t>()[row] = ++volatile_calls; });
        },
    .volatility = Volatility::kVolatile};

struct Errors : ErrorSink {
  std::vector<std::string> messages;
  void row_error(Error error) override { messages.push_back(error.message); }
};

struct ExprTest : testing::Test {
  TimeZone zone;
  Errors errors;
  EvalContext context{.zone = &zone, .errors = &errors};

  static ExprPtr num(int v) { return make_literal(Value::int32(v)); }
  static ExprPtr null(Type type) { return make_literal(Value::null(std::move(type))); }
  static ExprPtr col(int c, Type type = kInt) { return make_column(c, std::move(type)); }
  static ExprPtr call(const ScalarFunction& f, std::vector<ExprPtr> args) {
    return make_call(&f, f.result.id, std::move(args));
  }
  static ExprPtr of_kind(ExprKind kind, Type type, std::vector<ExprPtr> args) {
    auto e = std::make_shared<Expr>();
    e->kind = kind;
    e->type = std::move(type);
    e->args = std::move(args);
    return e;
  }
  static ColumnPtr ints(const std::vector<std::optional<int>>& values) {
    auto v = std::make_shared<Vector>(Type(kInt), values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      v->set_value(i, values[i] ? Value::int32(*values[i]) : Value::null(kInt));
    }
    return v;
  }
  static ColumnPtr texts(const std::vector<std::string>& values) {
    auto v = std::make_shared<Vector>(Type(kText), values.size());
    for (size_t i = 0; i < values.size(); ++i) v->set_string(i, values[i]);
    return v;
  }
  static Batch batch(std::vector<ColumnPtr> columns) {
    Batch b;
    b.selection = Selection(columns[0]->size());
    b.columns = std::move(columns);
    return b;
  }
  std::string eval(const ExprPtr& expr, const Batch& b) {
    Evaluator evaluator({expr});
    const ColumnPtr out = evaluator.evaluate(0, b, context);
    std::string text;
    b.selection.for_each([&](size_t row) {
      if (!text.empty()) text += ' ';
      text += out->value_at(row).to_text();
    });
    return text;
  }
};

TEST_F(ExprTest, StrictCallUnitesNulls) {
  const Batch b = batch({ints({1, {}, 3, {}}), ints({10, 20, {}, {}})});
  EXPECT_EQ(eval(call(kAdd, {col(0), col(1)}), b), "11 NULL NULL NULL");
  EXPECT_EQ(eval(call(kAdd, {col(0), num(5)}), b), "6 NULL 8 NULL");
  EXPECT_EQ(eval(call(kAdd, {col(0), null(kInt)}), b), "NULL NULL NULL NULL");
  EXPECT_EQ(eval(call(kIsNull, {col(0)}), b), "f t f t");
  EXPECT_TRUE(errors.messages.empty());
}

TEST_F(ExprTest, LongColumnsWithNulls) {
  std::vector<std::optional<int>> a, b;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    a.push_back(i < 130 ? std::nullopt : std::optional(i));
    b.push_back(i % 7 == 0 ? std::nullopt : std::optional(i));
    expected += (i ? " " : "") + (a[i] && b[i] ? std::to_string(2 * i) : "NULL");
  }
  EXPECT_EQ(eval(call(kAdd, {col(0), col(1)}), batch({ints(a), ints(b)})), expected);
}

TEST_F(ExprTest, RowErrorsBecomeNull) {
  const Batch b = batch({ints({8, 9, 10}), ints({2, 0, 5})});
  EXPECT_EQ(eval(call(kDivide, {col(0), col(1)}), b), "4 NULL 2");
  EXPECT_EQ(errors.messages, std::vector<std::string>{"division by zero"});
  EXPECT_EQ(context.error_count, 1u);
}

TEST_F(ExprTest, OnlySelectedRowsAreComputed) {
  const Batch b = batch({ints({8, 9, 10}), ints({2, 0, 5})}).with_rows({0, 2});
  EXPECT_EQ(eval(call(kDivide, {col(0), col(1)}), b), "4 2");
  EXPECT_TRUE(errors.messages.empty());
}

TEST_F(ExprTest, CaseGuardsItsBranches) {
  // CASE WHEN b < 1 THEN -1 WHEN b < 3 THEN a / b ELSE b END
  const Batch b = batch({ints({8, 9, 10, 11}), ints({2, 0, 5, {}})});
  const ExprPtr guarded = of_kind(ExprKind::kCase, kInt,
                                  {call(kLess, {col(1), num(1)}), num(-1), call(kLess, {col(1), num(3)}),
                                   call(kDivide, {col(0), col(1)}), col(1)});
  EXPECT_EQ(eval(guarded, b), "4 -1 5 NULL");
  EXPECT_TRUE(errors.messages.empty());
  const ExprPtr texts_case =
      of_kind(ExprKind::kCase, kText,
              {call(kLess, {col(1), num(3)}), call(kTwice, {make_literal(Value::varchar("a long piece of text"))}),
               null(kText)});
  EXPECT_EQ(eval(texts_case, b), "a long piece of texta long piece of text a long piece of texta long piece of text NULL NULL");
}

TEST_F(ExprTest, CoalesceStopsAtTheFirstValue) {
  const Batch b = batch({ints({1, {}, {}}), ints({0, 2, {}})});
  const ExprPtr e = of_kind(ExprKind::kCoalesce, kInt, {col(0), call(kDivide, {num(10), col(1)}), num(7)});
  EXPECT_EQ(eval(e, b), "1 5 7");
  EXPECT_TRUE(errors.messages.empty());
  EXPECT_EQ(eval(of_kind(ExprKind::kCoalesce, kInt, {col(0), null(kInt)}), b), "1 NULL NULL");
  EXPECT_EQ(eval(of_kind(ExprKind::kCoalesce, kInt, {null(kInt), null(kInt)}), b), "NULL NULL NULL");
}

TEST_F(ExprTest, ThreeValuedLogic) {
  const std::vector<std::optional<int>> kAll = {1, 0, {}};
  std::vector<std::optional<int>> left, right;
  for (const auto& l : kAll) {
    for (const auto& r : kAll) {
      left.push_back(l);
      right.push_back(r);
    }
  }
  const auto truth = [](int c) { return call(kLess, {num(0), col(c)}); };
  const Batch b = batch({ints(left), ints(right)});
  EXPECT_EQ(eval(make_and({truth(0), truth(1)}), b), "t f NULL f f f NULL f NULL");
  EXPECT_EQ(eval(make_or({truth(0), truth(1)}), b), "t t t t f NULL t NULL NULL");
  const ExprPtr unknown = null(kBool);
  EXPECT_EQ(eval(make_and({truth(0), unknown}), b), "NULL NULL NULL f f f NULL NULL NULL");
  EXPECT_EQ(eval(make_or({unknown, truth(0), make_literal(Value::boolean(true))}), b), "t t t t t t t t t");
  const ExprPtr guarded = make_and({call(kLess, {num(0), col(1)}), call(kLess, {num(0), call(kDivide, {num(4), col(1)})})});
  EXPECT_EQ(eval(guarded, b), "t f NULL t f NULL t f NULL");
  EXPECT_TRUE(errors.messages.empty());
}

TEST_F(ExprTest, FilterNarrowsConditionByCondition) {
  const Batch b = batch({ints({8, 9, 10, {}}), ints({2, 0, 5, 1})});
  Evaluator evaluator({make_and({call(kLess, {num(0), col(1)}), call(kLess, {num(3), call(kDivide, {col(0), col(1)})})})});
  const Selection rows = evaluator.filter(0, b, context);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0], 0u);
  EXPECT_TRUE(errors.messages.empty());
}

TEST_F(ExprTest, InListShortAndHashed) {
  const Batch b = batch({ints({1, 5, {}, 40}), texts({"a", "a string of some length", "", "zz"})});
  const auto in = [](ExprPtr arg, std::vector<ExprPtr> list, bool negated) {
    auto e = std::make_shared<Expr>();
    e->kind = ExprKind::kInList;
    e->type = kBool;
    e->args = {std::move(arg)};
    e->args.insert(e->args.end(), list.begin(), list.end());
    e->negated = negated;
    return ExprPtr(e);
  };
  std::vector<ExprPtr> many;
  for (int i = 0; i < 50; i += 5) many.push_back(num(i));
  EXPECT_EQ(eval(in(col(0), {num(1), num(40)}, false), b), "t f NULL t");
  EXPECT_EQ(eval(in(col(0), {num(1), null(kInt)}, false), b), "t NULL NULL NULL");
  EXPECT_EQ(eval(in(col(0), {num(1), null(kInt)}, true), b), "f NULL NULL NULL");
  EXPECT_EQ(eval(in(col(0), many, false), b), "f t NULL t");
  EXPECT_EQ(eval(in(col(0), many, true), b), "t f NULL f");
  EXPECT_EQ(eval(in(num(5), many, true), b), "f f f f");
  std::vector<ExprPtr> words;
  for (const char* w : {"a", "b", "c", "d", "e", "f", "g", "a string of some length", ""}) {
    words.push_back(make_literal(Value::varchar(w)));
  }
  EXPECT_EQ(eval(in(col(1, kText), words, false), b), "t t t f");
  std::vector<ExprPtr> numerics;
  for (const char* n : {"1.0", "2.50"}) numerics.push_back(make_literal(Value::numeric(*Decimal::parse(n))));
  EXPECT_EQ(eval(in(make_literal(Value::numeric(*Decimal::parse("2.5"))), numerics, false), b), "t t t t");
}

TEST_F(ExprTest, ParametersComeFromTheContext) {
  const std::vector<Value> parameters = {Value::int32(100), Value::null(kInt)};
  context.parameters = parameters;
  const auto parameter = [](int n) {
    auto e = std::make_shared<Expr>();
    e->kind = ExprKind::kParameter;
    e->type = kInt;
    e->column = n;
    return ExprPtr(e);
  };
  const Batch b = batch({ints({1, 2})});
  EXPECT_EQ(eval(call(kAdd, {col(0), parameter(0)}), b), "101 102");
  EXPECT_EQ(eval(call(kAdd, {col(0), parameter(1)}), b), "NULL NULL");
  EXPECT_EQ(eval(call(kAdd, {parameter(0), num(1)}), b), "101 101");
}

TEST_F(ExprTest, ConstantCallsAreComputedOnceAndVolatileOnesPerRow) {
  const Batch b = batch({ints({1, 2, 3})});
  Evaluator evaluator({call(kAdd, {num(1), num(2)}), call(kNext, {})});
  const ColumnPtr first = evaluator.evaluate(0, b, context);
  EXPECT_TRUE(first->is_constant());
  EXPECT_EQ(evaluator.evaluate(0, b, context), first);
  volatile_calls = 0;
  EXPECT_EQ(evaluator.evaluate(1, b, context)->at<int32_t>(2), 3);
  // Nothing is computed for no rows.
  Batch none = b.with_rows({});
  Evaluator failing({call(kDivide, {num(1), num(0)})});
  (void)failing.evaluate(0, none, context);
  EXPECT_TRUE(errors.messages.empty());
}

TEST_F(ExprTest, PreparedStateOfACallSite) {
  const Batch b = batch({ints({1, 2})});
  EXPECT_EQ(eval(call(kPrepared, {col(0), num(40)}), b), "41 42");
  EXPECT_EQ(eval(call(kPrepared, {col(0), col(0)}), b), "0 1");
}

TEST_F(ExprTest, WithoutColumns) {
  Batch b;
  b.selection = Selection(2);
  EXPECT_EQ(eval(num(7), b), "7 7");
  volatile_calls = 0;
  EXPECT_EQ(eval(call(kNext, {}), b), "1 2");
}

TEST_F(ExprTest, EvaluateConstant) {
  EXPECT_EQ(evaluate_constant(call(kAdd, {num(1), num(2)}), context)->to_text(), "3");
  const auto failed = evaluate_constant(make_call(&kDivide, kInt, {num(1), num(0)}, 12), context);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "division by zero");
  EXPECT_EQ(failed.error().code, SqlState::kDivisionByZero);
  EXPECT_EQ(failed.error().position, 12u);
}

// The law: a result does not depend on how its rows are cut into selections.
TEST_F(ExprTest, SelectionsDoNotChangeResults) {
  std::mt19937 random(7);
  std::vector<std::optional<int>> a, b;
  for (int i = 0; i < 200; ++i) {
    a.push_back(random() % 5 == 0 ? std::nullopt : std::optional<int>(random() % 10));
    b.push_back(random() % 5 == 0 ? std::nullopt : std::optional<int>(random() % 3));
  }
  const ExprPtr e = of_kind(
      ExprKind::kCase, kInt,
      {make_or({call(kLess, {col(0), num(3)}), make_and({call(kLess, {col(1), num(1)}), call(kLess, {num(1), col(0)})})}),
       of_kind(ExprKind::kCoalesce, kInt, {call(kDivide, {col(0), col(1)}), num(99)}), call(kIsNull, {col(0)}),
       num(-5), call(kAdd, {col(0), col(1)})});
  const Batch whole = batch({ints(a), ints(b)});
  Evaluator evaluator({e});
  const ColumnPtr expected = evaluator.evaluate(0, whole, context);
  for (int round = 0; round < 50; ++round) {
    std::vector<uint32_t> rows;
    for (uint32_t i = 0; i < 200; ++i) {
      if (random() % 3 == 0) rows.push_back(i);
    }
    const ColumnPtr out = evaluator.evaluate(0, whole.with_rows(rows), context);
    for (const uint32_t row : rows) EXPECT_EQ(out->value_at(row), expected->value_at(row)) << row;
  }
}

TEST_F(ExprTest, TextOfExpressions) {
  const std::vector<std::string> names = {"price", "name"};
  EXPECT_EQ(expr_text(*call(kAdd, {col(0), num(2)}), names), "(price + 2)");
  EXPECT_EQ(expr_text(*call(kTwice, {make_literal(Value::varchar("it's"))})), "twice('it''s')");
  EXPECT_EQ(expr_text(*make_and({call(kLess, {col(0), col(5)}), null(kBool)}), names), "((price < $5) AND NULL)");
}

TEST_F(ExprTest, RewritesShareWhatDoesNotChange) {
  const ExprPtr left = call(kAdd, {num(1), num(2)});
  const ExprPtr e = call(kAdd, {left, col(1)});
  const std::vector<int> map = {-1, 0};
  const ExprPtr moved = remap_columns(e, map);
  EXPECT_EQ(moved->args[0], left);
  EXPECT_EQ(columns_of(*moved), std::vector<int>{0});
  EXPECT_EQ(columns_of(*e), std::vector<int>{1});
  const std::vector<ExprPtr> columns = {num(0), num(41)};
  EXPECT_EQ(expr_text(*substitute_columns(e, columns)), "((1 + 2) + 41)");
  EXPECT_TRUE(expr_equal(*e, *call(kAdd, {call(kAdd, {num(1), num(2)}), col(1)})));
  EXPECT_EQ(expr_hash(*e), expr_hash(*call(kAdd, {call(kAdd, {num(1), num(2)}), col(1)})));
  EXPECT_FALSE(expr_equal(*e, *moved));
  EXPECT_FALSE(has_volatile(*e));
  EXPECT_TRUE(has_volatile(*call(kAdd, {call(kNext, {}), num(1)})));
}

}  // namespace
}  // namespace leat
