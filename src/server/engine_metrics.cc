#include "server/engine_metrics.h"

#include <mutex>

namespace leat {
namespace {

// One reading of the metrics asks for many series: figures are gathered once per kFreshUs.
class Figures {
 public:
  static constexpr int64_t kFreshUs = 200'000;
  explicit Figures(const Engine& engine) : engine_(engine) {}

  struct All {
    std::vector<JobStats> jobs;
    std::vector<Engine::SourceRow> sources;
    std::vector<Engine::SinkRow> sinks;
  };
  std::shared_ptr<const All> get() {
    std::lock_guard lock(mutex_);
    const int64_t now = const_cast<Engine&>(engine_).clock().monotonic_ns() / 1000;
    if (!all_ || now - made_us_ > kFreshUs) {
      all_ = std::make_shared<All>(All{engine_.job_stats(), engine_.source_stats(), engine_.sink_stats()});
      made_us_ = now;
    }
    return all_;
  }

 private:
  const Engine& engine_;
  std::mutex mutex_;
  std::shared_ptr<const All> all_;
  int64_t made_us_ = 0;
};

int64_t micros(double seconds) { return static_cast<int64_t>(seconds * 1e6); }

}  // namespace

std::vector<metrics::CallbackPtr> register_engine_metrics(metrics::Registry& registry, const Engine& engine) {
  using metrics::Metric;
  auto figures = std::make_shared<Figures>(engine);
  std::vector<metrics::CallbackPtr> held;
  const auto single = [&](Metric metric, auto value) {
    held.push_back(registry.callback(metric, {}, [&engine, value] { return static_cast<int64_t>(value(engine)); }));
  };
  const auto per_job = [&](Metric metric, auto value) {
    held.push_back(registry.collector(metric, [figures, value](const metrics::Registry::Emit& emit) {
      for (const auto& job : figures->get()->jobs) emit({job.relation->name}, static_cast<int64_t>(value(job)));
    }));
  };
  const auto per_source = [&](Metric metric, auto value) {
    held.push_back(registry.collector(metric, [figures, value](const metrics::Registry::Emit& emit) {
      for (const auto& source : figures->get()->sources) {
        int64_t sum = 0;
        for (const auto& split : source.splits) sum += static_cast<int64_t>(value(split));
        emit({source.relation->name}, sum);
      }
    }));
  };
  const auto per_sink = [&](Metric metric, auto value) {
    held.push_back(registry.collector(metric, [figures, value](const metrics::Registry::Emit& emit) {
      for (const auto& sink : figures->get()->sinks) emit({sink.relation->name}, static_cast<int64_t>(value(sink.stats)));
    }));
  };

  single(Metric::kSteps, [](const Engine& e) { return e.step_stats().steps; });
  single(Metric::kEpoch, [](const Engine& e) { return e.epoch(); });
  single(Metric::kCheckpointFailures, [](const Engine& e) { return e.checkpoint_stats().failures; });
  single(Metric::kCheckpointAge, [](const Engine& e) {
    const int64_t last = e.checkpoint_stats().last_time_us;
    return last == 0 ? 0 : const_cast<Engine&>(e).clock().now_us() - last;
  });
  single(Metric::kMemoryLimit, [](const Engine& e) { return const_cast<Engine&>(e).memory().bytes_max(); });
  held.push_back(registry.collector(Metric::kMemoryBytes, [&engine](const metrics::Registry::Emit& emit) {
    for (const auto& use : const_cast<Engine&>(engine).memory().usage()) emit({use.name}, use.bytes);
  }));

  held.push_back(registry.collector(Metric::kJobStatus, [figures](const metrics::Registry::Emit& emit) {
    for (const auto& job : figures->get()->jobs) emit({job.relation->name, job.status}, 1);
  }));
  per_job(Metric::kJobRowsIn, [](const JobStats& j) { return j.rows_in; });
  per_job(Metric::kJobRowsOut, [](const JobStats& j) { return j.rows_out; });
  per_job(Metric::kExpressionErrors, [](const JobStats& j) { return j.errors; });
  per_job(Metric::kJobStepSeconds, [](const JobStats& j) {
    uint64_t ns = 0;
    for (const auto& node : j.nodes) ns += node.busy_ns;
    return ns;
  });
  held.push_back(registry.collector(Metric::kViewFreshness, [figures](const metrics::Registry::Emit& emit) {
    for (const auto& job : figures->get()->jobs) {
      if (job.relation->kind == RelationKind::kMaterializedView) emit({job.relation->name}, micros(job.freshness_seconds));
    }
  }));
  held.push_back(registry.collector(Metric::kViewChanges, [figures](const metrics::Registry::Emit& emit) {
    for (const auto& job : figures->get()->jobs) {
      if (job.relation->stored()) emit({job.relation->name}, static_cast<int64_t>(job.rows_out));
    }
  }));
  held.push_back(registry.collector(Metric::kOperatorStateBytes, [figures](const metrics::Registry::Emit& emit) {
    for (const auto& job : figures->get()->jobs) {
      for (const auto& node : job.nodes) {
        emit({job.relation->name, fmt::format("{} {}", node.id, node.name)}, static_cast<int64_t>(node.state_bytes));
      }
    }
  }));
  held.push_back(registry.collector(Metric::kOperatorBusySeconds, [figures](const metrics::Registry::Emit& emit) {
    for (const auto& job : figures->get()->jobs) {
      for (const auto& node : job.nodes) {
        emit({job.relation->name, fmt::format("{} {}", node.id, node.name)}, static_cast<int64_t>(node.busy_ns));
      }
    }
  }));

  per_source(Metric::kSourceRows, [](const SourceStats& s) { return s.rows; });
  per_source(Metric::kSourceBytes, [](const SourceStats& s) { return s.reader.bytes; });
  per_source(Metric::kSourceBadRows, [](const SourceStats& s) { return s.errors; });
  per_source(Metric::kSourceGapMessages, [](const SourceStats& s) { return s.reader.gap_messages; });
  per_source(Metric::kSourceLagMessages, [](const SourceStats& s) { return s.reader.pending.value_or(0) + s.queued_rows; });
  per_source(Metric::kNatsReconnects, [](const SourceStats& s) { return s.reader.reconnects; });
  per_source(Metric::kNatsRedelivered, [](const SourceStats& s) { return s.reader.duplicates; });
  held.push_back(registry.collector(Metric::kSourceLagSeconds, [figures, &engine](const metrics::Registry::Emit& emit) {
    const int64_t now = const_cast<Engine&>(engine).clock().now_us();
    for (const auto& source : figures->get()->sources) {
      int64_t lag = 0;
      for (const auto& split : source.splits) {
        if (split.reader.pending.value_or(0) > 0) lag = std::max(lag, now - split.reader.last_time_us);
      }
      emit({source.relation->name}, lag);
    }
  }));

  per_sink(Metric::kSinkRows, [](const SinkTask::Stats& s) { return s.writer.messages; });
  per_sink(Metric::kSinkPending, [](const SinkTask::Stats& s) { return s.waiting; });
  per_sink(Metric::kSinkErrors, [](const SinkTask::Stats& s) { return s.writer.retries; });
  return held;
}

}  // namespace leat
