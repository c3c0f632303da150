#pragma once
// NatsSink: one NATS sink of the catalog: checks at CREATE, subjects from column values, writers.
// Thread: any; every call makes its own connection.

#include "connector/connector.h"
#include "connector/nats/jetstream.h"
#include "connector/nats/nats_options.h"

namespace leat::nats {

class NatsSink final : public SinkConnector {
 public:
  NatsSink(SinkSettings settings, Clock& clock) : settings_(std::move(settings)), clock_(clock) {}

  Result<SinkCheck> validate() override;
  const SubjectTemplate& subject_template() const override { return settings_.subject; }
  void subject(std::span<const std::optional<std::string_view>> values, std::string& out) const override;
  Result<std::unique_ptr<SinkWriter>> open_writer(const Position& from) override;
  Result<Position> end_position() override;
  Result<void> stored_identities(const Position& from, const std::function<void(std::string_view)>& take) override;

 private:
  Result<StreamInfo> create_stream(JetStream& jetstream);

  const SinkSettings settings_;
  Clock& clock_;
};

// Which stream stores a subject; none: nobody does, or there is no JetStream. An error: not known now.
Result<std::optional<StreamInfo>> stream_of_subject(JetStream& jetstream, const std::string& subject);

}  // namespace leat::nats
