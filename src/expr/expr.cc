#include "expr/expr.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/hash.h"

namespace leat {
namespace {

// Calls f with a reference to every child pointer that is set. E is Expr or const Expr.
template <class E, class F>
void each_child(E& expr, F&& f) {
  const auto visit = [&f](auto& child) {
    if (child != nullptr) f(child);
  };
  for (auto& arg : expr.args) visit(arg);
  visit(expr.filter);
  for (auto& item : expr.order_by) visit(item.expr);
  for (auto& part : expr.partition_by) visit(part);
  visit(expr.frame.start.offset);
  visit(expr.frame.end.offset);
}

bool same(const ExprPtr& a, const ExprPtr& b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  return expr_equal(*a, *b);
}

bool same_all(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool same_order(const std::vector<SortItem>& a, const std::vector<SortItem>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SortItem& x, const SortItem& y) {
    return x.descending == y.descending && x.nulls_first == y.nulls_first && same(x.expr, y.expr);
  });
}

bool same_frame(const WindowFrame& a, const WindowFrame& b) {
  return a.unit == b.unit && a.start.kind == b.start.kind && a.end.kind == b.end.kind &&
         same(a.start.offset, b.start.offset) && same(a.end.offset, b.end.offset);
}

// 1.0 and 1.00 are equal values but not the same literal: they print differently.
bool same_literal(const Value& a, const Value& b) {
  if (!(a.type() == b.type()) || a.is_null() != b.is_null()) return false;
  if (a.is_null()) return true;
  return a == b && (!a.type().is(TypeId::kNumeric) || a.to_text() == b.to_text());
}

ExprPtr make_logic(ExprKind kind, std::vector<ExprPtr> args) {
  std::vector<ExprPtr> flat;
  for (ExprPtr& arg : args) {
    if (arg->kind == kind) {
      flat.insert(flat.end(), arg->args.begin(), arg->args.end());
    } else {
      flat.push_back(std::move(arg));
    }
  }
  if (flat.size() == 1) return flat.front();
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->type = TypeId::kBoolean;
  expr->args = std::move(flat);
  return expr;
}

bool is_operator_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of("+-*/<>=~!@#%^&|?") == std::string_view::npos;
}

std::string literal_text(const Value& value) {
  if (value.is_null()) return "NULL";
  switch (value.type().id()) {
    case TypeId::kBoolean: return value.as_bool() ? "true" : "false";
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kNumeric:
    case TypeId::kFloat32:
    case TypeId::kFloat64: return value.to_text();
    default: break;
  }
  std::string quoted = "'";
  for (const char c : value.to_text()) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  quoted += '\'';
  if (!value.type().is(TypeId::kVarchar) && !value.type().is(TypeId::kUnknown)) {
    quoted += "::" + value.type().name();
  }
  return quoted;
}

class TextWriter {
 public:
  explicit TextWriter(std::span<const std::string> names) : names_(names) {}

  std::string text(const Expr& e) const {
    switch (e.kind) {
      case ExprKind::kColumn:
        if (e.column >= 0 && static_cast<size_t>(e.column) < names_.size()) return names_[e.column];
        return fmt::format("${}", e.column);
      case ExprKind::kOuterColumn: return fmt::format("outer{}.${}", e.depth, e.column);
      case ExprKind::kLiteral: return literal_text(e.literal);
      case ExprKind::kParameter: return fmt::format("parameter({})", e.column + 1);
      case ExprKind::kCall: return call(e);
      case ExprKind::kAnd: return "(" + list(e.args, " AND ") + ")";
      case ExprKind::kOr: return "(" + list(e.args, " OR ") + ")";
      case ExprKind::kCase: return branches(e);
      case ExprKind::kCoalesce: return "coalesce(" + list(e.args, ", ") + ")";
      case ExprKind::kInList:
        return fmt::format("({} {}IN ({}))", text(*e.args[0]), e.negated ? "NOT " : "",
                           list(std::span(e.args).subspan(1), ", "));
      case ExprKind::kSubquery: return subquery(e);
      case ExprKind::kAggregate:
      case ExprKind::kWindow: return aggregate(e);
    }
    UNREACHABLE();
  }

