#pragma once
// Registry: the live series of all metrics, their Prometheus text, and their list for SQL.
// A series exists as long as somebody holds it: a dropped view takes its series along. Asking twice
// for the same metric and labels gives the same series. Thread: any. Updates are one relaxed atomic
// operation; only making, dropping and reading take a lock.

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "metrics/metric.h"

namespace leat::metrics {

class Series {
 public:
  virtual ~Series() = default;
};

// Only grows. Amounts are integers of the metric's unit (nanoseconds, bytes).
class Counter final : public Series {
 public:
  void add(uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge final : public Series {
 public:
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Counts by size. Bounds are 1, 2.5 and 5 times powers of ten of the unit: 10 us to 100 s for
// times, 1 to 10 million for counts.
class Histogram final : public Series {
 public:
  explicit Histogram(Unit unit);
  void observe(uint64_t amount);
  uint64_t count() const;
  uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  // The upper bound of the bucket in which the fraction `q` of all observations is reached; 0 if
  // none.
  uint64_t quantile(double q) const;

  static constexpr int kBounds = 22;
  std::span<const uint64_t, kBounds> bounds() const { return *bounds_; }
  // Observations of one bucket; the last one (index kBounds) has no upper bound.
  uint64_t bucket(int index) const { return buckets_[index].load(std::memory_order_relaxed); }

 private:
  const std::array<uint64_t, kBounds>* bounds_;
  std::array<std::atomic<uint64_t>, kBounds + 1> buckets_{};
  std::atomic<uint64_t> sum_{0};
};

using CounterPtr = std::shared_ptr<Counter>;
using GaugePtr = std::shared_ptr<Gauge>;
using HistogramPtr = std::shared_ptr<Histogram>;
// Holds a callback in the registry. When it is gone, the callback is not running and will not run.
using CallbackPtr = std::shared_ptr<void>;

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // `labels`: one value per label of the metric's row, in its order. The metric must be of that
  // kind.
  using Labels = std::initializer_list<std::string_view>;
  CounterPtr counter(Metric metric, Labels labels = {});
  GaugePtr gauge(Metric metric, Labels labels = {});
  HistogramPtr histogram(Metric metric, Labels labels = {});
  // A gauge or counter whose value is asked for when somebody reads the metrics, in the metric's
  // unit. The callback must not call the registry. A second one for the same series replaces the
  // first.
  CallbackPtr callback(Metric metric, Labels labels, std::move_only_function<int64_t()> value);
  // Series that are not known beforehand: emit(label values, value) for each, at most once per
  // labels.
  using Emit = std::function<void(Labels, int64_t)>;
  CallbackPtr collector(Metric metric, std::move_only_function<void(const Emit&)> collect);

  // Prometheus text format 0.0.4: all metrics that have a series, in the order of the list, series
  // ordered by labels.
  std::string prometheus_text() const;

  // The same as rows, for SQL; a histogram gives its name with _count, _sum and a row per _bucket.
  struct Sample {
    std::string_view name;    // of the metric's row
    std::string_view suffix;  // "", "_count", "_sum", "_bucket"
    Kind kind;
    std::vector<std::pair<std::string, std::string>> labels;
    double value;
    std::string_view help;
  };
  std::vector<Sample> samples() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace leat::metrics
