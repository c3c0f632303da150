#pragma once
// Thread: the only way to start one. It has a name (seen in top and gdb) and is joined when destroyed.

#include <functional>
#include <string>
#include <thread>

namespace leat {

class Thread {
 public:
  Thread() = default;
  // `name` is cut to 15 characters. Signals are left to the thread that called main.
  Thread(std::string name, std::move_only_function<void()> body);
  Thread(Thread&&) = default;
  Thread& operator=(Thread&& other);
  ~Thread() { join(); }

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  bool joinable() const { return thread_.joinable(); }

 private:
  std::thread thread_;
};

}  // namespace leat
