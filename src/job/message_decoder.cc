#include "job/message_decoder.h"

#include "expr/evaluator.h"
#include "types/packed_row.h"

namespace leat {

Result<std::unique_ptr<MessageDecoder>> MessageDecoder::make(const Relation& relation,
                                                             std::atomic<int64_t>* next_row_id) {
  std::unique_ptr<MessageDecoder> made(new MessageDecoder());
  made->next_row_id_ = next_row_id;
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    const ColumnDefinition& column = relation.columns[i];
    if (!column.generated_sql.empty()) {
      // A source's readers compute generated columns themselves and never look here.
      if (relation.kind == RelationKind::kSource) made->slots_.push_back({.kind = Slot::kAbsent});
      continue;
    }
    Slot slot{.kind = Slot::kDecoded, .type = column.type, .field = column.include_field};
    if (column.include == "partition") {
      slot.kind = Slot::kPartition;
    } else if (column.include == "offset") {
      slot.kind = Slot::kOffset;
    } else if (column.include == "subject") {
      slot.kind = Slot::kSubject;
    } else if (column.include == "timestamp") {
      slot.kind = Slot::kTimestamp;
    } else if (column.include == "header") {
      slot.kind = column.include_field.empty() ? Slot::kHeaders : Slot::kHeader;
      made->needs_headers_ = true;
    } else if (column.hidden && column.type.is(TypeId::kSerial)) {
      slot.kind = Slot::kRowId;
    } else {
      slot.decoded = static_cast<int>(made->decode_columns_.size());
      const bool in_key = relation.declared_primary_key &&
                          std::ranges::find(relation.key, static_cast<int>(i)) != relation.key.end();
      DecodeColumn decode{.name = column.name, .type = column.type, .not_null = column.not_null || in_key,
                          .whole_payload = column.include == "payload"};
      if (column.default_expr) {
        EvalContext context;
        const TimeZone utc;
        context.zone = &utc;
        decode.default_value = TRY(evaluate_constant(column.default_expr, context));
      }
      made->decode_columns_.push_back(std::move(decode));
    }
    made->slots_.push_back(std::move(slot));
  }
  const FormatRow* format = TRY(find_format(relation.format.format.empty() ? "PLAIN" : relation.format.format,
                                            relation.format.encode.empty() ? "JSON" : relation.format.encode));
  if (format->make_decoder == nullptr) {
    return fail(SqlState::kFeatureNotSupported, "a source cannot read FORMAT {} ENCODE {}", format->format,
                format->encode);
  }
  std::vector<std::pair<std::string, std::string>> given;
  for (const auto& option : relation.format.options) given.emplace_back(option.name, option.value);
  const FormatOptions options = TRY(check_format_options(*format, format->decode_options, given));
  made->decoder_ = TRY(format->make_decoder({.columns = made->decode_columns_, .options = options}));
  return made;
}

Batch MessageDecoder::decode(const RawBatch& raw, std::string_view split) {
  payloads_.resize(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) payloads_[i] = raw.payload(i);
  decoder_->decode(payloads_, decoded_);
  Batch batch;
  batch.selection = Selection(decoded_.rows());
  for (const Slot& slot : slots_) {
    batch.columns.push_back(slot.kind == Slot::kDecoded  ? decoded_.columns[slot.decoded]
                            : slot.kind == Slot::kAbsent ? nullptr
                                                         : include_column(slot, raw, split));
  }
  return batch;
}

ColumnPtr MessageDecoder::include_column(const Slot& slot, const RawBatch& raw, std::string_view split) const {
  const size_t n = decoded_.rows();
  if (slot.kind == Slot::kPartition) return Vector::constant(Value::varchar(std::string(split)));
  auto column = std::make_shared<Vector>(slot.type, n);
  int64_t row_id = slot.kind == Slot::kRowId ? next_row_id_->fetch_add(static_cast<int64_t>(n)) : 0;
  for (size_t i = 0; i < n; ++i) {
    const size_t message = decoded_.messages[i];
    switch (slot.kind) {
      case Slot::kRowId: column->data<int64_t>()[i] = row_id++; break;
      case Slot::kOffset: column->set_string(i, raw.offset_text(message)); break;
      case Slot::kSubject: column->set_string(i, raw.subject(message)); break;
      case Slot::kTimestamp: column->data<int64_t>()[i] = raw.time_us(message); break;
      case Slot::kHeader: {
        const auto value = find_header(raw.headers(message), slot.field);
        if (value) {
          column->set_string(i, *value);
        } else {
          column->set_null_value(i);
        }
        break;
      }
      default: {
        std::vector<Value> headers;
        const Type element = slot.type.element();
        for (const auto& [key, value] : split_headers(raw.headers(message))) {
          const Value fields[] = {Value::varchar(std::string(key)), Value(TypeId::kBytea, std::string(value))};
          headers.push_back(Value(element, pack_values(fields)));
        }
        column->set_value(i, Value(slot.type, pack_list(headers)));
      }
    }
  }
  return column;
}

}  // namespace leat
