#pragma once
// ConflictRule: what a new row makes of the row that is there under its key: a table's ON CONFLICT and
// its version columns. One rule for the table's job, which applies it to what arrives, and for a
// transaction, which shows its own rows before they arrive.
// Thread: any; immutable.

#include <string>
#include <string_view>
#include <vector>

#include "plan/on_conflict.h"
#include "types/type.h"

namespace leat {

class ConflictRule {
 public:
  // Of two rows of one key the newer stays by `version_columns`; a NULL version never replaces.
  ConflictRule(OnConflict kind, std::vector<int> version_columns, std::vector<Type> types);

  // False: what is there stays. Rows are packed (PackMode::kExact); `old_row` null: there is none.
  bool resolve(const std::string* old_row, std::string_view new_row, std::string& result) const;
  // Whether a row that is there has a say in what a new one becomes.
  bool reads_old_row() const { return kind_ != OnConflict::kOverwrite || !version_columns_.empty(); }
  // Whether its values go into the result, beyond its being there.
  bool mixes_old_row() const { return kind_ == OnConflict::kDoUpdateIfNotNull || !version_columns_.empty(); }

 private:
  OnConflict kind_;
  std::vector<int> version_columns_;
  std::vector<Type> types_;
};

}  // namespace leat
