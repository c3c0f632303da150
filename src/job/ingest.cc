#include "job/ingest.h"

#include "base/log.h"
#include "job/message_decoder.h"
#include "job/relation_options.h"
#include "types/format_value.h"

namespace leat {
namespace {

constexpr size_t kQueuedRowsMax = 200'000;
constexpr size_t kQueuedBytesMax = 64 << 20;
constexpr size_t kErrorsKept = 100;
constexpr size_t kSampleBytes = 256;
constexpr int64_t kHandOverPaceNs = 500'000;
constexpr size_t kPacedRowsMax = 1024;  // a batch of more is worth its own waking
constexpr int64_t kQuietPositionEveryNs = 1'000'000'000;

// The first whole character of well-formed text without NUL; 0: there is none.
size_t character_size(std::string_view bytes) {
  for (size_t size = 1; size <= std::min<size_t>(4, bytes.size()); ++size) {
    if (bytes[0] != '\0' && check_utf8(bytes.substr(0, size))) return size;
  }
  return 0;
}

// Bytes as text that any client can read: what is none is shown as \xHH.
std::string shown_bytes(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const size_t size = character_size(bytes);
    if (size == 0) {
      text += fmt::format("\\x{:02x}", static_cast<uint8_t>(bytes[0]));
    } else {
      text += bytes.substr(0, size);
    }
    bytes.remove_prefix(std::max<size_t>(1, size));
  }
  return text;
}

}  // namespace

struct Ingest::Split {
  std::string id;
  std::unique_ptr<SplitReader> reader;
  std::unique_ptr<MessageDecoder> decoder;
  Position told;               // handed over last
  int64_t told_ns = 0;         // when
  size_t told_rows = 0;        // with how many rows
  Thread thread;
  std::atomic<uint64_t> rows{0}, errors{0}, queued_rows{0};
  std::atomic<int64_t> last_rows_us{0};
  std::atomic<bool> done{false};
  Mutex mutex;
  std::string stop_reason GUARDED_BY(mutex);
};

Ingest::Ingest(Options options) : options_(std::move(options)) {}

Result<std::unique_ptr<Ingest>> Ingest::start(Options options) {
  std::unique_ptr<Ingest> made(new Ingest(std::move(options)));
  const Relation& relation = *made->options_.relation;
  made->connector_ = TRY(make_source_connector(relation, *made->options_.clock));
  made->fail_on_error_ = TRY(relation_options(relation)).text("on_error") == "fail";
  for (const auto& [id, position] : made->options_.positions) {
    auto split = std::make_unique<Split>();
    split->id = id;
    split->told = position;
    split->decoder = TRY(MessageDecoder::make(relation, made->options_.next_row_id));
    OpenReader open{.split = id, .from = position, .purpose = made->options_.purpose,
                    .headers = split->decoder->needs_headers()};
    if (const auto until = made->options_.until.find(id); until != made->options_.until.end()) {
      open.until = until->second;
    }
    split->reader = TRY(made->connector_->open_reader(open));
    made->splits_.push_back(std::move(split));
  }
  for (auto& split : made->splits_) {
    split->thread = Thread("leat-ingest", [ingest = made.get(), s = split.get()] { ingest->run(*s); });
  }
  return made;
}

Ingest::~Ingest() {
  stop();
  MutexLock lock(mutex_);
  if (options_.account) options_.account->add(-static_cast<int64_t>(queued_bytes_));
}

void Ingest::stop() {
  stop_ = true;
  for (auto& split : splits_) split->reader->stop();
  room_.notify_all();
  for (auto& split : splits_) {
    if (split->thread.joinable()) split->thread.join();
  }
}

void Ingest::run(Split& split) {
  const auto stopped_by = [&](std::string reason) {
    MutexLock lock(split.mutex);
    split.stop_reason = std::move(reason);
  };
  RawBatch raw;
  while (!stop_) {
    keep_pace(split);
    auto polled = split.reader->poll(PollLimits{}, raw);
    if (!polled) {
      log::error("source {}: {}", options_.relation->name, polled.error().to_string());
      stopped_by(polled.error().to_string());
      break;
    }
    const bool finished = split.reader->finished();
    if (!raw.empty() || finished || position_due(split, raw)) {
      Taken taken{.split = split.id, .position = raw.position(), .bytes = raw.payload_bytes()};
      if (!raw.empty() && !decode(split, raw, taken)) {
        stopped_by("a message could not be decoded and on_error is 'fail': " + split.decoder->last().bad[0].error);
        break;
      }
      if (!hand_over(split, std::move(taken))) break;
    }
    if (finished) break;
  }
  split.done = true;
  options_.wake();
}

void Ingest::keep_pace(const Split& split) const {
  if (split.told_rows == 0 || split.told_rows > kPacedRowsMax) return;
  const int64_t early_ns = split.told_ns + kHandOverPaceNs - options_.clock->monotonic_ns();
  if (early_ns > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(early_ns, kHandOverPaceNs)));
}

