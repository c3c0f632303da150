#include "connector/raw_batch.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(RawBatch, KeepsMessagesThroughGrowth) {
  RawBatch batch;
  for (int round = 0; round < 3; ++round) {
    batch.clear();
    for (uint64_t i = 0; i < 5000; ++i) {
      const std::string payload(i % 97, static_cast<char>('a' + i % 26));
      const std::string subject = i < 3000 ? "one" : "two";
      batch.append({.payload = payload, .sequence = i, .time_us = static_cast<int64_t>(i * 2), .subject = subject,
                    .headers = i % 2 ? "K: v\r\n" : ""});
    }
    ASSERT_EQ(batch.size(), 5000u);
    for (uint64_t i = 0; i < 5000; ++i) {
      ASSERT_EQ(batch.payload(i), std::string(i % 97, static_cast<char>('a' + i % 26)));
      ASSERT_EQ(batch.subject(i), i < 3000 ? "one" : "two");
      ASSERT_EQ(batch.headers(i), i % 2 ? "K: v\r\n" : "");
      ASSERT_EQ(batch.offset_text(i), std::to_string(i));
      ASSERT_EQ(batch.time_us(i), static_cast<int64_t>(i * 2));
    }
  }
}

TEST(RawBatch, PaddingAfterEveryPayloadIsReadable) {
  // Under the address sanitizer this fails when a byte of it is not ours.
  for (size_t size = 1; size < 200'000; size = size * 3 + 1) {
    RawBatch batch;
    batch.append({.payload = std::string(size, 'x'), .sequence = 1});
    const char* end = batch.payload(0).data() + size;
    unsigned sum = 0;
    for (size_t i = 0; i < kPayloadPadding; ++i) sum += static_cast<unsigned char>(end[i]);
    EXPECT_LE(sum, 255u * kPayloadPadding);
  }
}

TEST(RawBatch, OffsetsThatAreNoNumbers) {
  RawBatch batch;
  const std::string offset(128, '9');
  batch.append({.payload = "x", .offset = offset});
  EXPECT_EQ(batch.offset_text(0), offset);
}

TEST(RawBatch, EmptyPayloads) {
  RawBatch batch;
  batch.append({.payload = "", .sequence = 1});
  batch.append({.payload = "", .sequence = 2, .subject = "s"});
  EXPECT_TRUE(batch.payload(0).empty());
  EXPECT_TRUE(batch.subject(0).empty());
  EXPECT_EQ(batch.subject(1), "s");
}

TEST(Headers, FindAndSplit) {
  const std::string_view text = "A: 1\r\nkind: x: y\r\nA: 2\r\nEmpty:\r\n";
  EXPECT_EQ(find_header(text, "A"), "1");
  EXPECT_EQ(find_header(text, "Kind"), "x: y");
  EXPECT_EQ(find_header(text, "Empty"), "");
  EXPECT_EQ(find_header(text, "none"), std::nullopt);
  EXPECT_EQ(split_headers(text).size(), 4u);
  EXPECT_TRUE(split_headers("").empty());
}

}  // namespace
}  // namespace leat
