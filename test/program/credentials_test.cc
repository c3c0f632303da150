// Every kind of credentials in CREATE SOURCE and CREATE SINK, against servers that ask for them: right ones
// carry rows, each wrong part is named in the refusal, and no secret is shown.

#include <fmt/format.h>

#include <ctime>

#include "connector/harness.h"
#include "program/statement.h"

namespace leat::test {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// ", key = 'value'" of each pair.
std::string options_text(const With& with) {
  std::string text;
  for (const auto& [key, value] : with) text += ", " + key + " = " + quoted(value);
  return text;
}

class Credentials : public testing::Test {
 protected:
  std::string source(const std::string& url, const With& with) {
    return fmt::format("CREATE SOURCE s (v int) WITH (connector = 'nats', server_url = '{}', stream = 'IN', subject = 'in'{}) "
                       "FORMAT PLAIN ENCODE JSON", url, options_text(with));
  }
  std::string sink(const std::string& url, const With& with) {
    return fmt::format("CREATE SINK back FROM t WITH (connector = 'nats', server_url = '{}', subject = 'out'{}) "
                       "FORMAT PLAIN ENCODE JSON", url, options_text(with));
  }
  void create_streams(NatsClient& client) {
    client.create_stream("IN", R"(["in"])");
    client.create_stream("OUT", R"(["out"])");
  }
  // Rows come in and go out with these.
  void expect_accepted(NatsClient& client, const std::string& url, const With& with) {
    const uint64_t before = client.stream("OUT").messages;
    expect_done(sql_, source(url, with));
    expect_done(sql_, "CREATE MATERIALIZED VIEW total AS SELECT sum(v) AS v FROM s");
    expect_done(sql_, sink(url, with));
    const uint64_t sent = client.stream("IN").messages + 1;
    client.publish("in", R"({"v": 7})");
    EXPECT_EQ(sql_.await_value("SELECT v FROM total", std::to_string(7 * sent)), std::to_string(7 * sent));
    EXPECT_EQ(client.await_messages("OUT", before + 1), before + 1);
    expect_done(sql_, "DROP SINK back");
    expect_done(sql_, "DROP MATERIALIZED VIEW total");
    expect_done(sql_, "DROP SOURCE s");
  }
  // Both statements are refused alike; nothing is left of them.
  void expect_refused(const std::string& url, const With& with, const std::string& sqlstate, const std::string& part,
                      const std::string& secret = {}) {
    for (const std::string& statement : {source(url, with), sink(url, with)}) {
      const Refusal refused = refusal(sql_, statement);
      EXPECT_EQ(refused.state, sqlstate) << refused.text;
      EXPECT_TRUE(refused.says(part)) << refused.text << "\n  lacks: " << part;
      EXPECT_TRUE(secret.empty() || refused.text.find(secret) == std::string::npos) << refused.text;
    }
    EXPECT_EQ(sql_.value("SELECT count(*) FROM rw_catalog.rw_relations WHERE name IN ('s', 'back')"), "0");
  }

  void SetUp() override { expect_done(sql_, "CREATE TABLE t (v int) APPEND ONLY; INSERT INTO t VALUES (1)"); }

