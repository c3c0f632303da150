// rw_catalog.rw_metrics: what /metrics shows, as rows.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

Schema columns() {
  return {{"name", kText}, {"kind", kText}, {"labels", kText}, {"value", kFloat8}, {"help", kText}};
}

std::string_view kind_text(metrics::Kind kind) {
  switch (kind) {
    case metrics::Kind::kCounter: return "counter";
    case metrics::Kind::kGauge: return "gauge";
    case metrics::Kind::kHistogram: return "histogram";
  }
  return "";
}

std::string label_text(const metrics::Registry::Sample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}=\"{}\"", name, value);
  }
  return text;
}

void rows(const SystemContext& context, RowBuilder& out) {
  if (context.metrics == nullptr) return;
  for (const metrics::Registry::Sample& sample : context.metrics->samples()) {
    out.add(std::string(sample.name) + std::string(sample.suffix)).add(kind_text(sample.kind)).add(label_text(sample));
    out.add(sample.value).add(sample.help);
  }
}

}  // namespace

SystemRelation rw_metrics() {
  return {"rw_catalog", "rw_metrics", "metrics", columns, rows};
}

}  // namespace leat::system_catalog
