#include "pgwire/wire_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>
#include <unordered_set>

#include "base/log.h"
#include "pgwire/connection.h"
#include "pgwire/worker_pool.h"

namespace leat::pgwire {

namespace {

constexpr int kListenBacklog = 1024;
constexpr int kRefusedClientsMax = 64;  // clients over the limit that may wait for being told so
constexpr int kTickBusyMs = 2;
constexpr int kTickIdleMs = 20;
constexpr int64_t kSweepNs = 500'000'000;
constexpr int64_t kFarewellNs = 10'000'000'000;  // for a client to take its last answer
constexpr int64_t kLeftAfterNs =
    500'000'000;  // queries older than this are watched for their client leaving
constexpr int64_t kCancelledGraceMs = 5'000;     // at a stop, for cancelled statements to end
constexpr int64_t kAcceptPauseNs = 100'000'000;  // when there are no more descriptors
constexpr int kKeepAliveIdleS = 60, kKeepAliveIntervalS = 10, kKeepAliveCount = 6;

std::string address_text(const sockaddr_storage& address) {
  char host[NI_MAXHOST], service[NI_MAXSERV];
  const socklen_t size = address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, service,
                  sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "unknown";
  }
  return address.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host, service)
                                       : fmt::format("{}:{}", host, service);
}

uint16_t port_of(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void set_port(sockaddr* address, uint16_t port) {
  if (address->sa_family == AF_INET6)
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in*>(address)->sin_port = htons(port);
}

void set_option(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

// A descriptor per client: the soft limit of 1024 would be the first one met.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace

class WireServer::Impl final : public CancelDirectory {
 public:
  Impl(WireServerOptions options, SessionFactory& sessions, metrics::Registry& registry,
       Clock& clock)
      : options_(std::move(options)), clock_(clock), registry_(registry), metrics_(registry) {
    context_ = {.sessions = &sessions,
                .directory = this,
                .metrics = &metrics_,
                .clock = &clock,
                .message_bytes_max = options_.message_bytes_max,
                .stopping = &stopping_,
                .stopping_now = &stopping_now_};
  }
  ~Impl() override { stop(0); }

  Result<> start();
  void stop(int64_t grace_ms);
  uint16_t port() const { return port_; }
  int connection_count() const { return admitted_.load(std::memory_order_relaxed); }
  int worker_count() const { return pool_ ? pool_->size() : 0; }
  bool signal_backend(int32_t pid, bool terminate);

  // CancelDirectory
  void cancel(int32_t pid, int32_t secret) override;

 private:
  // One client. Owned by clients_; whoever has set `taken` may run it and remove it.
  struct Client {
    Client(const ConnectionContext& context, int fd, Connection::Identity identity)
        : fd(fd),
          refused(identity.refused),
          connection(context, make_socket_transport(fd), std::move(identity)) {}
    const int fd;  // closed by the connection's transport
    const bool refused;
    int64_t accepted_ns = 0;
    std::atomic<bool> taken{false};
    std::atomic<int64_t> turn_started_ns{0};  // 0: no turn
    int64_t closing_since_ns = 0;             // the door's note
    Connection connection;
  };

  Result<> listen();
  Result<Descriptor> listen_on(const addrinfo& address, uint16_t port);
  void serve(Client& client, Workspace& workspace);
  void remove(Client& client);

  // The door's thread.
  void keep_door();
  void accept_all(int listener);
  // A new client has said something, or left: a cancel request is answered here, others are
  // admitted.
  void greet(int fd);
  void admit(int fd, std::string address);
  void sweep(int64_t now_ns);

  const WireServerOptions options_;
  Clock& clock_;
  metrics::Registry& registry_;
  WireMetrics metrics_;
  ConnectionContext context_;
  std::shared_ptr<TlsContext> tls_;
  std::vector<metrics::CallbackPtr> gauges_;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> stopping_now_{false};
  bool stopped_ = false;

  Descriptor door_epoll_, door_wake_;
  std::vector<Descriptor> listeners_;
  struct Newcomer {
    std::string address;
    int64_t accepted_ns = 0;
  };
  std::unordered_map<int, Newcomer> newcomers_;  // the door's: connected, silent so far
  int64_t accept_again_ns_ = 0;
  std::atomic<int> admitted_{0};
  std::atomic<int> refused_{0};

  Mutex mutex_;
  std::unordered_map<int32_t, std::unique_ptr<Client>> clients_ GUARDED_BY(mutex_);  // by pid
  // Ended by stop() while a worker may hold an event for them; destroyed after the workers.
  std::vector<std::unique_ptr<Client>> buried_ GUARDED_BY(mutex_);
  int32_t pid_next_ GUARDED_BY(mutex_) = 1000;

  std::unique_ptr<WorkerPool> pool_;
  Thread door_;
};

Result<> WireServer::Impl::start() {
  if (options_.tls_certificate_file.empty() != options_.tls_key_file.empty()) {
    return fail(SqlState::kInvalidParameterValue,
                "TLS needs both a certificate file and a key file");
  }
  if (!options_.tls_certificate_file.empty()) {
    tls_ = TRY(TlsContext::load(options_.tls_certificate_file, options_.tls_key_file));
    context_.tls = tls_.get();
  }
  raise_descriptor_limit();
  door_epoll_ = Descriptor(epoll_create1(EPOLL_CLOEXEC));
  door_wake_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (door_epoll_.get() < 0 || door_wake_.get() < 0) {
    return fail(SqlState::kSystemError, "could not create an epoll: {}", strerror(errno));
  }
  TRY(listen());
  listeners_.push_back(Descriptor(dup(door_wake_.get())));  // watched alike
  for (const Descriptor& listener : listeners_) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = listener.get()}};
    CHECK(epoll_ctl(door_epoll_.get(), EPOLL_CTL_ADD, listener.get(), &event) == 0);
  }
  WorkerPool::Options pool_options;
  pool_options.workers_running =
      options_.workers_running > 0
          ? options_.workers_running
          : std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
  pool_options.workers_max = std::max(options_.workers_max, pool_options.workers_running);
  pool_options.spin_ns = options_.spin_ns;
  pool_ = TRY(WorkerPool::start(pool_options, clock_, [this](void* item, Workspace& workspace) {
    serve(*static_cast<Client*>(item), workspace);
  }));
  gauges_.push_back(
      registry_.callback(metrics::Metric::kConnections, {}, [this] { return connection_count(); }));
  gauges_.push_back(
      registry_.callback(metrics::Metric::kWireWorkers, {}, [this] { return worker_count(); }));
  door_ = Thread("pgwire-door", [this] { keep_door(); });
  return {};
}

