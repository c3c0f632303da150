#pragma once
// SourceConnector, SplitReader, SinkConnector, SinkWriter: the outside world's streams, for the job.
// A connector knows bytes, offsets and acknowledgements; it knows nothing of types, formats or the
// dataflow. Outages are a connector's own business: readers and writers reconnect and resume for
// ever, and show it in their stats. An Error that comes back is permanent until someone changes
// something (`retryable` false), or, from validate() and open only, may be tried again.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "connector/options.h"
#include "connector/raw_batch.h"
#include "env/clock.h"

namespace leat {

// ---- source ----------------------------------------------------------------------------------

// A part of a source that is read in order.
struct Split {
  std::string id;
  Position start;  // the startup position, pinned: `latest` is what was last when this was made
};

// Messages that can no longer be read although the saved position asks for them.
struct OffsetGap {
  uint64_t first = 0;  // offsets, both ends belong to the gap
  uint64_t last = 0;
  uint64_t messages = 0;  // at most last - first + 1: other subjects' messages may be among them
  std::string reason;     // "purged or expired on the server", ...
  int64_t time_us = 0;    // when it was noticed
};

struct ReaderStats {
  uint64_t messages = 0;
  uint64_t bytes = 0;
  std::optional<uint64_t> pending = {};  // messages behind the last one read: the lag; unknown: none
  std::string last_offset = {};
  int64_t last_time_us = 0;  // store time of the last message read
  uint64_t reconnects = 0;   // connection or consumer made again
  uint64_t duplicates = 0;   // redelivered messages that were already taken, dropped
  uint64_t acks = 0;         // messages acknowledged to the broker after a checkpoint
  uint64_t gap_messages = 0;
  std::vector<OffsetGap> gaps = {};  // the last kGapsKept
  bool connected = false;
  std::string last_error = {};  // the last trouble, also when it is over
  int64_t last_error_time_us = 0;
};
inline constexpr size_t kGapsKept = 32;

struct PollLimits {
  size_t messages_max = 8192;
  size_t bytes_max = 4u << 20;  // of payload; one message over it still comes, alone
  std::chrono::milliseconds wait{100};
};

// Reads one split. Thread: poll() and the destructor belong to one owner; the rest is for any.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  // Clears `batch` and fills it with what comes next. Returns as soon as there is something; an
  // empty batch when `wait` ran out, after stop(), or during an outage. Always sets the position.
  virtual Result<void> poll(const PollLimits& limits, RawBatch& batch) = 0;
  // A checkpoint with this position is durable: acknowledge to brokers that want to know. Never
  // blocks; acknowledgements that get lost are repeated or harmless.
  // Any thread; the work is done by the next poll().
  virtual void committed(const Position& position) = 0;
  // Ends a waiting poll() within 100 ms (or when a running connection attempt gives up, 1 s) and
  // makes all later ones return nothing.
  virtual void stop() = 0;
  // With OpenReader::until: everything up to it was given. Without: always false.
  virtual bool finished() const = 0;
  virtual ReaderStats stats() const = 0;
};

enum class ReaderPurpose : uint8_t {
  kLive,  // the source's one lasting reader: durable consumer and acknowledgements are its
  kPast,  // a bounded or passing reader beside it; leaves no trace on the broker
};

struct OpenReader {
  std::string split;
  Position from;                       // empty: the split's start
  std::optional<Position> until = {};  // take only what this position has taken
  ReaderPurpose purpose = ReaderPurpose::kLive;
  bool headers = false;  // fill RawBatch::headers (costs time per message)
};

struct SourceCheck {
  std::vector<Split> splits;
  std::vector<std::string> notices;  // for the user, not errors
};

// One source of the catalog. Thread: any, every call stands alone.
class SourceConnector {
 public:
  virtual ~SourceConnector() = default;
  // At CREATE: everything that can be checked from here (server, credentials, stream, subjects),
  // and the pinned startup positions to be stored in the catalog.
  virtual Result<SourceCheck> validate() = 0;
  // The splits as they are now, for finding new ones; starts of known splits are not meant.
  virtual Result<std::vector<Split>> splits() = 0;
  // The position that has taken all that is there now: the bound of an ad-hoc SELECT.
  virtual Result<Position> end_position(const std::string& split) = 0;
  virtual Result<std::unique_ptr<SplitReader>> open_reader(const OpenReader& open) = 0;
  // True when a reader at `have` has taken all that a reader at `target` has.
  virtual bool reached(const Position& have, const Position& target) const = 0;
  // The object is dropped: remove what the source itself left on the broker (a durable consumer that
  // the user named is the user's and stays). `last`: the saved position. Best effort.
  virtual void dropped(const Position& last) = 0;
};

// ---- sink ------------------------------------------------------------------------------------

