#pragma once
// The syntax tree of a statement: what the text says, before any name is looked up.
//   ast_expr.h       names, types, expressions
//   ast_query.h      SELECT and what stands in FROM
//   ast_statement.h  everything that can be executed
// Every node is a plain struct with a `position`: the byte offset of its first character in the
// text that was parsed (Binary and the like: of the operator, as PostgreSQL reports it). Kinds with
// variants derive from Expr, FromItem, QueryBody or Statement and are told apart by `kind`:
//
//   switch (expr.kind) {
//     case ast::ExprKind::kLiteral: return bind(ast::as<ast::Literal>(expr)); ...
//
// Children are never null unless the comment says "may be null". Trees own all their text and are
// at most kTreeHeightMax (parser.h) high, so recursion over them is bounded.
// Thread: values; no shared state.

#include "parser/ast_expr.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"
