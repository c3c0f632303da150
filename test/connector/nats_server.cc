#include "connector/nats_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "base/check.h"
#include "connector/nats/base_text.h"
#include "connector/nats/json_text.h"

namespace leat::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

void run(const std::string& command) {
  CHECK(std::system((command + " >/dev/null 2>&1").c_str()) == 0, "command failed: {}", command);
}

// The first byte of an nkey is its kind's place in the alphabet, shifted.
uint8_t kind_byte(char kind) {
  switch (kind) {
    case 'O': return 14 << 3;
    case 'A': return 0;
    default: return 20 << 3;
  }
}

std::string with_checksum(std::string bytes) {
  const uint16_t sum = nats::crc16(bytes);
  bytes += static_cast<char>(sum & 0xFF);
  bytes += static_cast<char>(sum >> 8);
  return nats::encode_base32(bytes);
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

}  // namespace

NatsKey make_nats_key(char kind) {
  EVP_PKEY* raw = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  CHECK(raw != nullptr, "no key");
  const Key key(raw, &EVP_PKEY_free);
  unsigned char secret[32], open[32];
  size_t size = 32;
  CHECK(EVP_PKEY_get_raw_private_key(key.get(), secret, &size) == 1, "no secret");
  size = 32;
  CHECK(EVP_PKEY_get_raw_public_key(key.get(), open, &size) == 1, "no public key");
  const uint8_t prefix = kind_byte(kind);
  std::string seed;
  seed += static_cast<char>((18 << 3) | (prefix >> 5));
  seed += static_cast<char>((prefix & 31) << 3);
  seed.append(reinterpret_cast<char*>(secret), 32);
  std::string shown(1, static_cast<char>(prefix));
  shown.append(reinterpret_cast<char*>(open), 32);
  return {.seed = with_checksum(seed), .public_key = with_checksum(shown)};
}

std::string sign_nats_jwt(const std::string& claims, const NatsKey& signer) {
  const std::string text = nats::encode_base64url(R"({"typ":"JWT","alg":"ed25519-nkey"})") + "." +
                           nats::encode_base64url(claims);
  const std::string seed = nats::decode_base32(signer.seed).value().substr(2, 32);
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                             reinterpret_cast<const unsigned char*>(seed.data()), 32),
                &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  unsigned char signature[64];
  size_t size = sizeof signature;
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
            EVP_DigestSign(context.get(), signature, &size, reinterpret_cast<const unsigned char*>(text.data()),
                           text.size()) == 1,
        "cannot sign");
  return text + "." + nats::encode_base64url(std::string_view(reinterpret_cast<char*>(signature), size));
}

NatsOperator make_nats_operator() {
  NatsOperator out{.operator_key = make_nats_key('O'), .account_key = make_nats_key('A'), .system_key = make_nats_key('A')};
  const long now = std::time(nullptr);
  const auto claims = [&](std::string_view name, const std::string& subject, std::string_view body) {
    return sign_nats_jwt(fmt::format(R"({{"jti":"{0}","iat":{1},"iss":"{2}","name":"{0}","sub":"{3}","nats":{{{4},"version":2}}}})",
                                     name, now, out.operator_key.public_key, subject, body),
                         out.operator_key);
  };
  const auto account = [](std::string_view jetstream) {
    return fmt::format(R"("limits":{{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,)"
                       R"("conn":-1,"leaf":-1{}}},"default_permissions":{{"pub":{{}},"sub":{{}}}},"type":"account")",
                       jetstream);
  };
  out.operator_jwt = claims("OP", out.operator_key.public_key,
                            fmt::format(R"("system_account":"{}","type":"operator")", out.system_key.public_key));
  out.system_jwt = claims("SYS", out.system_key.public_key, account(""));
  out.account_jwt = claims("APP", out.account_key.public_key,
                           account(R"(,"mem_storage":-1,"disk_storage":-1,"streams":-1,"consumer":-1)"));
  return out;
}

std::string NatsOperator::config() const {
  return fmt::format("operator: \"{}\"\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{ {}: \"{}\", {}: \"{}\" }}\n",
                     operator_jwt, system_key.public_key, account_key.public_key, account_jwt, system_key.public_key,
                     system_jwt);
}

std::string NatsOperator::user_jwt(const NatsKey& user, long expires) const {
  return sign_nats_jwt(
      fmt::format(R"({{"jti":"U","iat":{},{}"iss":"{}","name":"u","sub":"{}","nats":{{"pub":{{}},"sub":{{}},"subs":-1,)"
                  R"("data":-1,"payload":-1,"type":"user","version":2}}}})",
                  std::time(nullptr), expires == 0 ? std::string() : fmt::format("\"exp\":{},", expires),
                  account_key.public_key, user.public_key),
      account_key);
}

