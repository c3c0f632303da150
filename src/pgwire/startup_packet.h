#pragma once
// StartupPacket: the first packets of a connection, the only ones without a type byte.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace leat::pgwire {

inline constexpr size_t kStartupPacketBytesMax =
    10'000;  // with the length word; PostgreSQL's limit
inline constexpr uint32_t kProtocolMajor = 3;
inline constexpr uint32_t kProtocolMinor = 0;
inline constexpr uint32_t kCancelRequestCode = 80877102;
inline constexpr uint32_t kTlsRequestCode = 80877103;
inline constexpr uint32_t kGssRequestCode = 80877104;

struct StartupPacket {
  enum Kind : uint8_t { kStart, kTlsRequest, kGssRequest, kCancelRequest };
  Kind kind = kStart;

  // kCancelRequest
  int32_t pid = 0;
  int32_t secret = 0;

  // kStart
  uint32_t minor = 0;
  std::string user;
  std::string database;  // the user's name if none was given
  std::string application_name;
  std::vector<std::pair<std::string, std::string>> settings;  // all others, `options` cut up
  std::vector<std::string> unknown_options;                   // names beginning with _pq_.
};

// `body`: the packet without its length word.
// Errors: kProtocolViolation, kFeatureNotSupported (protocol version, replication),
// kInvalidAuthorization.
Result<StartupPacket> parse_startup_packet(std::string_view body);

// -c name=value and --name=value, blanks and backslashes escaped by a backslash.
Result<std::vector<std::pair<std::string, std::string>>> parse_command_line_options(
    std::string_view text);

}  // namespace leat::pgwire
