#pragma once
// NatsSource: one JetStream source of the catalog: checks at CREATE, pinned startup positions, readers.
// A source is one split: the stream, filtered; its offsets are stream sequences.
// Thread: any; every call makes its own connection.

#include "connector/connector.h"
#include "connector/nats/nats_consumer.h"

namespace leat::nats {

class NatsSource final : public SourceConnector {
 public:
  NatsSource(SourceSettings settings, Clock& clock) : settings_(std::move(settings)), clock_(clock) {}

  Result<SourceCheck> validate() override;
  Result<std::vector<Split>> splits() override;
  Result<Position> end_position(const std::string& split) override;
  Result<std::unique_ptr<SplitReader>> open_reader(const OpenReader& open) override;
  bool reached(const Position& have, const Position& target) const override;
  void dropped(const Position& last) override;

 private:
  Result<StreamInfo> find_stream(JetStream& jetstream);
  Result<SourceCheck> validate_once(Connection& connection, std::chrono::milliseconds wait);
  Result<void> try_consumer(Connection& connection, JetStream& jetstream, const StreamInfo& stream,
                            StreamPosition& start, std::vector<std::string>& notices);
  StreamPosition startup(const StreamInfo& stream) const;

  const SourceSettings settings_;
  Clock& clock_;
};

}  // namespace leat::nats
