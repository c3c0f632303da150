#include "connector/nats/nats_credentials.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <optional>
#include <vector>

#include "connector/nats/base_text.h"
#include "connector/nats/json_text.h"

namespace leat::nats {
namespace {

constexpr uint8_t kPrefixSeed = 18 << 3;  // 'S'
constexpr uint8_t kPrefixUser = 20 << 3;  // 'U'
constexpr size_t kKeyBytes = 32;

std::unexpected<Error> bad(std::string message, std::string hint) {
  return fail(Error{.code = SqlState::kInvalidAuthorization, .message = std::move(message)}.with_hint(std::move(hint)));
}

constexpr const char* kSeedHint = "Option \"nkey\" is the user's seed text; it starts with \"SU\".";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Result<Key> key_of_seed(std::string_view seed) {
  const auto raw = decode_base32(seed);
  if (!raw || raw->size() != 2 + kKeyBytes + 2) return bad("the nkey is not a seed", kSeedHint);
  const auto byte = [&](size_t i) { return static_cast<uint8_t>((*raw)[i]); };
  const uint16_t sum = static_cast<uint16_t>(byte(raw->size() - 2) | (byte(raw->size() - 1) << 8));
  if (crc16(std::string_view(*raw).substr(0, raw->size() - 2)) != sum)
    return bad("the nkey is damaged: its checksum is wrong", kSeedHint);
  const uint8_t kind = static_cast<uint8_t>(((byte(0) & 7) << 5) | ((byte(1) & 0xF8) >> 3));
  if ((byte(0) & 0xF8) != kPrefixSeed || kind != kPrefixUser) return bad("the nkey is not a user's seed", kSeedHint);
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                       reinterpret_cast<const unsigned char*>(raw->data()) + 2, kKeyBytes),
          &EVP_PKEY_free);
  if (!key) return bad("the nkey is not a usable key", kSeedHint);
  return key;
}

Result<JsonValue> claims_of(std::string_view jwt) {
  const size_t first = jwt.find('.');
  const size_t second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
  const std::string hint = "Option \"jwt\" is the token's text: three parts separated by dots.";
  if (second == std::string_view::npos) return bad("the jwt is not a JSON web token", hint);
  const auto bytes = decode_base64url(jwt.substr(first + 1, second - first - 1));
  if (!bytes) return bad("the jwt is not a JSON web token", hint);
  auto claims = parse_json(*bytes);
  if (!claims || !claims->is(JsonValue::Kind::kObject)) return bad("the jwt is not a JSON web token", hint);
  return std::move(*claims);
}

}  // namespace

Result<std::string> user_key_of_seed(std::string_view seed) {
  const Key key = TRY(key_of_seed(seed));
  std::string packed(1 + kKeyBytes, '\0');
  packed[0] = static_cast<char>(kPrefixUser);
  size_t size = kKeyBytes;
  if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(packed.data()) + 1, &size) != 1)
    return bad("the nkey is not a usable key", kSeedHint);
  const uint16_t check = crc16(packed);
  packed += static_cast<char>(check & 0xFF);
  packed += static_cast<char>(check >> 8);
  return encode_base32(packed);
}

Result<std::string> sign_with_seed(std::string_view seed, std::string_view text) {
  const Key key = TRY(key_of_seed(seed));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    return bad("the nkey cannot sign", kSeedHint);
  return signature;
}

Result<void> check_credential(std::string_view jwt, std::string_view nkey) {
  const std::string user = TRY(user_key_of_seed(nkey));
  const JsonValue claims = TRY(claims_of(jwt));
  const std::string& subject = claims["sub"].text;
  if (!subject.starts_with('U'))
    return bad("the jwt is not a user's token", "It must be the JWT of a user, not of an account or operator.");
  if (subject != user)
    return bad("the nkey does not belong to the jwt",
               fmt::format("The jwt is of user {}, the nkey of user {}.", subject, user));
  return {};
}

std::string credential_hint(std::string_view jwt, std::string_view nkey) {
  const auto claims = claims_of(jwt);
  if (!claims || !user_key_of_seed(nkey)) return {};
  const int64_t expires = (*claims)["exp"].integer();
  if (expires != 0)
    return fmt::format("The jwt's expiry is Unix second {}; an expired token is refused.", expires);
  return "The nkey belongs to the jwt: the server does not know the account that signed the token, or the user was revoked.";
}

}  // namespace leat::nats
