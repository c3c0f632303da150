#pragma once
// MessageReader: reads the fields of one message's body. After the first field that is not there,
// all further ones are empty, and finish() says so; a body with bytes left over is as wrong. Views
// point into the body.

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "pgwire/wire_buffer.h"

namespace leat::pgwire {

class MessageReader {
 public:
  explicit MessageReader(std::string_view body) : rest_(body) {}

  char byte() { return number<char>(); }
  int16_t int16() { return number<int16_t>(); }
  uint16_t uint16() { return number<uint16_t>(); }
  int32_t int32() { return number<int32_t>(); }
  uint32_t uint32() { return number<uint32_t>(); }

  std::string_view cstring() {
    const size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return bad();
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::string_view bytes(size_t count) {
    if (rest_.size() < count) return bad();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::string_view rest() { return bytes(rest_.size()); }

  bool ok() const { return ok_; }
  size_t size() const { return rest_.size(); }
  Result<> finish() const {
    if (ok_ && rest_.empty()) return {};
    return fail(SqlState::kProtocolViolation, "invalid message format");
  }

 private:
  template <class T>
  T number() {
    if (rest_.size() < sizeof(T)) {
      bad();
      return T{};
    }
    const T value = load_big_endian<T>(rest_.data());
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view bad() {
    ok_ = false;
    rest_ = {};
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace leat::pgwire
