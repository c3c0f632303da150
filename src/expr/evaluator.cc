#include "expr/evaluator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/hash.h"
#include "expr/literal_set.h"

namespace leat {

struct Evaluator::Node {
  ExprPtr expr;
  std::vector<std::unique_ptr<Node>> args;
  ColumnPtr constant;              // kLiteral; kCall: the folded value, once known
  bool foldable = false;           // the same value for ever: immutable and without inputs
  std::shared_ptr<void> prepared;  // kCall
  std::unique_ptr<LiteralSet> set;  // kInList
  std::vector<ColumnPtr> held;     // kCall: argument columns of the running call
  std::vector<const Vector*> columns;
};

namespace {

using Node = Evaluator::Node;

// What stays the same while one expression is evaluated over one batch.
struct Frame {
  const Batch& batch;
  size_t physical;
  EvalContext& context;
};

ColumnPtr run(Node& node, const Selection& rows, const Frame& frame);

size_t physical_rows(const Batch& batch) {
  for (const ColumnPtr& column : batch.columns) {
    if (!column->is_constant()) return column->size();
  }
  const Selection& rows = batch.selection;
  if (rows.all() || rows.size() == 0) return rows.size();
  return size_t{rows.rows().back()} + 1;
}

ColumnPtr null_constant(const Type& type) { return Vector::constant(Value::null(type)); }

bool is_null_constant(const Vector& column) { return column.is_constant() && column.is_null(0); }

// The rows of `rows` for which keep(row).
template <class F>
Selection narrow(const Selection& rows, F&& keep) {
  auto kept = std::make_shared<std::vector<uint32_t>>(rows.size());
  uint32_t* out = kept->data();
  size_t n = 0;
  rows.for_each([&](size_t row) {
    out[n] = static_cast<uint32_t>(row);
    n += keep(row) ? 1 : 0;
  });
  if (n == rows.size()) return rows;
  kept->resize(n);
  return Selection(std::shared_ptr<const std::vector<uint32_t>>(std::move(kept)));
}

// The rows at which a boolean column is true.
Selection rows_where_true(const Vector& column, const Selection& rows) {
  if (column.is_constant()) {
    return !column.is_null(0) && column.at<uint8_t>(0) != 0 ? rows : Selection(0);
  }
  const uint8_t* values = column.data<uint8_t>();
  const uint64_t* nulls = column.null_words();
  if (nulls == nullptr) return narrow(rows, [values](size_t row) { return values[row] != 0; });
  return narrow(rows, [values, nulls](size_t row) {
    return values[row] != 0 && ((nulls[row >> 6] >> (row & 63)) & 1) == 0;
  });
}

// ---- calls -----------------------------------------------------------------------------------

// out's nulls become the union of the arguments', and the slots there valid values.
void unite_nulls(std::span<const Vector* const> args, Vector& out) {
  uint64_t* words = nullptr;
  const size_t count = (out.size() + 63) / 64;
  for (const Vector* arg : args) {
    if (arg->is_constant() || !arg->may_have_nulls()) continue;
    const uint64_t* from = arg->null_words();
    if (words == nullptr) {
      words = out.mutable_null_words();
      std::memcpy(words, from, count * sizeof(uint64_t));
    } else {
      for (size_t i = 0; i < count; ++i) words[i] |= from[i];
    }
  }
  if (words == nullptr) return;
  const size_t width = out.type().width();
  std::byte* data = out.data<std::byte>();
  for (size_t i = 0; i < count; ++i) {
    const size_t begin = i * 64;
    uint64_t word = words[i];
    if (begin + 64 > out.size()) word &= (uint64_t{1} << (out.size() - begin)) - 1;
    if (word == ~uint64_t{0}) {
      std::memset(data + begin * width, 0, 64 * width);
      continue;
    }
    for (; word != 0; word &= word - 1) {
      std::memset(data + (begin + std::countr_zero(word)) * width, 0, width);
    }
  }
}

ColumnPtr call_kernel(Node& node, const Selection& rows, size_t physical, EvalContext& context) {
  const ScalarFunction& function = *node.expr->function;
  auto out = std::make_shared<Vector>(node.expr->type, physical);
  if (function.nulls == NullMode::kStrict) unite_nulls(node.columns, *out);
  function.kernel({.context = context,
                   .function = function,
                   .args = node.columns,
                   .rows = rows,
                   .out = *out,
                   .prepared = node.prepared.get()});
  return out;
}

ColumnPtr run_call(Node& node, const Selection& rows, const Frame& frame) {
  if (node.constant != nullptr) return node.constant;
  const ScalarFunction& function = *node.expr->function;
  const bool strict = function.nulls == NullMode::kStrict;
  bool constant = function.volatility != Volatility::kVolatile;
  node.held.clear();
  node.columns.clear();
  for (const auto& arg : node.args) {
    ColumnPtr column = run(*arg, rows, frame);
    if (strict && is_null_constant(*column)) return null_constant(node.expr->type);
    constant &= column->is_constant();
    node.columns.push_back(column.get());
    node.held.push_back(std::move(column));
  }
  if (!constant) {
    ColumnPtr out = call_kernel(node, rows, frame.physical, frame.context);
    node.held.clear();
    return out;
  }
  // One value stands for all rows. Kept for ever if nothing can change it; an error is told each time.
  const uint64_t errors = frame.context.error_count;
  const ColumnPtr one = call_kernel(node, Selection(1), 1, frame.context);
  node.held.clear();
  ColumnPtr out = Vector::constant(one->value_at(0));
  if (node.foldable && frame.context.error_count == errors) node.constant = out;
  return out;
}

// ---- AND, OR ---------------------------------------------------------------------------------

// AND: false decides and true is neutral; OR the other way round. Rows not decided by one operand go
// on to the next.
ColumnPtr run_logic(Node& node, const Selection& rows, const Frame& frame) {
  const uint8_t decides = node.expr->kind == ExprKind::kAnd ? 0 : 1;
  auto out = std::make_shared<Vector>(Type(TypeId::kBoolean), frame.physical);
  uint8_t* values = out->data<uint8_t>();
  std::memset(values, 1 - decides, frame.physical);
  Selection open = rows;
  for (const auto& arg : node.args) {
    if (open.size() == 0) break;
    const ColumnPtr column = run(*arg, open, frame);
    if (column->is_constant()) {
      if (column->is_null(0)) {
        open.for_each([&](size_t row) { out->set_null_value(row); });
      } else if (column->at<uint8_t>(0) == decides) {
        open.for_each([&](size_t row) {
          values[row] = decides;
          if (out->may_have_nulls()) out->mutable_null_words()[row >> 6] &= ~(uint64_t{1} << (row & 63));
        });
        open = Selection(0);
      }
      continue;
    }
    const uint8_t* in = column->data<uint8_t>();
    const uint64_t* nulls = column->null_words();
    if (nulls == nullptr && !out->may_have_nulls()) {
      open.for_each([&](size_t row) { values[row] = in[row]; });
      if (&arg == &node.args.back()) break;
      open = narrow(open, [&](size_t row) { return in[row] != decides; });
      continue;
    }
    uint64_t* out_nulls = out->mutable_null_words();
    open = narrow(open, [&](size_t row) {
      const uint64_t bit = uint64_t{1} << (row & 63);
      if (nulls != nullptr && (nulls[row >> 6] & bit) != 0) {
        out_nulls[row >> 6] |= bit;
        values[row] = 0;
        return true;
      }
      if (in[row] != decides) return true;
      out_nulls[row >> 6] &= ~bit;
      values[row] = decides;
      return false;
    });
  }
  return out;
}

// ---- CASE, COALESCE --------------------------------------------------------------------------

template <class T>
void copy_values(const Vector& from, const Selection& rows, Vector& to) {
  T* out = to.data<T>();
  const T* in = from.data<T>();
  if (from.is_constant()) {
    const T value = in[0];
    rows.for_each([&](size_t row) { out[row] = value; });
  } else {
    rows.for_each([&](size_t row) { out[row] = in[row]; });
  }
}

struct Bytes16 {
  uint64_t words[2];
};

// Puts a branch's rows in their places.
void scatter(const Vector& from, const Selection& rows, Vector& to) {
  if (is_null_constant(from)) return rows.for_each([&](size_t row) { to.set_null_value(row); });
  switch (to.type().width()) {
    case 1: copy_values<uint8_t>(from, rows, to); break;
    case 2: copy_values<uint16_t>(from, rows, to); break;
    case 4: copy_values<uint32_t>(from, rows, to); break;
    case 8: copy_values<uint64_t>(from, rows, to); break;
    default: copy_values<Bytes16>(from, rows, to); break;
  }
  if (to.type().is_string_like()) to.share_strings(from);
  if (from.is_constant() || !from.may_have_nulls()) return;
  const uint64_t* nulls = from.null_words();
  uint64_t* out = to.mutable_null_words();
  rows.for_each([&](size_t row) { out[row >> 6] |= nulls[row >> 6] & (uint64_t{1} << (row & 63)); });
}

// `rows` without those of `taken`, a subset; both ascending.
Selection without(const Selection& rows, const Selection& taken) {
  if (taken.size() == 0) return rows;
  if (taken.size() == rows.size()) return Selection(0);
  size_t next = 0;
  return narrow(rows, [&](size_t row) {
    if (next < taken.size() && taken[next] == row) {
      ++next;
      return false;
    }
    return true;
  });
}

ColumnPtr run_case(Node& node, const Selection& rows, const Frame& frame) {
  VectorPtr out;
  Selection open = rows;
  const size_t count = node.args.size();
  for (size_t i = 0; i < count && open.size() != 0; i += 2) {
    const bool otherwise = i + 1 == count;
    const Selection taken =
        otherwise ? open : rows_where_true(*run(*node.args[i], open, frame), open);
    if (taken.size() == 0) continue;
    ColumnPtr branch = run(*node.args[otherwise ? i : i + 1], taken, frame);
    if (taken.size() == rows.size()) return branch;  // every row came here
    if (out == nullptr) out = std::make_shared<Vector>(node.expr->type, frame.physical);
    scatter(*branch, taken, *out);
    if (!otherwise) open = without(open, taken);
  }
  return out;
}

ColumnPtr run_coalesce(Node& node, const Selection& rows, const Frame& frame) {
  VectorPtr out;
  Selection open = rows;
  for (const auto& arg : node.args) {
    ColumnPtr column = run(*arg, open, frame);
    const bool last = &arg == &node.args.back();
    if (is_null_constant(*column) && !last) continue;
    if (out == nullptr) {
      // The first operand that says anything often says everything.
      if (last || column->is_constant() || !column->may_have_nulls()) return column;
      out = std::make_shared<Vector>(node.expr->type, frame.physical);
    }
    if (last) {
      scatter(*column, open, *out);
      break;
    }
    const Selection missing = narrow(open, [&](size_t row) { return column->is_null(row); });
    scatter(*column, without(open, missing), *out);
    if (missing.size() == 0) break;
    open = missing;
  }
  return out != nullptr ? ColumnPtr(out) : null_constant(node.expr->type);
}

// ---- the rest --------------------------------------------------------------------------------

ColumnPtr run_in_list(Node& node, const Selection& rows, const Frame& frame) {
  const ColumnPtr column = run(*node.args[0], rows, frame);
  if (is_null_constant(*column)) return null_constant(TypeId::kBoolean);
  const bool negated = node.expr->negated;
  if (column->is_constant()) {
    Vector one(TypeId::kBoolean, 1);
    node.set->probe(*column, Selection(1), negated, one);
    return Vector::constant(one.value_at(0));
  }
  auto out = std::make_shared<Vector>(Type(TypeId::kBoolean), frame.physical);
  const Vector* arg = column.get();
  unite_nulls({&arg, 1}, *out);
  node.set->probe(*column, rows, negated, *out);
  return out;
}

Value parameter_value(const Expr& expr, const EvalContext& context) {
  CHECK(static_cast<size_t>(expr.column) < context.parameters.size(), "parameter {} of {}",
        expr.column + 1, context.parameters.size());
  return context.parameters[expr.column].with_type(expr.type);
}

ColumnPtr run(Node& node, const Selection& rows, const Frame& frame) {
  if (rows.size() == 0) return null_constant(node.expr->type);
  switch (node.expr->kind) {
    case ExprKind::kColumn: return frame.batch.columns[node.expr->column];
    case ExprKind::kLiteral: return node.constant;
    case ExprKind::kParameter: return Vector::constant(parameter_value(*node.expr, frame.context));
    case ExprKind::kCall: return run_call(node, rows, frame);
    case ExprKind::kAnd:
    case ExprKind::kOr: return run_logic(node, rows, frame);
    case ExprKind::kCase: return run_case(node, rows, frame);
    case ExprKind::kCoalesce: return run_coalesce(node, rows, frame);
    case ExprKind::kInList: return run_in_list(node, rows, frame);
    case ExprKind::kOuterColumn:
    case ExprKind::kSubquery:
    case ExprKind::kAggregate:
    case ExprKind::kWindow: break;
  }
  UNREACHABLE();
}

Selection run_filter(Node& node, Selection rows, const Frame& frame) {
  if (node.expr->kind == ExprKind::kAnd) {
    for (const auto& arg : node.args) {
      if (rows.size() == 0) break;
      rows = run_filter(*arg, std::move(rows), frame);
    }
    return rows;
  }
  if (rows.size() == 0) return rows;
  return rows_where_true(*run(node, rows, frame), rows);
}

// ---- compiling -------------------------------------------------------------------------------

std::shared_ptr<void> prepare_call(const Expr& expr) {
  if (expr.function->prepare == nullptr) return nullptr;
  std::vector<const Value*> constants;
  for (const ExprPtr& arg : expr.args) {
    constants.push_back(arg->kind == ExprKind::kLiteral ? &arg->literal : nullptr);
  }
  return expr.function->prepare(constants);
}

std::unique_ptr<Node> compile(const ExprPtr& expr) {
  CHECK(expr->kind < ExprKind::kOuterColumn, "expression not planned: {}", expr_text(*expr));
  auto node = std::make_unique<Node>();
  node->expr = expr;
  if (expr->kind == ExprKind::kInList) {
    node->args.push_back(compile(expr->args[0]));
    node->set = std::make_unique<LiteralSet>(expr->args[0]->type, std::span(expr->args).subspan(1));
    return node;
  }
  node->foldable = expr->kind == ExprKind::kLiteral || expr->kind == ExprKind::kCall;
  for (const ExprPtr& arg : expr->args) {
    node->args.push_back(compile(arg));
    node->foldable &= node->args.back()->foldable;
  }
  if (expr->kind == ExprKind::kLiteral) node->constant = Vector::constant(expr->literal);
  if (expr->kind == ExprKind::kCall) {
    node->foldable &= expr->function->volatility == Volatility::kImmutable;
    node->prepared = prepare_call(*expr);
  }
  return node;
}

// Keeps the first error.
struct FirstError : ErrorSink {
  std::optional<Error> error;
  void row_error(Error e) override {
    if (!error) error = std::move(e);
  }
};

}  // namespace

Evaluator::Evaluator(std::vector<ExprPtr> exprs) : exprs_(std::move(exprs)) {
  for (const ExprPtr& expr : exprs_) nodes_.push_back(compile(expr));
}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

ColumnPtr Evaluator::evaluate(size_t expr, const Batch& batch, EvalContext& context) {
  return run(*nodes_[expr], batch.selection, {batch, physical_rows(batch), context});
}

std::vector<ColumnPtr> Evaluator::evaluate_all(const Batch& batch, EvalContext& context) {
  const Frame frame{batch, physical_rows(batch), context};
  std::vector<ColumnPtr> columns;
  columns.reserve(nodes_.size());
  for (const auto& node : nodes_) columns.push_back(run(*node, batch.selection, frame));
  return columns;
}

Selection Evaluator::filter(size_t expr, const Batch& batch, EvalContext& context) {
  return run_filter(*nodes_[expr], batch.selection, {batch, physical_rows(batch), context});
}

Result<Value> evaluate_constant(const ExprPtr& expr, EvalContext& context) {
  if (expr->kind == ExprKind::kLiteral) return expr->literal;
  if (expr->kind == ExprKind::kParameter) return parameter_value(*expr, context);
  FirstError errors;
  EvalContext own = context;
  own.errors = &errors;
  Evaluator evaluator({expr});
  Batch batch;
  batch.selection = Selection(1);
  const ColumnPtr column = evaluator.evaluate(0, batch, own);
  if (errors.error) return fail(std::move(*errors.error).at(expr->position ? std::optional(expr->position) : std::nullopt));
  return column->value_at(0).with_type(expr->type);
}

}  // namespace leat
