#pragma once
// Syntax tree back to SQL text, normalised: one line, keywords in upper case, brackets only where
// precedence asks for them, names quoted only where they must be.
// What stays true: parse(to_sql(tree)) prints the same text.

#include "parser/ast.h"

namespace leat::parser {

std::string to_sql(const ast::Expr& expr);
std::string to_sql(const ast::Query& query);
std::string to_sql(const ast::FromItem& item);
std::string to_sql(const ast::TypeName& type);
std::string to_sql(const ast::ObjectName& name);
std::string to_sql(const std::vector<ast::Option>& options);  // (a = 'b', c = SECRET s)
std::string to_sql(const ast::FormatClause& format);          // FORMAT PLAIN ENCODE JSON
std::string to_sql(const ast::Statement& statement);

}  // namespace leat::parser
