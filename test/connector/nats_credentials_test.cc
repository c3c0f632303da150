// Every kind of credentials against a real nats-server, right and wrong, and what the user is told.

#include <fmt/format.h>

#include <ctime>

#include "connector/harness.h"

namespace leat::test {
namespace {

// The error of CREATE, or "" when it went through.
struct Outcome {
  std::string state, message, detail, hint;
  bool ok() const { return message.empty(); }
};

Outcome create(const std::string& url, With more) {
  auto made = make_nats_source(source_with(url, "S", "ev", std::move(more)));
  Error error;
  if (!made) {
    error = made.error();
  } else {
    auto check = (*made)->validate();
    if (check) return {};
    error = check.error();
  }
  return {std::string(sqlstate_text(error.code)), error.message, error.detail, error.hint};
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
std::ostream& operator<<(std::ostream& to, const Outcome& o) {
  return to << o.state << " | " << o.message << " | " << o.detail << " | " << o.hint;
}

void expect_ok(const Outcome& outcome) { EXPECT_TRUE(outcome.ok()) << outcome; }

TEST(NatsCredentials, PlainUnreachable) {
  const std::string url = fmt::format("127.0.0.1:{}", free_nats_port());
  Outcome out = create(url, {});
  EXPECT_EQ(out.state, "08001");
  EXPECT_EQ(out.message, "cannot connect to NATS server \"" + url + "\"");
  EXPECT_HAS(out.detail, "unreachable");
  EXPECT_HAS(out.hint, "server_url");
  out = create("no-such-host.invalid:4222", {});
  EXPECT_EQ(out.state, "08001");
}

TEST(NatsCredentials, ServerListFailsOver) {
  NatsServer server;
  NatsClient(server.url()).create_stream("S", R"(["ev"])");
  expect_ok(create(fmt::format("127.0.0.1:{} , nats://{}", free_nats_port(), server.url()), {}));
}

TEST(NatsCredentials, UserAndPassword) {
  const std::string password = "pass @/:word";
  NatsServer server({.config = fmt::format("authorization {{ user: \"ann\", password: \"{}\" }}", password)});
  NatsClient({.servers = {server.url()}, .mode = nats::ConnectMode::kUserAndPassword, .username = "ann", .password = password})
      .create_stream("S", R"(["ev"])");
  expect_ok(create(server.url(), {{"connect_mode", "user_and_password"}, {"username", "ann"}, {"password", password}}));
  expect_ok(create(server.url(), {{"username", "ann"}, {"password", password}}));  // mode inferred

  Outcome out = create(server.url(), {{"username", "ann"}, {"password", "wrong"}});
  EXPECT_EQ(out.state, "28000");
  EXPECT_HAS(out.message, "refused the user name or password of user \"ann\"");
  EXPECT_EQ(out.message.find("wrong"), std::string::npos);
  out = create(server.url(), {});
  EXPECT_EQ(out.state, "28000");
  EXPECT_HAS(out.message, "asks for credentials");
  EXPECT_HAS(out.hint, "user_and_password");
  out = create(server.url(), {{"connect_mode", "user_and_password"}, {"username", "ann"}});
  EXPECT_EQ(out.state, "22023");
  EXPECT_HAS(out.message, "\"password\" is required");
  out = create(server.url(), {{"username", "ann"}});
  EXPECT_HAS(out.message, "needs both username and password; password is missing");
  out = create(server.url(), {{"connect_mode", "plain"}, {"username", "ann"}, {"password", "x"}});
  EXPECT_HAS(out.message, "contradicts connect_mode = \"plain\"");
}

TEST(NatsCredentials, JwtAndNkey) {
  const NatsOperator op = make_nats_operator();
  NatsServer server({.config = op.config()});
  const NatsKey user = make_nats_key('U');
  const std::string jwt = op.user_jwt(user);
  NatsClient({.servers = {server.url()}, .mode = nats::ConnectMode::kCredential, .jwt = jwt, .nkey = user.seed})
      .create_stream("S", R"(["ev"])");
  expect_ok(create(server.url(), {{"connect_mode", "credential"}, {"jwt", jwt + "\n"}, {"nkey", "\n" + user.seed + "\n"}}));
  expect_ok(create(server.url(), {{"jwt", jwt}, {"nkey", user.seed}}));

  const auto refused = [&](const std::string& token, const std::string& seed) {
    const Outcome out = create(server.url(), {{"connect_mode", "credential"}, {"jwt", token}, {"nkey", seed}});
    EXPECT_EQ(out.state, "28000") << out.message;
    return out;
  };
  EXPECT_HAS(refused(jwt, make_nats_key('U').seed).message, "the nkey does not belong to the jwt");
  EXPECT_HAS(refused(jwt, "SUGARBAGE").message, "the nkey is not a seed");
  std::string damaged = user.seed;
  damaged[20] = damaged[20] == 'A' ? 'B' : 'A';
  EXPECT_HAS(refused(jwt, damaged).message, "checksum");
  EXPECT_HAS(refused(jwt, make_nats_key('A').seed).message, "not a user's seed");
  EXPECT_HAS(refused("garbage", user.seed).message, "not a JSON web token");
  // Of an account that this server does not know.
  const NatsOperator other = make_nats_operator();
  const Outcome foreign = refused(other.user_jwt(user), user.seed);
  EXPECT_HAS(foreign.message, "refused the jwt or nkey");
  EXPECT_HAS(foreign.hint, "account");
  const Outcome expired = refused(op.user_jwt(user, std::time(nullptr) - 10), user.seed);
  EXPECT_HAS(expired.message, "refused the jwt or nkey");
  EXPECT_HAS(expired.hint, "expiry");
  const Outcome half = create(server.url(), {{"jwt", jwt}});
  EXPECT_HAS(half.message, "needs both jwt and nkey; nkey is missing");
  EXPECT_HAS(create(server.url(), {}).message, "asks for credentials");
  EXPECT_HAS(create(server.url(), {{"jwt", jwt}, {"nkey", user.seed}, {"username", "a"}, {"password", "b"}}).message,
             "both username and jwt");
}

TEST(NatsCredentials, ServerCertificate) {
  const Certificates pem = make_certificates();
  NatsServer server({.tls = &pem});
  const std::string url = fmt::format("tls://localhost:{}", server.port());
  NatsClient({.servers = {url}, .tls_ca = pem.ca}).create_stream("S", R"(["ev"])");
  expect_ok(create(url, {{"tls.ca", pem.ca}}));
  expect_ok(create(fmt::format("tls://127.0.0.1:{}", server.port()), {{"tls.ca", pem.ca}}));

  Outcome out = create(url, {{"tls.ca", pem.other_ca}});
  EXPECT_EQ(out.state, "08001");
  EXPECT_HAS(out.message, "does not verify against tls.ca");
  EXPECT_HAS(out.hint, "tls.ca");
  out = create(url, {});
  EXPECT_EQ(out.state, "08001");
  EXPECT_HAS(out.message, "does not verify against the system's certificate authorities");
  out = create(url, {{"tls.ca", "nonsense"}});
  EXPECT_EQ(out.state, "22023");
  EXPECT_HAS(out.message, "\"tls.ca\" holds no certificate");
  out = create(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.client}});
  EXPECT_HAS(out.message, "needed together");
  out = create(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.client}, {"tls.key", pem.server_key}});
  EXPECT_HAS(out.message, "not a certificate and its private key");
}

