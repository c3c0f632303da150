#include "metrics/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace leat::metrics {

namespace {

// The fields of /proc/self/stat after the command's name; [0] is field 3 of proc(5), the state.
std::vector<int64_t> stat_fields() {
  std::vector<int64_t> fields;
  FILE* file = std::fopen("/proc/self/stat", "re");
  if (file == nullptr) return fields;
  char text[2048];
  const size_t size = std::fread(text, 1, sizeof text - 1, file);
  std::fclose(file);
  text[size] = 0;
  const char* at = std::strrchr(text, ')');  // the name may hold blanks and brackets
  if (at == nullptr) return fields;
  at += 2;
  fields.push_back(*at++);
  char* end = nullptr;
  for (;;) {
    const long long value = std::strtoll(at, &end, 10);
    if (end == at) return fields;
    fields.push_back(value);
    at = end;
  }
}

int64_t stat_field(size_t number) {  // as proc(5) counts, from 3
  const auto fields = stat_fields();
  return number - 3 < fields.size() ? fields[number - 3] : 0;
}

int64_t open_fds() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return 0;
  int64_t count = 0;
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count - 3;  // ".", ".." and the directory itself
}

int64_t cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

// Seconds since boot are in the process's stat; the boot's wall time is in /proc/stat.
int64_t start_time_us() {
  FILE* file = std::fopen("/proc/stat", "re");
  if (file == nullptr) return 0;
  char line[512];
  int64_t boot_s = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    long long value = 0;
    if (std::sscanf(line, "btime %lld", &value) == 1) boot_s = value;
  }
  std::fclose(file);
  return boot_s * 1'000'000 + stat_field(22) * 1'000'000 / sysconf(_SC_CLK_TCK);
}

}  // namespace

std::vector<CallbackPtr> register_process_metrics(Registry& registry) {
  std::vector<CallbackPtr> handles;
  handles.push_back(registry.callback(Metric::kProcessCpuSeconds, {}, cpu_us));
  handles.push_back(registry.callback(Metric::kProcessResidentBytes, {},
                                      [] { return stat_field(24) * sysconf(_SC_PAGESIZE); }));
  handles.push_back(
      registry.callback(Metric::kProcessVirtualBytes, {}, [] { return stat_field(23); }));
  handles.push_back(registry.callback(Metric::kProcessOpenFds, {}, open_fds));
  handles.push_back(registry.callback(Metric::kProcessMaxFds, {}, [] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<int64_t>(limit.rlim_cur);
  }));
  handles.push_back(registry.callback(Metric::kProcessThreads, {}, [] { return stat_field(20); }));
  handles.push_back(registry.callback(Metric::kProcessStartTime, {},
                                      [start_us = start_time_us()] { return start_us; }));
  return handles;
}

}  // namespace leat::metrics
