#include "base/check.h"
#include "system_catalog/system_catalog.h"

namespace leat {

RowBuilder::RowBuilder(const Schema& schema) : schema_(schema) {}

RowBuilder& RowBuilder::add(Value value) {
  const Field& column = schema_[values_.size() % schema_.size()];
  CHECK(value.is_null() || value.type().physical() == column.type.physical(), "column {} is {}, not {}", column.name,
        column.type.name(), value.type().name());
  values_.push_back(value.is_null() ? Value::null(column.type) : value.with_type(column.type));
  return *this;
}

RowBuilder& RowBuilder::add(std::string_view text) { return add(Value::varchar(std::string(text))); }
RowBuilder& RowBuilder::add(bool value) { return add(Value::boolean(value)); }
RowBuilder& RowBuilder::add_null() { return add(Value()); }

RowBuilder& RowBuilder::add(int64_t value) {
  const Field& column = schema_[values_.size() % schema_.size()];
  switch (column.type.physical()) {
    case Physical::kInt16:
    case Physical::kInt32:
    case Physical::kInt64: values_.push_back(Value(column.type, value)); return *this;
    default: return add(static_cast<double>(value));
  }
}

RowBuilder& RowBuilder::add(double value) {
  const Field& column = schema_[values_.size() % schema_.size()];
  const bool is_float = column.type.is(TypeId::kFloat32) || column.type.is(TypeId::kFloat64);
  CHECK(is_float, "column {} is {}, not a number", column.name, column.type.name());
  values_.push_back(Value(column.type, value));
  return *this;
}

Batch RowBuilder::finish() {
  const size_t width = schema_.size();
  CHECK(values_.size() % width == 0, "{} values for rows of {} columns", values_.size(), width);
  const size_t rows = values_.size() / width;
  Batch batch;
  for (size_t c = 0; c < width; ++c) {
    auto column = std::make_shared<Vector>(schema_[c].type, rows);
    for (size_t r = 0; r < rows; ++r) column->set_value(r, values_[r * width + c]);
    batch.columns.push_back(std::move(column));
  }
  batch.selection = Selection(rows);
  values_.clear();
  return batch;
}

}  // namespace leat
