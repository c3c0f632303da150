#include "job/dml_record.h"

#include <algorithm>
#include <cstring>

#include "types/packed_row.h"

namespace leat {
namespace {

constexpr uint8_t kVersion = 1;

template <class T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
bool take(std::string_view& from, T& value) {
  if (from.size() < sizeof value) return false;
  std::memcpy(&value, from.data(), sizeof value);
  from.remove_prefix(sizeof value);
  return true;
}

std::unexpected<Error> damaged() {
  return fail(SqlState::kDataCorrupted, "a record of the DML log is damaged");
}

}  // namespace

std::string encode_dml_record(const std::vector<TableWrite>& writes) {
  std::string record;
  put(record, kVersion);
  put(record, static_cast<uint32_t>(writes.size()));
  for (const TableWrite& write : writes) {
    std::vector<Type> types;
    std::vector<int> columns;
    for (const auto& column : write.changes.columns) {
      columns.push_back(static_cast<int>(types.size()));
      types.push_back(column->type());
    }
    RowPacker packer(types, columns, PackMode::kExact);
    packer.pack(write.changes);
    put(record, write.table.value);
    put(record, static_cast<uint32_t>(packer.size()));
    for (size_t i = 0; i < packer.size(); ++i) {
      put(record, write.changes.weight(write.changes.selection[i]));
      put(record, static_cast<uint32_t>(packer.packed(i).size()));
      record += packer.packed(i);
    }
  }
  return record;
}

Result<std::vector<TableWrite>> decode_dml_record(std::string_view bytes,
                                                  const std::function<const Schema*(ObjectId)>& schema_of) {
  uint8_t version = 0;
  uint32_t tables = 0;
  if (!take(bytes, version) || version != kVersion || !take(bytes, tables)) return damaged();
  std::vector<TableWrite> writes;
  for (uint32_t t = 0; t < tables; ++t) {
    uint32_t id = 0, rows = 0;
    if (!take(bytes, id) || !take(bytes, rows)) return damaged();
    const Schema* schema = schema_of(ObjectId(id));
    RowUnpacker unpacker(schema ? types_of(*schema) : std::vector<Type>{});
    auto weights = std::make_shared<std::vector<int32_t>>();
    for (uint32_t r = 0; r < rows; ++r) {
      int32_t weight = 0;
      uint32_t size = 0;
      if (!take(bytes, weight) || !take(bytes, size) || bytes.size() < size) return damaged();
      if (schema) {
        unpacker.append(bytes.substr(0, size));
        weights->push_back(weight);
      }
      bytes.remove_prefix(size);
    }
    if (!schema) continue;
    TableWrite write{.table = ObjectId(id)};
    write.changes.selection = Selection(unpacker.size());
    write.changes.columns = unpacker.finish();
    write.changes.weights = std::move(weights);
    writes.push_back(std::move(write));
  }
  return writes;
}

void fill_row_ids(Batch& changes, std::atomic<int64_t>& next_row_id) {
  for (ColumnPtr& column : changes.columns) {
    if (!column->type().is(TypeId::kSerial) || !column->may_have_nulls()) continue;
    size_t rows = 0;
    changes.selection.for_each([&](size_t row) { rows = std::max(rows, row + 1); });
    auto filled = std::make_shared<Vector>(column->type(), rows);
    int64_t id = next_row_id.fetch_add(static_cast<int64_t>(changes.size()));
    changes.selection.for_each([&](size_t row) {
      filled->data<int64_t>()[row] = column->is_null(row) ? id++ : column->at<int64_t>(row);
    });
    column = std::move(filled);
  }
}

int64_t row_ids_end(const std::vector<TableWrite>& writes) {
  int64_t end = 0;
  for (const TableWrite& write : writes) {
    for (const ColumnPtr& column : write.changes.columns) {
      if (!column->type().is(TypeId::kSerial)) continue;
      write.changes.selection.for_each([&](size_t row) {
        if (!column->is_null(row)) end = std::max(end, column->at<int64_t>(row) + 1);
      });
    }
  }
  return end;
}

}  // namespace leat
