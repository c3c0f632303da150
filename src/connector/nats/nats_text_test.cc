// The texts of NATS: subjects, reply subjects, positions, keys, API JSON. No server.

#include <gtest/gtest.h>

#include <random>

#include "connector/nats/base_text.h"
#include "connector/nats/jetstream.h"
#include "connector/nats/nats_credentials.h"
#include "connector/nats/nats_delivery.h"
#include "connector/nats/nats_position.h"
#include "connector/nats/nats_subject.h"

namespace leat::nats {
namespace {

TEST(Subject, Matches) {
  EXPECT_TRUE(subject_matches("a.b", "a.b"));
  EXPECT_FALSE(subject_matches("a.b", "a.b.c"));
  EXPECT_FALSE(subject_matches("a.b.c", "a.b"));
  EXPECT_TRUE(subject_matches("a.*.c", "a.x.c"));
  EXPECT_FALSE(subject_matches("a.*", "a"));
  EXPECT_TRUE(subject_matches("a.>", "a.b.c"));
  EXPECT_FALSE(subject_matches("a.>", "a"));
  EXPECT_TRUE(subject_matches(">", "a"));
}

TEST(Subject, OverlapAndContains) {
  EXPECT_TRUE(subjects_overlap("a.*", "*.b"));
  EXPECT_FALSE(subjects_overlap("a.*", "b.*"));
  EXPECT_FALSE(subjects_overlap("a.b", "a.b.c"));
  EXPECT_TRUE(subjects_overlap("a.>", "a.b.*"));
  EXPECT_TRUE(subject_contains("a.>", "a.*"));
  EXPECT_FALSE(subject_contains("a.*", "a.>"));
  EXPECT_FALSE(subject_contains("a.b", "a.*"));
  EXPECT_TRUE(subject_contains("a.*", "a.b"));
}

TEST(Subject, CoverContainsAllAndIsNarrow) {
  EXPECT_EQ(subject_cover({"a.b", "a.c"}), "a.*");
  EXPECT_EQ(subject_cover({"a.b", "a.b.c"}), "a.>");
  EXPECT_EQ(subject_cover({"a", "a.b"}), ">");
  EXPECT_EQ(subject_cover({"a.>", "a.b"}), "a.>");
  EXPECT_EQ(subject_cover({"a.b.c", "a.x.c"}), "a.*.c");
  EXPECT_EQ(subject_cover({"x", "y.z"}), ">");
  std::mt19937 dice(7);
  const char* words[] = {"a", "b", "*", ">"};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> subjects;
    for (unsigned i = 0; i < 1 + dice() % 3; ++i) {
      std::string subject;
      const unsigned tokens = 1 + dice() % 4;
      for (unsigned t = 0; t < tokens; ++t) {
        const char* word = words[dice() % (t + 1 == tokens ? 4 : 3)];
        subject += (t ? "." : "") + std::string(word);
      }
      subjects.push_back(subject);
    }
    const std::string cover = subject_cover(subjects);
    EXPECT_EQ(subject_fault(cover, true), "") << cover;
    for (const auto& subject : subjects) EXPECT_TRUE(subject_contains(cover, subject)) << cover << " " << subject;
  }
}

TEST(Subject, Faults) {
  EXPECT_EQ(subject_fault("a.b-c.d", true), "");
  EXPECT_NE(subject_fault("", true), "");
  EXPECT_NE(subject_fault("a..b", true), "");
  EXPECT_NE(subject_fault(".a", true), "");
  EXPECT_NE(subject_fault("a b", true), "");
  EXPECT_NE(subject_fault("a.>.b", true), "");
  EXPECT_NE(subject_fault("a.*", false), "");
}

TEST(Subject, Template) {
  const auto t = parse_subject_template("orders.{region}.x{id}y.{region}");
  ASSERT_TRUE(t.has_value());
  EXPECT_EQ(t->columns, (std::vector<std::string>{"region", "id"}));
  std::string out;
  const std::optional<std::string_view> values[] = {"a.b", ""};
  expand_subject(*t, values, out);
  EXPECT_EQ(out, "orders.a%2Eb.x%y.a%2Eb");
  EXPECT_EQ(subject_fault(out, false), "");
  EXPECT_EQ(template_pattern(*t), "orders.*.*.*");
  EXPECT_TRUE(parse_subject_template("plain.subject")->constant());
  for (const char* bad : {"", "a.{", "a.{}", "a.}", "a..{x}", "a.*", "a.>", "a b.{x}", "a.{x{y}}"})
    EXPECT_FALSE(parse_subject_template(bad).has_value()) << bad;
}

TEST(Subject, ExpandedValuesStayApart) {
  const auto t = parse_subject_template("s.{v}");
  std::set<std::string> seen;
  const std::string_view values[] = {"", "%", ".", "%2E", "null ", "a", "a ", "*", ">", "\n"};
  for (const auto value : values) {
    std::string out;
    const std::optional<std::string_view> one[] = {value};
    expand_subject(*t, one, out);
    EXPECT_EQ(subject_fault(out, false), "") << out;
    EXPECT_TRUE(seen.insert(out).second) << out;
  }
}

TEST(Delivery, AllLayouts) {
  Delivery d;
  ASSERT_TRUE(parse_delivery("$JS.ACK.S.C.1.42.40.1700000000123456789.7", d));
  EXPECT_EQ(d.delivered, 1u);
  EXPECT_EQ(d.sequence, 42u);
  EXPECT_EQ(d.consumer_sequence, 40u);
  EXPECT_EQ(d.time_ns, 1'700'000'000'123'456'789);
  EXPECT_EQ(d.pending, 7u);
  ASSERT_TRUE(parse_delivery("$JS.ACK.dom.hash.S.C.2.5.6.7.8", d));
  EXPECT_EQ(d.sequence, 5u);
  ASSERT_TRUE(parse_delivery("$JS.ACK.dom.hash.S.C.2.5.6.7.8.rnd", d));
  EXPECT_EQ(d.pending, 8u);
  for (const char* bad : {"", "x", "$JS.ACK.", "$JS.ACK.S.C.1.2.3.4", "$JS.ACK.S.C.1.x.3.4.5", "$JS.ACK.S.C.1..3.4.5",
                          "$JS.ACK.S.C.1.2.3.4.", "$JS.ACK.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o"})
    EXPECT_FALSE(parse_delivery(bad, d)) << bad;
}

TEST(Position, RoundTrip) {
  StreamPosition p{.created_ns = 12, .floor = 7, .consumer = "leat_x"};
  p.add(10, 12);
  p.add(20, 20);
  const Position text = p.to_position();
  EXPECT_EQ(text.text, "nats/1;created=12;floor=7;consumer=leat_x;above=10-12,20-20");
  const auto back = StreamPosition::parse(text);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->to_position(), text);
  for (const char* bad : {"", "nats/2;floor=1", "nats/1;floor=x", "nats/1;floor=5;above=3-4", "nats/1;above=4-3", "nats/1;above=1-2,2-3", "nats/1;x=1"})
    EXPECT_FALSE(StreamPosition::parse({bad}).has_value()) << bad;
}

