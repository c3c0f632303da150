// Any bytes as JSON: canonical text must be a fixed point, and its views must stay inside it.
#include "base/check.h"
#include "types/jsonb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leat;
  const auto once = canonical_json({reinterpret_cast<const char*>(data), size});
  if (!once) return 0;
  const auto twice = canonical_json(*once);
  CHECK(twice.has_value() && *twice == *once, "not a fixed point: {}", *once);
  CHECK(compare_json(*once, *once) == 0);
  CHECK(json_contains(*once, *once));
  hash_json(*once);
  const JsonView view{*once};
  for (const JsonView& e : view.elements()) CHECK(canonical_json(e.text).has_value());
  for (const auto& [key, value] : view.members()) {
    JsonView found;
    CHECK(view.member(key, found) && found.text == value.text);
  }
  return 0;
}
