// The program: options, wiring, start, and a clean stop on SIGTERM or SIGINT.

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "env/clock.h"
#include "env/file.h"
#include "http/http_server.h"
#include "job/engine.h"
#include "metrics/process_metrics.h"
#include "pgwire/wire_server.h"
#include "server/engine_metrics.h"
#include "server/options.h"
#include "server/version.h"
#include "session/database.h"
#include "session/definition.h"

namespace leat {
namespace {

constexpr int64_t kStopGraceMs = 2000;

class Health final : public http::HealthSource {
 public:
  explicit Health(Engine& engine) : engine_(engine) {}
  std::string alive_trouble() override {
    const StoreHealth health = engine_.health();
    if (const auto failure = engine_.step_failure()) return failure->to_string();
    return health.ok ? "" : health.error.to_string();
  }
  std::string ready_trouble() override { return ready ? alive_trouble() : "starting or stopping"; }
  std::atomic<bool> ready{false};

 private:
  Engine& engine_;
};

Result<void> serve(const ServerOptions& options, const sigset_t& signals) {
  SystemClock clock;
  SystemFileSystem files;
  metrics::Registry registry;
  const auto process_metrics = metrics::register_process_metrics(registry);
  auto engine = TRY(Engine::open({.data_dir = options.data_dir,
                                  .in_memory = options.in_memory,
                                  .shards = static_cast<size_t>(options.shards),
                                  .memory_bytes_max = options.memory_bytes,
                                  .checkpoint_interval_ms = options.checkpoint_interval_ms,
                                  .metrics = &registry,
                                  .prepare_catalog = add_system_relations,
                                  .rebuild = rebuild_relation},
                                 files, clock));
  const auto engine_metrics = register_engine_metrics(registry, *engine);
  Database database(*engine, registry);
  Health health(*engine);
  auto http = TRY(http::HttpServer::start({.host = options.http_host, .port = options.http_port}, registry, health));
  auto wire = TRY(pgwire::WireServer::start({.host = options.listen_host,
                                             .port = options.listen_port,
                                             .tls_certificate_file = options.tls_cert,
                                             .tls_key_file = options.tls_key},
                                            database, registry, clock));
  health.ready = true;
  std::printf("leat %s ready: psql -h %s -p %d -d dev -U root; metrics http://%s:%d/metrics; data %s\n", kVersion,
              options.listen_host.c_str(), wire->port(), options.http_host.c_str(), http->port(),
              options.in_memory ? "in memory" : options.data_dir.c_str());
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  log::info("stopping on {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
  health.ready = false;
  wire->stop(kStopGraceMs);
  engine->close();
  http->stop();
  log::info("stopped");
  return {};
}

}  // namespace
}  // namespace leat

int main(int argc, char** argv) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("fma")) {
    std::fputs("leat: this CPU is too old: x86-64-v3 (AVX2, BMI2, FMA; Intel Haswell or AMD Zen) is needed\n", stderr);
    return 1;
  }
#endif
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const leat::CommandLine line = leat::parse_command_line(argc, argv);
  if (!line.run) return line.exit_code;
  leat::log::set_level(line.options.log_level);
  if (auto served = leat::serve(line.options, signals); !served) {
    std::fprintf(stderr, "leat: %s\n", served.error().to_string().c_str());
    return 1;
  }
  return 0;
}
