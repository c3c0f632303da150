#pragma once
// Transport: the bytes of one connection, plain or through TLS, never blocking unless asked to
// wait. Thread: one at a time.

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace leat::pgwire {

enum class IoStatus : uint8_t {
  kDone,
  kWaitRead,   // nothing now; go on when readable
  kWaitWrite,  // nothing now; go on when writable
  kClosed,     // the peer has left, or the connection is broken
};

struct IoResult {
  IoStatus status;
  size_t bytes = 0;  // of kDone, at least 1
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual IoResult read(char* to, size_t size) = 0;
  virtual IoResult write(std::string_view bytes) = 0;
  // Bytes that have been received and would not make the socket readable.
  virtual bool has_buffered_input() const { return false; }
  // Sleeps until the socket can be read (or written), or the time is over: false.
  virtual bool wait(IoStatus for_what, int timeout_ms) = 0;
  // The same socket, from now on through TLS; this transport is spent. Null if it cannot.
  virtual std::unique_ptr<Transport> to_tls(class TlsContext& context) = 0;
};

// Owns the socket, which must be non-blocking.
std::unique_ptr<Transport> make_socket_transport(int fd);

// A server certificate and its key, loaded once, used by all connections.
class TlsContext {
 public:
  // PEM files; the certificate may be followed by its chain.
  static Result<std::shared_ptr<TlsContext>> load(const std::string& certificate_file,
                                                  const std::string& key_file);
  virtual ~TlsContext() = default;
  // Takes the socket over. The handshake happens in the first reads and writes.
  virtual std::unique_ptr<Transport> accept(int fd) = 0;
};

}  // namespace leat::pgwire