Certificates make_certificates() {
  const TempDir dir;
  const std::string& at = dir.path();
  const std::string names = dir.write("san", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const auto authority = [&](const std::string& name) {
    run(fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
                    "-subj /CN={0} -keyout {1}/{0}.key -out {1}/{0}.pem", name, at));
  };
  const auto leaf = [&](const std::string& name, const std::string& ca) {
    run(fmt::format("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={0} "
                    "-keyout {1}/{0}.key -out {1}/{0}.csr", name, at));
    run(fmt::format("openssl x509 -req -in {1}/{0}.csr -CA {1}/{2}.pem -CAkey {1}/{2}.key -CAcreateserial -days 2 "
                    "-extfile {3} -out {1}/{0}.pem", name, at, ca, names));
  };
  authority("ca");
  authority("other_ca");
  leaf("server", "ca");
  leaf("client", "ca");
  leaf("other_client", "other_ca");
  const auto text = [&](const std::string& name) { return read_file(fs::path(at) / name); };
  return {.ca = text("ca.pem"), .server = text("server.pem"), .server_key = text("server.key"),
          .client = text("client.pem"), .client_key = text("client.key"), .other_ca = text("other_ca.pem"),
          .other_client = text("other_client.pem"), .other_client_key = text("other_client.key")};
}

TempDir::TempDir() {
  std::string pattern = (fs::temp_directory_path() / "leat-test-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr, "cannot make a directory");
  path_ = pattern;
}
TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}
std::string TempDir::write(const std::string& name, const std::string& text) const {
  const std::string path = path_ + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

int free_nats_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0, "cannot bind");
  CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0, "no name");
  close(fd);
  return ntohs(address.sin_port);
}

NatsServer::NatsServer(NatsServerSpec spec) : spec_(std::move(spec)), port_(spec_.port) { start(); }
NatsServer::~NatsServer() {
  if (!running()) return;
  resume();
  kill();
}

std::string NatsServer::config_text() const {
  std::string text = fmt::format("host: 127.0.0.1\nport: {}\nports_file_dir: \"{}\"\nmax_payload: 8388608\n", port_, dir_.path());
  if (spec_.jetstream) text += fmt::format("jetstream {{ store_dir: \"{}/js\" }}\n", dir_.path());
  if (spec_.tls != nullptr) {
    text += fmt::format("tls {{ cert_file: \"{}\"\n key_file: \"{}\"\n", dir_.write("server.pem", spec_.tls->server),
                        dir_.write("server.key", spec_.tls->server_key));
    if (spec_.verify) text += fmt::format(" ca_file: \"{}\"\n verify: true\n", dir_.write("ca.pem", spec_.tls->ca));
    text += "}\n";
  }
  return text + spec_.config + "\n";
}

void NatsServer::start() {
  CHECK(!running(), "nats-server runs already");
  const std::string config = dir_.write("nats.conf", config_text());
  const std::string log_path = dir_.path() + "/log";
  pid_ = fork();
  CHECK(pid_ >= 0, "cannot fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no server behind
    const int log = open(log_path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0644);
    dup2(log, 1);
    dup2(log, 2);
    execlp("nats-server", "nats-server", "-c", config.c_str(), nullptr);
    _exit(127);
  }
  const fs::path ports = fs::path(dir_.path()) / fmt::format("nats-server_{}.ports", pid_);
  for (int i = 0; i < 1000; ++i) {
    int status = 0;
    CHECK(waitpid(pid_, &status, WNOHANG) == 0, "nats-server ended: {}", log());
    if (const auto json = nats::parse_json(read_file(ports)); json && json->has("nats")) {
      const std::string url = (*json)["nats"].items.at(0).text;
      port_ = std::stoi(url.substr(url.rfind(':') + 1));
      return;
    }
    std::this_thread::sleep_for(10ms);
  }
  CHECK(false, "nats-server did not start: {}", log());
}

void NatsServer::end(int signal) {
  if (!running()) return;
  ::kill(pid_, signal);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
}
void NatsServer::stop() { end(SIGTERM); }
void NatsServer::kill() { end(SIGKILL); }
void NatsServer::pause() {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  waitpid(pid_, &status, WUNTRACED);  // until it stands
}
void NatsServer::resume() { ::kill(pid_, SIGCONT); }
std::string NatsServer::log() const { return read_file(dir_.path() + "/log"); }

NatsCluster::NatsCluster() {
  int routes[3];
  std::string list;
  for (int& port : routes) {
    port = free_nats_port();
    list += fmt::format("{}nats://127.0.0.1:{}", list.empty() ? "" : ", ", port);
  }
  for (int i = 0; i < 3; ++i) {
    servers_.push_back(std::make_unique<NatsServer>(NatsServerSpec{
        .config = fmt::format("server_name: s{}\ncluster {{ name: c, host: 127.0.0.1, port: {}, routes: [{}] }}\n", i,
                              routes[i], list),
        .port = free_nats_port()}));
  }
}

std::string NatsCluster::urls() const {
  std::string out;
  for (const auto& server : servers_) out += (out.empty() ? "" : ",") + server->url();
  return out;
}

}  // namespace leat::test
