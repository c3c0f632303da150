#include "job/sink_task.h"

#include <charconv>

#include "base/check.h"
#include "base/log.h"
#include "format/format.h"
#include "job/relation_options.h"
#include "types/format_value.h"

namespace leat {
namespace {

constexpr auto kProgressWait = std::chrono::milliseconds(200);

// Above every number that an earlier start can have used: its own first one, and less than 2^22 messages
// for each millisecond since. Good until the year 2109.
uint64_t first_number_of_start(int64_t now_us) { return static_cast<uint64_t>(now_us / 1000) << 22; }

// With nothing to send: acknowledgements are looked for, but nobody is woken for each.
constexpr auto kAcknowledgementLook = std::chrono::milliseconds(2);
constexpr auto kOpenPause = std::chrono::seconds(1);
constexpr size_t kSendAtOnce = 64;

}  // namespace

SinkTask::SinkTask(Options options) : options_(std::move(options)), queue_(options_.relation->table) {}

Result<std::vector<std::string>> SinkTask::validate(const RelationPtr& relation, Clock& clock) {
  TRY(check_relation_options(*relation));
  auto connector = TRY(make_sink_connector(*relation, clock));
  for (const std::string& name : connector->subject_template().columns) {
    const int column = relation->column_index(name);
    if (column < 0 || relation->columns[column].hidden) {
      return fail(make_error(SqlState::kUndefinedColumn,
                             "column \"{}\" in option subject does not exist", name));
    }
  }
  return TRY(connector->validate()).notices;
}

Result<std::unique_ptr<SinkTask>> SinkTask::start(Options options) {
  std::unique_ptr<SinkTask> task(new SinkTask(std::move(options)));
  const Relation& relation = *task->options_.relation;
  const auto with = TRY(relation_options(relation));
  task->exactly_once_ = with.has("delivery") && with.text("delivery") == "exactly_once";
  task->drops_retractions_ = with.boolean("force_append_only");
  task->connector_ = TRY(make_sink_connector(relation, *task->options_.clock));
  if (relation.connector != "blackhole") task->encoder_ = TRY(make_sink_encoder(relation));
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    if (!relation.columns[i].hidden) task->visible_.push_back(static_cast<int>(i));
  }
  for (const std::string& name : task->connector_->subject_template().columns) {
    task->subject_columns_.push_back(relation.column_index(name));
  }
  TRY(task->open());
  task->thread_ = Thread("leat-sink", [t = task.get()] { t->run(); });
  return task;
}

SinkTask::~SinkTask() { stop(); }

void SinkTask::stop() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    if (writer_ != nullptr) writer_->stop();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string SinkTask::meta_name(std::string_view what) const {
  return fmt::format("sink/{}/{}", options_.relation->id.value, what);
}

// What the last checkpoint knew to be unacknowledged goes out first, under its old numbers.
Result<void> SinkTask::open() {
  Floor floor;
  uint64_t logged_end = 1;
  size_t logged = 0;
  if (options_.is_new) {
    if (exactly_once_) floor.position = TRY(connector_->end_position());
  } else {
    if (const auto next = TRY(options_.store->meta(meta_name("next")))) logged_end = std::stoull(*next);
    if (const auto count = TRY(options_.store->meta(meta_name("logged")))) logged = std::stoull(*count);
    if (const auto position = TRY(options_.store->meta(meta_name("floor")))) floor.position.text = *position;
  }
  uint64_t next_number = logged_end;
  if (!exactly_once_) next_number = std::max(next_number, first_number_of_start(options_.clock->now_us()));
  MutexLock lock(mutex_);
  held_ = options_.is_new;
  floor_ = next_floor_ = std::move(floor);
  queue_.start_at(next_number);
  // Of a new sink, the log may hold what a CREATE that a crash cut short has left.
  return options_.is_new ? Result<void>() : queue_.open_log(*options_.store, logged_end, logged);
}

