#pragma once
// HealthSource: what the health pages ask the program.

#include <string>

namespace leat::http {

class HealthSource {
 public:
  virtual ~HealthSource() = default;
  // Any thread. Empty: well. Otherwise one line per trouble, for the person who looks.
  // Alive: the process can go on; if not, restart it (the store is corrupt, a thread is stuck).
  virtual std::string alive_trouble() = 0;
  // Ready: clients may be sent here; not while starting, recovering or stopping.
  virtual std::string ready_trouble() = 0;
};

}  // namespace leat::http
