#pragma once
// The WITH options that belong to the job, whatever the connector, and the making of connectors,
// decoders and encoders from a relation. Thread: any.

#include <memory>

#include "catalog/relation.h"
#include "connector/connector.h"
#include "env/clock.h"
#include "format/format.h"

namespace leat {

std::span<const OptionRow> source_job_options();  // on_error
std::span<const OptionRow> sink_job_options();    // type, force_append_only, snapshot

// All WITH options of a source (or table with a connector) or a sink, checked.
Result<Options> relation_options(const Relation& relation);
Result<std::unique_ptr<SourceConnector>> make_source_connector(const Relation& relation, Clock& clock);
Result<std::unique_ptr<SinkConnector>> make_sink_connector(const Relation& relation, Clock& clock);
Result<std::unique_ptr<Encoder>> make_sink_encoder(const Relation& relation);
// Everything about a source's or sink's options and formats that can be checked without the network.
Result<void> check_relation_options(const Relation& relation);

}  // namespace leat