// After a restart the broker may have forgotten identities: what it has stored of the log is read from it.
Result<void> SinkTask::skip_stored() {
  if (!exactly_once_) return {};
  Position floor;
  uint64_t begin = 0;
  {
    MutexLock lock(mutex_);
    if (queue_.empty()) return {};
    floor = floor_.position;
    begin = queue_.begin();
  }
  const std::string prefix = options_.identity + "-";
  std::vector<uint64_t> stored;
  TRY(connector_->stored_identities(floor, [&](std::string_view identity) {
    if (!identity.starts_with(prefix)) return;
    uint64_t number = 0;
    std::from_chars(identity.data() + prefix.size(), identity.data() + identity.size(), number);
    if (number >= begin) stored.push_back(number);
  }));
  if (!stored.empty()) {
    log::info("sink {}: {} messages were stored before the restart", options_.relation->name, stored.size());
  }
  MutexLock lock(mutex_);
  for (const uint64_t number : stored) queue_.skip(number);
  return {};
}

std::string SinkTask::identity_of(uint64_t number) const {
  return fmt::format("{}-{}", options_.identity, number);
}

void SinkTask::add(const Batch& changes) {
  Batch rows = changes;
  if (rows.weights) {
    // Deletes and the old side of updates are dropped; the planner has refused inputs that have them
    // unless force_append_only was given.
    std::vector<uint32_t> kept;
    rows.selection.for_each([&](size_t row) {
      for (int32_t w = rows.weight(row); w > 0; --w) kept.push_back(static_cast<uint32_t>(row));
    });
    if (kept.empty()) return;
    Batch gathered;
    for (const auto& column : rows.columns) {
      gathered.columns.push_back(column->is_constant() ? column : ColumnPtr(gather(*column, kept)));
    }
    gathered.selection = Selection(kept.size());
    rows = std::move(gathered);
  }
  rows_ += rows.size();
  if (!encoder_) return;  // blackhole
  Batch visible;
  visible.selection = rows.selection;
  for (const int c : visible_) visible.columns.push_back(rows.columns[c]);
  EncodedRows encoded;
  encoder_->encode(visible, encoded);

  std::string constant_subject;
  if (subject_columns_.empty()) connector_->subject({}, constant_subject);
  static const TimeZone utc;
  std::vector<std::string> texts(subject_columns_.size());
  std::vector<std::optional<std::string_view>> values(subject_columns_.size());
  {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < encoded.size(); ++i) {
      std::string subject = constant_subject;
      if (!subject_columns_.empty()) {
        const size_t row = rows.selection[i];
        for (size_t c = 0; c < values.size(); ++c) {
          const Vector& column = *rows.columns[subject_columns_[c]];
          texts[c].clear();
          values[c].reset();
          if (column.is_null(row)) continue;
          append_text(texts[c], column, row, utc);
          values[c] = texts[c];
        }
        connector_->subject(values, subject);
      }
      queue_.add(std::move(subject), std::string(encoded.message(i)));
    }
    waiting_bytes_ = queue_.bytes();
  }
  changed_.notify_one();
}

DeltaBuffer SinkTask::freeze(std::map<std::string, std::optional<std::string>>& meta) {
  MutexLock lock(mutex_);
  if (queue_.begin() >= next_floor_.number) {
    floor_ = std::move(next_floor_);
    next_floor_ = {.number = queue_.next_number(), .position = floor_.position};
    if (writer_ != nullptr) next_floor_.position = writer_->position();
  }
  if (exactly_once_) meta[meta_name("floor")] = floor_.position.text;
  meta[meta_name("logged")] = std::to_string(queue_.size());
  meta[meta_name("next")] = std::to_string(queue_.next_number());
  return queue_.freeze();
}

void SinkTask::committed() {
  {
    MutexLock lock(mutex_);
    queue_.committed();
  }
  if (exactly_once_) changed_.notify_one();
}

void SinkTask::release() {
  {
    MutexLock lock(mutex_);
    held_ = false;
  }
  changed_.notify_one();
}

void SinkTask::spill() {
  MutexLock lock(mutex_);
  CHECK(held_, "a sink that sends cannot be spilled");
  queue_.spill();
  waiting_bytes_ = queue_.bytes();
}

// ------------------------------------------------------------------------------------ the thread

void SinkTask::run() {
  if (const auto writer = open_writer()) {
    while (!stop_ && turn(*writer)) {
    }
    MutexLock lock(mutex_);
    writer_ = nullptr;
  }
}

