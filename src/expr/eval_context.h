#pragma once
// EvalContext: what an evaluation may look at besides its columns, and where errors of single rows go.
// Owned by the thread that evaluates.

#include <cstdint>
#include <span>
#include <vector>
#include <string>

#include "base/error.h"
#include "types/time_zone.h"
#include "types/value.h"

namespace leat {

// Facts of the session that functions such as current_user show. Null in running jobs.
struct SessionFacts {
  virtual ~SessionFacts() = default;
  virtual std::string user() const = 0;
  virtual std::string database() const = 0;
  virtual std::vector<std::string> search_path() const = 0;
  virtual std::string setting(std::string_view name, bool& found) const = 0;
  virtual Result<void> set_setting(std::string_view name, std::string_view value, bool local) const = 0;
  virtual int64_t backend_pid() const = 0;
  // Names of catalog objects, for regclass, format_type and their like. Empty: no such object.
  virtual std::string relation_name(int64_t oid) const = 0;
  virtual int64_t relation_oid(std::string_view name) const = 0;  // 0: no such relation
  virtual std::string relation_definition(int64_t oid) const = 0;  // of views; empty if none
};

class ErrorSink {
 public:
  virtual ~ErrorSink() = default;
  // A row's expression failed and became NULL.
  virtual void row_error(Error error) = 0;
};

struct EvalContext {
  const TimeZone* zone = nullptr;            // never null while evaluating
  int64_t now_micros = 0;                    // now(): fixed within a statement or step
  ErrorSink* errors = nullptr;               // null: errors only make NULLs (constant folding probes)
  const SessionFacts* session = nullptr;
  std::span<const Value> parameters = {};    // values of $1, $2, ...
  uint64_t error_count = 0;

  void row_error(size_t row, Error error) {
    (void)row;
    ++error_count;
    if (errors != nullptr) errors->row_error(std::move(error));
  }
};

}  // namespace leat
