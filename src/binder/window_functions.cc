#include "binder/window_functions.h"

namespace leat {
namespace {

using enum TypeId;
constexpr TypeSpec kElement{TypeSpec::kElement};

constexpr WindowFunction kRows[] = {
    {"row_number", {}, kInt64, "number of the row in its partition, from 1"},
    {"rank", {}, kInt64, "rank with gaps: the row_number of the first peer"},
    {"dense_rank", {}, kInt64, "rank without gaps: counts groups of peers"},
    {"percent_rank", {}, kFloat64, "(rank - 1) / (rows of the partition - 1)"},
    {"cume_dist", {}, kFloat64, "rows up to the last peer / rows of the partition"},
    {"ntile", {kInt32}, kInt32, "number of the bucket, of so many of equal size"},
    {"lag", {kElement}, kElement, "value of the row before"},
    {"lag", {kElement, kInt32}, kElement, "value of the row so many before"},
    {"lag", {kElement, kInt32, kElement}, kElement, "value of the row so many before, or the default"},
    {"lead", {kElement}, kElement, "value of the row after"},
    {"lead", {kElement, kInt32}, kElement, "value of the row so many after"},
    {"lead", {kElement, kInt32, kElement}, kElement, "value of the row so many after, or the default"},
    {"first_value", {kElement}, kElement, "value of the frame's first row"},
    {"last_value", {kElement}, kElement, "value of the frame's last row"},
    {"nth_value", {kElement, kInt32}, kElement, "value of the frame's n-th row"},
};

}  // namespace

std::span<const WindowFunction> window_functions() { return kRows; }

}  // namespace leat
