#include "connector/raw_batch.h"

#include <bit>

namespace leat {
namespace {

bool same_but_case(std::string_view a, std::string_view b) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return low(x) == low(y); });
}

}  // namespace

void RawBatch::grow(size_t more) {
  constexpr size_t kFirstBytes = 64 << 10;
  const size_t wanted = std::max(kFirstBytes, std::bit_ceil(used_ + more + kPayloadPadding));
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  if (used_ != 0) std::memcpy(larger.get(), buffer_.get(), used_);
  // The padding is read by parsers, never interpreted; it must only not be uninitialised memory.
  std::memset(larger.get() + wanted - kPayloadPadding, 0, kPayloadPadding);
  buffer_ = std::move(larger);
  capacity_ = wanted;
}

std::vector<std::pair<std::string_view, std::string_view>> split_headers(std::string_view headers) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  while (!headers.empty()) {
    const size_t end = headers.find("\r\n");
    const std::string_view line = headers.substr(0, end);
    headers = end == std::string_view::npos ? std::string_view{} : headers.substr(end + 2);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    out.emplace_back(line.substr(0, colon), value);
  }
  return out;
}

std::optional<std::string_view> find_header(std::string_view headers, std::string_view name) {
  std::optional<std::string_view> other_case;
  for (const auto& [key, value] : split_headers(headers)) {
    if (key == name) return value;
    if (!other_case && same_but_case(key, name)) other_case = value;
  }
  return other_case;
}

}  // namespace leat
