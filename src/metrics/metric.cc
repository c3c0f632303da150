#include "metrics/metric.h"

#include <fmt/core.h>

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

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return "counter";
    case Kind::kGauge:
      return "gauge";
    case Kind::kHistogram:
      return "histogram";
  }
  UNREACHABLE();
}

std::string metric_page() {
  std::string page =
      "# Metrics\n\n"
      "What `/metrics` on the HTTP port shows, in Prometheus' text format. Units are seconds, "
      "bytes and counts;\n"
      "labels are names. A series is there as long as what it describes: a dropped view has none.\n"
      "This page is made from `src/metrics/metric.h`.\n\n"
      "| metric | kind | labels | meaning |\n|---|---|---|---|\n";
  for (const MetricRow& row : kRows) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", row.name, kind_name(row.kind), row.labels,
                        row.help);
  }
  return page;
}

}  // namespace leat::metrics
