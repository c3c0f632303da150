// Fuzz target: any bytes as a client's side of a connection, cut into pieces, with a client that is
// slow to read. The first byte chooses the cut and the slowness and whether a login comes first.

#include "base/check.h"
#include "pgwire/connection.h"
#include "pgwire/fake_session.h"
#include "pgwire/memory_transport.h"

namespace {

using namespace leat;
using namespace leat::pgwire;

struct NoDirectory final : CancelDirectory {
  void cancel(int32_t, int32_t) override {}
};

// Whatever came in, what goes out is whole messages (after the answers to encryption requests).
void check_output(std::string_view bytes) {
  while (bytes.starts_with('N')) {
    // A notice has a length that fits; an answer to a request for encryption is a byte alone.
    if (bytes.size() >= 5 && load_big_endian<uint32_t>(bytes.data() + 1) < bytes.size()) break;
    bytes.remove_prefix(1);
  }
  while (!bytes.empty()) {
    CHECK(bytes.size() >= 5);
    const uint32_t length = load_big_endian<uint32_t>(bytes.data() + 1);
    CHECK(length >= 4 && length < bytes.size(), "message {} of {} bytes, {} left", bytes[0], length,
          bytes.size());
    bytes.remove_prefix(length + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static metrics::Registry registry;
  static WireMetrics metrics(registry);
  static SystemClock clock;
  static NoDirectory directory;
  static const std::atomic<bool> no{false};
  FakeSessionFactory factory;
  factory.passwords["p"] = ScramKeys{.salt = "salt"};
  const ConnectionContext context = {.sessions = &factory,
                                     .directory = &directory,
                                     .metrics = &metrics,
                                     .clock = &clock,
                                     .message_bytes_max = 1 << 16,
                                     .stopping = &no,
                                     .stopping_now = &no};
  const uint8_t choice = data[0];
  MemoryPeer peer;
  if (choice & 1) peer.to_server = std::string("\0\0\0\x10\0\3\0\0user\0u\0\0", 16);
  const size_t login_bytes = peer.to_server.size();
  peer.to_server.append(reinterpret_cast<const char*>(data + 1), size - 1);
  // Statements whose time or output grows with a number are left to the tests.
  for (const std::string_view word : {"rows", "sleep", "big", "wide", "copy out"}) {
    for (size_t at = peer.to_server.find(word, login_bytes); at != std::string::npos;
         at = peer.to_server.find(word, at + 1)) {
      for (size_t i = at + word.size(), digits = 0; i < peer.to_server.size(); ++i) {
        const char c = peer.to_server[i];
        if (c == ' ') continue;
        if (c < '0' || c > '9') break;
        if (++digits > (word == "big" || word == "sleep" ? 1 : 3)) peer.to_server[i] = ';';
      }
    }
  }
  if (choice & 2) peer.piece_bytes = 1 + (choice >> 4);
  if (choice & 4) peer.write_room = choice >> 3;
  Workspace workspace;
  Connection connection(context, std::make_unique<MemoryTransport>(peer), {.pid = 1});
  for (;;) {
    const auto next = connection.run(workspace);
    if (next == Connection::Next::kClose) break;
    if (next == Connection::Next::kWaitWrite) peer.write_room += 1 << 16;
  }
  if (peer.write_room > 0) check_output(peer.from_server);
  return 0;
}
