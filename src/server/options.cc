#include "server/options.h"

#include <CLI/CLI.hpp>

#include "server/version.h"

namespace leat {

Result<void> parse_address(const std::string& text, std::string& host, uint16_t& port) {
  const size_t colon = text.rfind(':');
  const auto bad = [&] {
    return fail(SqlState::kInvalidParameterValue, "\"{}\" is not HOST:PORT (for example 127.0.0.1:4566)", text);
  };
  if (colon == std::string::npos) return bad();
  host = text.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) host = "0.0.0.0";
  const std::string digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos) return bad();
  const int number = std::stoi(digits);
  if (number > 65535) return bad();
  port = static_cast<uint16_t>(number);
  return {};
}

Result<int64_t> parse_size(const std::string& text) {
  const auto bad = [&] {
    return fail(SqlState::kInvalidParameterValue, "\"{}\" is not a size (for example 512MB or 4GiB)", text);
  };
  const size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string digits = text.substr(0, end);
  if (digits.empty() || digits.front() == '.' || std::ranges::count(digits, '.') > 1) return bad();
  const double number = std::strtod(digits.c_str(), nullptr);
  std::string unit = text.substr(end);
  for (char& c : unit) c = static_cast<char>(std::tolower(c));
  if (unit.ends_with("ib")) unit = unit.substr(0, 1);
  if (unit.size() == 2 && unit[1] == 'b') unit = unit.substr(0, 1);
  double factor = 1;
  if (unit == "k") factor = 1024;
  else if (unit == "m") factor = 1024.0 * 1024;
  else if (unit == "g") factor = 1024.0 * 1024 * 1024;
  else if (unit == "t") factor = 1024.0 * 1024 * 1024 * 1024;
  else if (!unit.empty() && unit != "b") return bad();
  if (number * factor > 1e15) return bad();
  return static_cast<int64_t>(number * factor);
}

CommandLine parse_command_line(int argc, char** argv) {
  CommandLine line;
  ServerOptions& o = line.options;
  CLI::App app{"Leat: streaming SQL over NATS JetStream, read by any PostgreSQL client.", "leat"};
  app.set_version_flag("--version", std::string("leat ") + kVersion);
  std::string listen = "127.0.0.1:4566", http = "127.0.0.1:4567", memory, level = "info";
  const auto add_options = [&](CLI::App& to) {
    to.add_option("--data", o.data_dir, "Directory of the state and rows")->capture_default_str()->envname("LEAT_DATA");
    to.add_flag("--in-memory", o.in_memory, "Keep nothing on disk");
    to.add_option("--listen", listen, "Address of the PostgreSQL protocol, HOST:PORT")->capture_default_str()->envname("LEAT_LISTEN");
    to.add_option("--http", http, "Address of metrics and health pages, HOST:PORT")->capture_default_str()->envname("LEAT_HTTP");
    to.add_option("--memory", memory, "Memory to use, such as 4GB (default: half of the machine's)")->envname("LEAT_MEMORY");
    to.add_option("--shards", o.shards, "Worker threads (default: one per core)")->check(CLI::Range(1, 256))->envname("LEAT_SHARDS");
    to.add_option("--checkpoint-interval", o.checkpoint_interval_ms, "Milliseconds between checkpoints")->capture_default_str()->check(CLI::Range(10, 3'600'000));
    to.add_option("--tls-cert", o.tls_cert, "Certificate of the SQL port, PEM file");
    to.add_option("--tls-key", o.tls_key, "Its private key, PEM file");
    to.add_option("--log-level", level, "debug, info, warn or error")->capture_default_str()->check(CLI::IsMember({"debug", "info", "warn", "error"}))->envname("LEAT_LOG_LEVEL");
  };
  add_options(app);
  CLI::App* serve = app.add_subcommand("serve", "Run the server (the default)");
  add_options(*serve);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    line.run = false;
    line.exit_code = app.exit(error);
    return line;
  }
  auto checked = [&]() -> Result<void> {
    TRY(parse_address(listen, o.listen_host, o.listen_port));
    TRY(parse_address(http, o.http_host, o.http_port));
    if (!memory.empty()) {
      o.memory_bytes = TRY(parse_size(memory));
      if (o.memory_bytes < (64 << 20)) return fail(SqlState::kInvalidParameterValue, "--memory must be at least 64MB");
    }
    return {};
  }();
  if (!checked) {
    std::fprintf(stderr, "leat: %s\n", checked.error().message.c_str());
    line.run = false;
    line.exit_code = 2;
  }
  o.log_level = level == "debug"  ? log::Level::kDebug
                : level == "warn" ? log::Level::kWarn
                : level == "error" ? log::Level::kError
                                   : log::Level::kInfo;
  return line;
}

}  // namespace leat
