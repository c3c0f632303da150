#pragma once
// ServerOptions: what the command line says. Thread: values.

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/log.h"

namespace leat {

struct ServerOptions {
  std::string data_dir = "./leat-data";
  bool in_memory = false;
  std::string listen_host = "127.0.0.1";
  uint16_t listen_port = 4566;
  std::string http_host = "127.0.0.1";
  uint16_t http_port = 4567;
  int64_t memory_bytes = 0;  // 0: half of the machine's
  int shards = 0;            // 0: one per core
  int64_t checkpoint_interval_ms = 1000;
  log::Level log_level = log::Level::kInfo;
  std::string tls_cert, tls_key;
};

struct CommandLine {
  ServerOptions options;
  bool run = true;     // false: --help or --version was answered, or the words were wrong
  int exit_code = 0;
};
// Answers --help, --version and mistakes on the terminal itself.
CommandLine parse_command_line(int argc, char** argv);

// "HOST:PORT", "[::1]:PORT", ":PORT".
Result<void> parse_address(const std::string& text, std::string& host, uint16_t& port);
// "512MB", "4GiB", "1000000".
Result<int64_t> parse_size(const std::string& text);

}  // namespace leat
