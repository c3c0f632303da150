#pragma once
// definition: from a CREATE statement's text to a planned relation, for CREATE and for recovery alike.
// Thread: any.

#include "catalog/catalog.h"
#include "job/engine.h"
#include "parser/ast.h"

namespace leat {

struct DefinitionContext {
  CatalogPtr catalog;
  std::vector<std::string> search_path;
  TimeZone zone;
  Engine::Ids ids;
  int64_t created_micros = 0;
};

struct Definition {
  PlannedRelation planned;
  bool if_not_exists = false;
  bool or_replace = false;
  std::optional<BoundQuery> fill_from;  // CREATE TABLE AS: the rows to begin with
};

// `sql` is the text that the tree's positions count in; `text` the statement's own part of it.
Result<Definition> define(const ast::Statement& create, std::string_view sql, std::string_view text,
                          const DefinitionContext& context);

// A relation as its catalog record says; what Engine calls on recovery.
Result<PlannedRelation> rebuild_relation(const CatalogRecord& record, const CatalogPtr& catalog);

}  // namespace leat
