#include "connector/options.h"

#include <gtest/gtest.h>

#include "connector/connectors.h"

namespace leat {
namespace {

constexpr OptionRow kRows[] = {
    {.name = "server_url", .doc = "where", .required = true},
    {.name = "mode", .type = OptionType::kEnum, .default_value = "slow", .allowed = "slow,fast"},
    {.name = "speed", .type = OptionType::kInt, .aliases = "velocity", .required_when = "mode=fast", .minimum = 1, .maximum = 9},
    {.name = "eager", .type = OptionType::kBool, .default_value = "false"},
    {.name = "pause", .type = OptionType::kDuration, .default_value = "2s"},
    {.name = "room", .type = OptionType::kSize},
    {.name = "secret_word", .type = OptionType::kInt, .secret = true},
    {.name = "fields.*.kind"},
};

Result<Options> parse(std::vector<WithOption> with) { return parse_options("connector x", kRows, with); }

TEST(Options, ReadsEveryType) {
  const auto o = parse({{"server_url", "a:1"}, {"mode", "FAST"}, {"velocity", "7"}, {"eager", "t"}, {"pause", "1.5 min"},
                        {"room", "64MB"}, {"fields.id.kind", "sequence"}});
  ASSERT_TRUE(o.has_value()) << o.error().to_string();
  EXPECT_EQ(o->text("server_url"), "a:1");
  EXPECT_EQ(o->text("mode"), "fast");
  EXPECT_EQ(o->integer("speed"), 7);
  EXPECT_TRUE(o->boolean("eager"));
  EXPECT_EQ(o->duration("pause"), std::chrono::seconds(90));
  EXPECT_EQ(o->size("room"), 64u << 20);
  EXPECT_EQ(o->text("fields.id.kind"), "sequence");
  EXPECT_FALSE(o->given("secret_word"));
}

TEST(Options, Defaults) {
  const auto o = parse({{"server_url", "a"}});
  ASSERT_TRUE(o.has_value());
  EXPECT_EQ(o->text("mode"), "slow");
  EXPECT_FALSE(o->given("mode"));
  EXPECT_TRUE(o->has("mode"));
  EXPECT_EQ(o->duration("pause").count(), 2000);
  EXPECT_EQ(o->maybe_integer("speed"), std::nullopt);
}

TEST(Options, UnknownNamesTheNearest) {
  const auto o = parse({{"server_url", "a"}, {"sped", "1", 42}});
  ASSERT_FALSE(o.has_value());
  EXPECT_EQ(o.error().message, "unknown option \"sped\" for connector x");
  EXPECT_EQ(o.error().detail, "Allowed: eager, fields.*.kind, mode, pause, room, secret_word, server_url, speed.");
  EXPECT_EQ(o.error().hint, "Did you mean \"speed\"?");
  EXPECT_EQ(o.error().position, 42u);
  EXPECT_EQ(parse({{"server_url", "a"}, {"zzzzzzzz", "1"}}).error().hint, "");
}

TEST(Options, RefusesWhatDoesNotFit) {
  const auto message = [](std::vector<WithOption> with) {
    const auto o = parse(std::move(with));
    EXPECT_FALSE(o.has_value());
    return o ? std::string() : o.error().message + " | " + o.error().detail;
  };
  EXPECT_EQ(message({}), "connector x needs option \"server_url\" | ");
  EXPECT_EQ(message({{"server_url", ""}}), "connector x needs option \"server_url\" | ");
  EXPECT_EQ(message({{"server_url", "a"}, {"mode", "fats"}}),
            "invalid value for option \"mode\" of connector x: \"fats\" | Allowed: \"slow\" or \"fast\".");
  EXPECT_EQ(message({{"server_url", "a"}, {"mode", "fast"}}), "option \"speed\" is required when mode is \"fast\" | ");
  EXPECT_EQ(message({{"server_url", "a"}, {"speed", "3"}}), "option \"speed\" contradicts mode = \"slow\" | ");
  EXPECT_EQ(message({{"server_url", "a"}, {"mode", "fast"}, {"speed", "12"}}),
            "invalid value for option \"speed\" of connector x: \"12\" | Expected a whole number from 1 to 9.");
  EXPECT_EQ(message({{"server_url", "a"}, {"eager", "maybe"}}),
            "invalid value for option \"eager\" of connector x: \"maybe\" | Expected true or false.");
  EXPECT_EQ(message({{"server_url", "a"}, {"mode", "fast"}, {"speed", "3"}, {"velocity", "3"}}),
            "option \"speed\" is given twice | \"velocity\" is another name of it.");
  EXPECT_EQ(message({{"server_url", "a"}, {"room", "3 apples"}}).substr(0, 46), "invalid value for option \"room\" of connector x");
  EXPECT_EQ(message({{"server_url", "a"}, {"secret_word", "hunter2"}}),
            "invalid value for option \"secret_word\" of connector x: (secret) | Expected a whole number.");
  EXPECT_EQ(message({{"server_url", "a"}, {"fields.id.extra.kind", "x"}}).substr(0, 14), "unknown option");
}

TEST(Options, SeveralTablesAreOneList) {
  static constexpr OptionRow kMore[] = {{.name = "type", .type = OptionType::kEnum, .allowed = "append-only"}};
  const std::span<const OptionRow> tables[] = {kRows, kMore};
  const std::vector<WithOption> with = {{"server_url", "a"}, {"type", "append-only"}};
  EXPECT_TRUE(parse_options("connector x", tables, with).has_value());
  const std::vector<WithOption> wrong = {{"server_url", "a"}, {"tpye", "append-only"}};
  EXPECT_EQ(parse_options("connector x", tables, wrong).error().hint, "Did you mean \"type\"?");
}

TEST(Options, Markdown) {
  const std::string text = options_markdown(kRows);
  EXPECT_NE(text.find("| `server_url` | text |  | Required. where |"), std::string::npos) << text;
  EXPECT_NE(text.find("`slow`, `fast`"), std::string::npos) << text;
}

TEST(Connectors, EveryRowIsDocumented) {
  for (const ConnectorRow& row : connectors()) {
    EXPECT_FALSE(row.doc.empty()) << row.name;
    EXPECT_FALSE(row.example.empty()) << row.name;
    for (const auto table : {row.source_options, row.sink_options})
      for (const OptionRow& option : table) EXPECT_FALSE(option.doc.empty()) << row.name << " " << option.name;
    // Defaults fit their rows, and no name stands twice (both are CHECKed while parsing).
    const std::vector<WithOption> with = {{"connector", std::string(row.name)}};
    if (row.make_source != nullptr) (void)parse_options(row.name, row.source_options, with);
    if (row.make_sink != nullptr) (void)parse_options(row.name, row.sink_options, with);
  }
}

TEST(Connectors, FindSaysWhatThereIs) {
  EXPECT_TRUE(find_source_connector("nats").has_value());
  const auto typo = find_source_connector("nast");
  ASSERT_FALSE(typo.has_value());
  EXPECT_EQ(typo.error().message, "connector \"nast\" is not supported");
  EXPECT_EQ(typo.error().hint, "Did you mean \"nats\"?");
  EXPECT_EQ(find_source_connector("blackhole").error().message, "connector \"blackhole\" cannot be used as a source");
  const ConnectorRow& nats = **find_source_connector("nats");
  EXPECT_TRUE(check_format(nats, nats.source_formats, "plain", "json").has_value());
  const auto pair = check_format(nats, nats.source_formats, "UPSERT", "AVRO");
  ASSERT_FALSE(pair.has_value());
  EXPECT_EQ(pair.error().message, "connector nats does not support format UPSERT with encode AVRO");
  EXPECT_EQ(include_column_name(nats, **find_include_column(nats, "SUBJECT"), ""), "_rw_nats_subject");
  EXPECT_NE(find_include_column(nats, "key").error().hint.find("offset"), std::string::npos);
}

TEST(Blackhole, TakesEverything) {
  const ConnectorRow& row = **find_sink_connector("blackhole");
  const std::vector<WithOption> with = {{"connector", "blackhole"}};
  const auto options = parse_options("connector blackhole", row.sink_options, with);
  ASSERT_TRUE(options.has_value());
  ManualClock clock;
  const auto sink = row.make_sink({.options = *options, .clock = clock});
  const auto writer = (*sink)->open_writer({});
  for (uint64_t token = 1; token <= 10; ++token)
    EXPECT_TRUE((*writer)->send({.subject = "", .payload = "abc", .token = token}).value_or(false));
  EXPECT_EQ((*writer)->durable_up_to(), 10u);
  EXPECT_EQ((*writer)->stats().messages, 10u);
  EXPECT_EQ((*writer)->stats().bytes, 30u);
}

}  // namespace
}  // namespace leat