  LeatServer leat_{LEAT_PROGRAM};
  PgClient sql_{leat_.conninfo()};
};

TEST_F(Credentials, Plain) {
  NatsServer server;
  NatsClient client(server.url());
  create_streams(client);
  expect_accepted(client, server.url(), {});
  expect_accepted(client, server.url(), {{"connect_mode", "plain"}});
  const std::string nobody = fmt::format("127.0.0.1:{}", free_nats_port());
  expect_refused(nobody, {}, "08001", "cannot connect to NATS server \"" + nobody + "\"");
  expect_refused("no-such-host.invalid:4222", {}, "08001", "no-such-host.invalid");
  expect_refused(server.url(), {{"connect_mode", "open"}}, "22023", "Allowed: \"plain\", \"user_and_password\" or \"credential\".");
  expect_refused("http://" + server.url(), {}, "22023", "unknown scheme \"http\"");
  expect_refused(server.url(), {{"connect_mode", "plain"}, {"username", "ann"}, {"password", "x"}}, "22023",
                 "contradicts connect_mode");
}

TEST_F(Credentials, UserAndPassword) {
  const std::string password = "it's @/:a pass";
  NatsServer server({.config = fmt::format("authorization {{ user: ann, password: \"{}\" }}", password)});
  NatsClient client({.servers = {server.url()}, .mode = nats::ConnectMode::kUserAndPassword, .username = "ann", .password = password});
  create_streams(client);
  const With right = {{"connect_mode", "user_and_password"}, {"username", "ann"}, {"password", password}};
  expect_accepted(client, server.url(), right);
  const auto with = [&](const std::string& user, const std::string& word) {
    return With{{"connect_mode", "user_and_password"}, {"username", user}, {"password", word}};
  };
  expect_refused(server.url(), with("ann", "guess"), "28000", "refused the user name or password of user \"ann\"", "guess");
  expect_refused(server.url(), with("bob", password), "28000", "refused the user name or password of user \"bob\"", password);
  expect_refused(server.url(), {}, "28000", "asks for credentials");
  expect_refused(server.url(), {{"connect_mode", "user_and_password"}, {"username", "ann"}}, "22023", "\"password\" is required");
  expect_refused(server.url(), {{"connect_mode", "user_and_password"}, {"password", password}}, "22023",
                 "\"username\" is required", password);
  // The password can be given, not read back.
  expect_done(sql_, source(server.url(), right));
  for (const char* look : {"SHOW CREATE SOURCE s", "SELECT definition FROM rw_catalog.rw_sources",
                           "SELECT * FROM rw_catalog.rw_relations"}) {
    EXPECT_EQ(rows_text(sql_, look).find("a pass"), std::string::npos) << look;
  }
}

TEST_F(Credentials, JwtAndNkey) {
  const NatsOperator op = make_nats_operator();
  const NatsKey user = make_nats_key('U');
  const std::string jwt = op.user_jwt(user);
  NatsServer server({.config = op.config()});
  NatsClient client({.servers = {server.url()}, .mode = nats::ConnectMode::kCredential, .jwt = jwt, .nkey = user.seed});
  create_streams(client);
  const auto with = [](const std::string& token, const std::string& seed) {
    return With{{"connect_mode", "credential"}, {"jwt", token}, {"nkey", seed}};
  };
  expect_accepted(client, server.url(), with(jwt, user.seed));
  expect_accepted(client, server.url(), with(jwt + "\n", "  " + user.seed + "\n"));  // as copied from a file
  const NatsKey other = make_nats_key('U');
  expect_refused(server.url(), with(jwt, other.seed), "28000", "the nkey does not belong to the jwt", other.seed);
  expect_refused(server.url(), with(jwt, "SUGARBAGE"), "28000", "the nkey is not a seed");
  expect_refused(server.url(), with(jwt, make_nats_key('A').seed), "28000", "not a user's seed");
  expect_refused(server.url(), with("garbage", user.seed), "28000", "the jwt is not a JSON web token", user.seed);
  // Good in themselves: an account that this server does not know, and a token whose time is over.
  expect_refused(server.url(), with(make_nats_operator().user_jwt(user), user.seed), "28000", "account");
  expect_refused(server.url(), with(op.user_jwt(user, std::time(nullptr) - 10), user.seed), "28000", "expiry");
  expect_refused(server.url(), {}, "28000", "asks for credentials");
  expect_refused(server.url(), {{"connect_mode", "credential"}, {"jwt", jwt}}, "22023", "\"nkey\" is required");
  expect_refused(server.url(), {{"connect_mode", "credential"}, {"nkey", user.seed}}, "22023", "\"jwt\" is required", user.seed);
  expect_refused(server.url(), {{"username", "ann"}, {"password", "x"}}, "28000", "refused the user name or password");
}

TEST_F(Credentials, TlsWithOwnAuthority) {
  const Certificates pem = make_certificates();
  NatsServer server({.tls = &pem});
  const std::string url = fmt::format("tls://localhost:{}", server.port());
  NatsClient client({.servers = {url}, .tls_ca = pem.ca});
  create_streams(client);
  expect_accepted(client, url, {{"tls.ca", pem.ca}});
  expect_refused(url, {{"tls.ca", pem.other_ca}}, "08001", "does not verify against tls.ca");
  expect_refused(url, {}, "08001", "system's certificate authorities");
  expect_refused(url, {{"tls.ca", "nonsense"}}, "22023", "\"tls.ca\" holds no certificate");
  NatsServer without_tls;
  expect_refused(fmt::format("tls://localhost:{}", without_tls.port()), {}, "08001", "does not offer TLS");
}

TEST_F(Credentials, TlsWithClientCertificate) {
  const Certificates pem = make_certificates();
  NatsServer server({.tls = &pem, .verify = true});
  const std::string url = fmt::format("tls://localhost:{}", server.port());
  NatsClient client({.servers = {url}, .tls_ca = pem.ca, .tls_cert = pem.client, .tls_key = pem.client_key});
  create_streams(client);
  expect_accepted(client, url, {{"tls.ca", pem.ca}, {"tls.cert", pem.client}, {"tls.key", pem.client_key}});
  expect_refused(url, {{"tls.ca", pem.ca}}, "08001", "asks for a client certificate");
  expect_refused(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.other_client}, {"tls.key", pem.other_client_key}}, "08001",
                 "refused the TLS client's certificate");
  expect_refused(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.client}, {"tls.key", pem.server_key}}, "22023",
                 "not a certificate and its private key");
  expect_refused(url, {{"tls.ca", pem.ca}, {"tls.cert", pem.client}}, "22023", "needed together");
}

}  // namespace
}  // namespace leat::test
