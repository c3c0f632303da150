#pragma once
// blackhole: a sink that takes everything and keeps nothing but the counts.

#include "connector/connector.h"

namespace leat {

const ConnectorRow& blackhole_connector();

}  // namespace leat
