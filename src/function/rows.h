#pragma once
// What the families' files share: short names of types, and small kernel tools. Not for other
// rooms.

#include <string>

#include "base/check.h"
#include "expr/kernel.h"

namespace leat::function_rows {

using enum TypeId;

// The error of one row with its detail and hint; the row becomes NULL.
inline void row_error(const KernelCall& call, size_t row, Error error) {
  call.out.set_null_value(row);
  call.context.row_error(row, std::move(error));
}

// Strict functions with any body: f(row) is called for the rows without NULL arguments.
template <class F>
void for_each_valid(const KernelCall& call, F&& f) {
  if (!call.out.may_have_nulls()) {
    call.rows.for_each(f);
    return;
  }
  call.rows.for_each([&](size_t row) {
    if (!call.out.is_null(row)) f(row);
  });
}

// Results of another width or with an error: f(row) gives Result<T>.
template <class T, class F>
void fill_result(const KernelCall& call, F&& f) {
  Stored<T>* out = call.out.data<Stored<T>>();
  for_each_valid(call, [&](size_t row) {
    auto r = f(row);
    if (r) {
      out[row] = static_cast<Stored<T>>(*r);
    } else {
      row_error(call, row, std::move(r.error()));
    }
  });
}

// f(row) gives the value.
template <class T, class F>
void fill(const KernelCall& call, F&& f) {
  Stored<T>* out = call.out.data<Stored<T>>();
  for_each_valid(call, [&](size_t row) { out[row] = f(row); });
}

// f(row, std::string&) writes the text into a cleared buffer; false makes the row NULL.
template <class F>
void fill_string(const KernelCall& call, F&& f) {
  std::string text;
  for_each_valid(call, [&](size_t row) {
    text.clear();
    if constexpr (std::is_same_v<decltype(f(row, text)), bool>) {
      if (!f(row, text)) return call.out.set_null_value(row);
    } else {
      f(row, text);
    }
    call.out.set_string(row, text);
  });
}

// f(row, std::string&) gives Result<void>.
template <class F>
void fill_string_result(const KernelCall& call, F&& f) {
  std::string text;
  for_each_valid(call, [&](size_t row) {
    text.clear();
    Result<void> r = f(row, text);
    if (r) {
      call.out.set_string(row, text);
    } else {
      row_error(call, row, std::move(r.error()));
    }
  });
}

// Results that are parts of the first argument's strings: f(row) gives a view into them; nothing is
// copied.
template <class F>
void fill_view(const KernelCall& call, const Vector& source, F&& f) {
  call.out.share_strings(source);
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) { out[row] = StringSlot(f(row)); });
}

// The constant value of an argument, as prepare() sees it: a non-NULL string or nothing.
inline const std::string* constant_text(std::span<const Value* const> constants, size_t i) {
  if (i >= constants.size() || constants[i] == nullptr || constants[i]->is_null()) return nullptr;
  return &constants[i]->as_string();
}

}  // namespace leat::function_rows
