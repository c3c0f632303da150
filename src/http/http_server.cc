#include "http/http_server.h"

#include <httplib.h>

#include <map>

#include "base/mutex.h"
#include "env/thread.h"

namespace leat::http {

namespace {

constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kPlainType = "text/plain; charset=utf-8";
constexpr const char* kIndexPage =
    "<!doctype html><title>Leat</title><h1>Leat</h1><ul>"
    "<li><a href=\"/metrics\">/metrics</a>: numbers for Prometheus"
    "<li><a href=\"/healthz\">/healthz</a>: is the process alive"
    "<li><a href=\"/readyz\">/readyz</a>: may clients be sent here</ul>\n";

// The paths that are counted by name; anything else is "other", so that strangers make no series.
constexpr std::string_view kPaths[] = {"/", "/metrics", "/healthz", "/readyz"};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(metrics::Registry& registry, HealthSource& health) : registry_(registry), health_(health) {}
  ~Impl() { stop(); }

  Result<> start(const HttpServerOptions& options) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kHttpThreads); };
    server_.set_payload_max_length(kRequestBytesMax);
    // One request per connection: idle clients must not hold the few threads, nor delay a stop.
    server_.set_keep_alive_max_count(1);
    server_.set_read_timeout(kRequestTimeoutS);
    server_.set_write_timeout(kRequestTimeoutS);
    // The library's default allows two servers on one port.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    add_pages();
    errno = 0;
    const int port = options.port == 0
                         ? server_.bind_to_any_port(options.host)
                         : (server_.bind_to_port(options.host, options.port) ? options.port : -1);
    if (port <= 0) {
      return fail(SqlState::kCannotConnect, "could not listen on {}:{} for HTTP: {}", options.host,
                  options.port, errno != 0 ? strerror(errno) : "the address cannot be used");
    }
    port_ = static_cast<uint16_t>(port);
    thread_ = Thread("http", [this] { server_.listen_after_bind(); });
    // stop() of this library does nothing before the loop runs.
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::microseconds(100));
    return {};
  }

  void stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

  uint16_t port() const { return port_; }

 private:
  void add_pages() {
    server_.Get("/", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(kIndexPage, "text/html; charset=utf-8");
    });
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(registry_.prometheus_text(), kMetricsType);
    });
    server_.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
      answer_health(response, health_.alive_trouble());
    });
    server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
      answer_health(response, health_.ready_trouble());
    });
    server_.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
      if (response.body.empty()) {
        response.set_content(
            fmt::format("{} {}: {}\n", request.method, request.path, response.status), kPlainType);
      }
    });
    server_.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
      count(request.path, response.status);
    });
  }

  static void answer_health(httplib::Response& response, const std::string& trouble) {
    response.status = trouble.empty() ? 200 : 503;
    response.set_content(trouble.empty() ? "ok\n" : trouble + "\n", kPlainType);
  }

  void count(std::string_view path, int status) {
    const bool is_known = std::find(std::begin(kPaths), std::end(kPaths), path) != std::end(kPaths);
    const std::string_view label = is_known ? path : "other";
    const std::string code = std::to_string(status);
    MutexLock lock(mutex_);
    auto& counter = counters_[{std::string(label), status}];
    if (counter == nullptr)
      counter = registry_.counter(metrics::Metric::kHttpRequests, {label, code});
    counter->add();
  }

  metrics::Registry& registry_;
  HealthSource& health_;
  httplib::Server server_;
  uint16_t port_ = 0;
  Thread thread_;
  Mutex mutex_;
  std::map<std::pair<std::string, int>, metrics::CounterPtr> counters_ GUARDED_BY(mutex_);
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options,
                                                      metrics::Registry& registry,
                                                      HealthSource& health) {
  auto impl = std::make_unique<Impl>(registry, health);
  TRY(impl->start(options));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

uint16_t HttpServer::port() const { return impl_->port(); }
void HttpServer::stop() { impl_->stop(); }

}  // namespace leat::http
