#pragma once
// Base32 (nkeys), base64url (tokens), base64 (stored messages' headers) and nkeys' CRC16.
// Decoders answer nothing for text that is none. Thread: any.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat::nats {

std::string encode_base32(std::string_view bytes);  // without padding
std::optional<std::string> decode_base32(std::string_view text);
std::string encode_base64url(std::string_view bytes);  // without padding
std::optional<std::string> decode_base64url(std::string_view text);
std::optional<std::string> decode_base64(std::string_view text);
uint16_t crc16(std::string_view bytes);  // CCITT, start 0

}  // namespace leat::nats
