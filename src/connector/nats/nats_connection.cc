#include "connector/nats/nats_connection.h"

#include <fmt/format.h>
#include <nats/nats.h>

#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "base/mutex.h"
#include "connector/nats/nats_credentials.h"

namespace leat::nats {
namespace {

// The library's own last words about what just failed on this thread.
std::string last_words(natsStatus status) {
  natsStatus ignored = NATS_OK;
  const char* text = nats_GetLastError(&ignored);
  return text != nullptr && *text != '\0' ? text : natsStatus_GetText(status);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool uses_tls(const ConnectSettings& settings) {
  if (!settings.tls_ca.empty() || !settings.tls_cert.empty()) return true;
  return std::ranges::any_of(settings.servers, [](const std::string& s) { return s.starts_with("tls://"); });
}

Error refused_credentials(const ConnectSettings& settings, const std::string& words) {
  Error error{.code = SqlState::kInvalidAuthorization};
  switch (settings.mode) {
    case ConnectMode::kPlain:
      error.message = fmt::format("NATS server {} asks for credentials", settings.server_list());
      error.hint = "Set connect_mode to 'user_and_password' (with username and password) or "
                   "'credential' (with jwt and nkey).";
      break;
    case ConnectMode::kUserAndPassword:
      error.message = fmt::format("NATS server {} refused the user name or password of user \"{}\"",
                                  settings.server_list(), settings.username);
      break;
    case ConnectMode::kCredential:
      error.message = fmt::format("NATS server {} refused the jwt or nkey", settings.server_list());
      error.hint = credential_hint(settings.jwt, settings.nkey);
      break;
  }
  error.detail = words;
  return error;
}

Error tls_trouble(const ConnectSettings& settings, const std::string& words) {
  Error error{.code = SqlState::kCannotConnect};
  error.detail = words;
  error.message = fmt::format("cannot make a TLS connection to NATS server {}", settings.server_list());
  if (contains(words, "verify failed") || contains(words, "issuer certificate") ||
      contains(words, "self signed") || contains(words, "self-signed")) {
    const bool name_differs = contains(words, "ostname mismatch") || contains(words, "IP address mismatch");
    error.message = name_differs
        ? fmt::format("the certificate of NATS server {} is for another host name", settings.server_list())
        : fmt::format("the certificate of NATS server {} does not verify against {}", settings.server_list(),
                      settings.tls_ca.empty() ? "the system's certificate authorities" : "tls.ca");
    error.hint = name_differs ? "Use the name the certificate was made for in server_url."
                              : "Set tls.ca to the PEM text of the authority that signed the server's certificate.";
  }
  return error;
}

Error connect_error(const ConnectSettings& settings, natsStatus status) {
  const std::string words = last_words(status);
  if (status == NATS_CONNECTION_AUTH_FAILED || contains(words, "Authorization Violation"))
    return refused_credentials(settings, words);
  if (status == NATS_SSL_ERROR) return tls_trouble(settings, words);
  if (status == NATS_SECURE_CONNECTION_WANTED)
    return make_error(SqlState::kCannotConnect, "NATS server {} does not offer TLS", settings.server_list())
        .with_hint("Use nats:// instead of tls:// and leave out tls.ca, tls.cert and tls.key.");
  // A server that wants a client certificate just hangs up during or after the handshake.
  const bool hung_up = status == NATS_ERR || status == NATS_PROTOCOL_ERROR || status == NATS_CONNECTION_CLOSED ||
                       status == NATS_IO_ERROR;
  if (hung_up && uses_tls(settings))
    return make_error(SqlState::kCannotConnect, "NATS server {} refused the TLS client{}", settings.server_list(),
                      settings.tls_cert.empty() ? ": it asks for a client certificate" : "'s certificate (tls.cert)")
        .with_detail(words)
        .with_hint(settings.tls_cert.empty()
                       ? "Set tls.cert and tls.key to the PEM texts of a client certificate and its key."
                       : "The server must trust the authority that signed tls.cert.");
  Error error = make_error(SqlState::kCannotConnect, "cannot connect to NATS server {}", settings.server_list());
  error.detail = status == NATS_NO_SERVER ? "The server is unreachable: connection refused or host unknown."
                 : status == NATS_TIMEOUT ? "The server did not answer in time."
                                          : words;
  error.hint = "Check server_url and that nats-server is running.";
  error.retryable = true;
  return error;
}

// A failed call on a live connection: outages pass, the rest is for good.
Error call_error(natsStatus status, std::string_view what) {
  const bool outage = status == NATS_CONNECTION_CLOSED || status == NATS_CONNECTION_DISCONNECTED ||
                      status == NATS_INSUFFICIENT_BUFFER || status == NATS_TIMEOUT || status == NATS_IO_ERROR ||
                      status == NATS_STALE_CONNECTION || status == NATS_NO_SERVER;
  Error error = make_error(outage ? SqlState::kConnectionFailure : SqlState::kSystemError, "{}: {}", what,
                           status == NATS_INSUFFICIENT_BUFFER ? "not connected to the NATS server"
                                                              : last_words(status));
  error.retryable = outage;
  return error;
}

struct OptionsDeleter {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};

}  // namespace

std::string ConnectSettings::server_list() const {
  std::string out;
  for (const std::string& server : servers) {
    // "nats://user:password@host" is allowed: never show what stands before the '@'.
    const size_t scheme = server.find("://");
    const size_t at = server.rfind('@');
    std::string shown = server;
    if (at != std::string::npos)
      shown = (scheme == std::string::npos ? "" : server.substr(0, scheme + 3)) + server.substr(at + 1);
    out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", shown);
  }
  return out;
}

Message::~Message() { natsMsg_Destroy(raw_); }
std::string_view Message::data() const {
  const char* data = natsMsg_GetData(raw_);
  return data == nullptr ? std::string_view{} : std::string_view(data, static_cast<size_t>(natsMsg_GetDataLength(raw_)));
}
std::string_view Message::subject() const { return natsMsg_GetSubject(raw_); }
std::string_view Message::reply() const {
  const char* reply = natsMsg_GetReply(raw_);
  return reply == nullptr ? std::string_view{} : std::string_view(reply);
}
int Message::status() const {
  if (natsMsg_GetDataLength(raw_) != 0) return 0;
  const char* text = nullptr;
  if (natsMsgHeader_Get(raw_, "Status", &text) != NATS_OK || text == nullptr) return 0;
  return std::atoi(text);
}
std::string Message::header(const char* name) const {
  const char* text = nullptr;
  if (natsMsgHeader_Get(raw_, name, &text) != NATS_OK || text == nullptr) return {};
  return text;
}
void Message::append_headers(std::string& out) const {
  const char** keys = nullptr;
  int key_count = 0;
  if (natsMsgHeader_Keys(raw_, &keys, &key_count) != NATS_OK) return;
  std::vector<std::string_view> sorted(keys, keys + key_count);
  std::ranges::sort(sorted);  // the library keeps them in a hash table
  for (const std::string_view key : sorted) {
    const char** values = nullptr;
    int value_count = 0;
    if (natsMsgHeader_Values(raw_, key.data(), &values, &value_count) != NATS_OK) continue;
    for (int i = 0; i < value_count; ++i) {
      out.append(key).append(": ").append(values[i]).append("\r\n");
    }
    std::free(values);
  }
  std::free(keys);
}

// Where ended subscriptions wait. The library's reading thread looks a subscription up and uses it
// without holding it (3.4.1), so destroying one while messages arrive frees it under that thread.
// One may go when a PONG came after its end, or when the thread has ended with its connection.
class Graveyard {
 public:
  void bury(natsSubscription* subscription) {
    MutexLock lock(mutex_);
    buried_.push_back(subscription);
  }
  bool full() {
    constexpr size_t kBuriedMax = 64;
    MutexLock lock(mutex_);
    return buried_.size() >= kBuriedMax;
  }
  std::vector<natsSubscription*> take() {
    MutexLock lock(mutex_);
    return std::exchange(buried_, {});
  }
  void put_back(const std::vector<natsSubscription*>& subscriptions) {
    MutexLock lock(mutex_);
    buried_.insert(buried_.end(), subscriptions.begin(), subscriptions.end());
  }
  static void destroy(const std::vector<natsSubscription*>& subscriptions) {
    for (natsSubscription* subscription : subscriptions) natsSubscription_Destroy(subscription);
  }

