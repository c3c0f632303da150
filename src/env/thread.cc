#include "env/thread.h"

#include <pthread.h>
#include <signal.h>

namespace leat {

Thread::Thread(std::string name, std::move_only_function<void()> body) {
  name.resize(std::min<size_t>(name.size(), 15));
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the new thread inherits the mask
  thread_ = std::thread([name = std::move(name), body = std::move(body)]() mutable {
    pthread_setname_np(pthread_self(), name.c_str());
    body();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Thread& Thread::operator=(Thread&& other) {
  join();
  thread_ = std::move(other.thread_);
  return *this;
}

}  // namespace leat
