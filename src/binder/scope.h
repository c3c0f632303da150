#pragma once
// Scope: the names that an expression may use: the tables and columns of one FROM clause, and those of
// the queries around it. Column numbers are those of the FROM clause's plan.
// Thread: one statement's.

#include <optional>
#include <string>
#include <vector>

#include "catalog/relation.h"
#include "expr/expr.h"

namespace leat {

struct ScopeName {
  std::string name;
  int column = -1;
  bool hidden = false;  // found by its name, but not by *
};

// One entry of FROM: a relation, sub-query, function or time window, under its alias.
struct ScopeTable {
  std::string schema;  // of a relation without an alias
  std::string alias;
  std::vector<ScopeName> columns;
  RelationPtr relation;  // whose primary key may decide the other columns; null: none
  // A function with one column: its alias alone means that column, not a row.
  bool is_scalar = false;
};

struct Scope {
  const Scope* parent = nullptr;  // the query around this one: one level out
  std::vector<ScopeTable> tables;
  std::vector<ScopeName> names;  // what an unqualified name and * find, in the order of *
  Schema schema;                 // of the plan
  // Tables of FROM that stand beside this part of it and may not be used here, for the error's text.
  const Scope* beside = nullptr;

  // Takes over another scope's names, whose plan's columns start at `offset` here.
  void append(const Scope& other, int offset);
  // "t.x" for error messages.
  std::string column_text(int column) const;
  const ScopeTable* find_table(std::string_view schema, std::string_view alias, bool& ambiguous) const;
};

// A column found in a scope, or some levels around it.
struct FoundColumn {
  const Scope* scope = nullptr;
  int depth = 0;
  int column = -1;
};

// Looks for a column along the scopes. Not found is not an error: nullopt. Ambiguous is one.
Result<std::optional<FoundColumn>> find_column(const Scope* scope, std::string_view name);
Result<std::optional<FoundColumn>> find_column(const Scope* scope, std::string_view schema,
                                               std::string_view table, std::string_view name);
// A table along the scopes, with its level.
struct FoundTable {
  const Scope* scope = nullptr;
  int depth = 0;
  const ScopeTable* table = nullptr;
};
Result<std::optional<FoundTable>> find_table(const Scope* scope, std::string_view schema,
                                             std::string_view table);

// The errors for a name that was not found, with PostgreSQL's hints.
Error no_such_column(const Scope* scope, std::string_view table, std::string_view name);
Error no_such_table(const Scope* scope, std::string_view table);

}  // namespace leat