// All views are copied by send().
struct EncodedMessage {
  std::string_view subject;      // from SinkConnector::subject_template(), expanded
  std::string_view payload;
  std::string_view headers = {};  // lines "Key: value\r\n", without the identity
  std::string_view identity = {};  // the same after any retry: dedup key on the broker; at most 128 bytes
  uint64_t token = 0;              // increasing from message to message; the caller's own number
};

struct WriterStats {
  uint64_t messages = 0;    // acknowledged
  uint64_t bytes = 0;       // payload bytes of them
  uint64_t duplicates = 0;  // of them: the broker had them already
  uint64_t retries = 0;     // sends after the first
  uint64_t in_flight = 0;
  uint64_t reconnects = 0;
  bool connected = false;
  std::string last_error = {};
  int64_t last_error_time_us = 0;
};

// Writes one sink. It has no thread of its own: retries happen inside send(), wait_durable() and
// flush(), so call one of them at least every second while something is in flight.
// Thread: those three belong to one owner; the rest is for any.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  // Takes the message, or answers false when the window is full: nothing was taken, wait for
  // progress (wait_durable) and try again; that is the back-pressure. An error is permanent: the
  // broker refuses this very message or this user for ever.
  virtual Result<bool> send(const EncodedMessage& message) = 0;
  // Every message with a token up to this one is stored by the broker.
  virtual uint64_t durable_up_to() const = 0;
  // Waits until durable_up_to() >= token, some progress was made, or the time ran out; answers the
  // new durable_up_to(). The permanent error, if the writer has met one.
  virtual Result<uint64_t> wait_durable(uint64_t token, std::chrono::milliseconds wait) = 0;
  // Everything that was not yet given to send() will be stored behind it; see SinkConnector.
  virtual Position position() const = 0;
  // Waits until everything taken is durable; false when the time ran out first.
  virtual Result<bool> flush(std::chrono::milliseconds wait) = 0;
  // Ends waiting calls; what is in flight stays unacknowledged.
  virtual void stop() = 0;
  virtual WriterStats stats() const = 0;
};

struct SinkCheck {
  std::vector<std::string> notices;
  // How long the broker remembers identities; none: it does not (core NATS, blackhole).
  std::optional<std::chrono::milliseconds> dedup_window = {};
};

// A text with column names in braces: "orders.{region}.{id}".
struct SubjectTemplate {
  struct Part {
    std::string literal;  // or
    int column = -1;      // index into `columns`
  };
  std::vector<Part> parts;
  std::vector<std::string> columns;  // distinct, in order of first use
  bool constant() const { return columns.empty(); }
};

// One sink of the catalog. Thread: any.
class SinkConnector {
 public:
  virtual ~SinkConnector() = default;
  virtual Result<SinkCheck> validate() = 0;
  // Which columns the caller must give to subject() as text.
  virtual const SubjectTemplate& subject_template() const = 0;
  // Appends the subject for these column values (nullopt: SQL NULL), escaped.
  virtual void subject(std::span<const std::optional<std::string_view>> values, std::string& out) const = 0;
  // `from`: everything that will be given to the writer is stored behind it, if it is stored already.
  virtual Result<std::unique_ptr<SinkWriter>> open_writer(const Position& from) = 0;
  // Where the broker's storage of this sink's subjects ends now. Empty: it stores nothing.
  virtual Result<Position> end_position() = 0;
  // Every identity that the broker has stored behind `from` (empty: from the beginning): how a sink
  // learns what went out before a crash, however long ago, and whoever else writes there.
  virtual Result<void> stored_identities(const Position& from,
                                         const std::function<void(std::string_view)>& take) = 0;
};

// ---- the list's row --------------------------------------------------------------------------

struct FormatPair {
  std::string_view format;  // upper case: "PLAIN"
  std::string_view encode;  // "JSON"
};

// What INCLUDE may ask for.
struct IncludeColumn {
  std::string_view name;
  std::string_view type;      // SQL text: "varchar", "struct<key varchar, value bytea>[]"
  bool takes_field = false;   // INCLUDE header 'name': the single value, type below
  std::string_view field_type = {};
  std::string_view doc = {};
};

struct ColumnSpec {
  std::string name;
  std::string type;  // SQL text
};

// What a source is made from; generators look at the columns. The clock outlives the source.
struct SourceSpec {
  const Options& options;
  Clock& clock;
  std::span<const ColumnSpec> columns = {};
};
struct SinkSpec {
  const Options& options;
  Clock& clock;
};

struct ConnectorRow {
  std::string_view name;
  std::string_view doc;
  std::string_view example;
  std::span<const OptionRow> source_options = {};
  std::span<const OptionRow> sink_options = {};
  std::span<const FormatPair> source_formats = {};
  std::span<const FormatPair> sink_formats = {};
  std::span<const IncludeColumn> include_columns = {};
  Result<std::unique_ptr<SourceConnector>> (*make_source)(const SourceSpec&) = nullptr;  // or none
  Result<std::unique_ptr<SinkConnector>> (*make_sink)(const SinkSpec&) = nullptr;        // or none
};

}  // namespace leat
