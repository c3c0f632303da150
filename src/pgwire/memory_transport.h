#pragma once
// MemoryTransport: a transport without a socket, for tests and fuzzing: gives the bytes it was
// given, in pieces, and keeps what is written. When its input is over, the peer has left.

#include <algorithm>
#include <string>

#include "pgwire/transport.h"

namespace leat::pgwire {

struct MemoryPeer {
  std::string to_server;
  size_t read_at = 0;
  size_t piece_bytes = SIZE_MAX;  // most that one read gives
  bool ends = true;               // after to_server: closed, else nothing yet
  std::string from_server;
  size_t write_room = SIZE_MAX;  // bytes until writes block
  int waits = 0;                 // calls of wait(); each gives `room_per_wait` more room
  size_t room_per_wait = 1 << 16;
};

class MemoryTransport final : public Transport {
 public:
  explicit MemoryTransport(MemoryPeer& peer) : peer_(peer) {}

  IoResult read(char* to, size_t size) override {
    const size_t left = peer_.to_server.size() - peer_.read_at;
    if (left == 0) return {peer_.ends ? IoStatus::kClosed : IoStatus::kWaitRead};
    const size_t count = std::min({size, left, peer_.piece_bytes});
    peer_.to_server.copy(to, count, peer_.read_at);
    peer_.read_at += count;
    return {IoStatus::kDone, count};
  }

  IoResult write(std::string_view bytes) override {
    const size_t count = std::min(bytes.size(), peer_.write_room);
    if (count == 0) return {IoStatus::kWaitWrite};
    peer_.from_server.append(bytes.substr(0, count));
    peer_.write_room -= count;
    return {IoStatus::kDone, count};
  }

  bool wait(IoStatus for_what, int) override {
    ++peer_.waits;
    if (for_what == IoStatus::kWaitWrite)
      peer_.write_room += peer_.room_per_wait;
    else
      peer_.ends = true;  // nobody will write any more
    return true;
  }
  std::unique_ptr<Transport> to_tls(TlsContext&) override { return nullptr; }

 private:
  MemoryPeer& peer_;
};

}  // namespace leat::pgwire
