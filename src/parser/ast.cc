#include "parser/ast.h"

// The destructors that need both expressions and queries to be complete.
namespace leat::ast {

Expr::~Expr() = default;
FromItem::~FromItem() = default;
QueryBody::~QueryBody() = default;
Statement::~Statement() = default;
In::~In() = default;
Quantified::~Quantified() = default;
Subquery::~Subquery() = default;
FromSubquery::~FromSubquery() = default;
Nested::~Nested() = default;

}  // namespace leat::ast
