#include "pgwire/fake_session.h"

#include <algorithm>
#include <charconv>

#include "types/format_value.h"

namespace leat::pgwire {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

std::string_view after_word(std::string_view text) {
  const size_t blank = text.find(' ');
  return blank == std::string_view::npos ? std::string_view{} : trimmed(text.substr(blank));
}

int64_t number_in(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp<int64_t>(value, 0, 10'000'000);
}

bool is_empty(std::string_view sql) { return sql.empty() || sql.starts_with("--"); }

std::vector<std::string_view> cut(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(at);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

constexpr uint64_t kBatchRows = 4096;

Batch numbered_rows(uint64_t from, uint64_t count) {
  auto numbers = std::make_shared<Vector>(TypeId::kInt64, count);
  auto texts = std::make_shared<Vector>(TypeId::kVarchar, count);
  for (uint64_t i = 0; i < count; ++i) {
    const auto number = static_cast<int64_t>(from + i);
    numbers->data<int64_t>()[i] = number;
    if (number % 7 == 0)
      texts->set_null_value(i);
    else
      texts->set_string(i, fmt::format("row {}", number));
  }
  return Batch{.columns = {numbers, texts}, .selection = Selection(count)};
}

std::vector<ResultColumn> columns_of(const std::vector<Value>& values) {
  std::vector<ResultColumn> columns;
  for (const Value& value : values)
    columns.push_back({.name = value.type().name(), .type = value.type()});
  return columns;
}

}  // namespace

Batch one_row(const std::vector<Value>& values) {
  Batch batch;
  for (const Value& value : values) {
    auto column = std::make_shared<Vector>(value.type(), 1);
    if (value.is_null())
      column->set_null_value(0);
    else
      column->set_value(0, value);
    batch.columns.push_back(std::move(column));
  }
  batch.selection = Selection(1);
  return batch;
}

std::vector<Value> one_value_of_each_type() {
  const std::pair<Type, std::string_view> kTexts[] = {
      {TypeId::kBoolean, "t"},
      {TypeId::kInt16, "-32768"},
      {TypeId::kInt32, "2147483647"},
      {TypeId::kInt64, "-9223372036854775808"},
      {TypeId::kFloat32, "1.5"},
      {TypeId::kFloat64, "-0.1"},
      {TypeId::kNumeric, "123456789.000100"},
      {TypeId::kDate, "2024-02-29"},
      {TypeId::kTime, "23:59:59.000001"},
      {TypeId::kTimestamp, "1999-12-31 23:59:59.5"},
      {TypeId::kTimestamptz, "2024-02-29 12:00:00+00"},
      {TypeId::kInterval, "1 year 2 days 03:00:00"},
      {TypeId::kVarchar, "a longer text that is not inline, with ä"},
      {TypeId::kBytea, "\\x00ff10"},
      {TypeId::kJsonb, "{\"a\": [1, null]}"},
      {TypeId::kOid, "4294967295"},
      {Type::list_of(TypeId::kInt32), "{1,NULL,3}"},
      {Type::list_of(TypeId::kVarchar), "{a,\"b c\"}"},
  };
  std::vector<Value> values;
  for (const auto& [type, text] : kTexts) {
    auto value = parse_text(type, text, TimeZone());
    CHECK(value.has_value(), "{}: {}", type.name(), value.error().message);
    values.push_back(std::move(*value));
  }
  return values;
}

Result<StatementDescription> FakeSession::describe(std::string_view sql) {
  StatementDescription description;
  const std::string_view word = first_word(sql);
  if (word == "rows") {
    description.columns = {
        {.name = "n", .type = TypeId::kInt64, .table_oid = 4711, .column_number = 1},
        {.name = "s", .type = TypeId::kVarchar, .table_oid = 4711, .column_number = 2}};
  } else if (word == "wide") {
    description.columns.emplace();
    for (int64_t i = 0; i < std::min<int64_t>(number_in(after_word(sql)), 5000); ++i) {
      description.columns->push_back({.name = fmt::format("c{}", i), .type = TypeId::kInt32});
    }
  } else if (word == "types") {
    description.columns = columns_of(one_value_of_each_type());
  } else if (word == "echo") {
    description.columns.emplace();
    for (const std::string_view name : cut(after_word(sql), ',')) {
      const bool is_list = name.ends_with("[]");
      const Type scalar = TRY(type_by_name(is_list ? name.substr(0, name.size() - 2) : name));
      const Type type = is_list ? Type::list_of(scalar) : scalar;
      description.parameters.push_back(type);
      description.columns->push_back({.name = "?column?", .type = type});
    }
  } else if (word == "big") {
    description.columns = {{.name = "text", .type = TypeId::kVarchar}};
  } else if (word == "twice") {
    description.columns = {{.name = "n", .type = TypeId::kInt32}};
  } else if (word == "syntax") {
    return fail(Error{.code = SqlState::kSyntaxError,
                      .message = "syntax error at or near \"syntax\"",
                      .hint = "Perhaps you meant \"sleep\".",
                      .position = 1});
  }
  return description;
}

Result<> FakeSession::parse(const ParseRequest& request) {
  if (status_ == TransactionStatus::kFailed) {
    return fail(SqlState::kInFailedSqlTransaction, "current transaction is aborted");
  }
  if (!request.name.empty() && statements_.contains(request.name)) {
    return fail(SqlState::kDuplicatePreparedStatement, "prepared statement \"{}\" already exists",
                request.name);
  }
  if (statements_.size() >= kStatementsMax) {
    return fail(SqlState::kProgramLimitExceeded, "too many prepared statements");
  }
  const std::string_view sql = trimmed(request.sql);
  Statement statement{std::string(sql), TRY(describe(sql))};
  statements_[std::string(request.name)] = std::move(statement);
  return {};
}

Result<const StatementDescription*> FakeSession::describe_statement(std::string_view name) {
  const auto it = statements_.find(name);
  if (it == statements_.end()) {
    return fail(SqlState::kInvalidSqlStatementName, "prepared statement \"{}\" does not exist",
                name);
  }
  return &it->second.description;
}

Result<> FakeSession::bind(BindRequest request) {
  const auto it = statements_.find(request.statement);
  if (it == statements_.end()) {
    return fail(SqlState::kInvalidSqlStatementName, "prepared statement \"{}\" does not exist",
                request.statement);
  }
  if (!request.portal.empty() && portals_.contains(request.portal)) {
    return fail(SqlState::kDuplicateCursor, "cursor \"{}\" already exists", request.portal);
  }
  if (portals_.size() >= kPortalsMax)
    return fail(SqlState::kProgramLimitExceeded, "too many portals");
  Portal& portal = portals_[std::string(request.portal)];
  portal = {.sql = it->second.sql,
            .columns = it->second.description.columns,
            .description = {},
            .parameters = std::move(request.parameters)};
  portal.description = {&portal.columns, std::move(request.result_formats)};
  return {};
}

Result<const PortalDescription*> FakeSession::describe_portal(std::string_view name) {
  const auto it = portals_.find(name);
  if (it == portals_.end())
    return fail(SqlState::kInvalidCursorName, "portal \"{}\" does not exist", name);
  return &it->second.description;
}

Result<ExecuteResult> FakeSession::execute(std::string_view name, uint64_t rows_max,
                                           ResultSink& sink) {
  const auto it = portals_.find(name);
  if (it == portals_.end())
    return fail(SqlState::kInvalidCursorName, "portal \"{}\" does not exist", name);
  Portal& portal = it->second;
  if (is_empty(portal.sql)) return ExecuteResult{ExecuteResult::kEmptyQuery};
  ExecuteResult result;
  const bool more = TRY(run(portal.sql, portal.parameters, portal.description.formats,
                            portal.rows_done, rows_max, sink, result.command_tag));
  portal.rows_done += rows_max;
  if (more) result.outcome = ExecuteResult::kSuspended;
  return result;
}

Result<> FakeSession::sync() {
  if (status_ == TransactionStatus::kIdle) portals_.clear();
  return {};
}

Result<> FakeSession::simple_query(std::string_view sql, ResultSink& sink) {
  bool any = false;
  for (const std::string_view statement : cut(sql, ';')) {
    if (is_empty(statement)) continue;
    any = true;
    std::string tag;
    TRY(describe(statement));
    TRY(run(statement, {}, {}, 0, 0, sink, tag));
    sink.complete(tag);
  }
  if (!any) sink.empty_query();
  return {};
}

void FakeSession::fail_transaction() {
  if (status_ == TransactionStatus::kInTransaction) status_ = TransactionStatus::kFailed;
}

std::vector<std::pair<std::string, std::string>> FakeSession::reported_parameters() const {
  std::vector<std::pair<std::string, std::string>> parameters = {
      {"application_name", request_.application_name},
      {"session_authorization", request_.login.user}};
  for (const auto& setting : request_.settings) {
    if (setting.first == "TimeZone" || setting.first == "DateStyle") parameters.push_back(setting);
  }
  return parameters;
}

void FakeSession::cancel() {
  MutexLock lock(mutex_);
  if (!running_) return;
  cancel_ = true;
  cancelled_.notify_all();
}

Result<> FakeSession::sleep(int64_t ms) {
  request_.client->will_wait();
  MutexLock lock(mutex_);
  running_ = true;
  cancel_ = false;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (!cancel_ && std::chrono::steady_clock::now() < until) {
    cancelled_.wait_for(mutex_, until - std::chrono::steady_clock::now());
  }
  running_ = false;
  if (cancel_) return fail(SqlState::kQueryCanceled, "canceling statement due to user request");
  return {};
}

Result<bool> FakeSession::run(std::string_view sql, const std::vector<Value>& parameters,
                              std::span<const Format> formats, uint64_t rows_done,
                              uint64_t rows_max, ResultSink& sink, std::string& tag) {
  const std::string_view word = first_word(sql);
  const auto count = static_cast<uint64_t>(number_in(after_word(sql)));
  const auto description = TRY(describe(sql));
  if (description.columns) TRY(sink.begin_rows(*description.columns, formats));
  if (word == "rows") {
    const uint64_t from = std::min(rows_done, count);
    const uint64_t to = rows_max == 0 ? count : std::min(count, from + rows_max);
    for (uint64_t at = from; at < to; at += kBatchRows) {
      TRY(sink.rows(numbered_rows(at, std::min(kBatchRows, to - at))));
    }
    tag = fmt::format("SELECT {}", to - from);
    return to < count;
  }
  if (word == "wide") {
    TRY(sink.rows(one_row(std::vector<Value>(description.columns->size(), Value::int32(1)))));
    tag = "SELECT 1";
  } else if (word == "types") {
    const auto values = one_value_of_each_type();
    std::vector<Value> nulls;
    for (const Value& value : values) nulls.push_back(Value::null(value.type()));
    TRY(sink.rows(one_row(values)));
    TRY(sink.rows(one_row(nulls)));
    tag = "SELECT 2";
  } else if (word == "echo") {
    if (parameters.size() != description.parameters.size()) {
      return fail(SqlState::kUndefinedParameter, "there is no parameter $1");
    }
    TRY(sink.rows(one_row(parameters)));
    tag = "SELECT 1";
  } else if (word == "big") {
    for (uint64_t i = 0; i < count; ++i)
      TRY(sink.rows(one_row({Value::varchar(std::string(1'000'000, 'x'))})));
    tag = fmt::format("SELECT {}", count);
  } else if (word == "twice") {
    Batch batch = one_row({Value::int32(7)});
    batch.weights = std::make_shared<std::vector<int32_t>>(std::vector<int32_t>{2});
    TRY(sink.rows(batch));
    tag = "SELECT 2";
  } else if (word == "fail") {
    return fail(Error{.code = SqlState::kUndefinedColumn,
                      .message = "column \"prize\" does not exist",
                      .detail = "There are columns.",
                      .hint = "Perhaps you meant \"orders.price\".",
                      .position = 8});
  } else if (word == "sleep") {
    TRY(sleep(static_cast<int64_t>(count)));
    tag = "SLEEP";
  } else if (word == "notice") {
    request_.client->notice(
        {.severity = Severity::kNotice, .message = "halfway", .detail = "50 %"});
    tag = "NOTICE";
  } else if (word == "set") {
    const std::string_view rest = after_word(sql);
    request_.client->parameter_changed(first_word(rest), after_word(rest));
    tag = "SET";
  } else if (word == "begin") {
    status_ = TransactionStatus::kInTransaction;
    tag = "BEGIN";
  } else if (word == "commit" || word == "rollback") {
    status_ = TransactionStatus::kIdle;
    portals_.clear();
    tag = word == "commit" ? "COMMIT" : "ROLLBACK";
  } else if (word == "copy" && after_word(sql) == "in") {
    TRY(sink.copy_in_begin(Format::kText, 2));
    std::string piece;
    size_t bytes = 0;
    while (TRY(sink.copy_in_read(piece))) {
      bytes += piece.size();
      if (piece.starts_with("bad")) return fail(SqlState::kInvalidTextRepresentation, "bad line");
    }
    tag = fmt::format("COPY {}", bytes);
  } else if (word == "copy") {
    const auto lines = number_in(after_word(after_word(sql)));
    TRY(sink.copy_out_begin(Format::kText, 1));
    for (int64_t i = 0; i < lines; ++i) TRY(sink.copy_out_write(fmt::format("{}\n", i)));
    tag = fmt::format("COPY {}", lines);
  } else if (word == "terminate") {
    return fail(SqlState::kAdminShutdown, "terminating connection due to administrator command");
  } else {
    return fail(SqlState::kSyntaxError, "unknown statement \"{}\"", word);
  }
  return false;
}

Result<std::optional<ScramKeys>> FakeSessionFactory::authenticate(const LoginRequest& login) {
  if (const auto it = passwords.find(login.user); it != passwords.end()) return it->second;
  if (login.user == "nobody") return make_unmatchable_scram_keys(login.user);
  return std::optional<ScramKeys>{};
}

Result<std::unique_ptr<Session>> FakeSessionFactory::start(const StartRequest& request) {
  if (request.login.database == "missing") {
    return fail(SqlState::kInvalidCatalogName, "database \"missing\" does not exist");
  }
  return std::make_unique<FakeSession>(request, live);
}

}  // namespace leat::pgwire
