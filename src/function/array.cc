// Arrays. Elements are copied as they lie packed; nothing is decoded that need not be.
#include <algorithm>

#include "function/functions.h"
#include "function/rows.h"
#include "types/compare_value.h"
#include "types/format_value.h"

namespace leat {
namespace {

using namespace function_rows;

// Copies elements of a list to a writer.
void copy_all(PackedWriter& to, const Type& element, std::string_view packed) {
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) to.copy(element.physical(), reader.next(element.physical()));
}

// f(row, writer) writes the elements; false makes the row NULL. Also for rows with NULL arguments
// if not strict.
template <class F>
void fill_list(const KernelCall& call, F&& f) {
  PackedWriter writer;
  std::string packed;
  for_each_valid(call, [&](size_t row) {
    writer.clear();
    packed.clear();
    if (!f(row, writer)) {
      if (!call.out.is_null(row)) call.out.set_null_value(row);
      return;
    }
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}

PackedValue value_or_null(const Vector& v, size_t row) {
  return v.is_null(row) ? PackedValue{} : packed_value(v, row);
}

bool same(const Type& type, PackedValue a, PackedValue b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return equal_values(type, a, b);
}

void make_array(const KernelCall& call) {
  const Physical physical = call.out.type().element().physical();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    for (const Vector* a : call.args) writer.copy(physical, value_or_null(*a, row));
    return true;
  });
}

// a[i], from 1; outside is NULL.
void access(const KernelCall& call) {
  const Vector& a = *call.args[0];
  const Physical physical = a.type().element().physical();
  for_each_valid(call, [&](size_t row) {
    const int64_t index = call.args[1]->at<int32_t>(row);
    PackedReader reader = PackedReader::of_list(a.string_at(row));
    if (index < 1 || index > static_cast<int64_t>(reader.count()))
      return call.out.set_null_value(row);
    for (int64_t i = 1; i < index; ++i) reader.next(physical);
    set_packed(call.out, row, reader.next(physical));
  });
}
// a[i:j]: what of it lies inside.
void slice(const KernelCall& call) {
  const Physical physical = call.out.type().element().physical();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    const int64_t from = call.args[1]->at<int32_t>(row), to = call.args[2]->at<int32_t>(row);
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    for (int64_t i = 1; !reader.done(); ++i) {
      const PackedValue v = reader.next(physical);
      if (i >= from && i <= to) writer.copy(physical, v);
    }
    return true;
  });
}

// Elements in all dimensions.
int64_t count_all(const Type& element, std::string_view packed) {
  if (!element.is(TypeId::kList)) return packed_list_size(packed);
  int64_t n = 0;
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) {
    const PackedValue inner = reader.next(Physical::kString);
    if (!inner.is_null()) n += count_all(element.element(), inner.view());
  }
  return n;
}
void cardinality(const KernelCall& call) {
  fill<int32_t>(call, [&](size_t row) {
    return static_cast<int32_t>(
        count_all(call.args[0]->type().element(), call.args[0]->string_at(row)));
  });
}
// The length of a dimension, 0 if there is none: taken from the first list at each level.
int32_t length_of(const Type& type, std::string_view packed, int32_t dimension) {
  if (dimension < 1) return 0;
  const Type* element = &type.element();
  for (; dimension > 1; --dimension) {
    PackedReader reader = PackedReader::of_list(packed);
    if (!element->is(TypeId::kList) || reader.done()) return 0;
    const PackedValue first = reader.next(Physical::kString);
    if (first.is_null()) return 0;
    packed = first.view();
    element = &element->element();
  }
  return static_cast<int32_t>(packed_list_size(packed));
}
// array_length, array_upper (equal, since lists begin at 1) and array_lower.
template <bool kLower>
void dimension(const KernelCall& call) {
  int32_t* out = call.out.data<int32_t>();
  for_each_valid(call, [&](size_t row) {
    const int32_t d = call.args.size() > 1 ? call.args[1]->at<int32_t>(row) : 1;
    const int32_t n = length_of(call.args[0]->type(), call.args[0]->string_at(row), d);
    if (n == 0) return call.out.set_null_value(row);
    out[row] = kLower ? 1 : n;
  });
}
int32_t dimensions_of(const Type& type, std::string_view packed) {
  int32_t n = 0;
  while (length_of(type, packed, n + 1) > 0) ++n;
  return n;
}
void ndims(const KernelCall& call) {
  int32_t* out = call.out.data<int32_t>();
  for_each_valid(call, [&](size_t row) {
    const int32_t n = dimensions_of(call.args[0]->type(), call.args[0]->string_at(row));
    if (n == 0) return call.out.set_null_value(row);
    out[row] = n;
  });
}
void dims(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    const Type& type = call.args[0]->type();
    const int32_t n = dimensions_of(type, call.args[0]->string_at(row));
    for (int32_t d = 1; d <= n; ++d)
      out += fmt::format("[1:{}]", length_of(type, call.args[0]->string_at(row), d));
    return n > 0;
  });
}

