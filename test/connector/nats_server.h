#pragma once
// NatsServer: a real nats-server for a test: own directory, own port, gone at the end.
// Started on a free port, restarted on the same one with the same store. Certificates and JWTs are
// made when asked for; no key lies in the repository.
// Thread: one at a time.

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace leat::test {

// A key pair of nats: Ed25519, in the texts that nats uses.
struct NatsKey {
  std::string seed;        // "SU..." of a user, "SA..." account, "SO..." operator
  std::string public_key;  // "U...", "A...", "O..."
};
NatsKey make_nats_key(char kind);  // 'U', 'A' or 'O'

// header.claims.signature, signed by the seed.
std::string sign_nats_jwt(const std::string& claims, const NatsKey& signer);

// An operator with one account that may use JetStream, and users of it.
struct NatsOperator {
  NatsKey operator_key, account_key, system_key;
  std::string operator_jwt, account_jwt, system_jwt;
  // Configuration text that makes a server trust them.
  std::string config() const;
  // `expires`: Unix seconds, 0: never.
  std::string user_jwt(const NatsKey& user, long expires = 0) const;
};
NatsOperator make_nats_operator();

// PEM texts: an authority, a server certificate for localhost and 127.0.0.1, a client certificate,
// and another authority that signed none of them but its own client certificate.
struct Certificates {
  std::string ca, server, server_key, client, client_key, other_ca, other_client, other_client_key;
};
Certificates make_certificates();

// A directory that is removed at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

struct NatsServerSpec {
  bool jetstream = true;
  std::string config = {};  // more lines of configuration
  // TLS with these certificates; verify asks for the client's.
  const Certificates* tls = nullptr;
  bool verify = false;
  int port = -1;
};

class NatsServer {
 public:
  explicit NatsServer(NatsServerSpec spec = {});
  ~NatsServer();
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "127.0.0.1:" + std::to_string(port_); }
  // SIGTERM / SIGKILL, waiting for its end; start() again on the same port and store.
  void stop();
  void kill();
  void start();
  void pause();   // SIGSTOP
  void resume();  // SIGCONT
  bool running() const { return pid_ > 0; }
  std::string log() const;

 private:
  void end(int signal);
  std::string config_text() const;

  NatsServerSpec spec_;
  TempDir dir_;
  pid_t pid_ = -1;
  int port_ = -1;
};

// Three servers of one cluster.
class NatsCluster {
 public:
  NatsCluster();
  NatsServer& server(size_t i) { return *servers_[i]; }
  size_t size() const { return servers_.size(); }
  std::string urls() const;
  // The server of that name ("s0"...), as JetStream calls leaders.
  NatsServer& by_name(const std::string& name) { return *servers_[static_cast<size_t>(name.at(1) - '0')]; }

 private:
  std::vector<std::unique_ptr<NatsServer>> servers_;
};

int free_nats_port();

}  // namespace leat::test
