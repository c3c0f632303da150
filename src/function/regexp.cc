#include <re2/re2.h>

#include "function/regexp.h"
#include "function/utf8.h"

namespace leat {
namespace {

// A character class by its name, over all of Unicode where RE2's own is ASCII; empty: no such
// class.
std::string_view class_of(std::string_view name) {
  struct Row {
    std::string_view name, members;
  };
  static constexpr Row kRows[] = {
      {"alnum", "\\p{L}\\p{N}"}, {"alpha", "\\p{L}"},
      {"blank", "[:blank:]"},    {"cntrl", "[:cntrl:]"},
      {"digit", "0-9"},          {"graph", "[:graph:]\\p{L}\\p{N}"},
      {"lower", "\\p{Ll}"},      {"print", "[:print:]\\p{L}\\p{N}"},
      {"punct", "[:punct:]"},    {"space", "[:space:]"},
      {"upper", "\\p{Lu}"},      {"word", "\\p{L}\\p{N}_"},
      {"xdigit", "[:xdigit:]"},
  };
  for (const Row& row : kRows) {
    if (row.name == name) return row.members;
  }
  return {};
}

// What the translation of an expression found out.
struct Translated {
  std::string text;
  bool lazy = false;       // has quantifiers that match as little as they can
  bool bad_class = false;  // [[:nonsense:]]
};

// Changes what RE2 spells differently: word boundaries, letters beyond ASCII, [.x.] in classes.
Translated to_re2(std::string_view p, const RegexpFlags& flags) {
  Translated made;
  std::string& out = made.text;
  bool in_class = false;
  for (size_t i = 0; i < p.size(); ++i) {
    const char c = p[i];
    if (c == '\\' && i + 1 < p.size()) {
      const char e = p[++i];
      switch (e) {
        case 'm':
        case 'M':
        case 'y':
          out += in_class ? std::string{e} : "\\b";
          break;
        case 'Y':
          out += "\\B";
          break;
        case 'Z':
          out += "\\z";
          break;
        case 'w':
          out += in_class ? "\\p{L}\\p{N}_" : "[\\p{L}\\p{N}_]";
          break;
        case 'W':
          out += "[^\\p{L}\\p{N}_]";
          break;
        default:
          out += c;
          out += e;
      }
      continue;
    }
    if (in_class) {
      if (c == '[' && i + 1 < p.size() && (p[i + 1] == ':' || p[i + 1] == '.' || p[i + 1] == '=')) {
        const size_t end = p.find(std::string{p[i + 1], ']'}, i + 2);
        if (end != p.npos) {
          const std::string_view name = p.substr(i + 2, end - i - 2);
          if (p[i + 1] == ':') {
            out += class_of(name);
            made.bad_class |= class_of(name).empty();
          } else {
            out += name;  // [.x.] and [=x=]: the character itself
          }
          i = end + 1;
          continue;
        }
      }
      if (c == '[') out += '\\';
      in_class = c != ']';
      out += c;
      continue;
    }
    if (p.substr(i).starts_with("[[:<:]]") || p.substr(i).starts_with("[[:>:]]")) {
      out += "\\b";
      i += 6;
      continue;
    }
    if (c == '[') {
      in_class = true;
      out += c;
      if (i + 1 < p.size() && p[i + 1] == '^') {
        out += p[++i];
        if (!flags.newline_dot) out += "\\n";
      }
      if (i + 1 < p.size() && p[i + 1] == ']') {  // first in a class: itself
        out += "\\]";
        ++i;
      }
      continue;
    }
    if (flags.extended) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
      if (c == '#') {
        while (i + 1 < p.size() && p[i + 1] != '\n') ++i;
        continue;
      }
    }
    if (c == '?' && i > 0 &&
        (p[i - 1] == '*' || p[i - 1] == '+' || p[i - 1] == '?' || p[i - 1] == '}'))
      made.lazy = true;
    out += c;
  }
  return made;
}

// PostgreSQL's words for what is wrong, where it has the same notion.
Error compile_error(const re2::RE2& re) {
  const auto error = [](std::string_view text) {
    return make_error(SqlState::kInvalidRegularExpression, "invalid regular expression: {}", text);
  };
  switch (re.error_code()) {
    case re2::RE2::ErrorMissingParen:
      if (re.error_arg().starts_with("(?")) break;
      [[fallthrough]];
    case re2::RE2::ErrorUnexpectedParen:
      return error("parentheses () not balanced");
    case re2::RE2::ErrorMissingBracket:
      return error("brackets [] not balanced");
    case re2::RE2::ErrorRepeatArgument:
    case re2::RE2::ErrorRepeatOp:
      return error("quantifier operand invalid");
    case re2::RE2::ErrorRepeatSize:
      return error("invalid repetition count(s)");
    case re2::RE2::ErrorBadCharClass:
      return error("invalid character class");
    case re2::RE2::ErrorBadCharRange:
      return error("invalid character range");
    case re2::RE2::ErrorTrailingBackslash:
      return error("invalid escape \\ sequence");
    case re2::RE2::ErrorBadEscape:
      if (re.error_arg().size() == 2 && re.error_arg()[1] >= '1' && re.error_arg()[1] <= '9') {
        return error("back references are not supported");
      }
      return error("invalid escape \\ sequence");
    default:
      break;
  }
  if (re.error_code() == re2::RE2::ErrorMissingParen ||
      re.error_code() == re2::RE2::ErrorBadPerlOp) {
    return error("look-around and other (?...) constructs are not supported");
  }
  if (re.error_code() == re2::RE2::ErrorPatternTooLarge)
    return error("regular expression is too complex");
  return error(re.error());
}

}  // namespace