// NULL arrays count as empty here.
template <int kList>
void append_one(const KernelCall& call) {
  const Type& element = call.out.type().element();
  const Vector& list = *call.args[kList];
  const Vector& one = *call.args[1 - kList];
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    if (kList == 1) writer.copy(element.physical(), value_or_null(one, row));
    if (!list.is_null(row)) copy_all(writer, element, list.string_at(row));
    if (kList == 0) writer.copy(element.physical(), value_or_null(one, row));
    return true;
  });
}
void concat(const KernelCall& call) {
  const Type& element = call.out.type().element();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    const bool null_a = call.args[0]->is_null(row), null_b = call.args[1]->is_null(row);
    if (!null_a) copy_all(writer, element, call.args[0]->string_at(row));
    if (!null_b) copy_all(writer, element, call.args[1]->string_at(row));
    return !null_a || !null_b;
  });
}

void position(const KernelCall& call) {
  const Type& element = call.args[0]->type().element();
  int32_t* out = call.out.data<int32_t>();
  call.rows.for_each([&](size_t row) {
    const bool has_start = call.args.size() > 2;
    if (call.args[0]->is_null(row)) return call.out.set_null_value(row);
    if (has_start && call.args[2]->is_null(row)) {
      return call.error(row, SqlState::kNullValueNotAllowed, "initial position must not be null");
    }
    const int32_t start = has_start ? call.args[2]->at<int32_t>(row) : 1;
    const PackedValue wanted = value_or_null(*call.args[1], row);
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    for (int32_t i = 1; !reader.done(); ++i) {
      if (!same(element, reader.next(element.physical()), wanted) || i < start) continue;
      out[row] = i;
      return;
    }
    call.out.set_null_value(row);
  });
}
// True if an element is equal; unknown if one may be (a NULL on either side); else false.
void equal_any(const KernelCall& call) {
  const Type& element = call.args[1]->type().element();
  uint8_t* out = call.out.data<uint8_t>();
  call.rows.for_each([&](size_t row) {
    if (call.args[1]->is_null(row)) return call.out.set_null_value(row);
    const PackedValue wanted = value_or_null(*call.args[0], row);
    PackedReader reader = PackedReader::of_list(call.args[1]->string_at(row));
    bool unknown = wanted.is_null() && !reader.done();
    while (!reader.done() && !wanted.is_null()) {
      const PackedValue value = reader.next(element.physical());
      unknown |= value.is_null();
      if (value.is_null() || !same(element, value, wanted)) continue;
      out[row] = 1;
      return;
    }
    if (unknown) return call.out.set_null_value(row);
    out[row] = 0;
  });
}
void positions(const KernelCall& call) {
  const Type& element = call.args[0]->type().element();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    if (call.args[0]->is_null(row)) return false;
    const PackedValue wanted = value_or_null(*call.args[1], row);
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    for (int32_t i = 1; !reader.done(); ++i) {
      if (same(element, reader.next(element.physical()), wanted)) writer.fixed(i);
    }
    return true;
  });
}
void remove(const KernelCall& call) {
  const Type& element = call.args[0]->type().element();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    if (call.args[0]->is_null(row)) return false;
    const PackedValue unwanted = value_or_null(*call.args[1], row);
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    while (!reader.done()) {
      const PackedValue v = reader.next(element.physical());
      if (!same(element, v, unwanted)) writer.copy(element.physical(), v);
    }
    return true;
  });
}
void replace(const KernelCall& call) {
  const Type& element = call.args[0]->type().element();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    if (call.args[0]->is_null(row)) return false;
    const PackedValue from = value_or_null(*call.args[1], row),
                      to = value_or_null(*call.args[2], row);
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    while (!reader.done()) {
      const PackedValue v = reader.next(element.physical());
      writer.copy(element.physical(), same(element, v, from) ? to : v);
    }
    return true;
  });
}

