#include "parser/grammar.h"
#include "parser/sql_printer.h"

// Queries back to SQL.
namespace leat::parser {

using ast::BodyKind;
using ast::FromKind;

void SqlPrinter::query(const ast::Query& query) {
  if (query.with) with(*query.with);
  body(*query.body, 0);
  if (!query.order_by.empty()) {
    text(" ");
    order_by(query.order_by);
  }
  if (query.limit && !query.with_ties) {
    text(" LIMIT ");
    expr(*query.limit);
  }
  if (query.offset) {
    text(" OFFSET ");
    expr(*query.offset);
  }
  if (query.limit && query.with_ties) {
    text(" FETCH FIRST ");
    expr(*query.limit, kSignPrecedence);
    text(" ROWS WITH TIES");
  }
  if (query.emit_on_window_close) text(" EMIT ON WINDOW CLOSE");
}

void SqlPrinter::with(const ast::With& with) {
  text(with.recursive ? "WITH RECURSIVE " : "WITH ");
  list(with.ctes, [&](const ast::Cte& cte) {
    name(cte.name);
    bracketed_names(cte.columns);
    text(" AS ");
    if (!cte.query) {
      text("CHANGELOG FROM ");
      return object_name(cte.changelog_of);
    }
    if (cte.materialized) text(*cte.materialized ? "MATERIALIZED " : "NOT MATERIALIZED ");
    text("(");
    query(*cte.query);
    text(")");
  });
  text(" ");
}

void SqlPrinter::body(const ast::QueryBody& node, int precedence_min) {
  switch (node.kind) {
    case BodyKind::kSelect:
      return select(ast::as<ast::Select>(node));
    case BodyKind::kValues:
      text("VALUES ");
      return list(ast::as<ast::Values>(node).rows, [&](const std::vector<ast::ExprPtr>& row) {
        text("(");
        exprs(row);
        text(")");
      });
    case BodyKind::kNested:
      text("(");
      query(*ast::as<ast::Nested>(node).query);
      return text(")");
    case BodyKind::kSetOperation:
      break;
  }
  const auto& set = ast::as<ast::SetOperation>(node);
  const int precedence = set.op == ast::SetOperator::kIntersect ? 2 : 1;
  const bool bracket = precedence < precedence_min;
  if (bracket) text("(");
  body(*set.left, precedence);
  switch (set.op) {
    case ast::SetOperator::kUnion:
      text(" UNION ");
      break;
    case ast::SetOperator::kIntersect:
      text(" INTERSECT ");
      break;
    case ast::SetOperator::kExcept:
      text(" EXCEPT ");
      break;
  }
  if (set.all) text("ALL ");
  body(*set.right, precedence + 1);
  if (bracket) text(")");
}

void SqlPrinter::select(const ast::Select& node) {
  text("SELECT");
  if (!node.distinct_on.empty()) {
    text(" DISTINCT ON (");
    exprs(node.distinct_on);
    text(")");
  } else if (node.distinct) {
    text(" DISTINCT");
  }
  if (!node.items.empty()) text(" ");
  select_items(node.items);
  if (!node.from.empty()) {
    text(" FROM ");
    from_list(node.from);
  }
  if (node.where) {
    text(" WHERE ");
    expr(*node.where);
  }
  if (!node.group_by.empty()) {
    text(node.group_by_distinct ? " GROUP BY DISTINCT " : " GROUP BY ");
    list(node.group_by, [&](const ast::GroupItem& item) { group_item(item); });
  }
  if (node.having) {
    text(" HAVING ");
    expr(*node.having);
  }
  if (!node.windows.empty()) {
    text(" WINDOW ");
    list(node.windows, [&](const ast::NamedWindow& window) {
      name(window.name);
      text(" AS ");
      window_spec(window.spec);
    });
  }
}

void SqlPrinter::select_items(const std::vector<ast::SelectItem>& items) {
  list(items, [&](const ast::SelectItem& item) {
    expr(*item.expr);
    if (!item.alias) return;
    text(" AS ");
    name(*item.alias);
  });
}

void SqlPrinter::group_item(const ast::GroupItem& item) {
  switch (item.kind) {
    case ast::GroupKind::kExpr:
      return expr(*item.expr);
    case ast::GroupKind::kEmpty:
      return text("()");
    case ast::GroupKind::kRollup:
      text("ROLLUP (");
      break;
    case ast::GroupKind::kCube:
      text("CUBE (");
      break;
    case ast::GroupKind::kSets:
      text("GROUPING SETS (");
      break;
  }
  list(item.items, [&](const ast::GroupItem& inner) { group_item(inner); });
  text(")");
}

void SqlPrinter::from_list(const std::vector<ast::FromItemPtr>& items) {
  list(items, [&](const ast::FromItemPtr& item) { from_item(*item); });
}

void SqlPrinter::from_item(const ast::FromItem& item) {
  if (item.kind != FromKind::kJoin && item.lateral) text("LATERAL ");
  switch (item.kind) {
    case FromKind::kRelation: {
      const auto& relation = ast::as<ast::FromRelation>(item);
      object_name(relation.name);
      if (relation.as_of_proctime) text(" FOR SYSTEM_TIME AS OF PROCTIME()");
      if (relation.as_of) {
        text(" FOR SYSTEM_TIME AS OF ");
        expr(*relation.as_of);
      }
      break;
    }
    case FromKind::kSubquery:
      text("(");
      query(*ast::as<ast::FromSubquery>(item).query);
      text(")");
      break;
    case FromKind::kFunction: {
      const auto& function = ast::as<ast::FromFunction>(item);
      const bool rows_from = function.calls.size() > 1;
      if (rows_from) text("ROWS FROM (");
      list(function.calls, [&](const std::unique_ptr<ast::FunctionCall>& one) { call(*one); });
      if (rows_from) text(")");
      if (function.with_ordinality) text(" WITH ORDINALITY");
      break;
    }
    case FromKind::kTimeWindow: {
      const auto& window = ast::as<ast::FromTimeWindow>(item);
      text(window.window == ast::TimeWindowKind::kTumble ? "TUMBLE(" : "HOP(");
      from_item(*window.input);
      for (const ast::ExprPtr& argument : window.arguments) {
        text(", ");
        expr(*argument);
      }
      text(")");
      break;
    }
    case FromKind::kJoin:
      if (!item.alias) return join(ast::as<ast::Join>(item));
      text("(");
      join(ast::as<ast::Join>(item));
      text(")");
      break;
  }
  alias(item.alias);
}

void SqlPrinter::join(const ast::Join& node) {
  from_item(*node.left);
  text(node.natural ? " NATURAL" : "");
  switch (node.join) {
    case ast::JoinKind::kInner:
      text(" JOIN ");
      break;
    case ast::JoinKind::kLeft:
      text(" LEFT JOIN ");
      break;
    case ast::JoinKind::kRight:
      text(" RIGHT JOIN ");
      break;
    case ast::JoinKind::kFull:
      text(" FULL JOIN ");
      break;
    case ast::JoinKind::kCross:
      text(" CROSS JOIN ");
      break;
    case ast::JoinKind::kAsofInner:
      text(" ASOF JOIN ");
      break;
    case ast::JoinKind::kAsofLeft:
      text(" ASOF LEFT JOIN ");
      break;
  }
  const bool bracket = node.right->kind == FromKind::kJoin && !node.right->alias;
  if (bracket) text("(");
  from_item(*node.right);
  if (bracket) text(")");
  if (node.on) {
    text(" ON ");
    expr(*node.on);
  } else if (!node.using_columns.empty()) {
    text(" USING");
    bracketed_names(node.using_columns);
  }
}

void SqlPrinter::alias(const std::optional<ast::TableAlias>& alias) {
  if (!alias) return;
  text(" AS ");
  name(alias->name);
  if (alias->columns.empty()) return;
  text(" (");
  for (size_t i = 0; i < alias->columns.size(); ++i) {
    if (i > 0) text(", ");
    name(alias->columns[i]);
    if (alias->types.empty()) continue;
    text(" ");
    type(alias->types[i]);
  }
  text(")");
}

}  // namespace leat::parser