TEST(NatsCredentials, ClientCertificate) {
  const Certificates pem = make_certificates();
  NatsServer server({.tls = &pem, .verify = true});
  const std::string url = fmt::format("tls://localhost:{}", server.port());
  NatsClient({.servers = {url}, .tls_ca = pem.ca, .tls_cert = pem.client, .tls_key = pem.client_key})
      .create_stream("S", R"(["ev"])");
  expect_ok(create(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.client}, {"tls.key", pem.client_key}}));
  Outcome out = create(url, {{"tls.ca", pem.ca}});
  EXPECT_EQ(out.state, "08001");
  EXPECT_HAS(out.message, "asks for a client certificate");
  EXPECT_HAS(out.hint, "tls.cert");
  out = create(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.other_client}, {"tls.key", pem.other_client_key}});
  EXPECT_EQ(out.state, "08001");
  EXPECT_NE(out.message.find("refused the TLS client's certificate"), std::string::npos) << out;
}

TEST(NatsCredentials, TlsAskedOfAPlainServer) {
  NatsServer server;
  const Outcome out = create(fmt::format("tls://localhost:{}", server.port()), {});
  EXPECT_EQ(out.state, "08001");
  EXPECT_HAS(out.message, "does not offer TLS");
}

TEST(NatsCredentials, NotPermitted) {
  NatsServer server({.config = R"(authorization { users: [
    { user: a, password: a },
    { user: b, password: b, permissions: { publish: ["nothing"], subscribe: [">"] } } ] })"});
  NatsClient({.servers = {server.url()}, .mode = nats::ConnectMode::kUserAndPassword, .username = "a", .password = "a"})
      .create_stream("S", R"(["ev"])");
  const Outcome out = create(server.url(), {{"username", "b"}, {"password", "b"}});
  EXPECT_EQ(out.state, "42501");
  EXPECT_HAS(out.message, "may not use \"$JS.API.INFO\"");
  EXPECT_HAS(out.hint, "$JS.API.>");
}

}  // namespace
}  // namespace leat::test