// Is the value an element; NULL equals nothing here.
bool has_element(const Type& element, std::string_view packed, PackedValue wanted) {
  if (wanted.is_null()) return false;
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) {
    const PackedValue v = reader.next(element.physical());
    if (!v.is_null() && equal_values(element, v, wanted)) return true;
  }
  return false;
}
bool contains_all(const Type& element, std::string_view a, std::string_view b) {
  PackedReader reader = PackedReader::of_list(b);
  while (!reader.done()) {
    if (!has_element(element, a, reader.next(element.physical()))) return false;
  }
  return true;
}
template <int kOuter>
void contains(const KernelCall& call) {
  const Type& element = call.args[0]->type().element();
  fill<bool>(call, [&](size_t row) {
    return contains_all(element, call.args[kOuter]->string_at(row),
                        call.args[1 - kOuter]->string_at(row));
  });
}
void overlaps(const KernelCall& call) {
  const Type& element = call.args[0]->type().element();
  fill<bool>(call, [&](size_t row) {
    PackedReader reader = PackedReader::of_list(call.args[1]->string_at(row));
    while (!reader.done()) {
      if (has_element(element, call.args[0]->string_at(row), reader.next(element.physical())))
        return true;
    }
    return false;
  });
}

void append_joined(std::string& to, const Type& element, std::string_view packed,
                   std::string_view by, const std::string_view* null_text, const TimeZone& zone,
                   bool& first) {
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) {
    const PackedValue v = reader.next(element.physical());
    if (element.is(TypeId::kList) && !v.is_null()) {
      append_joined(to, element.element(), v.view(), by, null_text, zone, first);
      continue;
    }
    if (v.is_null() && null_text == nullptr) continue;
    if (!first) to += by;
    first = false;
    if (v.is_null())
      to += *null_text;
    else
      append_text(to, element, v, zone);
  }
}
void to_string(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    if (call.args[0]->is_null(row) || call.args[1]->is_null(row)) return false;
    std::string_view null_text;
    const bool has_null = call.args.size() > 2 && !call.args[2]->is_null(row);
    if (has_null) null_text = call.args[2]->string_at(row);
    bool first = true;
    append_joined(out, call.args[0]->type().element(), call.args[0]->string_at(row),
                  call.args[1]->string_at(row), has_null ? &null_text : nullptr, *call.context.zone,
                  first);
    return true;
  });
}

