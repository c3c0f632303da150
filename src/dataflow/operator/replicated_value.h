#pragma once
// ReplicatedValue: one value that the instances of an operator in all shards hold alike: the time that
// is out, a filter's bound, a watermark. Stored once, under vnode 0, by the shard that owns it; every
// shard reads it from there after a restart, whatever the number of shards is then.
// Every instance is told every change. So what an instance has not been told since the restart is what
// the last checkpoint before it holds.
// Thread: owner only.

#include <optional>
#include <string>
#include <string_view>

#include "state/keyed_state.h"

namespace leat {

class ReplicatedValue {
 public:
  // `writes`: this is the instance of the shard that owns vnode 0.
  ReplicatedValue(StateOptions state, bool writes) : state_(only_vnode(std::move(state)), 0, true), writes_(writes) {}

  // Reads it after a restart; to be called before get() in every step.
  Result<> load();
  const std::optional<std::string>& get() const { return value_; }
  Result<> set(std::optional<std::string> value);
  StateTable& table() { return state_; }

  // A time in microseconds as the value.
  std::optional<int64_t> time() const;
  Result<> set_time(int64_t micros);

 private:
  static StateOptions only_vnode(StateOptions state);
  Result<KeyedState::Entry*> entry();

  KeyedState state_;
  bool writes_;
  bool loaded_ = false;
  std::optional<std::string> value_;
};

}  // namespace leat