 private:
  Mutex mutex_;
  std::vector<natsSubscription*> buried_ GUARDED_BY(mutex_);
};

Subscription::~Subscription() {
  if (raw_ == nullptr) return;
  natsSubscription_Unsubscribe(raw_);
  graveyard_->bury(raw_);
}

Wait Subscription::next(std::chrono::milliseconds wait, Message& message) {
  natsMsg* raw = nullptr;
  const natsStatus status = natsSubscription_NextMsg(&raw, raw_, std::max<int64_t>(wait.count(), 0));
  switch (status) {
    case NATS_OK:
      message = Message(raw);
      return Wait::kMessage;
    case NATS_TIMEOUT: return Wait::kTimeout;
    case NATS_NO_RESPONDERS: {
      // The library swallows the message and answers a code; give it back as a message.
      natsMsg* made = nullptr;
      if (natsMsg_Create(&made, "_", nullptr, nullptr, 0) != NATS_OK ||
          natsMsgHeader_Set(made, "Status", "503") != NATS_OK) {
        natsMsg_Destroy(made);
        return Wait::kTimeout;
      }
      message = Message(made);
      return Wait::kMessage;
    }
    default: return Wait::kClosed;
  }
}

// Owned by the Listener; the library's delivery thread uses it until on_complete.
struct Listener::Impl {
  std::function<void(Message&&)> receive;
  natsSubscription* raw = nullptr;
  Graveyard* graveyard = nullptr;
  Mutex mutex;
  CondVar complete_cond;
  bool complete GUARDED_BY(mutex) = false;