// Waits for release() and for a broker that answers; null: stopped.
std::unique_ptr<SinkWriter> SinkTask::open_writer() {
  Position from;
  {
    MutexLock lock(mutex_);
    while (held_ && !stop_) changed_.wait(mutex_);
    from = floor_.position;
  }
  while (!stop_) {
    auto opened = [&]() -> Result<std::unique_ptr<SinkWriter>> {
      TRY(skip_stored());
      return connector_->open_writer(from);
    }();
    MutexLock lock(mutex_);
    if (opened) {
      writer_ = opened->get();
      error_.clear();
      return std::move(*opened);
    }
    log::warn("sink {}: {}", options_.relation->name, opened.error().to_string());
    error_ = opened.error().retryable ? "" : opened.error().to_string();
    if (!stop_) changed_.wait_for(mutex_, kOpenPause);
  }
  return nullptr;
}

// Sends what may go, takes what was acknowledged, waits for more. False: an error for good.
bool SinkTask::turn(SinkWriter& writer) {
  const auto work = [&]() -> Result<void> {
    TRY(load());
    const bool window_full = !TRY(send(writer));
    return take_acknowledgements(writer, window_full ? kProgressWait : std::chrono::milliseconds(0));
  };
  if (auto done = work(); !done) {
    log::error("sink {}: {}", options_.relation->name, done.error().to_string());
    MutexLock lock(mutex_);
    error_ = done.error().to_string();
    return false;
  }
  MutexLock lock(mutex_);
  wait_for_work();
  return true;
}

// exactly_once: what is in a durable checkpoint, and not before.
uint64_t SinkTask::sendable_end() const {
  return exactly_once_ ? queue_.durable_end() : queue_.next_number();
}

// A stretch of messages that are in the log only.
Result<void> SinkTask::load() {
  std::optional<SinkQueue::Stretch> stretch;
  {
    MutexLock lock(mutex_);
    stretch = queue_.to_load();
  }
  if (!stretch) return {};
  auto piece = TRY(SinkQueue::read_piece(*options_.store, options_.relation->table, *stretch));
  MutexLock lock(mutex_);
  queue_.load(std::move(piece));
  waiting_bytes_ = queue_.bytes();
  return {};
}

// False: the window is full.
Result<bool> SinkTask::send(SinkWriter& writer) {
  std::vector<const SinkMessage*> messages;
  while (!stop_) {
    {
      MutexLock lock(mutex_);
      queue_.unsent(kSendAtOnce, sendable_end(), messages);
    }
    if (messages.empty()) return true;
    size_t sent = 0;
    bool taken = true;
    for (const SinkMessage* message : messages) {
      const std::string identity = identity_of(message->number);
      taken = TRY(writer.send({.subject = message->subject, .payload = message->payload, .identity = identity,
                               .token = message->number}));
      if (!taken) break;
      ++sent;
    }
    MutexLock lock(mutex_);
    queue_.sent(sent);
    if (!taken) return false;
  }
  return true;
}

Result<void> SinkTask::take_acknowledgements(SinkWriter& writer, std::chrono::milliseconds wait) {
  std::optional<uint64_t> last_sent;
  {
    MutexLock lock(mutex_);
    last_sent = queue_.last_sent();
  }
  if (!last_sent) return {};
  const uint64_t durable = TRY(writer.wait_durable(*last_sent, wait));
  bool below = false;
  {
    MutexLock lock(mutex_);
    const bool was_over = over_bound();
    queue_.acknowledge(durable);
    waiting_bytes_ = queue_.bytes();
    below = was_over && !over_bound();
  }
  if (below) options_.wake();
  return {};
}

void SinkTask::wait_for_work() {
  if (stop_ || queue_.to_load() || queue_.has_unsent(sendable_end())) return;
  if (queue_.last_sent()) {
    changed_.wait_for(mutex_, kAcknowledgementLook);
  } else {
    changed_.wait_for(mutex_, kProgressWait);
  }
}

SinkTask::Stats SinkTask::stats() const {
  Stats stats{.rows = rows_, .waiting_bytes = waiting_bytes_};
  MutexLock lock(mutex_);
  if (writer_ != nullptr) stats.writer = writer_->stats();
  stats.waiting = queue_.size();
  stats.error = error_;
  return stats;
}

}  // namespace leat
