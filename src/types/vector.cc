#include "types/vector.h"

#include <algorithm>
#include <cstring>

namespace leat {
namespace {

size_t null_bytes(size_t rows) { return (rows + 63) / 64 * 8; }

}  // namespace

Vector::Vector(Type type, size_t size)
    : type_(std::move(type)), size_(size), data_(Buffer::make(size * type_.width())) {}

std::shared_ptr<const Vector> Vector::constant(const Value& value) {
  auto made = std::make_shared<Vector>(value.type(), 1);
  made->constant_ = true;
  made->set_value(0, value);
  return made;
}

uint64_t* Vector::mutable_null_words() {
  if (nulls_ == nullptr) {
    nulls_ = Buffer::make(null_bytes(size_));
    std::memset(nulls_->data(), 0, nulls_->size());
  }
  return reinterpret_cast<uint64_t*>(nulls_->data());
}

void Vector::set_null_value(size_t row) {
  const size_t width = type_.width();
  std::memset(data_->data() + row * width, 0, width);
  set_null(row);
}

Arena& Vector::arena() {
  if (own_arena_ == nullptr) own_arena_ = std::make_shared<Arena>();
  return *own_arena_;
}

void Vector::share_strings(const Vector& from) {
  const auto add = [this](const std::shared_ptr<const Arena>& arena) {
    if (arena == nullptr || arena == own_arena_) return;
    // Sharers come in runs, so the newest are looked at first; a rare double is harmless.
    const size_t look_at = std::min<size_t>(arenas_.size(), 64);
    if (std::find(arenas_.rbegin(), arenas_.rbegin() + look_at, arena) !=
        arenas_.rbegin() + look_at) {
      return;
    }
    arenas_.push_back(arena);
  };
  if (&from == this) return;
  add(from.own_arena_);
  for (const auto& arena : from.arenas_) add(arena);
}

void Vector::set_value(size_t row, const Value& value) {
  if (value.is_null()) return set_null_value(row);
  switch (type_.physical()) {
    case Physical::kBool: data<uint8_t>()[row] = value.as_bool(); return;
    case Physical::kInt16: data<int16_t>()[row] = static_cast<int16_t>(value.as_int64()); return;
    case Physical::kInt32: data<int32_t>()[row] = static_cast<int32_t>(value.as_int64()); return;
    case Physical::kInt64: data<int64_t>()[row] = value.as_int64(); return;
    case Physical::kFloat32: data<float>()[row] = static_cast<float>(value.as_double()); return;
    case Physical::kFloat64: data<double>()[row] = value.as_double(); return;
    case Physical::kDecimal: data<Decimal>()[row] = value.as_decimal(); return;
    case Physical::kInterval: data<Interval>()[row] = value.as_interval(); return;
    case Physical::kString: set_string(row, value.as_string()); return;
  }
  UNREACHABLE();
}

Value Vector::value_at(size_t row) const {
  if (is_null(row)) return Value::null(type_);
  switch (type_.physical()) {
    case Physical::kBool: return Value(type_, at<uint8_t>(row) != 0);
    case Physical::kInt16: return Value(type_, int64_t{at<int16_t>(row)});
    case Physical::kInt32: return Value(type_, int64_t{at<int32_t>(row)});
    case Physical::kInt64: return Value(type_, at<int64_t>(row));
    case Physical::kFloat32: return Value(type_, double{at<float>(row)});
    case Physical::kFloat64: return Value(type_, at<double>(row));
    case Physical::kDecimal: return Value(type_, at<Decimal>(row));
    case Physical::kInterval: return Value(type_, at<Interval>(row));
    case Physical::kString: return Value(type_, std::string(string_at(row)));
  }
  UNREACHABLE();
}

void Vector::grow(size_t size) {
  CHECK(size >= size_ && !constant_, "grow from {} to {}", size_, size);
  const size_t width = type_.width();
  if (size * width > data_->capacity()) {
    auto larger = Buffer::make(size * width);
    std::memcpy(larger->data(), data_->data(), size_ * width);
    data_ = std::move(larger);
  }
  if (nulls_ != nullptr) {
    const size_t old_bytes = null_bytes(size_);
    const size_t new_bytes = null_bytes(size);
    if (new_bytes > nulls_->capacity()) {
      auto larger = Buffer::make(new_bytes);
      std::memcpy(larger->data(), nulls_->data(), old_bytes);
      nulls_ = std::move(larger);
    }
    std::memset(nulls_->data() + old_bytes, 0, new_bytes - old_bytes);
  }
  size_ = size;
}

size_t Vector::bytes() const {
  size_t bytes = data_->size() + (nulls_ ? nulls_->size() : 0);
  if (own_arena_) bytes += own_arena_->bytes();
  for (const auto& arena : arenas_) bytes += arena->bytes();
  return bytes;
}

}  // namespace leat