void fill_array(const KernelCall& call) {
  const Physical physical = call.out.type().element().physical();
  PackedWriter writer;
  std::string packed;
  call.rows.for_each([&](size_t row) {
    if (call.args[1]->is_null(row)) {
      return call.error(row, SqlState::kNullValueNotAllowed,
                        "dimension array or low bound array cannot be null");
    }
    PackedReader sizes = PackedReader::of_list(call.args[1]->string_at(row));
    if (sizes.count() > 1) {
      return call.error(row, SqlState::kFeatureNotSupported,
                        "array_fill with several dimensions is not supported");
    }
    const PackedValue size = sizes.count() == 1 ? sizes.next(Physical::kInt32) : PackedValue{};
    const int64_t n = sizes.count() == 0 ? 0 : size.is_null() ? -1 : size.as<int32_t>();
    constexpr int64_t kElementsMax = 134'217'727;
    if (n < 0 && size.is_null())
      return call.error(row, SqlState::kNullValueNotAllowed, "dimension values cannot be null");
    if (n > kElementsMax) {
      return call.error(row, SqlState::kProgramLimitExceeded,
                        fmt::format("array size exceeds the maximum allowed ({})", kElementsMax));
    }
    writer.clear();
    packed.clear();
    for (int64_t i = 0; i < n; ++i) writer.copy(physical, value_or_null(*call.args[0], row));
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}

void trim_array(const KernelCall& call) {
  const Physical physical = call.out.type().element().physical();
  fill_list(call, [&](size_t row, PackedWriter& writer) {
    PackedReader reader = PackedReader::of_list(call.args[0]->string_at(row));
    const int64_t n = call.args[1]->at<int32_t>(row);
    if (n < 0 || n > static_cast<int64_t>(reader.count())) {
      call.error(
          row, SqlState::kArraySubscriptError,
          fmt::format("number of elements to trim must be between 0 and {}", reader.count()));
      return false;
    }
    for (int64_t left = static_cast<int64_t>(reader.count()) - n; left > 0; --left)
      writer.copy(physical, reader.next(physical));
    return true;
  });
}

constexpr TypeSpec kAnyList = TypeSpec::kAnyList;
constexpr TypeSpec kElement = TypeSpec::kElement;
constexpr TypeSpec kSame = TypeSpec::kSameList;

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example,
                             NullMode nulls = NullMode::kStrict,
                             Volatility volatility = Volatility::kImmutable) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .nulls = nulls,
          .volatility = volatility};
}
constexpr NullMode kCalled = NullMode::kCalled;

