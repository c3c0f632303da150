#include "connector/nats/base_text.h"

namespace leat::nats {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet, int bits_each) {
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<uint8_t>(c);
    have += 8;
    while (have >= bits_each) {
      have -= bits_each;
      out += alphabet[(bits >> have) & ((1u << bits_each) - 1)];
    }
  }
  if (have > 0) out += alphabet[(bits << (bits_each - have)) & ((1u << bits_each) - 1)];
  return out;
}

std::optional<std::string> decode(std::string_view text, std::string_view alphabet, int bits_each) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << bits_each) | static_cast<uint32_t>(value);
    have += bits_each;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> have) & 0xFF);
    }
  }
  return out;
}

}  // namespace

std::string encode_base32(std::string_view bytes) { return encode(bytes, kBase32, 5); }
std::optional<std::string> decode_base32(std::string_view text) { return decode(text, kBase32, 5); }
std::string encode_base64url(std::string_view bytes) { return encode(bytes, kBase64Url, 6); }
std::optional<std::string> decode_base64url(std::string_view text) { return decode(text, kBase64Url, 6); }
std::optional<std::string> decode_base64(std::string_view text) { return decode(text, kBase64, 6); }

uint16_t crc16(std::string_view bytes) {
  uint16_t crc = 0;
  for (const char c : bytes) {
    crc = static_cast<uint16_t>(crc ^ (static_cast<uint8_t>(c) << 8));
    for (int i = 0; i < 8; ++i)
      crc = static_cast<uint16_t>(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
  }
  return crc;
}

}  // namespace leat::nats
