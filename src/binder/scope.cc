#include "binder/scope.h"

#include <algorithm>

#include "base/edit_distance.h"

namespace leat {
namespace {

constexpr size_t kHintsMax = 2;     // of more names that are equally near none is told
constexpr size_t kDistanceMax = 3;  // further names are not meant

struct Near {
  size_t distance;
  std::string text;
};

// Every visible column by its distance to a name; the nearest ones.
void look_for_near(const Scope& scope, std::string_view table, std::string_view name,
                   std::vector<Near>& near) {
  const size_t far = std::min(name.size() / 2, kDistanceMax) + 1;
  for (const ScopeTable& t : scope.tables) {
    const size_t table_distance = table.empty() ? 0 : edit_distance(table, t.alias);
    for (const ScopeName& column : t.columns) {
      if (column.hidden) continue;
      const size_t distance = edit_distance(name, column.name);
      if (distance >= far) continue;
      const size_t total = distance + table_distance;
      if (!near.empty() && total > near[0].distance) continue;
      if (!near.empty() && total < near[0].distance) near.clear();
      near.push_back({total, t.alias.empty() ? column.name : t.alias + "." + column.name});
    }
  }
}

}  // namespace

void Scope::append(const Scope& other, int offset) {
  const auto moved = [offset](ScopeName name) {
    name.column += offset;
    return name;
  };
  for (ScopeTable table : other.tables) {
    for (ScopeName& column : table.columns) column.column += offset;
    tables.push_back(std::move(table));
  }
  for (const ScopeName& name : other.names) names.push_back(moved(name));
  schema.insert(schema.end(), other.schema.begin(), other.schema.end());
}

std::string Scope::column_text(int column) const {
  for (const ScopeTable& table : tables) {
    for (const ScopeName& name : table.columns) {
      if (name.column == column) return table.alias.empty() ? name.name : table.alias + "." + name.name;
    }
  }
  for (const ScopeName& name : names) {
    if (name.column == column) return name.name;
  }
  return schema[column].name;
}

const ScopeTable* Scope::find_table(std::string_view in_schema, std::string_view alias,
                                    bool& ambiguous) const {
  const ScopeTable* found = nullptr;
  for (const ScopeTable& table : tables) {
    if (table.alias != alias || (!in_schema.empty() && table.schema != in_schema)) continue;
    if (found != nullptr) ambiguous = true;
    found = &table;
  }
  return found;
}

Result<std::optional<FoundColumn>> find_column(const Scope* scope, std::string_view name) {
  int depth = 0;
  for (; scope != nullptr; scope = scope->parent, ++depth) {
    int found = -1;
    for (const ScopeName& column : scope->names) {
      if (column.name != name || column.column == found) continue;
      if (found >= 0) return fail(SqlState::kAmbiguousColumn, "column reference \"{}\" is ambiguous", name);
      found = column.column;
    }
    if (found >= 0) return FoundColumn{scope, depth, found};
  }
  return std::nullopt;
}

Result<std::optional<FoundColumn>> find_column(const Scope* scope, std::string_view schema,
                                               std::string_view table, std::string_view name) {
  const auto in_table = TRY(find_table(scope, schema, table));
  if (!in_table) return std::nullopt;
  int found = -1;
  for (const ScopeName& column : in_table->table->columns) {
    if (column.name != name) continue;
    if (found >= 0) return fail(SqlState::kAmbiguousColumn, "column reference \"{}\" is ambiguous", name);
    found = column.column;
  }
  if (found < 0) return std::nullopt;
  return FoundColumn{in_table->scope, in_table->depth, found};
}

Result<std::optional<FoundTable>> find_table(const Scope* scope, std::string_view schema,
                                             std::string_view table) {
  int depth = 0;
  for (; scope != nullptr; scope = scope->parent, ++depth) {
    bool ambiguous = false;
    const ScopeTable* found = scope->find_table(schema, table, ambiguous);
    if (ambiguous) return fail(SqlState::kDuplicateAlias, "table reference \"{}\" is ambiguous", table);
    if (found != nullptr) return FoundTable{scope, depth, found};
  }
  return std::nullopt;
}

Error no_such_column(const Scope* scope, std::string_view table, std::string_view name) {
  Error error = table.empty()
                    ? make_error(SqlState::kUndefinedColumn, "column \"{}\" does not exist", name)
                    : make_error(SqlState::kUndefinedColumn, "column {}.{} does not exist", table, name);
  std::vector<Near> near;
  for (const Scope* s = scope; s != nullptr; s = s->parent) {
    // A column of that name under another table is nearer than any misspelling.
    look_for_near(*s, table, name, near);
  }
  if (near.empty() || near.size() > kHintsMax) return error;
  error.hint = fmt::format("Perhaps you meant to reference the column \"{}\"", near[0].text);
  if (near.size() == 2) error.hint += fmt::format(" or the column \"{}\"", near[1].text);
  error.hint += ".";
  return error;
}

Error no_such_table(const Scope* scope, std::string_view table) {
  for (const Scope* s = scope; s != nullptr; s = s->parent) {
    // The table is there, but under an alias that hides its name.
    for (const ScopeTable& t : s->tables) {
      if (t.relation == nullptr || t.relation->name != table || t.alias == table) continue;
      return make_error(SqlState::kUndefinedTable, "invalid reference to FROM-clause entry for table \"{}\"", table)
          .with_hint(fmt::format("Perhaps you meant to reference the table alias \"{}\".", t.alias));
    }
    bool ambiguous = false;
    const bool here = s->find_table({}, table, ambiguous) != nullptr;
    if (here || (s->beside != nullptr && s->beside->find_table({}, table, ambiguous) != nullptr)) {
      return make_error(SqlState::kUndefinedTable, "invalid reference to FROM-clause entry for table \"{}\"", table)
          .with_hint(fmt::format("There is an entry for table \"{}\", but it cannot be referenced from this part "
                                 "of the query.", table));
    }
  }
  return make_error(SqlState::kUndefinedTable, "missing FROM-clause entry for table \"{}\"", table);
}

}  // namespace leat
