#include "session/database.h"

#include "session/sql_session.h"

namespace leat {

Result<std::optional<pgwire::ScramKeys>> Database::authenticate(const pgwire::LoginRequest&) {
  return std::optional<pgwire::ScramKeys>{};  // every local client is trusted
}

Result<std::unique_ptr<pgwire::Session>> Database::start(const pgwire::StartRequest& request) {
  if (request.login.database != kName && request.login.database != request.login.user) {
    return fail(SqlState::kInvalidCatalogName, "database \"{}\" does not exist", request.login.database);
  }
  auto session = std::make_unique<SqlSession>(*this, request);
  for (const auto& [name, value] : request.settings) TRY(session->set_setting(name, value, false));
  return session;
}

CatalogPtr Database::catalog() { return engine_.catalog(); }

std::vector<SessionRow> Database::sessions() const {
  MutexLock lock(mutex_);
  std::vector<SessionRow> rows;
  for (const auto& [pid, session] : sessions_) rows.push_back(session->row());
  return rows;
}

void Database::add(SqlSession* session) {
  MutexLock lock(mutex_);
  sessions_[session->pid_] = session;
}

void Database::remove(SqlSession* session) {
  MutexLock lock(mutex_);
  sessions_.erase(session->pid_);
}

}  // namespace leat
