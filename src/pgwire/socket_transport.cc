#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "pgwire/socket_calls.h"
#include "pgwire/transport.h"

namespace leat::pgwire {

bool wait_socket(int fd, IoStatus for_what, int timeout_ms) {
  pollfd item{fd, static_cast<short>(for_what == IoStatus::kWaitRead ? POLLIN : POLLOUT), 0};
  return poll(&item, 1, timeout_ms) > 0;
}

namespace {

class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(int fd) : fd_(fd) {}
  ~SocketTransport() override {
    if (fd_ >= 0) close(fd_);
  }

  IoResult read(char* to, size_t size) override {
    for (;;) {
      const ssize_t got = recv(fd_, to, size, 0);
      if (got > 0) return {IoStatus::kDone, static_cast<size_t>(got)};
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {IoStatus::kWaitRead};
      return {IoStatus::kClosed};
    }
  }

  IoResult write(std::string_view bytes) override {
    for (;;) {
      const ssize_t put = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put > 0) return {IoStatus::kDone, static_cast<size_t>(put)};
      if (put < 0 && errno == EINTR) continue;
      if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {IoStatus::kWaitWrite};
      return {IoStatus::kClosed};
    }
  }

  bool wait(IoStatus for_what, int timeout_ms) override {
    return wait_socket(fd_, for_what, timeout_ms);
  }
  std::unique_ptr<Transport> to_tls(TlsContext& context) override {
    return context.accept(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

}  // namespace

std::unique_ptr<Transport> make_socket_transport(int fd) {
  return std::make_unique<SocketTransport>(fd);
}

}  // namespace leat::pgwire
