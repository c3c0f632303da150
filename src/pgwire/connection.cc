#include "pgwire/connection.h"

#include "base/log.h"
#include "pgwire/reported_parameter.h"
#include "pgwire/server_message.h"
#include "types/format_value.h"

namespace leat::pgwire {

namespace {

constexpr int kWaitSliceMs = 50;  // how late a wait for the client notices a cancel
constexpr size_t kMessageHeaderBytes = 5;

Error connection_lost() {
  return Error{.code = SqlState::kConnectionFailure, .message = "connection to client lost"};
}

Error shutting_down() {
  return Error{.code = SqlState::kAdminShutdown,
               .message = "terminating connection due to administrator command"};
}

// Messages that may be as long as the limit; all others are short in any sane client.
bool may_be_long(char type) {
  switch (type) {
    case 'Q':
    case 'P':
    case 'B':
    case 'd':
    case 'F':
      return true;
    default:
      return false;
  }
}
constexpr size_t kShortMessageBytesMax = 10'000;  // PostgreSQL's limit for those

Result<std::vector<Format>> read_formats(MessageReader& reader) {
  const uint16_t count = reader.uint16();
  std::vector<Format> formats;
  for (uint16_t i = 0; i < count && reader.ok(); ++i) {
    const int16_t code = reader.int16();
    if (code != 0 && code != 1) {
      return fail(SqlState::kInvalidParameterValue, "unsupported format code: {}", code);
    }
    formats.push_back(static_cast<Format>(code));
  }
  return formats;
}

}  // namespace

Connection::Connection(const ConnectionContext& context, std::unique_ptr<Transport> transport,
                       Identity identity)
    : context_(context), identity_(std::move(identity)), transport_(std::move(transport)) {}

Connection::~Connection() {
  MutexLock lock(cancel_mutex_);
  cancellable_ = nullptr;
}

Connection::Next Connection::run(Workspace& workspace) {
  workspace_ = &workspace;
  if (!kept_input_.empty()) std::swap(workspace.input, kept_input_);
  if (!kept_output_.empty()) std::swap(workspace.output, kept_output_);
  const Next next = work();
  if (next == Next::kClose) {
    in().clear();
    out().clear();
  }
  if (!in().empty()) std::swap(workspace.input, kept_input_);
  if (!out().empty()) std::swap(workspace.output, kept_output_);
  // One large message or row must not leave its buffer behind.
  in().trim(kInputBytes * 2);
  out().trim(kOutputBytesHigh * 4);
  kept_input_.trim(kept_input_.empty() ? 0 : SIZE_MAX);
  kept_output_.trim(kept_output_.empty() ? 0 : SIZE_MAX);
  workspace_ = nullptr;
  return next;
}

Connection::Next Connection::work() {
  for (;;) {
    switch (flush()) {
      case IoStatus::kDone:
        break;
      case IoStatus::kWaitRead:
        return Next::kWaitRead;
      case IoStatus::kWaitWrite:
        return Next::kWaitWrite;
      case IoStatus::kClosed:
        return Next::kClose;
    }
    if (phase() == Phase::kClosing) return Next::kClose;
    bool blocked = false;
    while (!blocked && phase() != Phase::kClosing && handle_next()) {
      // Below the mark at which a statement itself would have to wait.
      blocked = out().size() > kOutputBytesLow && flush() != IoStatus::kDone;
    }
    if (!out().empty() || phase() == Phase::kClosing || lost_) continue;
    if (context_.stopping->load(std::memory_order_relaxed) && phase() == Phase::kReady) {
      fatal(shutting_down(), {});
      continue;
    }
    if (input_drained_ && !transport_->has_buffered_input()) {
      input_drained_ = false;
      return Next::kWaitRead;
    }
    switch (read_some()) {
      case IoStatus::kDone:
        break;
      case IoStatus::kWaitRead:
        return Next::kWaitRead;
      case IoStatus::kWaitWrite:
        return Next::kWaitWrite;
      case IoStatus::kClosed:
        return Next::kClose;
    }
  }
}

void Connection::say_goodbye(Workspace& workspace) {
  workspace_ = &workspace;
  if (!kept_output_.empty()) std::swap(workspace.output, kept_output_);
  fatal(shutting_down(), phase() == Phase::kReady ? "" : "shutdown");
  flush();  // a client that does not read now will see the end of the connection
  out().clear();
  workspace_ = nullptr;
}

void Connection::cancel() {
  cancel_requested_.store(true);
  MutexLock lock(cancel_mutex_);
  if (cancellable_ != nullptr) cancellable_->cancel();
}

IoStatus Connection::read_some() {
  const size_t room = in().reserve_all(kInputBytes);
  const IoResult got = transport_->read(in().reserve(0), room);
  if (got.status != IoStatus::kDone) return got.status;
  in().commit(got.bytes);
  context_.metrics->bytes_in->add(got.bytes);
  // A short read means that there is no more: the next one would only say so.
  input_drained_ = got.bytes < room;
  return IoStatus::kDone;
}

IoStatus Connection::flush() {
  if (lost_) {
    out().clear();
    return IoStatus::kClosed;
  }
  while (!out().empty()) {
    const IoResult put = transport_->write(out().pending());
    if (put.status == IoStatus::kClosed) {
      lost_ = true;
      out().clear();
    }
    if (put.status != IoStatus::kDone) return put.status;
    context_.metrics->bytes_out->add(put.bytes);
    out().consume(put.bytes);
  }
  return IoStatus::kDone;
}

Result<> Connection::may_wait() const {
  if (lost_) return fail(connection_lost());
  if (cancel_requested_.load(std::memory_order_relaxed)) {
    return fail(SqlState::kQueryCanceled, "canceling statement due to user request");
  }
  if (context_.stopping_now->load(std::memory_order_relaxed)) return fail(shutting_down());
  return {};
}

Result<> Connection::drain(size_t bytes) {
  IoStatus status = flush();
  if (status == IoStatus::kDone) return {};
  if (lost_) return fail(connection_lost());
  workspace_->will_wait();
  const int64_t start_ns = context_.clock->monotonic_ns();
  Result<> result;
  while (out().size() > bytes) {
    transport_->wait(status, kWaitSliceMs);
    status = flush();
    if (status == IoStatus::kDone) break;
    result = may_wait();
    if (!result) break;
  }
  context_.metrics->blocked_ns->add(
      static_cast<uint64_t>(context_.clock->monotonic_ns() - start_ns));
  return result;
}

// ---- messages ----

bool Connection::handle_next() {
  const Phase now = phase();
  if (now == Phase::kStartup) return handle_startup_packet();
  const std::string_view pending = in().pending();
  if (pending.size() < kMessageHeaderBytes) return false;
  const char type = pending[0];
  const uint32_t length = load_big_endian<uint32_t>(pending.data() + 1);
  const size_t max = now == Phase::kAuthentication ? kMessageBytesBeforeLoginMax
                     : may_be_long(type)
                         ? context_.message_bytes_max
                         : std::min(kShortMessageBytesMax, context_.message_bytes_max);
  if (length < 4) {
    fatal(make_error(SqlState::kProtocolViolation, "invalid message length"), "protocol");
    return false;
  }
  if (length - 4 > max) {
    fatal(make_error(SqlState::kProgramLimitExceeded,
                     "a message of {} bytes exceeds the limit of {} bytes", length - 4, max),
          "protocol");
    return false;
  }
  const size_t size = size_t{length} + 1;
  if (pending.size() < size) {
    // Room for the whole message, though not before half of it is there: a length alone costs
    // nothing.
    in().reserve(std::min(size - pending.size(), std::max(kInputBytes, pending.size())));
    return false;
  }
  context_.metrics->messages->add();
  message_size_ = size;
  handle_message(type, pending.substr(kMessageHeaderBytes, length - 4));
  consume_message();
  return true;
}

void Connection::consume_message() {
  in().consume(message_size_);
  message_size_ = 0;
}

bool Connection::handle_startup_packet() {
  const std::string_view pending = in().pending();
  if (pending.size() < 4) return false;
  const uint32_t length = load_big_endian<uint32_t>(pending.data());
  if (length < 8 || length > kStartupPacketBytesMax) {
    fatal(make_error(SqlState::kProtocolViolation, "invalid length of startup packet"), "protocol");
    return false;
  }
  if (pending.size() < length) return false;
  context_.metrics->messages->add();
  auto packet = parse_startup_packet(pending.substr(4, length - 4));
  in().consume(length);
  if (!packet) {
    fatal(packet.error(),
          packet.error().code == SqlState::kInvalidAuthorization ? "authentication" : "protocol");
    return true;
  }
  switch (packet->kind) {
    case StartupPacket::kTlsRequest:
      on_tls_request();
      break;
    case StartupPacket::kGssRequest:
      if (std::exchange(gss_asked_, true)) {
        fatal(make_error(SqlState::kProtocolViolation, "repeated request for GSS encryption"),
              "protocol");
      } else {
        out().append_byte('N');
      }
      break;
    case StartupPacket::kCancelRequest:
      context_.directory->cancel(packet->pid, packet->secret);
      set_phase(Phase::kClosing);  // never an answer
      break;
    case StartupPacket::kStart:
      on_startup(std::move(*packet));
      break;
  }
  return true;
}

void Connection::on_tls_request() {
  if (std::exchange(tls_asked_, true)) {
    fatal(make_error(SqlState::kProtocolViolation, "repeated request for TLS"), "protocol");
    return;
  }
  if (context_.tls == nullptr) {
    out().append_byte('N');
    return;
  }
  // Bytes that came before the handshake would be taken for encrypted ones: somebody in the middle
  // could put them there.
  if (!in().empty()) {
    fatal(Error{.code = SqlState::kProtocolViolation,
                .message = "received unencrypted data after SSL request",
                .detail = "This could be either a client-software bug or evidence of an attempted "
                          "man-in-the-middle attack."},
          "protocol");
    return;
  }
  out().append_byte('S');
  auto tls = flush() == IoStatus::kDone ? transport_->to_tls(*context_.tls) : nullptr;
  if (tls == nullptr) {
    lost_ = true;  // no room for one byte at the start of a connection
    return;
  }
  transport_ = std::move(tls);
  input_drained_ = false;
  tls_on_ = true;
}

void Connection::on_startup(StartupPacket packet) {
  startup_ = std::move(packet);
  if (identity_.refused) {
    fatal(make_error(SqlState::kTooManyConnections, "sorry, too many clients already"), "limit");
    return;
  }
  if (context_.stopping->load(std::memory_order_relaxed)) {
    fatal(make_error(SqlState::kCannotConnectNow, "the database system is shutting down"),
          "shutdown");
    return;
  }
  if (startup_.minor > kProtocolMinor || !startup_.unknown_options.empty()) {
    append_negotiate_protocol_version(out(), kProtocolMinor, startup_.unknown_options);
  }
  auto keys = context_.sessions->authenticate({.user = startup_.user,
                                               .database = startup_.database,
                                               .client_address = identity_.client_address,
                                               .tls = tls_on_});
  if (!keys) {
    fatal(keys.error(), "authentication");
    return;
  }
  if (!keys->has_value()) {
    start_session();
    return;
  }
  scram_ = std::make_unique<ScramServer>(std::move(**keys), to_base64(random_bytes(18)));
  append_authentication_sasl(out());
  set_phase(Phase::kAuthentication);
}

void Connection::on_sasl_response(std::string_view body) {
  const auto result = sasl_step(body);
  if (result) return;
  if (result.error().code != SqlState::kInvalidPassword) {
    fatal(result.error(), "authentication");
    return;
  }
  fatal(make_error(SqlState::kInvalidPassword, "password authentication failed for user \"{}\"",
                   startup_.user),
        "authentication");
}

Result<> Connection::sasl_step(std::string_view body) {
  MessageReader reader(body);
  if (!scram_first_done_) {
    const std::string_view mechanism = reader.cstring();
    if (reader.ok() && mechanism != "SCRAM-SHA-256") {
      return fail(SqlState::kProtocolViolation,
                  "client selected an invalid SASL authentication mechanism");
    }
    const int32_t size = reader.int32();
    const std::string_view data =
        size < 0 ? std::string_view{} : reader.bytes(static_cast<size_t>(size));
    TRY(reader.finish());
    append_authentication_sasl_continue(out(), TRY(scram_->first(data)));
    scram_first_done_ = true;
    return {};
  }
  append_authentication_sasl_final(out(), TRY(scram_->final(body)));
  scram_.reset();
  start_session();
  return {};
}

void Connection::start_session() {
  StartRequest request;
  request.login = {.user = startup_.user,
                   .database = startup_.database,
                   .client_address = identity_.client_address,
                   .tls = tls_on_};
  request.application_name = startup_.application_name;
  request.settings = std::move(startup_.settings);
  request.backend_pid = identity_.pid;
  request.client = this;
  const size_t before = out().size();
  auto session = context_.sessions->start(request);
  if (!session) {
    fatal(session.error(), "authentication");
    return;
  }
  // What the session said at its start comes after AuthenticationOk.
  const std::string said(out().pending().substr(before));
  out().cut_to(before);
  session_ = std::move(*session);
  {
    MutexLock lock(cancel_mutex_);
    cancellable_ = session_.get();
  }
  append_authentication_ok(out());
  reported_.clear();
  for (const ReportedParameter& parameter : kReportedParameters) {
    reported_.emplace_back(parameter.name, parameter.value);
  }
  for (auto& [name, value] : session_->reported_parameters()) {
    const auto known = std::find_if(reported_.begin(), reported_.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (known != reported_.end())
      known->second = std::move(value);
    else
      reported_.emplace_back(std::move(name), std::move(value));
  }
  for (const auto& [name, value] : reported_) append_parameter_status(out(), name, value);
  append_backend_key_data(out(), identity_.pid, identity_.secret);
  out().append(said);
  set_phase(Phase::kReady);
  startup_ = {};
  ready_for_query();
}

void Connection::handle_message(char type, std::string_view body) {
  if (phase() == Phase::kAuthentication) {
    if (type == 'p') {
      on_sasl_response(body);
    } else if (type == 'X') {
      set_phase(Phase::kClosing);
    } else {
      fatal(make_error(SqlState::kProtocolViolation, "expected SASL response, got message type {}",
                       int{type}),
            "protocol");
    }
    return;
  }
  if (type == 'X') {
    set_phase(Phase::kClosing);
    return;
  }
  if (skip_to_sync_ && type != 'S') return;
  Result<> result;
  switch (type) {
    case 'Q':
      on_query(body);
      return;
    case 'S':
      on_sync();
      return;
    case 'P':
      result = on_parse(body);
      break;
    case 'B':
      result = on_bind(body);
      break;
    case 'D':
      result = on_describe(body);
      break;
    case 'E':
      result = on_execute(body);
      break;
    case 'C':
      result = on_close(body);
      break;
    case 'H':
      flush();
      break;
    case 'F':
      report(make_error(SqlState::kFeatureNotSupported,
                        "function calls by protocol message are not supported"));
      ready_for_query();
      return;
    case 'd':
    case 'c':
    case 'f':
      break;  // left over from a COPY that has failed
    default:
      fatal(make_error(SqlState::kProtocolViolation, "invalid frontend message type {}",
                       int{static_cast<unsigned char>(type)}),
            {});
      return;
  }
  if (!result) {
    report(result.error());
    skip_to_sync_ = true;
  }
}

void Connection::begin_command() {
  cancel_requested_.store(false, std::memory_order_relaxed);
  copying_out_ = false;
  if (command_started_ns_ == 0) command_started_ns_ = context_.clock->monotonic_ns();
}

void Connection::on_query(std::string_view body) {
  begin_command();
  MessageReader reader(body);
  sql_ = reader.cstring();
  Result<> result = reader.finish();
  // The statement may read on (COPY): the message leaves the input first.
  consume_message();
  if (result) result = check_utf8(sql_);
  if (result) {
    extended_ = false;
    result = session_->simple_query(sql_, *this);
  }
  if (!result) report(result.error());
  ready_for_query();
  if (sql_.capacity() > kInputBytes) sql_ = {};
}

Result<> Connection::on_parse(std::string_view body) {
  begin_command();
  MessageReader reader(body);
  ParseRequest request;
  request.name = reader.cstring();
  request.sql = reader.cstring();
  const uint16_t count = reader.uint16();
  std::vector<uint32_t> oids;
  for (uint16_t i = 0; i < count && reader.ok(); ++i) oids.push_back(reader.uint32());
  TRY(reader.finish());
  TRY(check_utf8(request.name));
  TRY(check_utf8(request.sql));
  request.parameter_oids = oids;
  TRY(session_->parse(request));
  append_empty_message(out(), '1');
  return {};
}

Result<> Connection::on_bind(std::string_view body) {
  begin_command();
  MessageReader reader(body);
  BindRequest request;
  request.portal = reader.cstring();
  request.statement = reader.cstring();
  const auto parameter_formats = TRY(read_formats(reader));
  if (!reader.ok()) return reader.finish();
  const StatementDescription* statement = TRY(session_->describe_statement(request.statement));
  request.parameters = TRY(read_parameters(reader, parameter_formats, *statement));
  request.result_formats = TRY(read_formats(reader));
  TRY(reader.finish());
  const size_t columns = statement->columns ? statement->columns->size() : 0;
  if (statement->columns && request.result_formats.size() > 1 &&
      request.result_formats.size() != columns) {
    return fail(SqlState::kProtocolViolation,
                "bind message has {} result formats but query has {} columns",
                request.result_formats.size(), columns);
  }
  TRY(session_->bind(std::move(request)));
  append_empty_message(out(), '2');
  return {};
}

Result<std::vector<Value>> Connection::read_parameters(MessageReader& reader,
                                                       std::span<const Format> formats,
                                                       const StatementDescription& statement) {
  const uint16_t count = reader.uint16();
  TRY(reader.ok() ? Result<>() : reader.finish());
  if (formats.size() > 1 && formats.size() != count) {
    return fail(SqlState::kProtocolViolation,
                "bind message has {} parameter formats but {} parameters", formats.size(), count);
  }
  if (count != statement.parameters.size()) {
    return fail(SqlState::kProtocolViolation,
                "bind message supplies {} parameters, but prepared statement requires {}", count,
                statement.parameters.size());
  }
  std::vector<Value> values;
  values.reserve(count);
  for (uint16_t i = 0; i < count; ++i) {
    const Type& type = statement.parameters[i];
    const int32_t size = reader.int32();
    if (reader.ok() && size == -1) {
      values.push_back(Value::null(type));
      continue;
    }
    if (size < 0) {
      return fail(SqlState::kProtocolViolation, "invalid length {} of bind parameter {}", size,
                  i + 1);
    }
    const std::string_view bytes = reader.bytes(static_cast<size_t>(size));
    TRY(reader.ok() ? Result<>() : reader.finish());
    auto value = format_of(formats, i) == Format::kBinary
                     ? parse_binary(type, bytes)
                     : parse_text(type, bytes, session_->time_zone());
    if (!value) {
      Error error = std::move(value).error();
      if (error.detail.empty())
        error.detail = fmt::format("This is the value of parameter ${}.", i + 1);
      return std::unexpected(std::move(error));
    }
    values.push_back(std::move(*value));
  }
  return values;
}

Result<> Connection::on_describe(std::string_view body) {
  begin_command();
  MessageReader reader(body);
  const char what = reader.byte();
  const std::string_view name = reader.cstring();
  TRY(reader.finish());
  const std::optional<std::vector<ResultColumn>>* columns = nullptr;
  std::span<const Format> formats;
  if (what == 'S') {
    const StatementDescription* statement = TRY(session_->describe_statement(name));
    append_parameter_description(out(), statement->parameters);
    columns = &statement->columns;
  } else if (what == 'P') {
    const PortalDescription* portal = TRY(session_->describe_portal(name));
    columns = portal->columns;
    formats = portal->formats;
  } else {
    return fail(SqlState::kProtocolViolation, "invalid DESCRIBE message subtype {}",
                int{static_cast<unsigned char>(what)});
  }
  if (!columns->has_value())
    append_empty_message(out(), 'n');
  else
    append_row_description(out(), **columns, formats);
  return {};
}

Result<> Connection::on_execute(std::string_view body) {
  begin_command();
  MessageReader reader(body);
  const std::string portal(reader.cstring());
  const int32_t rows_max = reader.int32();
  TRY(reader.finish());
  consume_message();  // the statement may read on (COPY)
  extended_ = true;
  const ExecuteResult result =
      TRY(session_->execute(portal, rows_max > 0 ? static_cast<uint64_t>(rows_max) : 0, *this));
  switch (result.outcome) {
    case ExecuteResult::kComplete:
      complete(result.command_tag);
      break;
    case ExecuteResult::kSuspended:
      append_empty_message(out(), 's');
      break;
    case ExecuteResult::kEmptyQuery:
      append_empty_message(out(), 'I');
      break;
  }
  return {};
}

Result<> Connection::on_close(std::string_view body) {
  MessageReader reader(body);
  const char what = reader.byte();
  const std::string_view name = reader.cstring();
  TRY(reader.finish());
  if (what == 'S')
    session_->close_statement(name);
  else if (what == 'P')
    session_->close_portal(name);
  else
    return fail(SqlState::kProtocolViolation, "invalid CLOSE message subtype {}",
                int{static_cast<unsigned char>(what)});
  append_empty_message(out(), '3');
  return {};
}

void Connection::on_sync() {
  skip_to_sync_ = false;
  if (const auto result = session_->sync(); !result) report(result.error());
  ready_for_query();
}

void Connection::ready_for_query() {
  if (phase() == Phase::kClosing) return;
  append_ready_for_query(out(), session_->transaction_status());
  flush();
  if (command_started_ns_ != 0) {
    context_.metrics->query_ns->observe(
        static_cast<uint64_t>(context_.clock->monotonic_ns() - command_started_ns_));
    command_started_ns_ = 0;
  }
}

void Connection::report(const Error& error) {
  context_.metrics->count_error(error.code);
  session_->fail_transaction();
  const bool is_end = error.code == SqlState::kAdminShutdown;
  append_error(out(), error, is_end ? ErrorSeverity::kFatal : ErrorSeverity::kError);
  if (is_end) set_phase(Phase::kClosing);
}

void Connection::fatal(const Error& error, std::string_view refused_reason) {
  if (!refused_reason.empty() && session_ == nullptr)
    context_.metrics->count_refused(refused_reason);
  else
    context_.metrics->count_error(error.code);
  append_error(out(), error, ErrorSeverity::kFatal);
  set_phase(Phase::kClosing);
}

// ---- what the session says ----

void Connection::notice(const Notice& notice) {
  append_notice(out(), notice);
  // A statement that never ends may tell of its progress.
  if (out().size() > kOutputBytesHigh)
    (void)drain(kOutputBytesLow);
  else
    flush();
}

void Connection::parameter_changed(std::string_view name, std::string_view value) {
  const auto known = std::find_if(reported_.begin(), reported_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (known != reported_.end()) {
    if (known->second == value) return;
    known->second = value;
  } else {
    reported_.emplace_back(name, value);
  }
  if (phase() == Phase::kReady) append_parameter_status(out(), name, value);
}

// Drivers may close the portal before they sync.
bool Connection::sync_follows() const {
  std::string_view pending = workspace_->input.pending();
  while (pending.size() >= kMessageHeaderBytes && pending[0] != 'S') {
    const size_t size = size_t{load_big_endian<uint32_t>(pending.data() + 1)} + 1;
    if (pending[0] != 'C' || size < kMessageHeaderBytes || pending.size() < size) return false;
    pending.remove_prefix(size);
  }
  return pending.size() >= kMessageHeaderBytes;
}

Result<> Connection::begin_rows(std::span<const ResultColumn> columns,
                                std::span<const Format> formats) {
  if (columns.size() > kResultColumnsMax) {
    return fail(SqlState::kProgramLimitExceeded,
                "a result has {} columns, more than the limit of {}", columns.size(),
                kResultColumnsMax);
  }
  // Columns that Bind did not know yet, or that are others now (EXECUTE, FETCH).
  if (formats.size() > 1 && formats.size() != columns.size()) {
    return fail(SqlState::kProtocolViolation, "bind message has {} result formats but query has {} columns",
                formats.size(), columns.size());
  }
  row_formats_.assign(formats.begin(), formats.end());
  if (!extended_) append_row_description(out(), columns, formats);
  return {};
}

Result<> Connection::rows(const Batch& batch) {
  const size_t size = batch.size();
  size_t count = 0;
  for (size_t first = 0; first < size; first += count) {
    count = RowEncoder::block_size(batch, first);
    const size_t before = out().size();
    const auto sent =
        workspace_->encoder.encode(out(), batch, first, count, row_formats_, session_->time_zone());
    if (!sent) {
      out().cut_to(before);
      return std::unexpected(sent.error());
    }
    context_.metrics->rows->add(*sent);
    if (out().size() > kOutputBytesHigh) TRY(drain(kOutputBytesLow));
  }
  return {};
}

void Connection::complete(std::string_view command_tag) {
  if (std::exchange(copying_out_, false)) append_empty_message(out(), 'c');
  append_command_complete(out(), command_tag);
}

void Connection::empty_query() { append_empty_message(out(), 'I'); }

Result<> Connection::copy_in_begin(Format format, int column_count) {
  append_copy_response(out(), 'G', format, column_count);
  return drain(0);
}

Result<bool> Connection::copy_in_read(std::string& piece) {
  bool said_wait = false;
  for (;;) {
    const std::string_view pending = in().pending();
    const bool has_header = pending.size() >= kMessageHeaderBytes;
    const uint32_t length = has_header ? load_big_endian<uint32_t>(pending.data() + 1) : 4;
    if (length < 4 || length - 4 > context_.message_bytes_max) {
      // The stream has no message boundaries any more.
      Error error = make_error(SqlState::kAdminShutdown, "invalid message length during COPY");
      return std::unexpected(std::move(error));
    }
    if (has_header && pending.size() >= size_t{length} + 1) {
      context_.metrics->messages->add();
      const char type = pending[0];
      const std::string_view body = pending.substr(kMessageHeaderBytes, length - 4);
      if (type == 'd') piece.assign(body);
      std::string reason(type == 'f' ? MessageReader(body).cstring() : std::string_view{});
      if (type != 'd' && type != 'c' && type != 'f' && type != 'H' && type != 'S') {
        // Left in the input: handled as the next message, after the error.
        return fail(SqlState::kProtocolViolation,
                    "unexpected message type 0x{:02X} during COPY from stdin",
                    int{static_cast<unsigned char>(type)});
      }
      in().consume(size_t{length} + 1);
      if (type == 'd') return true;
      if (type == 'c') return false;
      if (type == 'f') return fail(SqlState::kQueryCanceled, "COPY from stdin failed: {}", reason);
      continue;  // Flush and Sync mean nothing here
    }
    const IoStatus status = read_some();
    if (status == IoStatus::kDone) continue;
    if (status == IoStatus::kClosed) {
      lost_ = true;
      return std::unexpected(connection_lost());
    }
    TRY(may_wait());
    if (!std::exchange(said_wait, true)) workspace_->will_wait();
    transport_->wait(status, kWaitSliceMs);
  }
}

Result<> Connection::copy_out_begin(Format format, int column_count) {
  append_copy_response(out(), 'H', format, column_count);
  copying_out_ = true;
  return {};
}

Result<> Connection::copy_out_write(std::string_view piece) {
  append_copy_data(out(), piece);
  if (out().size() > kOutputBytesHigh) TRY(drain(kOutputBytesLow));
  return {};
}

}  // namespace leat::pgwire