 private:
  std::string list(std::span<const ExprPtr> args, std::string_view between) const {
    std::string out;
    for (const ExprPtr& arg : args) {
      if (&arg != args.data()) out += between;
      out += text(*arg);
    }
    return out;
  }

  std::string call(const Expr& e) const {
    const std::string_view name = e.function->name;
    if (name == "cast") return fmt::format("{}::{}", text(*e.args[0]), e.type.name());
    if (is_operator_name(name) && e.args.size() == 2) {
      return fmt::format("({} {} {})", text(*e.args[0]), name, text(*e.args[1]));
    }
    if (is_operator_name(name) && e.args.size() == 1) return fmt::format("({}{})", name, text(*e.args[0]));
    return fmt::format("{}({})", name, list(e.args, ", "));
  }

  std::string branches(const Expr& e) const {
    std::string out = "CASE";
    for (size_t i = 0; i + 1 < e.args.size(); i += 2) {
      out += fmt::format(" WHEN {} THEN {}", text(*e.args[i]), text(*e.args[i + 1]));
    }
    return out + " ELSE " + text(*e.args.back()) + " END";
  }

  std::string subquery(const Expr& e) const {
    const std::string_view no = e.negated ? "NOT " : "";
    switch (e.subquery_kind) {
      case SubqueryKind::kScalar: return "(subquery)";
      case SubqueryKind::kExists: return fmt::format("{}EXISTS (subquery)", no);
      case SubqueryKind::kIn: return fmt::format("({} {}IN (subquery))", text(*e.args[0]), no);
      case SubqueryKind::kAny:
      case SubqueryKind::kAll:
        return fmt::format("({} {} {} (subquery))", text(*e.args[0]), e.function->name,
                           e.subquery_kind == SubqueryKind::kAny ? "ANY" : "ALL");
      case SubqueryKind::kArray: return "ARRAY(subquery)";
    }
    UNREACHABLE();
  }

  std::string order(const std::vector<SortItem>& items) const {
    std::string out;
    for (const SortItem& item : items) {
      if (!out.empty()) out += ", ";
      out += text(*item.expr);
      if (item.descending) out += " DESC";
      if (item.nulls_first != item.descending) out += item.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
    return out;
  }

  std::string aggregate(const Expr& e) const {
    std::string args = e.args.empty() && e.name == "count" ? "*" : list(e.args, ", ");
    if (e.distinct) args = "DISTINCT " + args;
    if (e.kind == ExprKind::kAggregate && !e.order_by.empty()) args += " ORDER BY " + order(e.order_by);
    std::string out = fmt::format("{}({})", e.name, args);
    if (e.filter != nullptr) out += fmt::format(" FILTER (WHERE {})", text(*e.filter));
    if (e.kind == ExprKind::kAggregate) return out;
    std::string over;
    if (!e.partition_by.empty()) over += "PARTITION BY " + list(e.partition_by, ", ");
    if (!e.order_by.empty()) over += (over.empty() ? "" : " ") + ("ORDER BY " + order(e.order_by));
    return out + " OVER (" + over + ")";
  }

  std::span<const std::string> names_;
};

}  // namespace

ExprPtr make_column(int column, Type type) {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kColumn;
  expr->type = std::move(type);
  expr->column = column;
  return expr;
}

ExprPtr make_literal(Value value) {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kLiteral;
  expr->type = value.type();
  expr->literal = std::move(value);
  return expr;
}

ExprPtr make_call(const ScalarFunction* function, Type type, std::vector<ExprPtr> args,
                  uint32_t position) {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kCall;
  expr->type = std::move(type);
  expr->function = function;
  expr->args = std::move(args);
  expr->position = position;
  return expr;
}

ExprPtr make_and(std::vector<ExprPtr> args) {
  std::erase_if(args, [](const ExprPtr& arg) { return arg == nullptr || is_true_literal(*arg); });
  if (args.empty()) return make_literal(Value::boolean(true));
  return make_logic(ExprKind::kAnd, std::move(args));
}

ExprPtr make_or(std::vector<ExprPtr> args) {
  if (args.empty()) return make_literal(Value::boolean(false));
  return make_logic(ExprKind::kOr, std::move(args));
}

bool is_true_literal(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral && expr.type.is(TypeId::kBoolean) &&
         !expr.literal.is_null() && expr.literal.as_bool();
}

