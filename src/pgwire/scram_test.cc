#include "pgwire/scram.h"

#include <gtest/gtest.h>

namespace leat::pgwire {
namespace {

// RFC 7677, section 3.
constexpr std::string_view kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

ScramServer rfc_server() {
  return ScramServer(make_scram_keys("pencil", *from_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096),
                     std::string(kServerNonce));
}

TEST(Scram, RfcVector) {
  ScramServer server = rfc_server();
  EXPECT_EQ(server.first(kClientFirst).value(), kServerFirst);
  EXPECT_EQ(server.final(kClientFinal).value(), kServerFinal);
}

TEST(Scram, WrongProofNonceOrBindingIsRefused) {
  const auto final_error = [](std::string message) {
    ScramServer server = rfc_server();
    EXPECT_TRUE(server.first(kClientFirst).has_value());
    const auto result = server.final(message);
    return result ? SqlState::kSuccessfulCompletion : result.error().code;
  };
  std::string wrong(kClientFinal);
  wrong[wrong.size() - 5] ^= 1;
  EXPECT_EQ(final_error(wrong), SqlState::kInvalidPassword);
  wrong = kClientFinal;
  wrong[15] = 'X';
  EXPECT_EQ(final_error(wrong), SqlState::kProtocolViolation);
  wrong = kClientFinal;
  wrong.replace(2, 4, "eSws");  // y,,
  EXPECT_EQ(final_error(wrong), SqlState::kProtocolViolation);
  EXPECT_EQ(final_error("c=biws"), SqlState::kProtocolViolation);
  EXPECT_EQ(final_error(""), SqlState::kProtocolViolation);
  EXPECT_EQ(final_error("c=biws,r=x,p=!"), SqlState::kProtocolViolation);
}

TEST(Scram, MalformedFirstMessages) {
  for (const std::string_view message :
       {"", "n", "n,", "n,,", "n,,n=", "n,,n=u,r=", "x,,n=,r=a", "p=tls-unique,,n=,r=a",
        "n,a=other,n=,r=a", "n,,r=a,n=u"}) {
    EXPECT_FALSE(rfc_server().first(message).has_value()) << message;
  }
  EXPECT_TRUE(rfc_server().first("y,,n=,r=a").has_value());
}

TEST(Scram, StoredForm) {
  const ScramKeys keys = make_scram_keys("pässword");
  const std::string stored = to_stored_password(keys);
  EXPECT_TRUE(stored.starts_with("SCRAM-SHA-256$4096:")) << stored;
  const auto parsed = parse_stored_password(stored);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->salt, keys.salt);
  EXPECT_EQ(parsed->stored_key, keys.stored_key);
  EXPECT_EQ(parsed->server_key, keys.server_key);
  for (const std::string_view text : {"", "md5abc", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:a$b:c",
                                      "SCRAM-SHA-256$x:YQ==$YQ==:YQ=="}) {
    EXPECT_FALSE(parse_stored_password(text).has_value()) << text;
  }
  // The keys of the password and salt of the RFC.
  const auto known = make_scram_keys("pencil", *from_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
  EXPECT_EQ(
      to_stored_password(known),
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST(Scram, UnknownUserAlwaysHasTheSameSalt) {
  EXPECT_EQ(make_unmatchable_scram_keys("a").salt, make_unmatchable_scram_keys("a").salt);
  EXPECT_NE(make_unmatchable_scram_keys("a").salt, make_unmatchable_scram_keys("b").salt);
  EXPECT_EQ(make_unmatchable_scram_keys("a").salt.size(), 16u);
}

TEST(Scram, Base64) {
  for (const std::string_view bytes : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
  }
  EXPECT_FALSE(from_base64("abc").has_value());
  EXPECT_FALSE(from_base64("====").has_value());
  EXPECT_FALSE(from_base64("a=bc").has_value());
}

}  // namespace
}  // namespace leat::pgwire