// Each makes a step and is a reason for a checkpoint, so not at every heartbeat of the broker.
bool Ingest::position_due(const Split& split, const RawBatch& raw) const {
  return options_.purpose == ReaderPurpose::kLive && raw.position().text != split.told.text &&
         options_.clock->monotonic_ns() - split.told_ns >= kQuietPositionEveryNs;
}

// False: the source has to stop.
bool Ingest::decode(Split& split, const RawBatch& raw, Taken& taken) {
  taken.batch = split.decoder->decode(raw, split.id);
  const DecodedBatch& decoded = split.decoder->last();
  for (const auto& bad : decoded.bad) note_error(split, raw, bad.message, bad.error);
  split.errors += decoded.bad.size();
  for (size_t c = 0; c < decoded.nulled.size(); ++c) {
    const auto& nulled = decoded.nulled[c];
    if (nulled.count == 0) continue;
    note_error(split, raw, nulled.first_message,
               fmt::format("column \"{}\" became NULL{}: {}", split.decoder->column_name(c),
                           nulled.count > 1 ? fmt::format(" in {} messages", nulled.count) : "",
                           nulled.first_error));
    split.errors += nulled.count;
  }
  return !fail_on_error_ || decoded.bad.empty();
}

// Waits for room. False: the source was stopped.
bool Ingest::hand_over(Split& split, Taken taken) {
  const size_t rows = taken.batch.size();
  split.rows += rows;
  taken.received_us = options_.clock->now_us();
  if (rows > 0) split.last_rows_us = taken.received_us;
  split.told = taken.position;
  split.told_rows = rows;
  split.told_ns = options_.clock->monotonic_ns();
  {
    MutexLock lock(mutex_);
    while (!stop_ && (paused_ || queued_rows_ >= kQueuedRowsMax || queued_bytes_ >= kQueuedBytesMax)) {
      room_.wait_for(mutex_, std::chrono::milliseconds(100));
    }
    if (stop_) return false;
    queued_rows_ += rows;
    queued_bytes_ += taken.bytes;
    split.queued_rows += rows;
    if (options_.account) options_.account->add(static_cast<int64_t>(taken.bytes));
    queue_.push_back(std::move(taken));
  }
  ready_.notify_all();
  options_.wake();
  return true;
}

void Ingest::note_error(const Split& split, const RawBatch& raw, size_t message, std::string_view text) {
  SourceError error{options_.clock->now_us(), split.id, raw.offset_text(message), shown_bytes(text),
                    shown_bytes(raw.payload(message).substr(0, kSampleBytes))};
  MutexLock lock(mutex_);
  errors_.push_back(std::move(error));
  if (errors_.size() > kErrorsKept) errors_.pop_front();
}

std::vector<Ingest::Taken> Ingest::take(size_t rows_max) {
  std::vector<Taken> taken;
  size_t rows = 0, bytes = 0;
  {
    MutexLock lock(mutex_);
    while (!queue_.empty() && (taken.empty() || rows + queue_.front().batch.size() <= rows_max)) {
      rows += queue_.front().batch.size();
      bytes += queue_.front().bytes;
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    queued_rows_ -= rows;
    queued_bytes_ -= bytes;
  }
  if (options_.account) options_.account->add(-static_cast<int64_t>(bytes));
  for (const auto& t : taken) {
    for (auto& split : splits_) {
      if (split->id == t.split) split->queued_rows -= t.batch.size();
    }
  }
  if (!taken.empty()) room_.notify_all();
  return taken;
}

int64_t Ingest::waiting_since_us() const {
  MutexLock lock(mutex_);
  return queue_.empty() ? 0 : queue_.front().received_us;
}

bool Ingest::has_input() const {
  MutexLock lock(mutex_);
  return !queue_.empty();
}

void Ingest::wait(std::chrono::milliseconds time) {
  MutexLock lock(mutex_);
  if (queue_.empty()) ready_.wait_for(mutex_, time);
}

bool Ingest::finished() const {
  for (const auto& split : splits_) {
    if (!split->done) return false;
  }
  return !has_input();
}

void Ingest::pause(bool paused) {
  {
    MutexLock lock(mutex_);
    if (paused_ == paused) return;
    paused_ = paused;
  }
  room_.notify_all();
}

void Ingest::committed(const std::map<std::string, Position>& positions) {
  for (auto& split : splits_) {
    if (const auto at = positions.find(split->id); at != positions.end()) split->reader->committed(at->second);
  }
}

std::vector<SourceStats> Ingest::stats() const {
  std::vector<SourceStats> all;
  for (const auto& split : splits_) {
    SourceStats stats{.split = split->id, .reader = split->reader->stats(), .rows = split->rows,
                      .errors = split->errors, .last_rows_us = split->last_rows_us,
                      .queued_rows = split->queued_rows};
    MutexLock lock(split->mutex);
    stats.stopped = !split->stop_reason.empty();
    stats.stop_reason = split->stop_reason;
    all.push_back(std::move(stats));
  }
  return all;
}

std::vector<SourceError> Ingest::last_errors() const {
  MutexLock lock(mutex_);
  return {errors_.begin(), errors_.end()};
}

uint64_t Ingest::error_count() const {
  uint64_t count = 0;
  for (const auto& split : splits_) count += split->errors;
  return count;
}

}  // namespace leat