  static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* self) {
    static_cast<Impl*>(self)->receive(Message(message));
  }
  static void on_complete(void* self) {
    auto* impl = static_cast<Impl*>(self);
    MutexLock lock(impl->mutex);
    impl->complete = true;
    impl->complete_cond.notify_all();
  }
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() {
  natsSubscription_Unsubscribe(impl_->raw);
  {
    MutexLock lock(impl_->mutex);
    while (!impl_->complete) impl_->complete_cond.wait(impl_->mutex);
  }
  impl_->graveyard->bury(impl_->raw);
}

// Lives until the library has said "closed", which is its last call back.
struct Connection::Impl {
  ConnectSettings settings;
  Sending sending = Sending::kAtOnce;
  natsConnection* raw = nullptr;
  Graveyard graveyard;
  std::atomic<uint64_t> reconnects{0};
  std::atomic<bool> unlucky_signature{false};
  mutable Mutex mutex;
  CondVar closed_cond;
  std::string last_error GUARDED_BY(mutex);
  std::string permission_error GUARDED_BY(mutex);
  bool closed GUARDED_BY(mutex) = false;

  static void on_error(natsConnection*, natsSubscription*, natsStatus status, void* self) {
    auto* impl = static_cast<Impl*>(self);
    const std::string words = last_words(status);
    MutexLock lock(impl->mutex);
    impl->last_error = words;
    if (contains(words, "ermissions Violation")) impl->permission_error = words;
  }
  static void on_disconnected(natsConnection* nc, void* self) {
    auto* impl = static_cast<Impl*>(self);
    const char* text = nullptr;
    natsConnection_GetLastError(nc, &text);
    MutexLock lock(impl->mutex);
    impl->last_error = fmt::format("disconnected from the server{}{}", text != nullptr && *text ? ": " : "",
                                   text != nullptr ? text : "");
  }
  static void on_reconnected(natsConnection*, void* self) { ++static_cast<Impl*>(self)->reconnects; }
  static void on_closed(natsConnection*, void* self) {
    auto* impl = static_cast<Impl*>(self);
    MutexLock lock(impl->mutex);
    impl->closed = true;
    impl->closed_cond.notify_all();
  }
  static natsStatus give_jwt(char** jwt, char** error_text, void* self) {
    *error_text = nullptr;
    *jwt = strdup(static_cast<Impl*>(self)->settings.jwt.c_str());  // the library frees it
    return *jwt != nullptr ? NATS_OK : NATS_NO_MEMORY;
  }
  // By OpenSSL: nats_Sign() of 3.4.1 gets about one signature in five thousand wrong.
  static natsStatus sign(char** error_text, unsigned char** signature, int* length, const char* nonce, void* self) {
    const auto signed_text = sign_with_seed(static_cast<Impl*>(self)->settings.nkey, nonce);
    *error_text = signed_text ? nullptr : strdup(signed_text.error().message.c_str());
    if (!signed_text) return NATS_ERR;
    // The library leaves out a signature that begins with a zero byte, and the server refuses the
    // login. Failing here makes it, or open(), try again with another nonce.
    if (signed_text->front() == '\0') {
      static_cast<Impl*>(self)->unlucky_signature = true;
      return NATS_ERR;
    }
    *length = static_cast<int>(signed_text->size());
    *signature = static_cast<unsigned char*>(std::malloc(signed_text->size()));  // the library frees it
    if (*signature == nullptr) return NATS_NO_MEMORY;
    std::memcpy(*signature, signed_text->data(), signed_text->size());
    return NATS_OK;
  }