Result<RegexpFlags> RegexpFlags::parse(std::string_view letters) {
  RegexpFlags flags;
  for (size_t i = 0; i < letters.size(); ++i) {
    switch (letters[i]) {
      case 'g':
        flags.global = true;
        break;
      case 'i':
        flags.ignore_case = true;
        break;
      case 'c':
        flags.ignore_case = false;
        break;
      case 'n':
      case 'm':
        flags.newline_anchors = true;
        flags.newline_dot = false;
        break;
      case 'p':
        flags.newline_dot = false;
        flags.newline_anchors = false;
        break;
      case 'w':
        flags.newline_dot = true;
        flags.newline_anchors = true;
        break;
      case 's':
        flags.newline_dot = true;
        flags.newline_anchors = false;
        break;
      case 'x':
        flags.extended = true;
        break;
      case 't':
        flags.extended = false;
        break;
      case 'q':
        flags.literal = true;
        break;
      case 'e':
      case 'b':
        break;
      default:
        return fail(SqlState::kInvalidParameterValue, "invalid regular expression option: \"{}\"",
                    letters.substr(i, utf8_size(letters[i])));
    }
  }
  return flags;
}

Regexp::Regexp() = default;
Regexp::~Regexp() = default;

Result<std::shared_ptr<const Regexp>> Regexp::compile(std::string_view pattern,
                                                      const RegexpFlags& given) {
  RegexpFlags flags = given;
  // Embedded options at the start: (?i)
  if (pattern.starts_with("(?") && pattern.size() > 3 && pattern[2] >= 'a' && pattern[2] <= 'z') {
    const size_t end = pattern.find(')');
    if (end != pattern.npos) {
      const auto embedded = RegexpFlags::parse(pattern.substr(2, end - 2));
      if (embedded) {
        flags.ignore_case = embedded->ignore_case || flags.ignore_case;
        flags.newline_anchors = embedded->newline_anchors || flags.newline_anchors;
        flags.newline_dot = embedded->newline_dot && flags.newline_dot;
        flags.extended = embedded->extended || flags.extended;
        pattern.remove_prefix(end + 1);
      }
    }
  }
  if (pattern.starts_with("***=")) {
    flags.literal = true;
    pattern.remove_prefix(4);
  } else if (pattern.starts_with("***:")) {
    pattern.remove_prefix(4);
  }
  Translated translated;
  if (!flags.literal)
    translated = to_re2(pattern, flags);
  else
    translated.text = re2::RE2::QuoteMeta(re2::StringPiece(pattern.data(), pattern.size()));
  if (translated.bad_class) {
    return fail(SqlState::kInvalidRegularExpression,
                "invalid regular expression: invalid character class");
  }
  std::string text = std::move(translated.text);
  if (flags.newline_anchors && !flags.literal) text = "(?m:" + text + ")";
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!flags.ignore_case);
  options.set_dot_nl(flags.newline_dot);
  options.set_longest_match(!translated.lazy);
  options.set_max_mem(16 << 20);
  std::shared_ptr<Regexp> made(new Regexp());
  made->re2_ = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!made->re2_->ok()) return fail(compile_error(*made->re2_));
  made->groups_ = made->re2_->NumberOfCapturingGroups();
  return std::shared_ptr<const Regexp>(std::move(made));
}

