#pragma once
// The WITH options of the NATS source and sink, and what they mean together.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "connector/nats/nats_connection.h"

namespace leat::nats {

std::span<const OptionRow> source_option_rows();
std::span<const OptionRow> sink_option_rows();

enum class StartupMode : uint8_t { kEarliest, kLatest, kTimestamp };
enum class AckPolicy : uint8_t { kNone, kAll, kExplicit };
enum class GapAction : uint8_t { kContinue, kFail };

struct StreamLimits {
  bool create = false;  // allow_create_stream
  std::optional<int64_t> bytes_max, messages_max, messages_per_subject_max, consumers_max, message_bytes_max;
  std::optional<int64_t> replicas;
};

// The `consumer.*` options; what is not given is left to the server or chosen by the reader.
struct ConsumerSettings {
  std::string durable_name, name, description, replay_policy, sample_frequency;
  std::optional<AckPolicy> ack_policy;
  std::optional<int64_t> ack_wait_s, max_deliver, max_waiting, max_ack_pending, max_batch, max_bytes,
      max_expires_s, inactive_threshold_s, replicas;
  std::vector<int64_t> backoff_s;
  bool headers_only = false;
  std::optional<bool> memory_storage;
};

struct SourceSettings {
  ConnectSettings connect;
  std::string stream;
  std::vector<std::string> subjects;
  StartupMode startup = StartupMode::kEarliest;
  int64_t startup_time_ms = 0;
  StreamLimits limits;
  ConsumerSettings consumer;
  GapAction on_gap = GapAction::kContinue;
};

enum class SinkDelivery : uint8_t { kAtLeastOnce, kExactlyOnce, kCore };

struct SinkSettings {
  ConnectSettings connect;
  SubjectTemplate subject;
  std::string stream;  // to create, or empty
  StreamLimits limits;
  SinkDelivery delivery = SinkDelivery::kAtLeastOnce;
};

Result<SourceSettings> read_source_settings(const Options& options);
Result<SinkSettings> read_sink_settings(const Options& options);

}  // namespace leat::nats
