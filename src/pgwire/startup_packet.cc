#include "pgwire/startup_packet.h"

#include <algorithm>

#include "pgwire/message_reader.h"

namespace leat::pgwire {

namespace {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    word += text[i];
    in_word = true;
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

bool is_false(std::string_view text) {
  return text == "false" || text == "off" || text == "no" || text == "0";
}

Result<> take_parameter(StartupPacket& packet, std::string_view name, std::string_view value) {
  if (name == "user") {
    packet.user = value;
  } else if (name == "database") {
    packet.database = value;
  } else if (name == "application_name") {
    packet.application_name = value;
  } else if (name == "options") {
    for (auto& setting : TRY(parse_command_line_options(value))) {
      if (setting.first == "application_name")
        packet.application_name = setting.second;
      else
        packet.settings.push_back(std::move(setting));
    }
  } else if (name == "replication") {
    if (!is_false(value)) {
      return fail(SqlState::kFeatureNotSupported, "replication connections are not supported");
    }
  } else if (name.starts_with("_pq_.")) {
    packet.unknown_options.emplace_back(name);
  } else {
    packet.settings.emplace_back(name, value);
  }
  return {};
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_command_line_options(
    std::string_view text) {
  std::vector<std::pair<std::string, std::string>> settings;
  const auto words = split_words(text);
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view setting = words[i];
    if (setting == "-c" && i + 1 < words.size())
      setting = words[++i];
    else if (setting.starts_with("-c"))
      setting.remove_prefix(2);
    else if (setting.starts_with("--"))
      setting.remove_prefix(2);
    else
      return fail(SqlState::kSyntaxError, "invalid command-line argument for server process: {}",
                  words[i]);
    const size_t equals = setting.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return fail(SqlState::kSyntaxError, "\"{}\" in the start-up options requires a value",
                  setting);
    }
    std::string name(setting.substr(0, equals));
    std::replace(name.begin(), name.end(), '-', '_');
    settings.emplace_back(std::move(name), std::string(setting.substr(equals + 1)));
  }
  return settings;
}

Result<StartupPacket> parse_startup_packet(std::string_view body) {
  MessageReader reader(body);
  StartupPacket packet;
  const uint32_t code = reader.uint32();
  if (code == kTlsRequestCode || code == kGssRequestCode) {
    packet.kind = code == kTlsRequestCode ? StartupPacket::kTlsRequest : StartupPacket::kGssRequest;
    TRY(reader.finish());
    return packet;
  }
  if (code == kCancelRequestCode) {
    packet.kind = StartupPacket::kCancelRequest;
    packet.pid = reader.int32();
    packet.secret = reader.int32();
    TRY(reader.finish());
    return packet;
  }
  if (code >> 16 != kProtocolMajor) {
    return fail(SqlState::kFeatureNotSupported,
                "unsupported frontend protocol {}.{}: server supports 3.0 to 3.0", code >> 16,
                code & 0xFFFF);
  }
  packet.minor = code & 0xFFFF;
  for (;;) {
    const std::string_view name = reader.cstring();
    if (name.empty()) break;
    const std::string_view value = reader.cstring();
    if (!reader.ok()) break;
    TRY(take_parameter(packet, name, value));
  }
  if (!reader.ok() || reader.size() != 0) {
    return fail(SqlState::kProtocolViolation,
                "invalid startup packet layout: expected terminator as last byte");
  }
  if (packet.user.empty()) {
    return fail(SqlState::kInvalidAuthorization,
                "no PostgreSQL user name specified in startup packet");
  }
  if (packet.database.empty()) packet.database = packet.user;
  return packet;
}

}  // namespace leat::pgwire