bool Regexp::matches(std::string_view text) const {
  return re2_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                     re2::RE2::UNANCHORED, nullptr, 0);
}

bool Regexp::find(std::string_view text, size_t from, std::vector<std::string_view>& found) const {
  const int n = groups_ + 1;
  constexpr int kInPlaceMax = 16;
  re2::StringPiece in_place[kInPlaceMax];
  std::vector<re2::StringPiece> many;
  re2::StringPiece* pieces = in_place;
  if (n > kInPlaceMax) {
    many.resize(static_cast<size_t>(n));
    pieces = many.data();
  }
  // An empty text must not look like a group that took no part.
  const char* data = text.data() == nullptr ? "" : text.data();
  if (!re2_->Match(re2::StringPiece(data, text.size()), from, text.size(), re2::RE2::UNANCHORED,
                   pieces, n)) {
    return false;
  }
  found.clear();
  for (int i = 0; i < n; ++i) {
    found.push_back(pieces[i].data() == nullptr
                        ? std::string_view()
                        : std::string_view(pieces[i].data(), pieces[i].size()));
  }
  return true;
}

Result<std::string> similar_to_regexp(std::string_view p, std::string_view escape) {
  if (utf8_length(escape) > 1) {
    return fail(make_error(SqlState::kInvalidEscapeSequence, "invalid escape string")
                    .with_hint("Escape string must be empty or one character."));
  }
  std::string out = "^(?:";
  bool in_class = false;
  for (size_t i = 0; i < p.size();) {
    if (!escape.empty() && p.substr(i).starts_with(escape)) {
      i += escape.size();
      if (i == p.size()) break;
      out += '\\';
      const size_t n = utf8_size(p[i]);
      if (n > 1) out.pop_back();
      out += p.substr(i, n);
      i += n;
      continue;
    }
    const char c = p[i++];
    if (in_class) {
      if (c == '\\') out += '\\';
      out += c;
      in_class = c != ']';
      continue;
    }
    switch (c) {
      case '%':
        out += ".*";
        break;
      case '_':
        out += '.';
        break;
      case '(':
        out += "(?:";
        break;
      case '[':
        in_class = true;
        out += c;
        if (i < p.size() && p[i] == '^') out += p[i++];
        break;
      case '\\':
      case '.':
      case '^':
      case '$':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out + ")$";
}

Result<const Regexp*> RegexpCache::get(std::string_view pattern, std::string_view flags,
                                       RegexpFlags base) {
  const auto is_it = [&](const Entry& e) { return e.pattern == pattern && e.flags == flags; };
  if (last_ < entries_.size() && is_it(entries_[last_])) {
    last_flags_ = entries_[last_].parsed;
    return entries_[last_].regexp.get();
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!is_it(entries_[i])) continue;
    last_ = i;
    last_flags_ = entries_[i].parsed;
    return entries_[i].regexp.get();
  }
  RegexpFlags parsed = TRY(RegexpFlags::parse(flags));
  parsed.ignore_case |= base.ignore_case;
  Entry entry{std::string(pattern), std::string(flags), parsed,
              TRY(Regexp::compile(pattern, parsed))};
  if (entries_.size() < kEntriesMax) {
    last_ = entries_.size();
    entries_.push_back(std::move(entry));
  } else {
    last_ = next_++ % kEntriesMax;
    entries_[last_] = std::move(entry);
  }
  last_flags_ = parsed;
  return entries_[last_].regexp.get();
}

}  // namespace leat