TEST(Position, IsASet) {
  std::mt19937 dice(11);
  for (int round = 0; round < 300; ++round) {
    StreamPosition p;
    std::set<uint64_t> model;
    uint64_t floor = 0;
    for (int i = 0; i < 60; ++i) {
      const uint64_t first = 1 + dice() % 100;
      const uint64_t last = first + dice() % 5;
      if (dice() % 10 == 0) {
        floor = std::max(floor, first);
        p.raise_floor(first);
      } else {
        p.add(first, last);
        for (uint64_t s = first; s <= last; ++s) model.insert(s);
      }
      for (uint64_t s = 1; s <= 110; ++s) ASSERT_EQ(p.contains(s), s <= floor || model.contains(s)) << p.to_position().text;
      // Ranges stay sorted and apart, none touches the floor.
      uint64_t end = p.floor;
      for (const auto& [a, b] : p.above) {
        ASSERT_GT(a, end + 1);
        ASSERT_LE(a, b);
        end = b;
      }
      ASSERT_EQ(StreamPosition::parse(p.to_position())->to_position(), p.to_position());
    }
  }
}

TEST(BaseText, RoundTrip) {
  std::mt19937 dice(3);
  for (int size = 0; size < 100; ++size) {
    std::string bytes;
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(dice());
    EXPECT_EQ(decode_base32(encode_base32(bytes)), bytes);
    EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes);
  }
  EXPECT_EQ(decode_base64("aGVsbG8="), "hello");
  EXPECT_EQ(decode_base64("a!"), std::nullopt);
  EXPECT_EQ(crc16("123456789"), 0x31C3);
}

TEST(Json, ReadsTheApi) {
  const auto v = parse_json(R"( {"a":[1,"x\n\u00e9\ud83d\ude00",null,true],"n":18446744073709551615,"m":{"k":-5}} )");
  ASSERT_TRUE(v.has_value());
  EXPECT_EQ((*v)["a"].items.size(), 4u);
  EXPECT_EQ((*v)["a"].items[1].text, "x\n\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ((*v)["n"].natural(), UINT64_MAX);
  EXPECT_EQ((*v)["m"]["k"].integer(), -5);
  EXPECT_FALSE((*v).has("zz"));
  for (const char* bad : {"", "{", "[1,", "{\"a\"}", "\"x", "tru", "{} x", "\"\\u12\"", "[1 2]"})
    EXPECT_FALSE(parse_json(bad).has_value()) << bad;
  EXPECT_FALSE(parse_json(std::string(100'000, '[')).has_value());
  EXPECT_EQ(JsonObject().add("a", "x\"\n").add("b", true).add("c", uint64_t{7}).text(), "{\"a\":\"x\\\"\\u000a\",\"b\":true,\"c\":7}");
}

TEST(Time, Rfc3339) {
  EXPECT_EQ(parse_rfc3339_ns("1970-01-01T00:00:01.5Z"), 1'500'000'000);
  EXPECT_EQ(parse_rfc3339_ns("2026-11-20T12:30:16.123456789Z"), 1'795'177'816'123'456'789);
  EXPECT_EQ(parse_rfc3339_ns("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(rfc3339(1'795'177'816'123), "2026-11-20T12:30:16.123Z");
}

}  // namespace
}  // namespace leat::nats
