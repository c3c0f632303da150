#pragma once
// Connection, Subscription, Message: the one wrapper of libnats, which carries authentication, TLS,
// server list and reconnecting. Nothing else of the program sees its types.
// The library reconnects by itself for ever; while it does, publish() and request() fail with a
// retryable error and nothing is buffered. A connection whose credentials are refused on reconnect
// closes: make a new one.
// Thread: Connection any; Subscription and Message one at a time.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

typedef struct __natsMsg natsMsg;
typedef struct __natsSubscription natsSubscription;

namespace leat::nats {

enum class ConnectMode : uint8_t { kPlain, kUserAndPassword, kCredential };

struct ConnectSettings {
  std::vector<std::string> servers;  // "host:port", with or without scheme
  ConnectMode mode = ConnectMode::kPlain;
  std::string username = {};
  std::string password = {};
  std::string jwt = {};   // texts, trimmed
  std::string nkey = {};
  std::string tls_ca = {};  // PEM texts
  std::string tls_cert = {};
  std::string tls_key = {};
  std::string name = "leat";  // as the server's monitoring shows it

  std::string server_list() const;  // for messages
};

// kGathered: fewer and larger writes; flush() hurries them.
enum class Sending : uint8_t { kAtOnce, kGathered };

inline constexpr std::chrono::milliseconds kConnectTimeout{1000};
inline constexpr std::chrono::milliseconds kReconnectWait{100};

class Message {
 public:
  explicit Message(natsMsg* raw) : raw_(raw) {}
  Message(Message&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Message& operator=(Message&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Message();

  std::string_view data() const;
  std::string_view subject() const;
  std::string_view reply() const;  // empty when there is none
  // The status of a header-only message (100, 404, 408, 409, 503 ...), 0 for ordinary ones.
  int status() const;
  std::string header(const char* name) const;  // empty when absent
  // Appends all headers as lines "Key: value\r\n".
  void append_headers(std::string& out) const;

 private:
  natsMsg* raw_;
};

enum class Wait : uint8_t { kMessage, kTimeout, kClosed };

class Graveyard;

// Ends before its connection.
class Subscription {
 public:
  Subscription(natsSubscription* raw, Graveyard& graveyard) : raw_(raw), graveyard_(&graveyard) {}
  Subscription(Subscription&& other) noexcept
      : raw_(std::exchange(other.raw_, nullptr)), graveyard_(other.graveyard_) {}
  Subscription& operator=(Subscription&& other) noexcept {
    std::swap(raw_, other.raw_);
    std::swap(graveyard_, other.graveyard_);
    return *this;
  }
  ~Subscription();

  // The next message into `message`; with no time to wait, only what is there. A "no responders"
  // status comes as a message like any other, but without its subject.
  Wait next(std::chrono::milliseconds wait, Message& message);

 private:
  natsSubscription* raw_;
  Graveyard* graveyard_;
};

// Calls back for every message, on a thread of the library. Its end waits for a running call.
// Ends before its connection.
class Listener {
 public:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  friend class Connection;
  std::unique_ptr<Impl> impl_;
};

class Connection {
 public:
  enum class State : uint8_t { kConnected, kReconnecting, kClosed };

  // An error says which part was refused: server unreachable (08001), name or password, jwt or nkey
  // (28000), the server's certificate, a missing client certificate (08001).
  static Result<std::unique_ptr<Connection>> open(const ConnectSettings& settings,
                                                  Sending sending = Sending::kAtOnce);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  State state() const;
  uint64_t reconnects() const;           // since open()
  std::string last_error() const;        // the server's or library's last asynchronous complaint
  std::string permission_error() const;  // the last "Permissions Violation ...", if any
  uint64_t payload_bytes_max() const;    // the server's limit
  bool has_headers() const;
  std::string url() const;

  std::string new_inbox() const;
  Result<Subscription> subscribe(const std::string& subject);
  Result<std::unique_ptr<Listener>> listen(const std::string& subject,
                                           std::function<void(Message&&)> receive);
  // `headers` as lines "Key: value\r\n". Sent at once, or within a millisecond (Sending::kGathered).
  Result<void> publish(const std::string& subject, std::string_view payload,
                       const std::string& reply = {}, std::string_view headers = {});
  // Asks the server whether it has got everything so far.
  Result<void> flush(std::chrono::milliseconds wait);
  // One question, one answer; the answer may be a status 503 (nobody listens). `cancel` ends the wait.
  // Unanswered, the question is put again after `ask_again`, then every half second: a cluster
  // drops what comes while there is no leader, or what went to a server that is gone.
  struct Asking {
    std::chrono::milliseconds wait;
    std::chrono::milliseconds ask_again = wait;
    const std::atomic<bool>* cancel = nullptr;
  };
  Result<Message> request(const std::string& subject, std::string_view payload, const Asking& asking);

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat::nats
