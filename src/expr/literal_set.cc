#include "expr/literal_set.h"

#include <bit>
#include <cmath>

#include "base/hash.h"
#include "types/packed_row.h"

namespace leat {

struct LiteralSet::Values {
  virtual ~Values() = default;
  // found[row] for the rows; false at NULL rows.
  virtual void find(const Vector& column, const Selection& rows, uint8_t* found) const = 0;
};

namespace {

constexpr size_t kSearchMax = 6;  // longer lists are hashed

template <class T>
uint64_t hash_of(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    const double d = value == 0 ? 0.0 : static_cast<double>(value);
    return hash_int(std::isnan(d) ? 1 : std::bit_cast<uint64_t>(d));
  } else if constexpr (std::is_same_v<T, Decimal>) {
    return value.hash();
  } else if constexpr (std::is_same_v<T, Interval>) {
    return hash_int(static_cast<uint64_t>(value.linear()));
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return hash_bytes(value.data(), value.size());
  } else {
    return hash_int(static_cast<uint64_t>(value));
  }
}

template <class T>
bool equal(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) return a == b || (std::isnan(a) && std::isnan(b));
  else return a == b;
}

// Distinct values; `slots_` holds 1 + index, 0 for empty, and is a power of two of at least twice the values.
template <class T>
class Table {
 public:
  void add(T value) { values_.push_back(std::move(value)); }
  void build() {
    if (values_.size() <= kSearchMax) return;
    slots_.assign(std::bit_ceil(values_.size() * 2), 0);
    for (size_t i = 0; i < values_.size(); ++i) {
      size_t at = hash_of(Key(values_[i])) & (slots_.size() - 1);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<uint32_t>(i + 1);
    }
  }
  using Key = std::conditional_t<std::is_same_v<T, std::string>, std::string_view, T>;
  bool contains(const Key& key) const {
    if (slots_.empty()) {
      bool found = false;
      for (const T& value : values_) found |= equal<Key>(value, key);
      return found;
    }
    for (size_t at = hash_of(key) & (slots_.size() - 1); slots_[at] != 0;
         at = (at + 1) & (slots_.size() - 1)) {
      if (equal<Key>(values_[slots_[at] - 1], key)) return true;
    }
    return false;
  }

 private:
  std::vector<T> values_;
  std::vector<uint32_t> slots_;
};

template <class T>
struct FixedValues : LiteralSet::Values {
  Table<T> table;
  void find(const Vector& column, const Selection& rows, uint8_t* found) const override {
    rows.for_each([&](size_t row) { found[row] = table.contains(column.at<T>(row)); });
  }
};

// Strings, and values that are equal when their key bytes are (jsonb, struct, list).
struct StringValues : LiteralSet::Values {
  Type type;
  bool by_key = false;
  Table<std::string> table;
  void find(const Vector& column, const Selection& rows, uint8_t* found) const override {
    if (!by_key) {
      rows.for_each([&](size_t row) { found[row] = table.contains(column.string_at(row)); });
      return;
    }
    rows.for_each([&](size_t row) {
      found[row] = !column.is_null(row) && table.contains(key_bytes(type, column.string_at(row)));
    });
  }
};

template <class T>
std::unique_ptr<LiteralSet::Values> fixed_values(const Type& type, std::span<const ExprPtr> literals) {
  auto values = std::make_unique<FixedValues<T>>();
  Vector one(type, 1);
  for (const ExprPtr& literal : literals) {
    if (literal->literal.is_null()) continue;
    one.set_value(0, literal->literal);
    values->table.add(one.at<T>(0));
  }
  values->table.build();
  return values;
}

std::unique_ptr<LiteralSet::Values> string_values(const Type& type, std::span<const ExprPtr> literals) {
  auto values = std::make_unique<StringValues>();
  values->type = type;
  values->by_key = needs_key_bytes(type);
  for (const ExprPtr& literal : literals) {
    if (literal->literal.is_null()) continue;
    const std::string& text = literal->literal.as_string();
    values->table.add(values->by_key ? key_bytes(type, text) : text);
  }
  values->table.build();
  return values;
}

std::unique_ptr<LiteralSet::Values> make_values(const Type& type, std::span<const ExprPtr> literals) {
  switch (type.physical()) {
    case Physical::kBool: return fixed_values<uint8_t>(type, literals);
    case Physical::kInt16: return fixed_values<int16_t>(type, literals);
    case Physical::kInt32: return fixed_values<int32_t>(type, literals);
    case Physical::kInt64: return fixed_values<int64_t>(type, literals);
    case Physical::kFloat32: return fixed_values<float>(type, literals);
    case Physical::kFloat64: return fixed_values<double>(type, literals);
    case Physical::kDecimal: return fixed_values<Decimal>(type, literals);
    case Physical::kInterval: return fixed_values<Interval>(type, literals);
    case Physical::kString: return string_values(type, literals);
  }
  UNREACHABLE();
}

}  // namespace

LiteralSet::LiteralSet(const Type& type, std::span<const ExprPtr> literals)
    : values_(make_values(type, literals)) {
  for (const ExprPtr& literal : literals) {
    CHECK(literal->kind == ExprKind::kLiteral, "IN list of {}", expr_text(*literal));
    has_null_ |= literal->literal.is_null();
  }
}
LiteralSet::~LiteralSet() = default;

void LiteralSet::probe(const Vector& column, const Selection& rows, bool negated, Vector& out) const {
  uint8_t* found = out.data<uint8_t>();
  values_->find(column, rows, found);
  if (has_null_) {
    rows.for_each([&](size_t row) {
      if (found[row] == 0) out.set_null_value(row);
    });
  }
  if (negated) {
    rows.for_each([found](size_t row) { found[row] ^= 1; });
  }
}

}  // namespace leat