  natsStatus fill(natsOptions* options) {
    std::vector<const char*> servers;
    for (const std::string& server : settings.servers) servers.push_back(server.c_str());
    natsStatus s = natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size()));
    const auto then = [&s](natsStatus next) { if (s == NATS_OK) s = next; };
    then(natsOptions_SetName(options, settings.name.c_str()));
    then(natsOptions_SetTimeout(options, kConnectTimeout.count()));
    then(natsOptions_SetMaxReconnect(options, -1));
    then(natsOptions_SetReconnectWait(options, kReconnectWait.count()));
    then(natsOptions_SetReconnectJitter(options, 20, 50));
    // What cannot be sent is said to the caller, who knows how to repeat it without doubling it.
    then(natsOptions_SetReconnectBufSize(options, 0));
    then(natsOptions_SetFailRequestsOnDisconnect(options, true));
    then(natsOptions_SetSendAsap(options, sending == Sending::kAtOnce));
    then(natsOptions_SetPingInterval(options, 2000));
    then(natsOptions_SetMaxPingsOut(options, 2));
    then(natsOptions_SetErrorHandler(options, on_error, this));
    then(natsOptions_SetDisconnectedCB(options, on_disconnected, this));
    then(natsOptions_SetReconnectedCB(options, on_reconnected, this));
    then(natsOptions_SetClosedCB(options, on_closed, this));
    if (settings.mode == ConnectMode::kUserAndPassword)
      then(natsOptions_SetUserInfo(options, settings.username.c_str(), settings.password.c_str()));
    if (settings.mode == ConnectMode::kCredential)
      then(natsOptions_SetUserCredentialsCallbacks(options, give_jwt, this, sign, this));
    return s;
  }

