#include "job/sink_task.h"

#include <bit>

#include "base/log.h"
#include "format/format.h"
#include "job/relation_options.h"
#include "types/format_value.h"

namespace leat {
namespace {

constexpr auto kProgressWait = std::chrono::milliseconds(200);

std::string number_key(uint64_t number) {
  const uint64_t big_endian = __builtin_bswap64(number);
  return std::string(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

// Above every number that an earlier start can have used: its own first one, and less than 2^22 messages
// for each millisecond since. Good until the year 2109.
uint64_t first_number_of_start(int64_t now_us) { return static_cast<uint64_t>(now_us / 1000) << 22; }

uint64_t key_number(std::string_view key) {
  uint64_t big_endian;
  std::memcpy(&big_endian, key.data(), sizeof big_endian);
  return __builtin_bswap64(big_endian);
}

// Layout of a logged message (docs/internals/job.md): u32 subject size, subject, payload.
std::string log_value(std::string_view subject, std::string_view payload) {
  const auto size = static_cast<uint32_t>(subject.size());
  std::string value(reinterpret_cast<const char*>(&size), sizeof size);
  value += subject;
  value += payload;
  return value;
}

}  // namespace

SinkTask::SinkTask(Options options) : options_(std::move(options)) {}

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
  TRY(task->read_log());
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

std::string SinkTask::meta_name() const {
  return fmt::format("sink/{}/next", options_.relation->id.value);
}

// What the last checkpoint knew to be unacknowledged goes out first, under its old numbers.
Result<void> SinkTask::read_log() {
  MutexLock lock(mutex_);
  if (const auto next = TRY(options_.store->meta(meta_name()))) next_number_ = std::stoull(*next);
  if (!exactly_once_) next_number_ = std::max(next_number_, first_number_of_start(options_.clock->now_us()));
  StoreIterator it = options_.store->iterator(options_.relation->table);
  for (it.seek_to_first(); it.valid(); it.next()) {
    const std::string_view value = it.value();
    uint32_t size;
    std::memcpy(&size, value.data(), sizeof size);
    Message message{.number = key_number(it.key()), .epoch = 0,
                    .subject = std::string(value.substr(4, size)),
                    .payload = std::string(value.substr(4 + size)), .logged = true};
    waiting_bytes_ += message.payload.size() + message.subject.size();
    messages_.push_back(std::move(message));
  }
  return it.status();
}

// After a restart the broker may have forgotten identities, so what it has stored already is found
// by the number in the last message's identity. Only with one subject is that the whole truth.
Result<void> SinkTask::skip_stored() {
  if (!exactly_once_ || !connector_->subject_template().constant()) return {};
  std::string subject;
  {
    MutexLock lock(mutex_);
    if (messages_.empty()) return {};
    subject = messages_.front().subject;
  }
  const auto last = TRY(connector_->last_identity(subject));
  const std::string prefix = options_.identity + "-";
  if (!last || !last->starts_with(prefix)) return {};
  const uint64_t stored = std::strtoull(last->c_str() + prefix.size(), nullptr, 10);
  MutexLock lock(mutex_);
  while (!messages_.empty() && messages_.front().number <= stored) {
    waiting_bytes_ -= messages_.front().payload.size() + messages_.front().subject.size();
    if (messages_.front().logged) gone_.push_back(messages_.front().number);
    messages_.pop_front();
  }
  return {};
}

std::string SinkTask::identity_of(uint64_t number) const {
  return fmt::format("{}-{}", options_.identity, number);
}

void SinkTask::add(const Batch& changes, Epoch epoch) {
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
      Message message{.number = next_number_++, .epoch = epoch, .subject = constant_subject,
                      .payload = std::string(encoded.message(i))};
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
        connector_->subject(values, message.subject);
      }
      waiting_bytes_ += message.payload.size() + message.subject.size();
      messages_.push_back(std::move(message));
    }
  }
  changed_.notify_one();
}

DeltaBuffer SinkTask::freeze(std::map<std::string, std::optional<std::string>>& meta) {
  DeltaBuffer delta(options_.relation->table);
  MutexLock lock(mutex_);
  for (const uint64_t number : gone_) delta.add_tombstone(number_key(number));
  gone_.clear();
  // What is not logged yet stands behind what is.
  for (auto message = messages_.rbegin(); message != messages_.rend() && !message->logged; ++message) {
    delta.add_value(number_key(message->number), log_value(message->subject, message->payload));
    message->logged = true;
  }
  meta[meta_name()] = std::to_string(next_number_);
  return delta;
}

