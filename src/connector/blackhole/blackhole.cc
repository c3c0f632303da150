#include "connector/blackhole/blackhole.h"

#include <atomic>

namespace leat {
namespace {

class BlackholeWriter final : public SinkWriter {
 public:
  Result<bool> send(const EncodedMessage& message) override {
    messages_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(message.payload.size(), std::memory_order_relaxed);
    durable_.store(message.token, std::memory_order_release);
    return true;
  }
  uint64_t durable_up_to() const override { return durable_.load(std::memory_order_acquire); }
  Result<uint64_t> wait_durable(uint64_t, std::chrono::milliseconds) override { return durable_up_to(); }
  Position position() const override { return {}; }
  Result<bool> flush(std::chrono::milliseconds) override { return true; }
  void stop() override {}
  WriterStats stats() const override {
    return {.messages = messages_.load(), .bytes = bytes_.load(), .connected = true};
  }

 private:
  std::atomic<uint64_t> messages_{0};
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> durable_{0};
};

class BlackholeSink final : public SinkConnector {
 public:
  Result<SinkCheck> validate() override { return SinkCheck{}; }
  const SubjectTemplate& subject_template() const override { return template_; }
  void subject(std::span<const std::optional<std::string_view>>, std::string&) const override {}
  Result<std::unique_ptr<SinkWriter>> open_writer(const Position&) override {
    return std::make_unique<BlackholeWriter>();
  }
  Result<Position> end_position() override { return Position{}; }
  Result<void> stored_identities(const Position&, const std::function<void(std::string_view)>&) override {
    return {};
  }

 private:
  SubjectTemplate template_;
};

constexpr OptionRow kSinkOptions[] = {
    {.name = "connector", .doc = "`blackhole`.", .required = true},
};
constexpr FormatPair kFormats[] = {{"PLAIN", "JSON"}, {"UPSERT", "JSON"}, {"DEBEZIUM", "JSON"}};

Result<std::unique_ptr<SinkConnector>> make_sink(const SinkSpec&) {
  return std::make_unique<BlackholeSink>();
}

}  // namespace

const ConnectorRow& blackhole_connector() {
  static constexpr ConnectorRow kRow{
      .name = "blackhole",
      .doc = "Takes everything and keeps nothing: for measuring what comes before a sink.",
      .example = "CREATE SINK s FROM v WITH (connector = 'blackhole');",
      .sink_options = kSinkOptions,
      .sink_formats = kFormats,
      .make_sink = make_sink,
  };
  return kRow;
}

}  // namespace leat
