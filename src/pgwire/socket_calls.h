#pragma once
// What both transports ask of a socket.

#include "pgwire/transport.h"

namespace leat::pgwire {

bool wait_socket(int fd, IoStatus for_what, int timeout_ms);

}  // namespace leat::pgwire
