#include "connector/nats/nats_subject.h"

#include <fmt/format.h>

namespace leat::nats {
namespace {

std::vector<std::string_view> tokens_of(std::string_view subject) {
  std::vector<std::string_view> tokens;
  for (;;) {
    const size_t dot = subject.find('.');
    tokens.push_back(subject.substr(0, dot));
    if (dot == std::string_view::npos) return tokens;
    subject.remove_prefix(dot + 1);
  }
}

bool needs_escape(unsigned char c) {
  return c == '.' || c == '*' || c == '>' || c == '%' || c <= 0x20 || c == 0x7F;
}

void append_token(std::string_view value, std::string& out) {
  if (value.empty()) out += '%';
  for (const char c : value) {
    if (needs_escape(static_cast<unsigned char>(c)))
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
}

}  // namespace

std::string subject_fault(std::string_view subject, bool wildcards) {
  if (subject.empty()) return "it is empty";
  const auto tokens = tokens_of(subject);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view token = tokens[i];
    if (token.empty()) return "it has an empty token";
    for (const char c : token)
      if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return "it contains white space";
    if (token == "*" || token == ">") {
      if (!wildcards) return "wildcards are not allowed here";
      if (token == ">" && i + 1 != tokens.size()) return "'>' is allowed at its end only";
    }
  }
  return {};
}

bool subject_matches(std::string_view pattern, std::string_view subject) {
  // Runs per message where a client-side filter is needed: no vectors.
  for (;;) {
    const size_t pattern_dot = pattern.find('.');
    const size_t subject_dot = subject.find('.');
    const std::string_view wanted = pattern.substr(0, pattern_dot);
    if (wanted == ">") return true;
    if (wanted != "*" && wanted != subject.substr(0, subject_dot)) return false;
    const bool pattern_ends = pattern_dot == std::string_view::npos;
    const bool subject_ends = subject_dot == std::string_view::npos;
    if (pattern_ends || subject_ends) return pattern_ends && subject_ends;
    pattern.remove_prefix(pattern_dot + 1);
    subject.remove_prefix(subject_dot + 1);
  }
}

bool subjects_overlap(std::string_view a, std::string_view b) {
  const auto left = tokens_of(a);
  const auto right = tokens_of(b);
  for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (left[i] == ">" || right[i] == ">") return true;
    if (left[i] != "*" && right[i] != "*" && left[i] != right[i]) return false;
  }
  return left.size() == right.size();
}

bool subject_contains(std::string_view outer, std::string_view inner) {
  const auto wide = tokens_of(outer);
  const auto narrow = tokens_of(inner);
  for (size_t i = 0; i < wide.size(); ++i) {
    if (i >= narrow.size()) return false;
    if (wide[i] == ">") return true;
    if (narrow[i] == ">") return false;
    if (wide[i] == "*") continue;
    if (wide[i] != narrow[i]) return false;
  }
  return wide.size() == narrow.size();
}

std::string subject_cover(const std::vector<std::string>& subjects) {
  if (subjects.empty()) return ">";
  // A pattern as its tokens and whether a '>' follows, which stands for one token or more.
  const auto take_end = [](std::vector<std::string_view>& tokens) {
    const bool open = tokens.back() == ">";
    if (open) tokens.pop_back();
    return open;
  };
  std::vector<std::string_view> cover = tokens_of(subjects.front());
  bool cover_open = take_end(cover);
  for (const std::string& subject : subjects) {
    std::vector<std::string_view> tokens = tokens_of(subject);
    const bool open = take_end(tokens);
    if (open || cover_open || tokens.size() != cover.size()) {
      const size_t shortest = std::min(tokens.size() + (open ? 1 : 0), cover.size() + (cover_open ? 1 : 0));
      cover.resize(shortest - 1);
      cover_open = true;
    }
    for (size_t i = 0; i < cover.size(); ++i)
      if (cover[i] != tokens[i]) cover[i] = "*";
  }
  std::string out;
  for (const std::string_view token : cover) out += fmt::format("{}{}", out.empty() ? "" : ".", token);
  if (cover_open) out += out.empty() ? ">" : ".>";
  return out;
}

Result<SubjectTemplate> parse_subject_template(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(make_error(SqlState::kInvalidParameterValue, "invalid subject \"{}\": {}", text, why)
                    .with_hint("Write column names in braces, as in 'orders.{region}'."));
  };
  SubjectTemplate out;
  std::string literal;
  const auto finish_literal = [&] {
    if (!literal.empty()) out.parts.push_back({.literal = std::exchange(literal, {})});
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '}') return bad("a '}' without its '{'");
    if (text[i] != '{') {
      literal += text[i];
      continue;
    }
    const size_t close = text.find('}', i);
    if (close == std::string_view::npos) return bad("a '{' without its '}'");
    const std::string name(text.substr(i + 1, close - i - 1));
    if (name.empty() || name.find('{') != std::string::npos) return bad("a column name is expected between braces");
    finish_literal();
    auto known = std::ranges::find(out.columns, name);
    if (known == out.columns.end()) known = out.columns.insert(out.columns.end(), name);
    out.parts.push_back({.column = static_cast<int>(known - out.columns.begin())});
    i = close;
  }
  finish_literal();
  // Checked with a word in place of each column.
  std::string sample;
  for (const auto& part : out.parts) sample += part.column >= 0 ? std::string("x") : part.literal;
  const std::string fault = subject_fault(sample, false);
  if (!fault.empty()) return bad(fault);
  return out;
}

void expand_subject(const SubjectTemplate& subject,
                    std::span<const std::optional<std::string_view>> values, std::string& out) {
  for (const auto& part : subject.parts) {
    if (part.column < 0) {
      out += part.literal;
    } else if (const auto& value = values[static_cast<size_t>(part.column)]) {
      append_token(*value, out);
    } else {
      out += "null";
    }
  }
}

std::string template_pattern(const SubjectTemplate& subject) {
  // A token that holds a column anywhere may become anything.
  std::string marked;
  for (const auto& part : subject.parts) marked += part.column >= 0 ? std::string(1, '\0') : part.literal;
  std::string out;
  for (const std::string_view token : tokens_of(marked)) {
    if (!out.empty()) out += '.';
    out += token.find('\0') == std::string_view::npos ? std::string(token) : "*";
  }
  return out;
}

std::vector<std::string> split_comma_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (!item.empty() && static_cast<unsigned char>(item.front()) <= 0x20) item.remove_prefix(1);
    while (!item.empty() && static_cast<unsigned char>(item.back()) <= 0x20) item.remove_suffix(1);
    if (!item.empty()) out.emplace_back(item);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

}  // namespace leat::nats
