#pragma once
// Database: what all sessions share: the engine, the metrics, who is connected. Makes sessions for the
// doors. Thread: any.

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "job/engine.h"
#include "metrics/registry.h"
#include "pgwire/session_interface.h"
#include "system_catalog/system_catalog.h"

namespace leat {

class SqlSession;

class Database final : public pgwire::SessionFactory {
 public:
  static constexpr std::string_view kName = "dev";

  Database(Engine& engine, metrics::Registry& metrics) : engine_(engine), metrics_(metrics) {}

  Result<std::optional<pgwire::ScramKeys>> authenticate(const pgwire::LoginRequest& login) override;
  Result<std::unique_ptr<pgwire::Session>> start(const pgwire::StartRequest& request) override;

  Engine& engine() { return engine_; }
  metrics::Registry& metrics() { return metrics_; }
  // The engine's catalog with the system relations in it.
  CatalogPtr catalog();
  std::vector<SessionRow> sessions() const;

 private:
  friend class SqlSession;
  void add(SqlSession* session);
  void remove(SqlSession* session);

  Engine& engine_;
  metrics::Registry& metrics_;
  mutable Mutex mutex_;
  std::map<int64_t, SqlSession*> sessions_ GUARDED_BY(mutex_);
};

}  // namespace leat
