#pragma once
// nats: NATS JetStream as a source, JetStream and core NATS as a sink.

#include "connector/connector.h"

namespace leat {

const ConnectorRow& nats_connector();

}  // namespace leat