  Result<void> fill_tls(natsOptions* options) {
    if (!uses_tls(settings)) return {};
    if (natsOptions_SetSecure(options, true) != NATS_OK) return std::unexpected(call_error(NATS_SSL_ERROR, "TLS"));
    if (!settings.tls_ca.empty() &&
        natsOptions_SetCATrustedCertificates(options, settings.tls_ca.c_str()) != NATS_OK)
      return fail(make_error(SqlState::kInvalidParameterValue, "option \"tls.ca\" holds no certificate")
                      .with_detail(last_words(NATS_SSL_ERROR))
                      .with_hint("It is the PEM text itself, from -----BEGIN CERTIFICATE----- on, not a file's name."));
    if (!settings.tls_cert.empty() &&
        natsOptions_SetCertificatesChain(options, settings.tls_cert.c_str(), settings.tls_key.c_str()) != NATS_OK)
      return fail(make_error(SqlState::kInvalidParameterValue,
                             "options \"tls.cert\" and \"tls.key\" are not a certificate and its private key")
                      .with_detail(last_words(NATS_SSL_ERROR))
                      .with_hint("They are PEM texts, not file names."));
    return {};
  }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectSettings& settings, Sending sending) {
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  impl->sending = sending;
  if (settings.mode == ConnectMode::kCredential) TRY(check_credential(settings.jwt, settings.nkey));
  natsOptions* raw_options = nullptr;
  if (natsOptions_Create(&raw_options) != NATS_OK) return fail(SqlState::kOutOfMemory, "out of memory");
  const std::unique_ptr<natsOptions, OptionsDeleter> options(raw_options);
  const natsStatus filled = impl->fill(raw_options);
  if (filled != NATS_OK) {
    Error error = make_error(SqlState::kInvalidParameterValue, "invalid server_url {}", settings.server_list());
    error.detail = last_words(filled);
    return fail(std::move(error));
  }
  TRY(impl->fill_tls(raw_options));
  natsStatus status = NATS_OK;
  do {
    impl->unlucky_signature = false;
    status = natsConnection_Connect(&impl->raw, raw_options);
  } while (status != NATS_OK && impl->unlucky_signature);
  if (status != NATS_OK) return std::unexpected(connect_error(settings, status));
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Connection::~Connection() {
  natsConnection_Close(impl_->raw);  // joins the reading thread
  {
    MutexLock lock(impl_->mutex);
    while (!impl_->closed) impl_->closed_cond.wait(impl_->mutex);
  }
  Graveyard::destroy(impl_->graveyard.take());
  natsConnection_Destroy(impl_->raw);
}

Connection::State Connection::state() const {
  switch (natsConnection_Status(impl_->raw)) {
    case NATS_CONN_STATUS_CONNECTED: return State::kConnected;
    case NATS_CONN_STATUS_CLOSED: return State::kClosed;
    default: return State::kReconnecting;
  }
}
uint64_t Connection::reconnects() const { return impl_->reconnects.load(); }
std::string Connection::last_error() const {
  MutexLock lock(impl_->mutex);
  return impl_->last_error;
}
std::string Connection::permission_error() const {
  MutexLock lock(impl_->mutex);
  return impl_->permission_error;
}
uint64_t Connection::payload_bytes_max() const {
  return static_cast<uint64_t>(std::max<int64_t>(0, natsConnection_GetMaxPayload(impl_->raw)));
}
bool Connection::has_headers() const { return natsConnection_HasHeaderSupport(impl_->raw) == NATS_OK; }
std::string Connection::url() const {
  char buffer[256] = {};
  return natsConnection_GetConnectedUrl(impl_->raw, buffer, sizeof buffer) == NATS_OK ? buffer : "";
}

std::string Connection::new_inbox() const {
  natsInbox* inbox = nullptr;
  if (natsInbox_Create(&inbox) != NATS_OK) return {};
  std::string out = inbox;
  natsInbox_Destroy(inbox);
  return out;
}

Result<Subscription> Connection::subscribe(const std::string& subject) {
  if (impl_->graveyard.full()) {
    const auto old = impl_->graveyard.take();
    if (natsConnection_FlushTimeout(impl_->raw, kConnectTimeout.count()) == NATS_OK)
      Graveyard::destroy(old);
    else
      impl_->graveyard.put_back(old);
  }
  natsSubscription* raw = nullptr;
  natsStatus status = natsConnection_SubscribeSync(&raw, impl_->raw, subject.c_str());
  // Whoever subscribes bounds what he asks for (pulls, publish windows), so nothing may be dropped here.
  if (status == NATS_OK) status = natsSubscription_SetPendingLimits(raw, -1, -1);
  Subscription subscription(raw, impl_->graveyard);
  if (status != NATS_OK) return std::unexpected(call_error(status, "cannot subscribe"));
  return subscription;
}

Result<std::unique_ptr<Listener>> Connection::listen(const std::string& subject,
                                                     std::function<void(Message&&)> receive) {
  auto impl = std::make_unique<Listener::Impl>();
  impl->receive = std::move(receive);
  impl->graveyard = &impl_->graveyard;
  natsStatus status =
      natsConnection_Subscribe(&impl->raw, impl_->raw, subject.c_str(), Listener::Impl::on_message, impl.get());
  if (status != NATS_OK) return std::unexpected(call_error(status, "cannot subscribe"));
  // Before any message can come: nobody knows the subject yet.
  if (natsSubscription_SetOnCompleteCB(impl->raw, Listener::Impl::on_complete, impl.get()) != NATS_OK ||
      natsSubscription_SetPendingLimits(impl->raw, -1, -1) != NATS_OK) {
    MutexLock lock(impl->mutex);
    impl->complete = true;
    status = NATS_ERR;
  }
  std::unique_ptr<Listener> listener(new Listener(std::move(impl)));
  if (status != NATS_OK) return std::unexpected(call_error(status, "cannot subscribe"));
  return listener;
}

Result<void> Connection::publish(const std::string& subject, std::string_view payload, const std::string& reply,
                                 std::string_view headers) {
  natsStatus status = NATS_OK;
  const char* answer_to = reply.empty() ? nullptr : reply.c_str();
  if (headers.empty()) {
    status = answer_to == nullptr
                 ? natsConnection_Publish(impl_->raw, subject.c_str(), payload.data(), static_cast<int>(payload.size()))
                 : natsConnection_PublishRequest(impl_->raw, subject.c_str(), answer_to, payload.data(),
                                                 static_cast<int>(payload.size()));
  } else {
    natsMsg* message = nullptr;
    status = natsMsg_Create(&message, subject.c_str(), answer_to, payload.data(), static_cast<int>(payload.size()));
    std::string key, value;
    while (status == NATS_OK && !headers.empty()) {
      const size_t end = std::min(headers.find("\r\n"), headers.size());
      const std::string_view line = headers.substr(0, end);
      headers.remove_prefix(std::min(end + 2, headers.size()));
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      key = line.substr(0, colon);
      value = line.substr(line.substr(colon + 1).starts_with(' ') ? colon + 2 : colon + 1);
      status = natsMsgHeader_Add(message, key.c_str(), value.c_str());
    }
    if (status == NATS_OK) status = natsConnection_PublishMsg(impl_->raw, message);
    natsMsg_Destroy(message);
  }
  if (status == NATS_MAX_PAYLOAD)
    return fail(make_error(SqlState::kProgramLimitExceeded,
                           "message of {} bytes is larger than the NATS server allows ({} bytes)", payload.size(),
                           payload_bytes_max())
                    .with_hint("Raise max_payload in the server's configuration."));
  if (status != NATS_OK) return std::unexpected(call_error(status, fmt::format("cannot publish to \"{}\"", subject)));
  return {};
}

Result<void> Connection::flush(std::chrono::milliseconds wait) {
  const natsStatus status = natsConnection_FlushTimeout(impl_->raw, wait.count());
  if (status != NATS_OK) return std::unexpected(call_error(status, "the NATS server does not answer"));
  return {};
}

Result<Message> Connection::request(const std::string& subject, std::string_view payload, const Asking& asking) {
  {
    MutexLock lock(impl_->mutex);
    impl_->permission_error.clear();
  }
  // Our own inbox each time: these are rare, and an answer that comes too late must find nobody.
  const std::string inbox = new_inbox();
  Subscription answers = TRY(subscribe(inbox));
  Message answer(nullptr);
  constexpr std::chrono::milliseconds kSlice{50}, kAskAgainMax{500};
  auto next_ask = asking.wait, pause = asking.ask_again;  // by the time that is left
  for (auto left = asking.wait; left.count() > 0; left -= kSlice) {
    if (asking.cancel != nullptr && *asking.cancel) break;
    if (left <= next_ask) {
      TRY(publish(subject, payload, inbox));
      next_ask = left - pause;
      pause = std::min(pause * 2, kAskAgainMax);
    }
    const Wait waited = answers.next(std::min(left, kSlice), answer);
    if (waited == Wait::kMessage) return answer;
    if (waited == Wait::kClosed) return std::unexpected(call_error(NATS_CONNECTION_CLOSED, "request failed"));
    // A refusal comes to the error handler, and no answer comes at all.
    if (state() != State::kConnected || !permission_error().empty()) break;
  }
  const std::string forbidden = permission_error();
  if (!forbidden.empty())
    return fail(make_error(SqlState::kInsufficientPrivilege, "the NATS user may not use \"{}\"", subject)
                    .with_detail(forbidden)
                    .with_hint("Grant the user publish on \"$JS.API.>\" and \"$JS.ACK.>\" and subscribe on \"_INBOX.>\"."));
  Error error = make_error(SqlState::kConnectionFailure, "no answer from the NATS server to \"{}\" within {} ms",
                           subject, asking.wait.count());
  error.retryable = true;
  return fail(std::move(error));
}

}  // namespace leat::nats
