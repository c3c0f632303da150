#include "connector/nexmark/generator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "format/format.h"
#include "types/packed_row.h"

namespace leat {
namespace {

uint64_t checksum(const NexmarkGenerator& generator, uint64_t first, uint64_t last, bool combined) {
  uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
  std::string line;
  for (uint64_t n = first; n < last; ++n) {
    line.clear();
    generator.append_json(n, combined, line);
    line += '\n';
    for (const char c : line) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  }
  return hash;
}

// The published checksums of docs/internals/nexmark.md: these never change.
TEST(Nexmark, ChecksumsOfTheFirstEvents) {
  const NexmarkGenerator generator({.seed = 1});
  EXPECT_EQ(checksum(generator, 0, 1, false), 0x686870444392e8aaull);
  EXPECT_EQ(checksum(generator, 0, 50, false), 0xcc23817cdf1d420bull);
  EXPECT_EQ(checksum(generator, 0, 10'000, false), 0x5f94c91301ddee1full);
  EXPECT_EQ(checksum(generator, 0, 100'000, false), 0x75d6b82dd4e5a3b2ull);
  EXPECT_EQ(checksum(generator, 0, 10'000, true), 0xf441d034650457e9ull);
  EXPECT_EQ(checksum(NexmarkGenerator({.seed = 2}), 0, 10'000, false), 0xc79f15fa6f01bab3ull);
}

TEST(Nexmark, CountsAndNumbersAgreeWithKinds) {
  std::map<NexmarkKind, uint64_t> seen;
  for (uint64_t n = 0; n < 1000; ++n) {
    for (const auto kind : {NexmarkKind::kPerson, NexmarkKind::kAuction, NexmarkKind::kBid}) {
      ASSERT_EQ(NexmarkGenerator::count_of(kind, n), seen[kind]);
    }
    const NexmarkKind kind = NexmarkGenerator::kind_of(n);
    ASSERT_EQ(NexmarkGenerator::number_of(kind, seen[kind]++), n);
  }
}

TEST(Nexmark, IdsAreDenseAndPointToWhatExistsOrIsNear) {
  const NexmarkGenerator generator({.seed = 3});
  int64_t people = 1000, auctions = 1000;
  NexmarkPerson person;
  NexmarkAuction auction;
  NexmarkBid bid;
  uint64_t hot_bidders = 0, bids = 0, bidder_exists = 0;
  std::vector<int64_t> prices;
  for (uint64_t n = 0; n < 200'000; ++n) {
    switch (NexmarkGenerator::kind_of(n)) {
      case NexmarkKind::kPerson:
        generator.person(n, person);
        ASSERT_EQ(person.id, people++);
        ASSERT_EQ(person.credit_card.size(), 19u);
        break;
      case NexmarkKind::kAuction:
        generator.auction(n, auction);
        ASSERT_EQ(auction.id, auctions++);
        ASSERT_GE(auction.seller, 1000);
        ASSERT_LT(auction.seller, people + 10);
        ASSERT_GT(auction.reserve, auction.initial_bid);
        ASSERT_GT(auction.expires_ms, auction.date_time_ms);
        ASSERT_GE(auction.category, 10);
        ASSERT_LE(auction.category, 14);
        break;
      case NexmarkKind::kBid:
        generator.bid(n, bid);
        ASSERT_GE(bid.auction, std::max<int64_t>(1000, auctions - 210));
        ASSERT_LT(bid.auction, auctions + 10);
        ASSERT_GE(bid.bidder, 1000);
        ASSERT_LT(bid.bidder, people + 10);
        ASSERT_GE(bid.price, 100);
        ASSERT_LE(bid.price, 100'000'000);
        prices.push_back(bid.price);
        ++bids;
        hot_bidders += (bid.bidder - 1000) % 100 == 1;
        bidder_exists += bid.bidder < people;
    }
  }
  EXPECT_EQ(bids, 200'000 / 50 * 46);
  EXPECT_NEAR(static_cast<double>(hot_bidders) / static_cast<double>(bids), 0.75, 0.02);
  EXPECT_GT(static_cast<double>(bidder_exists) / static_cast<double>(bids), 0.98);
  // Prices are uniform in their logarithm.
  std::sort(prices.begin(), prices.end());
  for (const double quantile : {0.1, 0.25, 0.5, 0.75, 0.9}) {
    const int64_t price = prices[static_cast<size_t>(quantile * static_cast<double>(bids))];
    EXPECT_NEAR(std::log10(static_cast<double>(price)), 2 + 6 * quantile, 0.05);
  }
}

TEST(Nexmark, SizesAreThoseOfTheBenchmark) {
  const NexmarkGenerator generator({.seed = 4});
  std::map<NexmarkKind, std::pair<uint64_t, uint64_t>> sizes;
  std::string text;
  for (uint64_t n = 0; n < 100'000; ++n) {
    text.clear();
    generator.append_json(n, false, text);
    auto& [bytes, count] = sizes[NexmarkGenerator::kind_of(n)];
    bytes += text.size();
    ++count;
  }
  const auto mean = [&](NexmarkKind kind) {
    return static_cast<double>(sizes[kind].first) / static_cast<double>(sizes[kind].second);
  };
  // Names with '_' are a little longer than the original's.
  EXPECT_NEAR(mean(NexmarkKind::kPerson), 320, 8);
  EXPECT_NEAR(mean(NexmarkKind::kAuction), 651, 8);
  EXPECT_NEAR(mean(NexmarkKind::kBid), 260, 8);
}

TEST(Nexmark, TimeRunsAtTheRate) {
  const NexmarkGenerator generator({.events_per_second = 10'000});
  EXPECT_EQ(generator.date_time_ms(0), 1'436'918'400'000);
  EXPECT_EQ(generator.date_time_ms(10'000), 1'436'918'401'000);
  EXPECT_EQ(generator.date_time_ms(10'019), 1'436'918'401'001);
  EXPECT_EQ(NexmarkGenerator({.events_per_second = 3}).date_time_ms(4), 1'436'918'401'333);
}

// What is written as JSON and read by the JSON decoder is what fills the columns directly.
TEST(Nexmark, ColumnsAndJsonAgree) {
  auto generator = std::make_unique<NexmarkGenerator>(NexmarkConfig{.seed = 5});
  for (const auto kind : {NexmarkKind::kPerson, NexmarkKind::kAuction, NexmarkKind::kBid}) {
    const Schema& schema = NexmarkGenerator::schema(kind);
    std::vector<DecodeColumn> columns;
    for (const Field& field : schema) columns.push_back({field.name, field.type});
    std::vector<std::string> lines;
    for (uint64_t n = 777; n < 2345; ++n) {
      if (NexmarkGenerator::kind_of(n) != kind) continue;
      lines.emplace_back();
      generator->append_json(n, false, lines.back());
    }
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    const auto decoder = find_format("PLAIN", "JSON").value()->make_decoder({.columns = columns, .options = {}}).value();
    DecodedBatch decoded;
    decoder->decode(views, decoded);
    ASSERT_TRUE(decoded.bad.empty());
    const Batch batch = generator->batch(kind, 777, 2345);
    ASSERT_EQ(batch.size(), lines.size());
    ASSERT_EQ(decoded.rows(), lines.size());
    for (size_t c = 0; c < schema.size(); ++c) {
      for (size_t row = 0; row < batch.size(); ++row) {
        ASSERT_EQ(batch.columns[c]->value_at(row), decoded.columns[c]->value_at(row)) << schema[c].name;
      }
    }
  }
  // A batch stands by itself, and holds what was asked for only.
  const Batch some = generator->batch(NexmarkKind::kBid, 0, 50, {true, false, true, false, true, false, false});
  const std::string url(some.columns[4]->string_at(45));
  generator.reset();
  EXPECT_EQ(some.columns[4]->string_at(45), url);
  EXPECT_EQ(some.columns[1], nullptr);
}

TEST(Nexmark, CombinedLinesHoldOneEventEach) {
  const NexmarkGenerator generator({.seed = 1});
  for (const uint64_t n : {0u, 1u, 4u}) {
    std::string flat, combined;
    generator.append_json(n, false, flat);
    generator.append_json(n, true, combined);
    const std::string want = n == 0   ? "{\"event_type\":0,\"person\":" + flat + ",\"auction\":null,\"bid\":null}"
                             : n == 1 ? "{\"event_type\":1,\"person\":null,\"auction\":" + flat + ",\"bid\":null}"
                                      : "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":" + flat + "}";
    EXPECT_EQ(combined, want);
  }
}

}  // namespace
}  // namespace leat
