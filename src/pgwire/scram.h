#pragma once
// SCRAM-SHA-256 (RFC 5802, 7677) from the server's side, as PostgreSQL's SASL messages carry it,
// without channel binding. Only keys are kept, and the client does the expensive rounds. Passwords
// are used as the bytes the client sends: SASLprep's normalisation is the identity for all ASCII
// text, and for other text the user must type the same form as when the password was set. Thread:
// one exchange belongs to one connection; the free functions may be called from any.

#include <string>
#include <string_view>

#include "pgwire/session_interface.h"

namespace leat::pgwire {

inline constexpr int kScramIterations = 4096;

ScramKeys make_scram_keys(std::string_view password, std::string_view salt,
                          int iterations = kScramIterations);
ScramKeys make_scram_keys(std::string_view password);  // with a random salt
// Keys that no password matches, the same salt each time for one user of one process: an outsider
// cannot tell such a user from a real one.
ScramKeys make_unmatchable_scram_keys(std::string_view user);
// PostgreSQL's form of a stored password: SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server
// key>.
std::string to_stored_password(const ScramKeys& keys);
Result<ScramKeys> parse_stored_password(std::string_view text);

class ScramServer {
 public:
  ScramServer(ScramKeys keys, std::string server_nonce)
      : keys_(std::move(keys)), nonce_(std::move(server_nonce)) {}

  // client-first-message to server-first-message.
  Result<std::string> first(std::string_view client_first);
  // client-final-message to server-final-message; kInvalidPassword if the proof is wrong.
  Result<std::string> final(std::string_view client_final);

 private:
  ScramKeys keys_;
  std::string nonce_;
  std::string gs2_header_;
  std::string client_first_bare_;
  std::string server_first_;
};

// Cryptographically random bytes.
std::string random_bytes(size_t count);
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

}  // namespace leat::pgwire
