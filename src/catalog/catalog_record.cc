// The stored bytes of a CatalogRecord: docs/internals/catalog.md.
#include <cstring>

#include "catalog/catalog.h"

namespace leat {
namespace {

constexpr uint32_t kMagic = 0x5443414C;  // "LACT"
constexpr uint16_t kVersion = 2;  // 2 adds the zone

template <class T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void put_text(std::string& to, std::string_view text) {
  put(to, static_cast<uint32_t>(text.size()));
  to.append(text);
}

// Reads fields one after the other; once short of bytes it stays `ended`.
struct Reader {
  std::string_view bytes;
  bool ended = false;

  template <class T>
  T get() {
    T value{};
    if (bytes.size() < sizeof value) {
      ended = true;
      return value;
    }
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto size = get<uint32_t>();
    if (ended || bytes.size() < size) {
      ended = true;
      return {};
    }
    std::string out(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return out;
  }
};

}  // namespace

std::string encode_record(const CatalogRecord& record) {
  std::string out;
  put(out, kMagic);
  put(out, kVersion);
  put(out, uint16_t{0});
  put(out, record.id.value);
  put_text(out, record.schema);
  put_text(out, record.sql);
  put(out, record.table.value);
  put(out, record.first_state_table.value);
  put(out, record.state_tables);
  put(out, record.created_micros);
  put(out, record.plan_fingerprint);
  put_text(out, record.extra);
  put_text(out, record.zone);
  return out;
}

Result<CatalogRecord> decode_record(std::string_view bytes) {
  Reader reader{bytes};
  if (reader.get<uint32_t>() != kMagic) return fail(SqlState::kDataCorrupted, "not a catalog record");
  const auto version = reader.get<uint16_t>();
  if (version == 0 || version > kVersion) {
    return fail(SqlState::kDataCorrupted, "catalog record of version {}, this program knows up to {}",
                version, kVersion);
  }
  (void)reader.get<uint16_t>();  // flags: none yet
  CatalogRecord record;
  record.id = ObjectId(reader.get<uint32_t>());
  record.schema = reader.text();
  record.sql = reader.text();
  record.table = TableId(reader.get<uint32_t>());
  record.first_state_table = TableId(reader.get<uint32_t>());
  record.state_tables = reader.get<uint32_t>();
  record.created_micros = reader.get<int64_t>();
  record.plan_fingerprint = reader.get<uint64_t>();
  record.extra = reader.text();
  if (version >= 2) record.zone = reader.text();
  if (reader.ended || !reader.bytes.empty()) {
    return fail(SqlState::kDataCorrupted, "catalog record of {} bytes is cut or too long", bytes.size());
  }
  return record;
}

}  // namespace leat
