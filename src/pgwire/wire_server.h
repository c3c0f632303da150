#pragma once
// WireServer: the SQL port. Accepts clients, gives each a Connection, serves them with a
// WorkerPool, and keeps the limits: number of clients, time to log in, time to take a last answer.
// One thread ("pgwire-door") accepts, answers cancel requests (so that they come through when all
// workers are taken), replaces workers that take long, and looks for clients that left while their
// query runs. Thread: any, except that start() and stop() are the owner's.

#include <cstdint>
#include <memory>
#include <string>

#include "env/clock.h"
#include "metrics/registry.h"
#include "pgwire/session_interface.h"

namespace leat::pgwire {

struct WireServerOptions {
  std::string host = "127.0.0.1";  // a name or address; all its addresses are listened on
  uint16_t port = 4566;            // 0: any free one, see port()
  int connections_max = 10'000;
  size_t message_bytes_max = size_t{64} << 20;
  int workers_running = 0;  // 0: the number of cores, at least 2
  int workers_max = 512;    // statements that run or wait at once
  int64_t spin_ns = 50'000;
  int64_t login_timeout_ms = 60'000;
  // PEM files; both or none.
  std::string tls_certificate_file = {};
  std::string tls_key_file = {};
};

class WireServer {
 public:
  // Listening, and serving, when it returns. `sessions`, `registry` and `clock` outlive the server.
  static Result<std::unique_ptr<WireServer>> start(WireServerOptions options,
                                                   SessionFactory& sessions,
                                                   metrics::Registry& registry, Clock& clock);
  ~WireServer();  // stop(0) if it was not stopped

  uint16_t port() const;
  int connection_count() const;
  int worker_count() const;

  // pg_cancel_backend and pg_terminate_backend: false if there is no such session.
  bool cancel_backend(int32_t pid);
  bool terminate_backend(int32_t pid);

  // No new clients; idle ones are told (57P01) and closed; running statements have `grace_ms` to
  // end, then they are cancelled. All sessions are destroyed when it returns.
  void stop(int64_t grace_ms);

 private:
  class Impl;
  explicit WireServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat::pgwire
