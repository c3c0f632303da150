#pragma once
// jwt and nkey, looked at before a server refuses them without saying why: is the seed one, does it
// belong to the token, has the token expired. Thread: any.

#include <string>
#include <string_view>

#include "base/error.h"

namespace leat::nats {

// nkeys: base32 of prefix, 32 bytes and CRC16. The public key ("U...") of a user seed ("SU...").
Result<std::string> user_key_of_seed(std::string_view seed);

// The Ed25519 signature (64 bytes) of a text by a user seed.
Result<std::string> sign_with_seed(std::string_view seed, std::string_view text);

// Refused (28000) when the nkey is no user seed, the jwt is no token, or they belong to different users.
Result<void> check_credential(std::string_view jwt, std::string_view nkey);

// What may be wrong with a pair that passes check_credential() and is refused all the same.
std::string credential_hint(std::string_view jwt, std::string_view nkey);

}  // namespace leat::nats
