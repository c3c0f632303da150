#include "pgwire/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <charconv>

#include "base/check.h"

namespace leat::pgwire {

namespace {

using Key = std::array<uint8_t, 32>;

std::string_view as_text(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}
const uint8_t* as_bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

Key hmac(std::string_view key, std::string_view text) {
  Key out;
  unsigned size = out.size();
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), as_bytes(text), text.size(),
             out.data(), &size) != nullptr);
  return out;
}

Key sha256(std::string_view text) {
  Key out;
  unsigned size = out.size();
  CHECK(EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr) == 1);
  return out;
}

std::unexpected<Error> malformed(std::string_view what) {
  return std::unexpected(Error{.code = SqlState::kProtocolViolation,
                               .message = "malformed SCRAM message",
                               .detail = std::string(what)});
}

// Takes "<name>=<value>" and the comma after it from the front of `rest`.
Result<std::string_view> take_attribute(std::string_view& rest, char name) {
  if (rest.size() < 2 || rest[0] != name || rest[1] != '=') {
    return malformed(fmt::format("The attribute \"{}\" is missing.", name));
  }
  const size_t comma = rest.find(',');
  const std::string_view value =
      rest.substr(2, comma == std::string_view::npos ? comma : comma - 2);
  rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  return value;
}

}  // namespace

std::string random_bytes(size_t count) {
  std::string bytes(count, 0);
  CHECK(RAND_bytes(reinterpret_cast<uint8_t*>(bytes.data()), static_cast<int>(count)) == 1,
        "no random numbers");
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, 0);  // EVP_EncodeBlock writes a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()), as_bytes(bytes),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return malformed("Base64 text has a wrong length.");
  std::string bytes(text.size() / 4 * 3, 0);
  const int size = EVP_DecodeBlock(reinterpret_cast<uint8_t*>(bytes.data()), as_bytes(text),
                                   static_cast<int>(text.size()));
  if (size < 0) return malformed("Base64 text has wrong characters.");
  // EVP_DecodeBlock counts the padding as bytes.
  size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  if (text.find('=') != std::string_view::npos) return malformed("Base64 text has wrong padding.");
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

ScramKeys make_scram_keys(std::string_view password, std::string_view salt, int iterations) {
  Key salted;
  CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), as_bytes(salt),
                          static_cast<int>(salt.size()), iterations, EVP_sha256(), salted.size(),
                          salted.data()) == 1);
  ScramKeys keys;
  keys.iterations = iterations;
  keys.salt = salt;
  keys.stored_key = sha256(as_text(hmac(as_text(salted), "Client Key")));
  keys.server_key = hmac(as_text(salted), "Server Key");
  OPENSSL_cleanse(salted.data(), salted.size());
  return keys;
}

ScramKeys make_scram_keys(std::string_view password) {
  return make_scram_keys(password, random_bytes(16));
}

ScramKeys make_unmatchable_scram_keys(std::string_view user) {
  static const std::string secret = random_bytes(32);
  ScramKeys keys;
  keys.iterations = kScramIterations;
  keys.salt = std::string(as_text(hmac(secret, user)).substr(0, 16));
  const std::string stored = random_bytes(32), server = random_bytes(32);
  std::memcpy(keys.stored_key.data(), stored.data(), 32);
  std::memcpy(keys.server_key.data(), server.data(), 32);
  return keys;
}

std::string to_stored_password(const ScramKeys& keys) {
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", keys.iterations, to_base64(keys.salt),
                     to_base64(as_text(keys.stored_key)), to_base64(as_text(keys.server_key)));
}

