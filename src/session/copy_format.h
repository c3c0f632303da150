#pragma once
// COPY's text and csv formats, as PostgreSQL's: options, reading records, writing them.
// Thread: owner only.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "parser/ast.h"

namespace leat {

struct CopyOptions {
  enum class Header : uint8_t { kNone, kSkip, kMatch };
  bool csv = false;
  char delimiter = '\t';
  std::string null_text = "\\N";
  Header header = Header::kNone;
  char quote = '"', escape = '"';  // csv
};
// Errors name the option and what is allowed.
Result<CopyOptions> read_copy_options(const ast::Copy& copy);

// One value of a record; nullopt: NULL.
using CopyField = std::optional<std::string_view>;

// Cuts a stream of bytes into records.
class CopyReader {
 public:
  // A record is gathered in memory whole.
  static constexpr size_t kRecordBytesMax = 64 << 20;

  explicit CopyReader(CopyOptions options) : options_(std::move(options)) {}
  void add(std::string_view piece);
  void end() { at_end_ = true; }  // nothing more comes
  // The next record, valid until the next call; false: it is not there yet, or there is none any more.
  Result<bool> next(std::vector<CopyField>& fields);
  uint64_t line() const { return line_; }  // of the last record's first line, from 1

 private:
  struct Field {
    size_t begin, end;  // in text_
    bool null;
  };
  Result<std::optional<std::string_view>> record();
  size_t find_end();
  Result<void> cut_text(std::string_view record);
  Result<void> cut_csv(std::string_view record);
  void unescape(std::string_view text);

  CopyOptions options_;
  std::string buffer_;
  size_t at_ = 0;        // of the record
  size_t looked_at_ = 0;  // so much of it has been looked at for its end
  bool in_quotes_ = false;
  std::string text_;  // of the record's fields, without escapes
  std::vector<Field> fields_;
  uint64_t line_ = 0, lines_read_ = 0;
  bool at_end_ = false, finished_ = false;
};

// Appends one record with its line end.
void append_copy_record(std::string& to, std::span<const CopyField> fields, const CopyOptions& options);

}  // namespace leat
