#pragma once
// JetStream's management API: requests with JSON over a Connection, written here because the packaged
// library knows neither several filter subjects nor what the server echoed. Every call is one
// round trip. Thread: any.

#include <optional>
#include <string>
#include <vector>

#include "connector/nats/json_text.h"
#include "connector/nats/nats_connection.h"
#include "connector/nats/nats_options.h"

namespace leat::nats {

// A cluster may have put a new consumer on a server that is just gone: such a call is never answered,
// and the next one goes elsewhere; without a leader nobody answers at all. So what may be asked twice is
// asked again soon (a passing consumer too many goes by itself; two requests for one stream or durable
// at once can leave a cluster of 2.9 with halves of each), and callers that begin with a short wait make
// it longer: a slow server answers late, not never.
inline constexpr std::chrono::milliseconds kApiAskAgain{250};
inline constexpr std::chrono::milliseconds kApiWaitFirst{1000};
inline constexpr std::chrono::milliseconds kApiWaitLast{3000};

// Numbers of the server's errors that are looked at.
inline constexpr int kErrStreamNotFound = 10059;
inline constexpr int kErrConsumerNotFound = 10014;
inline constexpr int kErrNoMessage = 10037;
inline constexpr int kErrNotEnabledForAccount = 10039;
inline constexpr int kErrNotEnabled = 10076;
inline constexpr int kErrFilterOutside = 10093;

struct ApiReply {
  JsonValue json;
  bool nobody = false;      // status 503: no JetStream here, or just now no leader
  int error_number = 0;     // the server's err_code; 0: success
  int error_class = 0;      // its code, like HTTP's
  std::string error_text = {};
  bool ok() const { return !nobody && error_number == 0 && error_class == 0; }
};

enum class Retention : uint8_t { kLimits, kInterest, kWorkQueue };

struct StreamInfo {
  std::string name;
  std::vector<std::string> subjects;
  int64_t created_ns = 0;
  Retention retention = Retention::kLimits;
  uint64_t first = 0, last = 0, messages = 0;
  int64_t messages_per_subject_max = -1;
  int64_t duplicate_window_ns = 0;
  bool copies = false;  // a mirror, or fed from other streams: subjects say nothing
};

struct ConsumerInfo {
  std::string name;
  JsonValue config;
  uint64_t delivered_consumer = 0, delivered_stream = 0;
  uint64_t acked_consumer = 0, acked_stream = 0;
  uint64_t pending = 0, ack_pending = 0;
};

// What the reader asks for.
struct ConsumerRequest {
  std::string durable = {};  // or
  std::string name = {};     // of an ephemeral one; empty: the server chooses
  std::vector<std::string> filters = {};  // none: the whole stream; several need server 2.10
  uint64_t start = 0;           // first sequence wanted; 0: all
  int64_t start_time_ms = -1;   // or the first message stored at or after
  AckPolicy ack = AckPolicy::kNone;
  int64_t ack_pending_max = 0;
  int64_t inactive_s = 0;  // 0: server's default
};

class JetStream {
 public:
  explicit JetStream(Connection& connection, std::chrono::milliseconds wait = kApiWaitFirst,
                     const std::atomic<bool>* cancel = nullptr)
      : connection_(connection), wait_(wait), cancel_(cancel) {}

  enum class Repeat : uint8_t { kNever, kUnanswered };
  // The answer as it is; an error only when there was no answer or no permission.
  Result<ApiReply> call(const std::string& api, std::string_view body, Repeat repeat = Repeat::kNever);

  // JetStream is there for this account, or an error that says what is missing.
  Result<void> check_enabled();
  // nullopt: there is no stream of that name.
  Result<std::optional<StreamInfo>> stream(const std::string& name);
  Result<StreamInfo> create_stream(const std::string& name, const std::vector<std::string>& subjects,
                                   const StreamLimits& limits);
  // Names of the streams that store this subject (or something of this pattern); all when empty.
  Result<std::vector<std::string>> stream_names(const std::string& subject);

  // The configuration that create_consumer would send.
  static std::string consumer_config(const ConsumerRequest& request, const ConsumerSettings& settings);
  // An error of the server is the Error; ApiReply::error_number through `number` where it matters.
  Result<ConsumerInfo> create_consumer(const std::string& stream, const ConsumerRequest& request,
                                       const ConsumerSettings& settings, int* number = nullptr);
  Result<std::optional<ConsumerInfo>> consumer(const std::string& stream, const std::string& name);
  Result<void> delete_consumer(const std::string& stream, const std::string& name);

 private:
  Connection& connection_;
  const std::chrono::milliseconds wait_;
  const std::atomic<bool>* const cancel_;  // ends waiting calls
};

// "2026-11-20T12:30:16.123456789Z" <-> nanoseconds since 1970.
int64_t parse_rfc3339_ns(std::string_view text);
std::string rfc3339(int64_t unix_ms);

}  // namespace leat::nats