Result<> WireServer::Impl::listen() {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code =
      getaddrinfo(options_.host.empty() ? nullptr : options_.host.c_str(), "0", &hints, &found);
  if (code != 0) {
    return fail(SqlState::kCannotConnect, "could not resolve the listen address \"{}\": {}",
                options_.host, gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  std::optional<Error> first_error;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    // A name may stand for several addresses; all get the same port.
    auto listener = listen_on(*address, port_ != 0 ? port_ : options_.port);
    if (listener)
      listeners_.push_back(std::move(*listener));
    else if (!first_error)
      first_error = listener.error();
  }
  if (listeners_.empty()) return std::unexpected(std::move(*first_error));
  return {};
}

Result<Descriptor> WireServer::Impl::listen_on(const addrinfo& address, uint16_t port) {
  sockaddr_storage bound{};
  std::memcpy(&bound, address.ai_addr, address.ai_addrlen);
  set_port(reinterpret_cast<sockaddr*>(&bound), port);
  Descriptor fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto failed = [&] {
    return fail(SqlState::kCannotConnect, "could not listen on {}: {}", address_text(bound),
                strerror(errno));
  };
  if (fd.get() < 0) return failed();
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ai_family == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  socklen_t size = address.ai_addrlen;
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&bound), size) != 0) return failed();
  if (::listen(fd.get(), kListenBacklog) != 0) return failed();
  size = sizeof bound;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) return failed();
  port_ = port_of(bound);
  return fd;
}

// ---- the workers' part ----

void WireServer::Impl::serve(Client& client, Workspace& workspace) {
  if (client.taken.exchange(true, std::memory_order_acquire)) return;  // stop() has it
  client.turn_started_ns.store(clock_.monotonic_ns(), std::memory_order_relaxed);
  const Connection::Next next = client.connection.run(workspace);
  client.turn_started_ns.store(0, std::memory_order_relaxed);
  if (next == Connection::Next::kClose) {
    remove(client);
    return;
  }
  const int fd = client.fd;
  client.taken.store(false, std::memory_order_release);
  // From here on stop() may take it; only this thread's event can come, after the rearm.
  if (stopping_.load() && client.connection.phase() == Connection::Phase::kReady &&
      next == Connection::Next::kWaitRead) {
    if (client.taken.exchange(true, std::memory_order_acquire)) return;
    client.connection.say_goodbye(workspace);
    remove(client);
    return;
  }
  pool_->rearm(fd, &client, next == Connection::Next::kWaitWrite);
}

