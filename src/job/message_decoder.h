#pragma once
// MessageDecoder: raw messages to a relation's rows: the format's columns, the INCLUDE columns from
// what the connector knows of a message, and the hidden row id.
// Thread: one per ingest thread.

#include <atomic>
#include <memory>

#include "catalog/relation.h"
#include "connector/raw_batch.h"
#include "format/format.h"

namespace leat {

class MessageDecoder {
 public:
  static Result<std::unique_ptr<MessageDecoder>> make(const Relation& relation,
                                                      std::atomic<int64_t>* next_row_id);
  bool needs_headers() const { return needs_headers_; }
  // The relation's columns without generated ones (of a source: null in their places). What went wrong is in last().
  Batch decode(const RawBatch& raw, std::string_view split);
  const DecodedBatch& last() const { return decoded_; }
  // The name of the format's column i, for messages about NULLed values.
  const std::string& column_name(size_t i) const { return decode_columns_[i].name; }

 private:
  struct Slot {
    enum Kind : uint8_t { kDecoded, kPartition, kOffset, kSubject, kTimestamp, kHeader, kHeaders, kRowId, kAbsent };
    Kind kind;
    int decoded = -1;
    Type type;
    std::string field;
  };
  MessageDecoder() = default;
  ColumnPtr include_column(const Slot& slot, const RawBatch& raw, std::string_view split) const;

  std::vector<Slot> slots_;
  std::vector<DecodeColumn> decode_columns_;
  std::unique_ptr<Decoder> decoder_;
  DecodedBatch decoded_;
  std::vector<std::string_view> payloads_;
  std::atomic<int64_t>* next_row_id_ = nullptr;
  bool needs_headers_ = false;
};

}  // namespace leat