void SinkTask::committed(Epoch epoch) {
  {
    MutexLock lock(mutex_);
    durable_epoch_ = epoch;
  }
  changed_.notify_one();
}

bool SinkTask::flush(std::chrono::milliseconds wait) {
  const int64_t end = options_.clock->monotonic_ns() + wait.count() * 1'000'000;
  MutexLock lock(mutex_);
  while (!messages_.empty() && !stop_ && error_.empty()) {
    if (options_.clock->monotonic_ns() >= end) return false;
    changed_.wait_for(mutex_, std::chrono::milliseconds(10));
  }
  return messages_.empty();
}

void SinkTask::run() {
  std::unique_ptr<SinkWriter> writer;
  while (!stop_ && !writer) {
    auto opened = [&]() -> Result<std::unique_ptr<SinkWriter>> {
      TRY(skip_stored());
      return connector_->open_writer();
    }();
    if (opened) {
      writer = std::move(*opened);
      MutexLock lock(mutex_);
      writer_ = writer.get();
      break;
    }
    log::warn("sink {}: {}", options_.relation->name, opened.error().to_string());
    MutexLock lock(mutex_);
    error_ = opened.error().retryable ? "" : opened.error().to_string();
    if (!stop_) changed_.wait_for(mutex_, std::chrono::seconds(1));
  }
  const auto fail_for_good = [&](const Error& error) {
    log::error("sink {}: {}", options_.relation->name, error.to_string());
    MutexLock lock(mutex_);
    error_ = error.to_string();
  };
  while (!stop_ && writer) {
    bool window_full = false;
    bool in_flight = false;
    for (;;) {  // send what may go
      EncodedMessage message;
      std::string identity;
      Message* next = nullptr;
      {
        MutexLock lock(mutex_);
        if (next_to_send_ < messages_.size()) {
          next = &messages_[next_to_send_];  // deque elements stay put while the ends change
          if (exactly_once_ && !next->logged) next = nullptr;
          if (next && exactly_once_ && next->epoch > durable_epoch_) next = nullptr;
        }
      }
      if (next == nullptr || stop_) break;
      identity = identity_of(next->number);
      message = {.subject = next->subject, .payload = next->payload, .identity = identity, .token = next->number};
      auto sent = writer->send(message);
      if (!sent) {
        fail_for_good(sent.error());
        return;
      }
      if (!*sent) {
        window_full = true;
        break;
      }
      MutexLock lock(mutex_);
      ++next_to_send_;
    }
    uint64_t last_sent = 0;
    {
      MutexLock lock(mutex_);
      in_flight = next_to_send_ > 0;
      if (in_flight) last_sent = messages_[next_to_send_ - 1].number;
      if (!in_flight && !window_full && !stop_) changed_.wait_for(mutex_, kProgressWait);
    }
    if (!in_flight) continue;
    // A short wait, so that rows that come meanwhile are not held up behind acknowledgements.
    auto durable = writer->wait_durable(last_sent, window_full ? kProgressWait : std::chrono::milliseconds(1));
    if (!durable) {
      fail_for_good(durable.error());
      return;
    }
    bool below = false;
    {
      MutexLock lock(mutex_);
      const bool was_over = over_bound();
      while (next_to_send_ > 0 && messages_.front().number <= *durable) {
        waiting_bytes_ -= messages_.front().payload.size() + messages_.front().subject.size();
        if (messages_.front().logged) gone_.push_back(messages_.front().number);
        messages_.pop_front();
        --next_to_send_;
      }
      below = was_over && !over_bound();
    }
    changed_.notify_all();
    if (below) options_.wake();
  }
  MutexLock lock(mutex_);
  writer_ = nullptr;
}

SinkTask::Stats SinkTask::stats() const {
  Stats stats{.rows = rows_, .waiting_bytes = waiting_bytes_};
  MutexLock lock(mutex_);
  if (writer_ != nullptr) stats.writer = writer_->stats();
  stats.waiting = messages_.size();
  stats.error = error_;
  return stats;
}

}  // namespace leat
