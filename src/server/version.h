#pragma once
// The program's version. Set by CMake from project(leat VERSION ..).

namespace leat {
inline constexpr const char* kVersion = LEAT_VERSION;
}
