#pragma once
// DmlLog: an append-only log with group commit. A statement's changes go here before it is
// acknowledged and are replayed past the last checkpoint after a crash.
// An appended record is durable when its callback gets success, and then survives every crash until
// truncate_before() passes it. A record that failed (disk full) is not replayed.
// Layout, versions and what a torn tail is: docs/internals/state.md.
// Thread: append from any; callbacks run on the log's thread, in the order of the sequences, and must
// not append.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "env/file.h"

namespace leat {

struct DmlLogOptions {
  std::string directory;                       // made when missing
  uint64_t segment_bytes_max = 16 << 20;
  uint64_t waiting_bytes_max = 64 << 20;       // append() waits while more is not written yet
};

class DmlLog {
 public:
  using Replay = std::function<Result<>(uint64_t sequence, std::string_view bytes)>;
  using Done = std::move_only_function<void(Result<>)>;

  // Replays all records, oldest first, then is ready for appends. Damage before the last durable
  // record is kDataCorrupted; an unfinished tail is cut off. An error of `replay` is passed on.
  // `sequence_min`: the first new record gets at least this number (the checkpoint's knowledge).
  static Result<std::unique_ptr<DmlLog>> open(DmlLogOptions options, FileSystem& files,
                                              const Replay& replay, uint64_t sequence_min = 1);
  ~DmlLog();  // what was appended is written; every callback has run

  // Returns the record's sequence, counted from 1, without gaps among durable records of one run. A record
  // over 1 GiB fails at once and has none (0).
  uint64_t append(std::string bytes, Done done);
  Result<> append_and_wait(std::string bytes);

  // Records before `sequence` are in a checkpoint; segments that hold no others are removed.
  Result<> truncate_before(uint64_t sequence);

  uint64_t next_sequence() const;
  uint64_t bytes() const;  // of all segments on disk

 private:
  struct Impl;
  explicit DmlLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Reads one segment's bytes. Also the fuzz target's way in.
struct DmlSegment {
  struct Record {
    uint64_t sequence;
    std::string_view bytes;  // into the segment's bytes
  };
  uint64_t first_sequence = 0;
  std::vector<Record> records;
  uint64_t good_bytes = 0;  // up to the end of the last whole record
};
// Damage in what was known durable is kDataCorrupted; only the `last` segment may have a torn tail.
Result<DmlSegment> read_dml_segment(std::string_view bytes, bool last);

}  // namespace leat