Result<ScramKeys> parse_stored_password(std::string_view text) {
  const auto wrong = [] {
    return fail(SqlState::kInvalidParameterValue, "not a stored SCRAM-SHA-256 password");
  };
  constexpr std::string_view kPrefix = "SCRAM-SHA-256$";
  if (!text.starts_with(kPrefix)) return wrong();
  text.remove_prefix(kPrefix.size());
  const size_t colon = text.find(':');
  const size_t dollar = text.find('$');
  const size_t colon2 = text.rfind(':');
  if (colon == text.npos || dollar == text.npos || colon > dollar || colon2 < dollar)
    return wrong();
  ScramKeys keys;
  const auto parsed = std::from_chars(text.data(), text.data() + colon, keys.iterations);
  if (parsed.ptr != text.data() + colon || parsed.ec != std::errc{} || keys.iterations < 1)
    return wrong();
  const auto salt = from_base64(text.substr(colon + 1, dollar - colon - 1));
  const auto stored = from_base64(text.substr(dollar + 1, colon2 - dollar - 1));
  const auto server = from_base64(text.substr(colon2 + 1));
  if (!salt || !stored || !server || stored->size() != 32 || server->size() != 32) return wrong();
  keys.salt = *salt;
  std::memcpy(keys.stored_key.data(), stored->data(), 32);
  std::memcpy(keys.server_key.data(), server->data(), 32);
  return keys;
}

Result<std::string> ScramServer::first(std::string_view client_first) {
  // gs2-header: channel binding flag, optional authorization identity.
  if (client_first.empty()) return malformed("The message is empty.");
  if (client_first[0] == 'p')
    return malformed("The client requires channel binding, which is not offered.");
  if (client_first[0] != 'n' && client_first[0] != 'y')
    return malformed("Unknown channel binding flag.");
  const size_t comma = client_first.find(',');
  const size_t comma2 = comma == 1 ? client_first.find(',', 2) : std::string_view::npos;
  if (comma2 == std::string_view::npos) return malformed("The header is not complete.");
  if (comma2 != 2) {
    return fail(SqlState::kFeatureNotSupported,
                "client uses authorization identity, but it is not supported");
  }
  gs2_header_ = client_first.substr(0, comma2 + 1);
  client_first_bare_ = client_first.substr(comma2 + 1);
  std::string_view rest = client_first_bare_;
  TRY(take_attribute(rest, 'n'));  // the name was given at start-up; PostgreSQL's clients send none
  const std::string_view client_nonce = TRY(take_attribute(rest, 'r'));
  if (client_nonce.empty()) return malformed("The nonce is empty.");
  nonce_ = std::string(client_nonce) + nonce_;
  server_first_ = fmt::format("r={},s={},i={}", nonce_, to_base64(keys_.salt), keys_.iterations);
  return server_first_;
}

Result<std::string> ScramServer::final(std::string_view client_final) {
  const size_t proof_at = client_final.rfind(",p=");
  if (proof_at == std::string_view::npos) return malformed("The attribute \"p\" is missing.");
  const std::string_view without_proof = client_final.substr(0, proof_at);
  std::string_view rest = without_proof;
  const std::string_view binding = TRY(take_attribute(rest, 'c'));
  const std::string_view nonce = TRY(take_attribute(rest, 'r'));
  if (TRY(from_base64(binding)) != gs2_header_)
    return malformed("The channel binding does not match.");
  if (nonce != nonce_) return malformed("The nonce does not match.");
  const std::string proof = TRY(from_base64(client_final.substr(proof_at + 3)));
  if (proof.size() != 32) return malformed("The proof has a wrong length.");

  const std::string auth_message =
      client_first_bare_ + "," + server_first_ + "," + std::string(without_proof);
  const Key signature = hmac(as_text(keys_.stored_key), auth_message);
  Key client_key;
  for (size_t i = 0; i < client_key.size(); ++i) {
    client_key[i] = static_cast<uint8_t>(proof[i]) ^ signature[i];
  }
  const Key stored = sha256(as_text(client_key));
  if (CRYPTO_memcmp(stored.data(), keys_.stored_key.data(), stored.size()) != 0) {
    return fail(SqlState::kInvalidPassword, "password authentication failed");
  }
  return "v=" + to_base64(as_text(hmac(as_text(keys_.server_key), auth_message)));
}

}  // namespace leat::pgwire
