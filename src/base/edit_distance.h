#pragma once
// The distance of two names, for hints: "Perhaps you meant ...".
// Thread: free functions without state.

#include <cstddef>
#include <string_view>

namespace leat {

// Least number of inserted, removed and replaced characters that make one text the other.
size_t edit_distance(std::string_view a, std::string_view b);

// Keeps the nearest of the names it is shown, if it is near enough to be what the user meant: at most
// half of the written name may differ, as PostgreSQL has it. Of equally near names the first is kept.
class NearestName {
 public:
  explicit NearestName(std::string_view wanted) : wanted_(wanted), best_distance_(wanted.size() / 2 + 1) {}
  // True if `name` is the nearest so far; it must live as long as this.
  bool look_at(std::string_view name) {
    const size_t distance = edit_distance(wanted_, name);
    if (distance >= best_distance_) return false;
    best_distance_ = distance;
    best_ = name;
    return true;
  }
  std::string_view best() const { return best_; }  // empty: none
  size_t distance() const { return best_distance_; }

 private:
  std::string_view wanted_;
  std::string_view best_;
  size_t best_distance_;
};

}  // namespace leat
