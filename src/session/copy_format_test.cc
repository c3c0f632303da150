#include "session/copy_format.h"

#include <gtest/gtest.h>

#include <random>

namespace leat {
namespace {

using Record = std::vector<std::optional<std::string>>;

CopyOptions csv() { return {.csv = true, .delimiter = ',', .null_text = ""}; }

// Records of `bytes` that come in pieces of at most so many.
Result<std::vector<Record>> read(const CopyOptions& options, std::string_view bytes, size_t piece_bytes = 1 << 20) {
  CopyReader reader(options);
  std::vector<Record> records;
  std::vector<CopyField> fields;
  for (bool more = true; more;) {
    if (bytes.empty()) {
      reader.end();
      more = false;
    } else {
      reader.add(bytes.substr(0, piece_bytes));
      bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    }
    while (TRY(reader.next(fields))) {
      Record& record = records.emplace_back();
      for (const CopyField& field : fields) record.push_back(field ? std::optional<std::string>(*field) : std::nullopt);
    }
  }
  return records;
}

TEST(CopyReader, ReadsText) {
  const auto records = read({}, "a\tb\\tc\t\\N\n\\\\N\t\\101\\x42\\.\t\nlast\\\nline\r\n\\.\nignored\n");
  EXPECT_EQ(records.value(), (std::vector<Record>{{"a", "b\tc", std::nullopt}, {"\\N", "AB.", ""}, {"last\nline"}}));
}

TEST(CopyReader, ReadsCsv) {
  const auto records = read(csv(), "a,\"b \"\"c\"\",\r\nd\",,\"\"\n1,\"x\"y,\n");
  EXPECT_EQ(records.value(), (std::vector<Record>{{"a", "b \"c\",\r\nd", std::nullopt, ""}, {"1", "xy", std::nullopt}}));
  CopyOptions other = csv();
  other.delimiter = ';';
  other.quote = '\'';
  other.escape = '\\';
  other.null_text = "NULL";
  EXPECT_EQ(read(other, "'a\\'b\\\\c';NULL;'NULL'").value(), (std::vector<Record>{{"a'b\\c", std::nullopt, "NULL"}}));
  const auto open = read(csv(), "a,\"b\n");
  ASSERT_FALSE(open.has_value());
  EXPECT_EQ(open.error().code, SqlState::kBadCopyFileFormat);
}

// What is written reads back, whatever the pieces.
TEST(CopyFormat, ReadsBackWhatItWrites) {
  std::mt19937 random(7);
  const std::string_view alphabet = "ab\\.,\"'\n\r\tN;\x01\xC3\xA4";
  std::vector<CopyOptions> all{{}, csv(), csv(), {.delimiter = '|', .null_text = "null"}};
  all[2].escape = '\\';
  all[2].null_text = "\\N";
  for (int round = 0; round < 400; ++round) {
    const CopyOptions& options = all[random() % all.size()];
    const size_t width = 1 + random() % 4;
    std::vector<Record> records(1 + random() % 6);
    std::string bytes;
    for (Record& record : records) {
      for (size_t i = 0; i < width; ++i) {
        if (random() % 5 == 0) {
          record.emplace_back();
          continue;
        }
        auto& text = record.emplace_back("");
        for (size_t n = random() % 8; n > 0; --n) *text += alphabet[random() % alphabet.size()];
      }
      append_copy_record(bytes, std::vector<CopyField>(record.begin(), record.end()), options);
    }
    const auto found = read(options, bytes, 1 + random() % 9);
    ASSERT_TRUE(found.has_value()) << found.error().to_string() << "\n" << bytes;
    ASSERT_EQ(*found, records) << bytes;
  }
}

}  // namespace
}  // namespace leat