bool expr_equal(const Expr& a, const Expr& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || !(a.type == b.type)) return false;
  switch (a.kind) {
    case ExprKind::kColumn:
    case ExprKind::kParameter: return a.column == b.column;
    case ExprKind::kOuterColumn: return a.column == b.column && a.depth == b.depth;
    case ExprKind::kLiteral: return same_literal(a.literal, b.literal);
    default: break;
  }
  return a.function == b.function && a.negated == b.negated && a.aggregate == b.aggregate &&
         a.window_function == b.window_function && a.distinct == b.distinct &&
         a.subquery_kind == b.subquery_kind && a.subquery == b.subquery && same_all(a.args, b.args) &&
         same(a.filter, b.filter) && same_order(a.order_by, b.order_by) &&
         same_all(a.partition_by, b.partition_by) && same_frame(a.frame, b.frame);
}

size_t expr_hash(const Expr& expr) {
  uint64_t h = hash_int(static_cast<uint64_t>(expr.kind));
  h = hash_combine(h, hash_int(static_cast<uint64_t>(expr.type.id())));
  h = hash_combine(h, hash_int(static_cast<uint64_t>(expr.column)));
  h = hash_combine(h, hash_int(reinterpret_cast<uintptr_t>(expr.function)));
  if (expr.kind == ExprKind::kLiteral && !expr.literal.is_null()) {
    const std::string text = expr.literal.to_text();
    h = hash_combine(h, hash_bytes(text.data(), text.size()));
  }
  each_child(expr, [&h](const ExprPtr& child) { h = hash_combine(h, expr_hash(*child)); });
  return h;
}

void for_each_expr(const Expr& expr, const std::function<void(const Expr&)>& f) {
  f(expr);
  each_child(expr, [&f](const ExprPtr& child) { for_each_expr(*child, f); });
}

ExprPtr rewrite_expr(const ExprPtr& expr, const std::function<ExprPtr(const ExprPtr&)>& f) {
  // Copied only when a child has changed.
  std::shared_ptr<Expr> copy;
  std::vector<ExprPtr> rebuilt;
  bool changed = false;
  each_child(*expr, [&](const ExprPtr& child) {
    rebuilt.push_back(rewrite_expr(child, f));
    changed |= rebuilt.back() != child;
  });
  if (!changed) return f(expr);
  copy = std::make_shared<Expr>(*expr);
  size_t i = 0;
  each_child(*copy, [&](ExprPtr& child) { child = std::move(rebuilt[i++]); });
  return f(copy);
}

ExprPtr remap_columns(const ExprPtr& expr, std::span<const int> map) {
  return rewrite_expr(expr, [map](const ExprPtr& e) -> ExprPtr {
    if (e->kind != ExprKind::kColumn) return e;
    const size_t from = static_cast<size_t>(e->column);
    CHECK(from < map.size() && map[from] >= 0, "column {} has no place in the new input", from);
    if (map[from] == e->column) return e;
    auto copy = std::make_shared<Expr>(*e);
    copy->column = map[from];
    return copy;
  });
}

ExprPtr substitute_columns(const ExprPtr& expr, std::span<const ExprPtr> columns) {
  return rewrite_expr(expr, [columns](const ExprPtr& e) -> ExprPtr {
    if (e->kind != ExprKind::kColumn) return e;
    CHECK(static_cast<size_t>(e->column) < columns.size(), "column {} of {}", e->column, columns.size());
    return columns[e->column];
  });
}

std::vector<int> columns_of(const Expr& expr) {
  std::set<int> columns;
  for_each_expr(expr, [&columns](const Expr& e) {
    if (e.kind == ExprKind::kColumn) columns.insert(e.column);
  });
  return {columns.begin(), columns.end()};
}

bool has_volatile(const Expr& expr) {
  bool found = false;
  for_each_expr(expr, [&found](const Expr& e) {
    found |= e.function != nullptr && e.function->volatility == Volatility::kVolatile;
  });
  return found;
}

bool has_kind(const Expr& expr, ExprKind kind) {
  bool found = false;
  for_each_expr(expr, [&found, kind](const Expr& e) { found |= e.kind == kind; });
  return found;
}

std::string expr_text(const Expr& expr, std::span<const std::string> names) {
  return TextWriter(names).text(expr);
}

}  // namespace leat
