#pragma once
// HttpServer: the HTTP port. GET (and HEAD):
//   /metrics   Prometheus text
//   /healthz   200 "ok", or 503 and what is wrong: is the process alive
//   /readyz    the same: may clients be sent here
//   /          links to the above
// Thread: requests run on a few threads of their own; start() and stop() are the owner's.

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "http/health.h"
#include "metrics/registry.h"

namespace leat::http {

inline constexpr int kHttpThreads = 4;
inline constexpr size_t kRequestBytesMax = size_t{64} << 10;
inline constexpr int kRequestTimeoutS = 5;

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 4567;  // 0: any free one, see port()
};

class HttpServer {
 public:
  // Listening when it returns. `registry` and `health` outlive the server.
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options,
                                                   metrics::Registry& registry,
                                                   HealthSource& health);
  ~HttpServer();  // stop()

  uint16_t port() const;
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat::http
