#pragma once
// RowEncoder: batches of columns to DataRow messages. Works a block of rows at a time: first each
// column is turned into the bytes of its values by one loop that knows the type, then the rows are
// put together. Strings are copied once, from their arena to the output. Thread: owner only; keeps
// scratch memory between calls.

#include <span>
#include <string>
#include <vector>

#include "pgwire/session_interface.h"
#include "pgwire/wire_buffer.h"

namespace leat::pgwire {

class RowEncoder {
 public:
  static constexpr size_t kBlockRows = 1024;
  static constexpr size_t kBlockBytes = size_t{64} << 10;  // of strings; one row may have more
  static constexpr size_t kRowBytesMax = (size_t{1} << 30) - 1;

  // How many of the selected rows from `first` on should be encoded at once: at least one, at most
  // kBlockRows, and no more than make kBlockBytes.
  static size_t block_size(const Batch& batch, size_t first);

  // Appends a DataRow for each of the batch's selected rows `first` .. `first + count` - 1, n times
  // for weight n. count <= kBlockRows. Returns the number of messages. Error: a row is larger than
  // kRowBytesMax.
  Result<size_t> encode(WireBuffer& out, const Batch& batch, size_t first, size_t count,
                        std::span<const Format> formats, const TimeZone& zone);

 private:
  // The values of one column in this block; data null means NULL.
  struct Cell {
    const char* data;
    size_t size;
  };
  struct Scratch {
    std::vector<Cell> cells;
    std::string bytes;         // what the cells point to, unless they point into the vector
    std::vector<size_t> ends;  // of each value in `bytes`
  };

  void encode_column(Scratch& scratch, const Vector& column, Format format, const TimeZone& zone);

  std::vector<uint32_t> rows_;  // physical positions of the block's rows
  std::vector<Scratch> columns_;
};

}  // namespace leat::pgwire
