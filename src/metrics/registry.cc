#include "metrics/registry.h"

#include <charconv>

#include "base/check.h"

namespace leat::metrics {

namespace {

using LabelValues = std::vector<std::string>;
using Bounds = std::array<uint64_t, Histogram::kBounds>;

constexpr Bounds bounds_from(uint64_t first) {
  Bounds bounds{};
  uint64_t decade = first;
  for (int i = 0; i < Histogram::kBounds; ++i) {
    const int place = i % 3;
    bounds[i] = place == 0 ? decade : place == 1 ? decade * 5 / 2 : decade * 5;
    if (place == 2) decade *= 10;
  }
  return bounds;
}
constexpr Bounds kNanosecondBounds = bounds_from(10'000);  // 10 us .. 100 s
constexpr Bounds kMicrosecondBounds = bounds_from(10);
constexpr Bounds kCountBounds = [] {
  // 1, 2, 5, 10 .. : 2.5 is not a count.
  Bounds bounds = bounds_from(1);
  for (int i = 1; i < Histogram::kBounds; i += 3) bounds[i] = bounds[i - 1] * 2;
  return bounds;
}();

const Bounds& bounds_of(Unit unit) {
  switch (unit) {
    case Unit::kNanoseconds:
      return kNanosecondBounds;
    case Unit::kMicroseconds:
      return kMicrosecondBounds;
    case Unit::kCount:
    case Unit::kBytes:
      return kCountBounds;
  }
  UNREACHABLE();
}

std::vector<std::string_view> label_names(const MetricRow& row) {
  std::vector<std::string_view> names;
  std::string_view rest = row.labels;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    names.push_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return names;
}

void append_number(std::string& to, double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  to.append(text, end);
}

// An integer count of `unit`s in the base unit, exactly where a double can.
double in_base_unit(double value, Unit unit) {
  // Dividing by an integer keeps 0.001 exact where multiplying by 1e-6 would not.
  switch (unit) {
    case Unit::kNanoseconds:
      return value / 1e9;
    case Unit::kMicroseconds:
      return value / 1e6;
    default:
      return value;
  }
}

void append_help(std::string& to, std::string_view text) {
  for (const char c : text) {
    if (c == '\\')
      to += "\\\\";
    else if (c == '\n')
      to += "\\n";
    else
      to += c;
  }
}

void append_label_value(std::string& to, std::string_view text) {
  for (const char c : text) {
    if (c == '\\')
      to += "\\\\";
    else if (c == '\n')
      to += "\\n";
    else if (c == '"')
      to += "\\\"";
    else
      to += c;
  }
}

}  // namespace

Histogram::Histogram(Unit unit) : bounds_(&bounds_of(unit)) {}

void Histogram::observe(uint64_t amount) {
  const auto at = std::lower_bound(bounds_->begin(), bounds_->end(), amount);
  buckets_[at - bounds_->begin()].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(amount, std::memory_order_relaxed);
}

uint64_t Histogram::count() const {
  uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

uint64_t Histogram::quantile(double q) const {
  const uint64_t total = count();
  if (total == 0) return 0;
  const auto wanted = static_cast<uint64_t>(q * static_cast<double>(total));
  uint64_t seen = 0;
  for (int i = 0; i < kBounds; ++i) {
    seen += bucket(i);
    if (seen > wanted || seen == total) return (*bounds_)[i];
  }
  return bounds_->back();
}

struct Registry::State {
  struct Callback {
    std::move_only_function<int64_t()> value;
    uint64_t id = 0;
  };
  struct Family {
    std::map<LabelValues, std::weak_ptr<Series>> series;
    std::map<LabelValues, Callback> callbacks;
    std::map<uint64_t, std::move_only_function<void(const Emit&)>> collectors;
  };

  mutable Mutex mutex;
  // Filled while reading too: callbacks are called, and expired series are dropped.
  mutable std::vector<Family> families GUARDED_BY(mutex) =
      std::vector<Family>(metric_rows().size());
  uint64_t next_id GUARDED_BY(mutex) = 1;

  template <class T, class Make>
  std::shared_ptr<T> find_or_make(Metric metric, Kind kind, Labels labels, Make make) {
    const MetricRow& row = metric_row(metric);
    CHECK(row.kind == kind, "{} is a {}", row.name, kind_name(row.kind));
    LabelValues values = checked_labels(row, labels);
    MutexLock lock(mutex);
    auto& place = families[static_cast<size_t>(metric)].series[std::move(values)];
    if (auto live = place.lock()) return std::static_pointer_cast<T>(std::move(live));
    std::shared_ptr<T> made = make();
    place = made;
    return made;
  }

  static LabelValues checked_labels(const MetricRow& row, Labels labels) {
    CHECK(label_names(row).size() == labels.size(), "{} has the labels ({})", row.name, row.labels);
    return LabelValues(labels.begin(), labels.end());
  }

  // Calls on_family(row) before the first series of a metric and on_series(row, labels, series or
  // nullptr, value of a callback) for each, ordered by labels.
  template <class OnFamily, class OnSeries>
  void for_each(OnFamily on_family, OnSeries on_series) const {
    struct Entry {
      std::shared_ptr<Series> series;
      int64_t value = 0;
    };
    MutexLock lock(mutex);
    for (const MetricRow& row : metric_rows()) {
      Family& family = families[static_cast<size_t>(row.id)];
      std::map<LabelValues, Entry> entries;
      for (auto it = family.series.begin(); it != family.series.end();) {
        auto live = it->second.lock();
        if (live == nullptr) {
          it = family.series.erase(it);
          continue;
        }
        entries[it->first] = {std::move(live)};
        ++it;
      }
      for (auto& [labels, callback] : family.callbacks)
        entries[labels] = {nullptr, callback.value()};
      for (auto& [id, collect] : family.collectors) {
        collect([&](Labels labels, int64_t value) {
          entries[checked_labels(row, labels)] = {nullptr, value};
        });
      }
      if (!entries.empty()) on_family(row);
      for (const auto& [labels, entry] : entries) {
        on_series(row, labels, entry.series.get(), entry.value);
      }
    }
  }
};

Registry::Registry() : state_(std::make_shared<State>()) {}
Registry::~Registry() = default;

CounterPtr Registry::counter(Metric metric, Labels labels) {
  return state_->find_or_make<Counter>(metric, Kind::kCounter, labels,
                                       [] { return std::make_shared<Counter>(); });
}

GaugePtr Registry::gauge(Metric metric, Labels labels) {
  return state_->find_or_make<Gauge>(metric, Kind::kGauge, labels,
                                     [] { return std::make_shared<Gauge>(); });
}

HistogramPtr Registry::histogram(Metric metric, Labels labels) {
  return state_->find_or_make<Histogram>(metric, Kind::kHistogram, labels, [&] {
    return std::make_shared<Histogram>(metric_row(metric).unit);
  });
}

CallbackPtr Registry::callback(Metric metric, Labels labels,
                               std::move_only_function<int64_t()> value) {
  const MetricRow& row = metric_row(metric);
  CHECK(row.kind != Kind::kHistogram, "{} is a histogram", row.name);
  LabelValues values = State::checked_labels(row, labels);
  MutexLock lock(state_->mutex);
  const uint64_t id = state_->next_id++;
  state_->families[static_cast<size_t>(metric)].callbacks[values] = {std::move(value), id};
  // The handle keeps the state, so it may outlive the registry.
  return CallbackPtr(new char, [state = state_, metric, values, id](void* p) {
    delete static_cast<char*>(p);
    MutexLock relock(state->mutex);
    auto& callbacks = state->families[static_cast<size_t>(metric)].callbacks;
    const auto it = callbacks.find(values);
    if (it != callbacks.end() && it->second.id == id) callbacks.erase(it);
  });
}

CallbackPtr Registry::collector(Metric metric, std::move_only_function<void(const Emit&)> collect) {
  const MetricRow& row = metric_row(metric);
  CHECK(row.kind != Kind::kHistogram, "{} is a histogram", row.name);
  MutexLock lock(state_->mutex);
  const uint64_t id = state_->next_id++;
  state_->families[static_cast<size_t>(metric)].collectors[id] = std::move(collect);
  return CallbackPtr(new char, [state = state_, metric, id](void* p) {
    delete static_cast<char*>(p);
    MutexLock relock(state->mutex);
    state->families[static_cast<size_t>(metric)].collectors.erase(id);
  });
}

namespace {

// One line: name, suffix, {labels, and le for a bucket}, value.
class TextWriter {
 public:
  void family(const MetricRow& row) {
    text_ += "# HELP ";
    text_ += row.name;
    text_ += ' ';
    append_help(text_, row.help);
    text_ += "\n# TYPE ";
    text_ += row.name;
    text_ += ' ';
    text_ += kind_name(row.kind);
    text_ += '\n';
  }

  void line(const MetricRow& row, std::string_view suffix, const LabelValues& labels,
            std::string_view le, double value) {
    text_ += row.name;
    text_ += suffix;
    if (!labels.empty() || !le.empty()) {
      text_ += '{';
      const auto names = label_names(row);
      for (size_t i = 0; i < labels.size(); ++i) {
        if (i > 0) text_ += ',';
        text_ += names[i];
        text_ += "=\"";
        append_label_value(text_, labels[i]);
        text_ += '"';
      }
      if (!le.empty()) {
        if (!labels.empty()) text_ += ',';
        text_ += "le=\"";
        text_ += le;
        text_ += '"';
      }
      text_ += '}';
    }
    text_ += ' ';
    append_number(text_, value);
    text_ += '\n';
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// Calls line(suffix, le, value) for what one series shows.
template <class Line>
void show_series(const MetricRow& row, const Series* series, int64_t callback_value, Line line) {
  if (series == nullptr) {
    line("", "", in_base_unit(static_cast<double>(callback_value), row.unit));
    return;
  }
  switch (row.kind) {
    case Kind::kCounter: {
      const auto value = static_cast<const Counter*>(series)->value();
      line("", "", in_base_unit(static_cast<double>(value), row.unit));
      return;
    }
    case Kind::kGauge: {
      const auto value = static_cast<const Gauge*>(series)->value();
      line("", "", in_base_unit(static_cast<double>(value), row.unit));
      return;
    }
    case Kind::kHistogram: {
      const auto& histogram = *static_cast<const Histogram*>(series);
      // The total is the sum of what is read here, so that _count and the last bucket agree while
      // others observe.
      uint64_t total = 0;
      for (int i = 0; i < Histogram::kBounds; ++i) {
        total += histogram.bucket(i);
        std::string le;
        append_number(le, in_base_unit(static_cast<double>(histogram.bounds()[i]), row.unit));
        line("_bucket", le, static_cast<double>(total));
      }
      total += histogram.bucket(Histogram::kBounds);
      line("_bucket", "+Inf", static_cast<double>(total));
      line("_sum", "", in_base_unit(static_cast<double>(histogram.sum()), row.unit));
      line("_count", "", static_cast<double>(total));
      return;
    }
  }
}

}  // namespace

std::string Registry::prometheus_text() const {
  TextWriter writer;
  state_->for_each(
      [&](const MetricRow& row) { writer.family(row); },
      [&](const MetricRow& row, const LabelValues& labels, const Series* series, int64_t value) {
        show_series(row, series, value,
                    [&](std::string_view suffix, std::string_view le, double v) {
                      writer.line(row, suffix, labels, le, v);
                    });
      });
  return writer.take();
}

std::vector<Registry::Sample> Registry::samples() const {
  std::vector<Sample> samples;
  state_->for_each(
      [](const MetricRow&) {},
      [&](const MetricRow& row, const LabelValues& labels, const Series* series, int64_t value) {
        const auto names = label_names(row);
        show_series(row, series, value,
                    [&](std::string_view suffix, std::string_view le, double v) {
                      Sample sample{row.name, suffix, row.kind, {}, v, row.help};
                      for (size_t i = 0; i < labels.size(); ++i)
                        sample.labels.emplace_back(names[i], labels[i]);
                      if (!le.empty()) sample.labels.emplace_back("le", le);
                      samples.push_back(std::move(sample));
                    });
      });
  return samples;
}

}  // namespace leat::metrics
