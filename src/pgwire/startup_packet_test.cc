#include "pgwire/startup_packet.h"

#include <gtest/gtest.h>

namespace leat::pgwire {
namespace {

using namespace std::string_literals;
using Settings = std::vector<std::pair<std::string, std::string>>;

TEST(StartupPacket, ParametersAndOptions) {
  const auto packet = parse_startup_packet(
      "\0\3\0\0user\0alice\0application_name\0psql\0client_encoding\0'utf-8'\0"
      "options\0-c statement_timeout=5s --search-path=a\\ b -cDateStyle=ISO\0replication\0off\0\0"s);
  ASSERT_TRUE(packet.has_value()) << packet.error().message;
  EXPECT_EQ(packet->user, "alice");
  EXPECT_EQ(packet->database, "alice");
  EXPECT_EQ(packet->application_name, "psql");
  EXPECT_EQ(packet->settings, (Settings{{"client_encoding", "'utf-8'"},
                                        {"statement_timeout", "5s"},
                                        {"search_path", "a b"},
                                        {"DateStyle", "ISO"}}));
}

TEST(StartupPacket, EmptyValueIsAValue) {
  const auto packet = parse_startup_packet("\0\3\0\0user\0u\0application_name\0\0x\0y\0\0"s);
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->settings, (Settings{{"x", "y"}}));
}

TEST(StartupPacket, WrongOptions) {
  for (const std::string_view text : {"-x", "-c", "-c a", "--", "-c =b", "word"}) {
    EXPECT_FALSE(parse_command_line_options(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_command_line_options("  ")->empty());
}

TEST(StartupPacket, EveryPrefixIsRefused) {
  const std::string whole = "\0\3\0\0user\0u\0database\0d\0\0"s;
  ASSERT_TRUE(parse_startup_packet(whole).has_value());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_startup_packet(whole.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(parse_startup_packet(whole + "x").has_value());
}

}  // namespace
}  // namespace leat::pgwire
