#pragma once
// Functions that give rows: generate_series, unnest, jsonb_array_elements ... in FROM and in the
// select list. A call is run in slices, so that a long series needs no memory for all of it. Rows
// of the table are constants and live for ever. Thread: any; a cursor belongs to one.

#include <span>
#include <string_view>
#include <vector>

#include "expr/function.h"

namespace leat {

// How far a call has come: input row (in selection order), and rows of it that are out already.
struct TableCursor {
  size_t input = 0;
  uint64_t step = 0;
};

// Rows that came out, with the physical input row that each belongs to (in input order, so equal
// inputs stand together).
class TableRows {
 public:
  explicit TableRows(const Type& type) : values_(std::make_shared<Vector>(type, 0)) {}
  size_t size() const { return inputs_.size(); }
  // Adds a row and gives its index in values().
  size_t add(size_t input_row) {
    if (size() == values_->size()) values_->grow(std::max<size_t>(64, values_->size() * 2));
    inputs_.push_back(static_cast<uint32_t>(input_row));
    return size() - 1;
  }
  Vector& values() { return *values_; }
  // The values, cut to size(); and the input rows.
  VectorPtr finish() {
    values_->shrink(size());
    return values_;
  }
  std::vector<uint32_t>& inputs() { return inputs_; }

 private:
  VectorPtr values_;
  std::vector<uint32_t> inputs_;
};

struct TableFunction;

struct TableCall {
  EvalContext& context;
  const TableFunction& function;
  std::span<const Vector* const> args;
  const Selection& rows;
  TableCursor& cursor;
  size_t rows_max;  // about so many rows in this slice
  TableRows& out;

  void error(size_t row, SqlState code, std::string message) const {
    context.row_error(row, Error{.code = code, .message = std::move(message)});
  }
};

struct TableFunction {
  std::string_view name;
  Signature args;
  TypeSpec result;  // of one row: a struct if the function has several columns
  // Advances the cursor; done when cursor.input == rows.size(). A NULL argument gives no rows.
  void (*kernel)(const TableCall& call) = nullptr;
  std::string_view doc;
  std::string_view example;                                   // "generate_series(1, 3) -> 1, 2, 3"
  Type (*result_type)(std::span<const Type> args) = nullptr;  // for TypeSpec::kRule
  // The column names in FROM; empty: one column named as the function.
  std::span<const std::string_view> columns = {};
};

std::span<const TableFunction> table_functions();
std::vector<const TableFunction*> table_functions_named(std::string_view name);

}  // namespace leat
