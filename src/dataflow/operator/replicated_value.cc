#include "dataflow/operator/replicated_value.h"

#include <cstring>

namespace leat {

StateOptions ReplicatedValue::only_vnode(StateOptions state) {
  state.vnodes.reset();
  state.vnodes.set(0);
  return state;
}

Result<KeyedState::Entry*> ReplicatedValue::entry() {
  constexpr uint64_t kHash = 0;  // in vnode 0
  KeyedState::Entry* entry = nullptr;
  const std::string_view key;
  TRY(state_.find_or_insert({&kHash, 1}, {&key, 1}, {&entry, 1}));
  return entry;
}

Result<> ReplicatedValue::load() {
  if (loaded_) return {};
  const auto* stored = TRY(entry());
  if (state_.live(stored)) value_ = std::string(state_.variable(stored));
  state_.end_step();
  loaded_ = true;
  return {};
}

Result<> ReplicatedValue::set(std::optional<std::string> value) {
  loaded_ = true;
  value_ = std::move(value);
  if (!writes_) return {};
  auto* stored = TRY(entry());
  if (value_) {
    state_.set_variable(stored, *value_);
  } else if (state_.live(stored)) {
    state_.erase(stored);
  }
  state_.end_step();
  return {};
}

std::optional<int64_t> ReplicatedValue::time() const {
  if (!value_) return std::nullopt;
  int64_t micros = 0;
  std::memcpy(&micros, value_->data(), sizeof micros);
  return micros;
}

Result<> ReplicatedValue::set_time(int64_t micros) {
  return set(std::string(reinterpret_cast<const char*>(&micros), sizeof micros));
}

}  // namespace leat
