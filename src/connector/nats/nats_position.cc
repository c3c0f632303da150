#include "connector/nats/nats_position.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace leat::nats {
namespace {

template <class T>
bool read_number(std::string_view text, T& out) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && status == std::errc{} && end == text.data() + text.size();
}

std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return head;
}

}  // namespace

bool StreamPosition::contains(uint64_t sequence) const {
  if (sequence <= floor) return true;
  const auto at = std::ranges::upper_bound(above, sequence, {}, [](const auto& r) { return r.first; });
  return at != above.begin() && sequence <= std::prev(at)->second;
}

void StreamPosition::add(uint64_t first, uint64_t last) {
  if (last <= floor) return;
  first = std::max(first, floor + 1);
  if (first == floor + 1) return raise_floor(last);
  // Mostly at the end.
  if (!above.empty() && first > above.back().second + 1) {
    above.emplace_back(first, last);
    return;
  }
  auto from = std::ranges::lower_bound(above, first, {}, [](const auto& r) { return r.second + 1; });
  auto to = from;
  while (to != above.end() && to->first <= last + 1) {
    first = std::min(first, to->first);
    last = std::max(last, to->second);
    ++to;
  }
  from = above.erase(from, to);
  above.insert(from, {first, last});
}

void StreamPosition::raise_floor(uint64_t sequence) {
  floor = std::max(floor, sequence);
  auto keep = above.begin();
  while (keep != above.end() && keep->first <= floor + 1) {
    floor = std::max(floor, keep->second);
    ++keep;
  }
  above.erase(above.begin(), keep);
}

Position StreamPosition::to_position() const {
  std::string text = fmt::format("nats/1;created={};floor={}", created_ns, floor);
  if (start_time_ms >= 0) text += fmt::format(";time={}", start_time_ms);
  if (!consumer.empty()) text += fmt::format(";consumer={}", consumer);
  for (size_t i = 0; i < above.size(); ++i)
    text += fmt::format("{}{}-{}", i == 0 ? ";above=" : ",", above[i].first, above[i].second);
  return {.text = std::move(text)};
}

Result<StreamPosition> StreamPosition::parse(const Position& position) {
  const auto bad = [&] {
    return fail(SqlState::kDataCorrupted, "not a position in a NATS stream: \"{}\"", position.text);
  };
  StreamPosition out;
  std::string_view rest = position.text;
  if (take_until(rest, ';') != "nats/1") return bad();
  while (!rest.empty()) {
    std::string_view value = take_until(rest, ';');
    const std::string_view name = take_until(value, '=');
    if (name == "created") {
      if (!read_number(value, out.created_ns)) return bad();
    } else if (name == "floor") {
      if (!read_number(value, out.floor)) return bad();
    } else if (name == "time") {
      if (!read_number(value, out.start_time_ms)) return bad();
    } else if (name == "consumer") {
      out.consumer = value;
    } else if (name == "above") {
      while (!value.empty()) {
        std::string_view range = take_until(value, ',');
        uint64_t first = 0, last = 0;
        if (!read_number(take_until(range, '-'), first) || !read_number(range, last) ||
            first > last || first <= (out.above.empty() ? out.floor : out.above.back().second))
          return bad();
        out.above.emplace_back(first, last);
      }
    } else {
      return bad();
    }
  }
  return out;
}

}  // namespace leat::nats