void WireServer::Impl::remove(Client& client) {
  std::unique_ptr<Client> removed;
  {
    MutexLock lock(mutex_);
    const auto it = clients_.find(client.connection.pid());
    CHECK(it != clients_.end());
    removed = std::move(it->second);
    clients_.erase(it);
  }
  (removed->refused ? refused_ : admitted_).fetch_sub(1, std::memory_order_relaxed);
}  // the session ends here, outside the lock

void WireServer::Impl::cancel(int32_t pid, int32_t secret) {
  MutexLock lock(mutex_);
  const auto it = clients_.find(pid);
  if (it == clients_.end() || it->second->connection.secret() != secret) return;
  metrics_.cancels->add();
  it->second->connection.cancel();
}

bool WireServer::Impl::signal_backend(int32_t pid, bool terminate) {
  MutexLock lock(mutex_);
  const auto it = clients_.find(pid);
  if (it == clients_.end()) return false;
  it->second->connection.cancel();
  if (terminate) shutdown(it->second->fd, SHUT_RDWR);
  return true;
}

// ---- the door ----

void WireServer::Impl::keep_door() {
  int64_t next_sweep_ns = clock_.monotonic_ns() + kSweepNs;
  epoll_event events[64];
  while (!stopping_.load()) {
    const int timeout_ms = pool_->busy() ? kTickBusyMs : kTickIdleMs;
    const int count = epoll_wait(door_epoll_.get(), events, std::size(events), timeout_ms);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      const bool is_listener = std::any_of(listeners_.begin(), listeners_.end(),
                                           [fd](const Descriptor& l) { return l.get() == fd; });
      if (is_listener)
        accept_all(fd);
      else
        greet(fd);
    }
    pool_->tend();
    const int64_t now_ns = clock_.monotonic_ns();
    if (now_ns >= next_sweep_ns) {
      sweep(now_ns);
      next_sweep_ns = now_ns + kSweepNs;
    }
  }
  for (const auto& [fd, newcomer] : newcomers_) close(fd);
  newcomers_.clear();
}

void WireServer::Impl::accept_all(int listener) {
  if (clock_.monotonic_ns() < accept_again_ns_) {
    poll(nullptr, 0, kTickBusyMs);  // the listener stays ready all the while
    return;
  }
  for (;;) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log::warn("no more clients can be accepted: {}", strerror(errno));
        accept_again_ns_ = clock_.monotonic_ns() + kAcceptPauseNs;
      }
      return;  // no more now, or one that has left already
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleS);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalS);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveCount);
    metrics_.opened->add();
    newcomers_[fd] = {address_text(address), clock_.monotonic_ns()};
    epoll_event event{.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = fd}};
    CHECK(epoll_ctl(door_epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0, "epoll: {}",
          strerror(errno));
  }
}

void WireServer::Impl::greet(int fd) {
  const auto it = newcomers_.find(fd);
  if (it == newcomers_.end()) return;
  char bytes[16];
  const ssize_t size = recv(fd, bytes, sizeof bytes, MSG_PEEK);
  if (size < 0 && errno == EAGAIN) return;
  std::string address = std::move(it->second.address);
  newcomers_.erase(it);
  CHECK(epoll_ctl(door_epoll_.get(), EPOLL_CTL_DEL, fd, nullptr) == 0);
  if (size <= 0) {
    close(fd);
    return;
  }
  if (size == sizeof bytes && load_big_endian<uint32_t>(bytes) == sizeof bytes &&
      load_big_endian<uint32_t>(bytes + 4) == kCancelRequestCode) {
    cancel(load_big_endian<int32_t>(bytes + 8), load_big_endian<int32_t>(bytes + 12));
    recv(fd, bytes, sizeof bytes, 0);  // an unread request would make the close a reset
    close(fd);
    return;
  }
  admit(fd, std::move(address));
}

void WireServer::Impl::admit(int fd, std::string address) {
  Connection::Identity identity;
  identity.refused = admitted_.load(std::memory_order_relaxed) >= options_.connections_max;
  if (identity.refused && refused_.load(std::memory_order_relaxed) >= kRefusedClientsMax) {
    metrics_.count_refused("limit");
    close(fd);
    return;
  }
  (identity.refused ? refused_ : admitted_).fetch_add(1, std::memory_order_relaxed);
  identity.client_address = std::move(address);
  const std::string secret = random_bytes(4);
  std::memcpy(&identity.secret, secret.data(), 4);
  Client* client = nullptr;
  {
    MutexLock lock(mutex_);
    do {
      identity.pid = pid_next_;
      pid_next_ = pid_next_ == INT32_MAX ? 1000 : pid_next_ + 1;
    } while (clients_.contains(identity.pid));
    const int32_t pid = identity.pid;
    auto made = std::make_unique<Client>(context_, fd, std::move(identity));
    made->accepted_ns = clock_.monotonic_ns();
    client = made.get();
    clients_.emplace(pid, std::move(made));
  }
  pool_->watch(fd, client);
}