constexpr ScalarFunction kRows[] = {
    {.name = "array",
     .args = {kElement},
     .result = TypeSpec::kListOfElement,
     .kernel = make_array,
     .doc = "ARRAY[..]",
     .example = "ARRAY[1, NULL] -> {1,NULL}",
     .nulls = kCalled,
     .variadic = true},
    row("array_access", {kAnyList, kInt32}, kElement, access, "a[i], counted from 1",
        "(ARRAY[5, 6])[2] -> 6"),
    row("array_slice", {kAnyList, kInt32, kInt32}, kSame, slice, "a[i:j]",
        "(ARRAY[1, 2, 3])[2:3] -> {2,3}"),
    row("cardinality", {kAnyList}, kInt32, cardinality, "number of elements in all dimensions",
        "cardinality(ARRAY[1, 2]) -> 2"),
    row("array_length", {kAnyList, kInt32}, kInt32, dimension<false>, "length of a dimension",
        "array_length(ARRAY[1, 2], 1) -> 2"),
    row("array_upper", {kAnyList, kInt32}, kInt32, dimension<false>, "last index of a dimension",
        "array_upper(ARRAY[5, 6], 1) -> 2"),
    row("array_lower", {kAnyList, kInt32}, kInt32, dimension<true>, "first index of a dimension",
        "array_lower(ARRAY[5, 6], 1) -> 1"),
    row("array_ndims", {kAnyList}, kInt32, ndims, "number of dimensions",
        "array_ndims(ARRAY[[1], [2]]) -> 2"),
    row("array_dims", {kAnyList}, kVarchar, dims, "the dimensions as text",
        "array_dims(ARRAY[1, 2]) -> [1:2]"),
    row("array_append", {kAnyList, kElement}, kSame, append_one<0>, "with an element at the end",
        "array_append(ARRAY[1], 2) -> {1,2}", kCalled),
    row("array_prepend", {kElement, kAnyList}, kSame, append_one<1>, "with an element at the start",
        "array_prepend(1, ARRAY[2]) -> {1,2}", kCalled),
    row("array_cat", {kAnyList, kAnyList}, kSame, concat, "one after the other",
        "array_cat(ARRAY[1], ARRAY[2]) -> {1,2}", kCalled),
    row("||", {kAnyList, kAnyList}, kSame, concat, "one after the other",
        "ARRAY[1] || ARRAY[2] -> {1,2}", kCalled),
    row("||", {kAnyList, kElement}, kSame, append_one<0>, "with an element at the end",
        "ARRAY[1] || 2 -> {1,2}", kCalled),
    row("||", {kElement, kAnyList}, kSame, append_one<1>, "with an element at the start",
        "1 || ARRAY[2] -> {1,2}", kCalled),
    row("=any", {kElement, kAnyList}, kBoolean, equal_any, "whether a value equals an element",
        "5 = ANY (ARRAY[4, 5]) -> t", kCalled),
    row("array_position", {kAnyList, kElement}, kInt32, position, "first index of an element",
        "array_position(ARRAY[5, 6], 6) -> 2", kCalled),
    row("array_position", {kAnyList, kElement, kInt32}, kInt32, position,
        "first index of an element from an index on", "array_position(ARRAY[1, 2, 1], 1, 2) -> 3",
        kCalled),
    row("array_positions", {kAnyList, kElement}, TypeSpec::list_of(kInt32), positions,
        "all indices of an element", "array_positions(ARRAY[1, 2, 1], 1) -> {1,3}", kCalled),
    row("array_remove", {kAnyList, kElement}, kSame, remove, "without an element",
        "array_remove(ARRAY[1, 2, 1], 1) -> {2}", kCalled),
    row("array_replace", {kAnyList, kElement, kElement}, kSame, replace, "with an element replaced",
        "array_replace(ARRAY[1, 2, 1], 1, 9) -> {9,2,9}", kCalled),
    row("@>", {kAnyList, kAnyList}, kBoolean, contains<0>, "contains all elements",
        "ARRAY[1, 2] @> ARRAY[2] -> t"),
    row("<@", {kAnyList, kAnyList}, kBoolean, contains<1>, "is contained in",
        "ARRAY[1] <@ ARRAY[1, 2] -> t"),
    row("&&", {kAnyList, kAnyList}, kBoolean, overlaps, "has an element in common",
        "ARRAY[1, 2] && ARRAY[2, 3] -> t"),
    row("array_contains", {kAnyList, kAnyList}, kBoolean, contains<0>, "contains all elements",
        "array_contains(ARRAY[1, 2], ARRAY[2]) -> t"),
    row("array_to_string", {kAnyList, kVarchar}, kVarchar, to_string,
        "elements as text with a delimiter, without NULLs",
        "array_to_string(ARRAY[1, NULL, 3], ',') -> 1,3", kCalled, Volatility::kStable),
    row("array_to_string", {kAnyList, kVarchar, kVarchar}, kVarchar, to_string,
        "elements as text with a delimiter and a text for NULL",
        "array_to_string(ARRAY[1, NULL, 3], ',', '*') -> 1,*,3", kCalled, Volatility::kStable),
    row("array_fill", {kElement, TypeSpec::list_of(kInt32)}, TypeSpec::kListOfElement, fill_array,
        "so many times an element", "array_fill(7, ARRAY[3]) -> {7,7,7}", kCalled),
    row("trim_array", {kAnyList, kInt32}, kSame, trim_array, "without the last n elements",
        "trim_array(ARRAY[1, 2, 3], 2) -> {1}"),
};

}  // namespace

FunctionFamily array_functions() { return kRows; }

}  // namespace leat
