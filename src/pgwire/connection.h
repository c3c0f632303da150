#pragma once
// Connection: the protocol of one client as a state machine: bytes in, calls of its session, bytes
// out. Works in turns: run() handles all complete messages that have arrived, sends the answers,
// and says what to wait for. Between turns it holds no buffers, unless a message is incomplete or
// the client is slow. Stays true:
//   - Output never exceeds kOutputBytesHigh by more than one row block: inside a statement the
//   executing
//     thread waits for the client; between messages the turn ends until the client has read.
//   - After an error in the extended protocol all messages up to Sync are skipped.
// Thread: one turn at a time; cancel() from any.

#include <atomic>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "env/clock.h"
#include "pgwire/message_reader.h"
#include "pgwire/row_encoder.h"
#include "pgwire/scram.h"
#include "pgwire/session_interface.h"
#include "pgwire/startup_packet.h"
#include "pgwire/transport.h"
#include "pgwire/wire_buffer.h"
#include "pgwire/wire_metrics.h"

namespace leat::pgwire {

inline constexpr size_t kMessageBytesMaxDefault = size_t{64} << 20;
inline constexpr size_t kMessageBytesBeforeLoginMax = size_t{64} << 10;
inline constexpr size_t kInputBytes = size_t{32} << 10;       // read at once
inline constexpr size_t kOutputBytesHigh = size_t{64} << 10;  // send before making more
inline constexpr size_t kOutputBytesLow = size_t{16} << 10;   // a waiting query goes on

// What a thread lends to the connection whose turn it runs.
struct Workspace {
  WireBuffer input;
  WireBuffer output;
  RowEncoder encoder;
  // The turn is about to wait: somebody else should look after the other connections.
  std::move_only_function<void()> will_wait = [] {};
};

// Finds the session that a cancel request names.
class CancelDirectory {
 public:
  virtual ~CancelDirectory() = default;
  virtual void cancel(int32_t pid, int32_t secret) = 0;
};

// What all connections of a server share; outlives them.
struct ConnectionContext {
  SessionFactory* sessions = nullptr;
  CancelDirectory* directory = nullptr;
  WireMetrics* metrics = nullptr;
  Clock* clock = nullptr;
  TlsContext* tls = nullptr;  // null: no TLS
  size_t message_bytes_max = kMessageBytesMaxDefault;
  // The server stops: connections end between statements; set, waits inside of statements end too.
  const std::atomic<bool>* stopping = nullptr;
  const std::atomic<bool>* stopping_now = nullptr;
};

class Connection final : public Client, private ResultSink {
 public:
  struct Identity {
    int32_t pid = 0;
    int32_t secret = 0;
    std::string client_address;
    bool refused = false;  // too many clients: told so after its startup packet
  };
  enum class Next : uint8_t { kWaitRead, kWaitWrite, kClose };
  enum class Phase : uint8_t { kStartup, kAuthentication, kReady, kClosing };

  Connection(const ConnectionContext& context, std::unique_ptr<Transport> transport,
             Identity identity);
  ~Connection() override;

  // One turn.
  Next run(Workspace& workspace);
  // Ends an idle connection because the server stops (FATAL 57P01). Instead of a turn.
  void say_goodbye(Workspace& workspace);
  // Any thread: the statement that runs now, if any, shall end.
  void cancel();

  int32_t pid() const { return identity_.pid; }
  int32_t secret() const { return identity_.secret; }
  Phase phase() const { return phase_.load(std::memory_order_relaxed); }  // any thread

  // Client
  void notice(const Notice& notice) override;
  void parameter_changed(std::string_view name, std::string_view value) override;
  bool sync_follows() const override;
  void will_wait() override { workspace_->will_wait(); }

 private:
  // ResultSink
  Result<> begin_rows(std::span<const ResultColumn> columns,
                      std::span<const Format> formats) override;
  Result<> rows(const Batch& batch) override;
  void complete(std::string_view command_tag) override;
  void empty_query() override;
  Result<> copy_in_begin(Format format, int column_count) override;
  Result<bool> copy_in_read(std::string& piece) override;
  Result<> copy_out_begin(Format format, int column_count) override;
  Result<> copy_out_write(std::string_view piece) override;

  WireBuffer& in() { return workspace_->input; }
  WireBuffer& out() { return workspace_->output; }

  Next work();
  IoStatus read_some();
  // Sends what can be sent without waiting: kDone (all is gone), kWaitRead/Write, kClosed.
  IoStatus flush();
  // Sends until at most `bytes` are left, waiting for the client.
  Result<> drain(size_t bytes);
  // The reasons for which a wait for the client ends early.
  Result<> may_wait() const;

  // Handles one message at the front of the input; false: it is not complete.
  bool handle_next();
  bool handle_startup_packet();
  void handle_message(char type, std::string_view body);
  void consume_message();

  void on_startup(StartupPacket packet);
  void on_tls_request();
  void on_sasl_response(std::string_view body);
  Result<> sasl_step(std::string_view body);
  void start_session();

  void on_query(std::string_view body);
  Result<> on_parse(std::string_view body);
  Result<> on_bind(std::string_view body);
  Result<> on_describe(std::string_view body);
  Result<> on_execute(std::string_view body);
  Result<> on_close(std::string_view body);
  void on_sync();
  Result<std::vector<Value>> read_parameters(MessageReader& reader, std::span<const Format> formats,
                                             const StatementDescription& statement);

  void begin_command();
  void report(const Error& error);
  void fatal(const Error& error, std::string_view refused_reason);
  void ready_for_query();
  void set_phase(Phase phase) { phase_.store(phase, std::memory_order_relaxed); }

  const ConnectionContext& context_;
  const Identity identity_;
  std::unique_ptr<Transport> transport_;
  std::atomic<Phase> phase_{Phase::kStartup};
  Workspace* workspace_ = nullptr;  // during a turn
  WireBuffer kept_input_;           // between turns: an incomplete message
  WireBuffer kept_output_;          // between turns: what the client has not taken yet

  bool lost_ = false;           // the client is gone; nothing is sent any more
  bool input_drained_ = false;  // the last read took all there was
  bool tls_asked_ = false, tls_on_ = false, gss_asked_ = false;
  bool skip_to_sync_ = false;
  bool extended_ = false;  // the sink serves an Execute
  bool copying_out_ = false;
  size_t message_size_ = 0;  // of the message being handled, 0 once it is consumed
  int64_t command_started_ns_ = 0;
  std::atomic<bool> cancel_requested_{false};

  StartupPacket startup_;
  std::unique_ptr<ScramServer> scram_;
  bool scram_first_done_ = false;
  std::unique_ptr<Session> session_;
  std::vector<Format> row_formats_;
  std::vector<std::pair<std::string, std::string>> reported_;
  std::string sql_;  // of the running simple query

  Mutex cancel_mutex_;
  Session* cancellable_ GUARDED_BY(cancel_mutex_) = nullptr;
};

}  // namespace leat::pgwire
