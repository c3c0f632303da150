#include "env/memory_budget.h"

#include <map>

namespace leat {

std::shared_ptr<MemoryAccount> MemoryBudget::open(std::string name) {
  auto account = std::make_shared<MemoryAccount>(std::move(name), total_);
  MutexLock lock(mutex_);
  std::erase_if(accounts_, [](const auto& a) { return a.expired(); });
  accounts_.push_back(account);
  return account;
}

std::vector<MemoryBudget::Usage> MemoryBudget::usage() const {
  std::map<std::string, int64_t> by_name;
  {
    MutexLock lock(mutex_);
    for (const auto& weak : accounts_) {
      if (auto account = weak.lock()) by_name[account->name()] += account->bytes();
    }
  }
  std::vector<Usage> rows;
  for (auto& [name, bytes] : by_name) rows.push_back({name, bytes});
  return rows;
}

}  // namespace leat
