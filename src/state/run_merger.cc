#include "state/run_merger.h"

#include <algorithm>

#include "state/key_prefix.h"

namespace leat {

RunMerger::RunMerger(std::vector<std::shared_ptr<const Run>> newest_first,
                     std::optional<StoreIterator> oldest, std::string_view lo,
                     std::optional<std::string_view> hi, bool reverse)
    : reverse_(reverse), runs_(std::move(newest_first)), store_(std::move(oldest)), lo_(lo) {
  if (hi) hi_ = std::string(*hi);
  cursors_.reserve(runs_.size());
  for (const auto& run : runs_) {
    const size_t begin = lo.empty() ? 0 : run->lower_bound(lo, key_prefix(lo));
    const size_t end = hi ? run->lower_bound_from(begin, *hi, key_prefix(*hi)) : run->size();
    cursors_.push_back({reverse ? end : begin, begin, end});
  }
  if (store_) {
    if (!reverse) {
      store_->seek(lo);
    } else if (hi) {
      store_->seek_for_prev(*hi);
    } else {
      store_->seek_to_last();
    }
  }
  for (size_t source = 0; source < runs_.size() + (store_ ? 1 : 0); ++source) {
    if (auto head = head_of(source)) heap_.push_back(*head);
  }
  std::make_heap(heap_.begin(), heap_.end(), [this](auto& a, auto& b) { return after(a, b); });
  load_entry();
}

// Whether a comes out after b. Of equal keys the newer source comes first.
bool RunMerger::after(const Head& a, const Head& b) const {
  if (a.prefix != b.prefix) return (a.prefix > b.prefix) != reverse_;
  const int order = a.key.compare(b.key);
  if (order != 0) return (order > 0) != reverse_;
  return a.source > b.source;
}

std::optional<RunMerger::Head> RunMerger::head_of(size_t source) const {
  if (source == runs_.size()) {
    if (!store_->valid()) return std::nullopt;
    const std::string_view key = store_->key();
    if (reverse_ ? key < lo_ : hi_ && key >= *hi_) return std::nullopt;
    return Head{key_prefix(key), key, source};
  }
  const RunCursor& cursor = cursors_[source];
  if (reverse_ ? cursor.at == cursor.begin : cursor.at == cursor.end) return std::nullopt;
  const size_t at = reverse_ ? cursor.at - 1 : cursor.at;
  return Head{runs_[source]->prefix(at), runs_[source]->entry(at).key, source};
}

void RunMerger::advance(size_t source) {
  if (source == runs_.size()) {
    reverse_ ? store_->prev() : store_->next();
  } else {
    reverse_ ? --cursors_[source].at : ++cursors_[source].at;
  }
}

void RunMerger::load_entry() {
  if (heap_.empty()) return;
  const size_t source = heap_.front().source;
  if (source == runs_.size()) {
    entry_ = {store_->key(), store_->value(), false};
  } else {
    entry_ = runs_[source]->entry(cursors_[source].at - (reverse_ ? 1 : 0));
  }
}

void RunMerger::pop_source() {
  const size_t source = heap_.front().source;
  const auto later = [this](auto& a, auto& b) { return after(a, b); };
  advance(source);
  const std::optional<Head> head = head_of(source);
  if (heap_.size() == 1) {  // the common case of one source needs no heap
    if (head) {
      heap_.front() = *head;
    } else {
      heap_.clear();
    }
    return;
  }
  std::pop_heap(heap_.begin(), heap_.end(), later);
  if (head) {
    heap_.back() = *head;
    std::push_heap(heap_.begin(), heap_.end(), later);
  } else {
    heap_.pop_back();
  }
}

void RunMerger::next() {
  const uint64_t prefix = heap_.front().prefix;
  if (heap_.size() == 1) {
    pop_source();
  } else {
    // The key may live in the store's buffer, which moves on.
    std::string_view key = heap_.front().key;
    if (from_store()) {
      store_key_.assign(key);
      key = store_key_;
    }
    do {
      pop_source();
    } while (!heap_.empty() && heap_.front().prefix == prefix && heap_.front().key == key);
  }
  load_entry();
}

}  // namespace leat