void WireServer::Impl::sweep(int64_t now_ns) {
  const int64_t login_ns = options_.login_timeout_ms * 1'000'000;
  for (auto it = newcomers_.begin(); it != newcomers_.end();) {
    if (now_ns - it->second.accepted_ns < login_ns) {
      ++it;
      continue;
    }
    metrics_.count_refused("timeout");
    close(it->first);  // leaves the epoll too
    it = newcomers_.erase(it);
  }
  MutexLock lock(mutex_);
  for (auto& [pid, client] : clients_) {
    // A shut-down socket is ready: a worker then finds the end of the connection and removes it.
    switch (client->connection.phase()) {
      case Connection::Phase::kStartup:
      case Connection::Phase::kAuthentication:
        if (now_ns - client->accepted_ns > login_ns && client->closing_since_ns == 0) {
          metrics_.count_refused("timeout");
          client->closing_since_ns = now_ns;
          shutdown(client->fd, SHUT_RDWR);
        }
        break;
      case Connection::Phase::kClosing:
        if (client->closing_since_ns == 0)
          client->closing_since_ns = now_ns;
        else if (now_ns - client->closing_since_ns > kFarewellNs)
          shutdown(client->fd, SHUT_RDWR);
        break;
      case Connection::Phase::kReady: {
        const int64_t started_ns = client->turn_started_ns.load(std::memory_order_relaxed);
        if (started_ns == 0 || now_ns - started_ns < kLeftAfterNs) break;
        pollfd item{client->fd, POLLRDHUP, 0};
        if (poll(&item, 1, 0) > 0 && (item.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
          client->connection.cancel();
        }
        break;
      }
    }
  }
}

void WireServer::Impl::stop(int64_t grace_ms) {
  if (std::exchange(stopped_, true) || pool_ == nullptr) return;
  stopping_.store(true);
  const uint64_t one = 1;
  CHECK(write(door_wake_.get(), &one, sizeof one) == sizeof one);
  door_.join();
  listeners_.clear();

  Workspace workspace;
  const auto send_idle_away = [&] {
    MutexLock lock(mutex_);
    for (auto it = clients_.begin(); it != clients_.end();) {
      Client& client = *it->second;
      if (client.taken.exchange(true, std::memory_order_acquire)) {
        ++it;  // its worker sees stopping_ at the end of the turn
        continue;
      }
      client.connection.say_goodbye(workspace);
      shutdown(client.fd, SHUT_WR);
      buried_.push_back(std::move(it->second));
      it = clients_.erase(it);
    }
    return clients_.empty();
  };
  const auto wait_for_clients = [&](int64_t ms) {
    const int64_t until_ns = clock_.monotonic_ns() + ms * 1'000'000;
    for (;;) {
      if (send_idle_away()) return true;
      if (clock_.monotonic_ns() >= until_ns) return false;
      pool_->tend();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  if (!wait_for_clients(grace_ms)) {
    stopping_now_.store(true);
    {
      MutexLock lock(mutex_);
      for (auto& [pid, client] : clients_) client->connection.cancel();
    }
    if (!wait_for_clients(kCancelledGraceMs))
      log::warn("statements do not end although they are cancelled");
  }
  pool_->stop();
  send_idle_away();
  gauges_.clear();
  std::vector<std::unique_ptr<Client>> buried;
  {
    MutexLock lock(mutex_);
    CHECK(clients_.empty());
    buried.swap(buried_);
  }
}

// ---- WireServer ----

WireServer::WireServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WireServer::~WireServer() = default;

Result<std::unique_ptr<WireServer>> WireServer::start(WireServerOptions options,
                                                      SessionFactory& sessions,
                                                      metrics::Registry& registry, Clock& clock) {
  auto impl = std::make_unique<Impl>(std::move(options), sessions, registry, clock);
  TRY(impl->start());
  return std::unique_ptr<WireServer>(new WireServer(std::move(impl)));
}

uint16_t WireServer::port() const { return impl_->port(); }
int WireServer::connection_count() const { return impl_->connection_count(); }
int WireServer::worker_count() const { return impl_->worker_count(); }
bool WireServer::cancel_backend(int32_t pid) { return impl_->signal_backend(pid, false); }
bool WireServer::terminate_backend(int32_t pid) { return impl_->signal_backend(pid, true); }
void WireServer::stop(int64_t grace_ms) { impl_->stop(grace_ms); }

}  // namespace leat::pgwire
