#include "metrics/metric.h"

#include "base/check.h"

namespace leat::metrics {

namespace {
constexpr MetricRow kRows[] = {
#define X(id, kind, unit, name, labels, help) \
  {Metric::id, Kind::kind, Unit::unit, name, labels, help},
    LEAT_METRICS(X)
#undef X
};
}  // namespace

std::span<const MetricRow> metric_rows() { return kRows; }

const MetricRow& metric_row(Metric metric) { return kRows[static_cast<size_t>(metric)]; }

double unit_scale(Unit unit) {
  switch (unit) {
    case Unit::kCount:
    case Unit::kBytes:
      return 1;
    case Unit::kNanoseconds:
      return 1e-9;
    case Unit::kMicroseconds:
      return 1e-6;
  }
  UNREACHABLE();
}

}  // namespace leat::metrics
