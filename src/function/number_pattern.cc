#include "function/number_pattern.h"

#include <algorithm>

namespace leat {
namespace {
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
}  // namespace

Result<NumberPattern> NumberPattern::parse(std::string_view format) {
  NumberPattern p;
  for (size_t i = 0; i < format.size(); ++i) {
    const char c = upper(format[i]);
    const char next = i + 1 < format.size() ? upper(format[i + 1]) : '\0';
    switch (c) {
      case '9':
      case '0':
        if (p.has_point_) {
          ++p.after_;
          if (c == '0') p.last_zero_ = p.after_;
        } else {
          if (c == '0' && p.first_zero_ < 0) p.first_zero_ = p.before_;
          ++p.before_;
        }
        p.items_.push_back({c});
        continue;
      case '.':
      case 'D':
        if (p.has_point_) return fail(SqlState::kSyntaxError, "multiple decimal points");
        p.has_point_ = true;
        p.items_.push_back({'.'});
        continue;
      case ',':
      case 'G':
        p.items_.push_back({','});
        continue;
      case 'L':
        p.items_.push_back({'L'});
        continue;
      case '"': {
        std::string text;
        for (++i; i < format.size() && format[i] != '"'; ++i) text += format[i];
        p.items_.push_back({'"', text});
        continue;
      }
      default:
        break;
    }
    if (c == 'F' && next == 'M') {
      p.fill_ = false;
      ++i;
    } else if (c == 'M' && next == 'I') {
      p.items_.push_back({'M'});
      p.has_sign_ = true;
      ++i;
    } else if (c == 'P' && next == 'L') {
      p.items_.push_back({'P'});
      ++i;
    } else if (c == 'S' && next == 'G') {
      p.items_.push_back({'G'});
      p.has_sign_ = true;
      ++i;
    } else if (c == 'P' && next == 'R') {
      p.items_.push_back({'R'});
      p.has_sign_ = true;
      ++i;
    } else if (c == 'T' && next == 'H') {
      p.items_.push_back({'T', format[i] == 'T' ? "TH" : "th"});
      ++i;
    } else if (c == 'S') {
      p.items_.push_back({'S'});
      p.has_sign_ = true;
    } else if ((c == 'R' && next == 'N') || c == 'V' || c == 'E' || c == 'B') {
      return fail(SqlState::kFeatureNotSupported, "number format \"{}\" is not supported", format);
    } else {
      p.items_.push_back({'"', std::string(1, format[i])});
    }
  }
  return p;
}

void NumberPattern::print(const Decimal& value, std::string& out) const {
  const bool minus = value.is_negative() && !value.is_zero();
  std::string whole, fraction;
  bool overflow = !value.is_finite();
  bool zero = false;
  if (!overflow) {
    const auto rounded = value.rounded(after_);
    const Decimal shown = rounded ? rounded->absolute() : value.absolute();
    std::string text = shown.to_string();
    const size_t dot = text.find('.');
    whole = text.substr(0, dot);
    if (dot != std::string::npos) fraction = text.substr(dot + 1);
    fraction.resize(static_cast<size_t>(after_), '0');
    if (whole == "0" && before_ > 0) whole.clear();
    if (whole == "0") whole.clear();
    zero = shown.is_zero();
    overflow = whole.size() > static_cast<size_t>(before_);
  }
  const bool shows_minus = minus && !zero;
  if (overflow) {
    whole.assign(static_cast<size_t>(before_), '#');
    fraction.assign(static_cast<size_t>(after_), '#');
  }
  // Behind the point FM drops zeros that no 0 asks for.
  size_t keep = fraction.size();
  if (!fill_ && !overflow) {
    while (keep > 0 && fraction[keep - 1] == '0' && static_cast<int>(keep) > last_zero_) --keep;
  }
  const size_t lead = static_cast<size_t>(before_) - whole.size();
  size_t at = 0, behind = 0;
  bool point = false, started = false;
  const auto starts_at = [&](size_t i) {  // does a digit stand at position i before the point
    return i >= lead || (first_zero_ >= 0 && static_cast<int>(i) >= first_zero_);
  };
  // The sign stands right before the first digit, unless the format places it.
  const std::string own_sign = has_sign_ ? "" : shows_minus ? "-" : fill_ ? " " : "";
  bool sign_out = own_sign.empty();
  bool leading_s = false;
  std::string body;
  const auto put_sign = [&] {
    if (!sign_out) body += own_sign;
    sign_out = true;
    if (leading_s) body += shows_minus ? "-" : "+";
    leading_s = false;
  };
  // A whole part of zero shows one 0 in the last place when there is no fraction to show.
  const bool lone_zero =
      zero && (!has_point_ || (!fill_ && keep == 0)) && first_zero_ < 0 && before_ > 0;
  for (const Item& item : items_) {
    switch (item.kind) {
      case '9':
      case '0':
        if (point) {
          if (behind < keep) body += fraction[behind];
          ++behind;
          break;
        }
        if (starts_at(at) || (lone_zero && at + 1 == static_cast<size_t>(before_))) {
          if (!started) put_sign();
          started = true;
          body += at >= lead ? whole[at - lead] : '0';
        } else if (fill_) {
          body += ' ';
        }
        ++at;
        break;
      case '.':
        if (!started) {
          put_sign();
          started = true;
        }
        body += '.';
        point = true;
        break;
      case ',':
        if (started)
          body += ',';
        else if (fill_)
          body += ' ';
        break;
      case 'S':
        if (!started && at == 0 && !point)
          leading_s = true;
        else
          body += shows_minus ? "-" : "+";
        break;
      case 'M':
        body += shows_minus ? "-" : fill_ ? " " : "";
        break;
      case 'P':
        body += shows_minus ? (fill_ ? " " : "") : "+";
        break;
      case 'G':
        body += shows_minus ? "-" : "+";
        break;
      case 'R':
        break;
      case 'L':
        body += fill_ ? " " : "";
        break;
      case 'T': {
        if (shows_minus || has_point_) break;
        const int n = whole.empty() ? 0 : whole[whole.size() - 1] - '0';
        const bool teen = whole.size() > 1 && whole[whole.size() - 2] == '1';
        std::string_view th = teen || n == 0 || n > 3 ? "th" : n == 1 ? "st" : n == 2 ? "nd" : "rd";
        for (const char c : th) body += item.text == "TH" ? upper(c) : c;
        break;
      }
      default:
        body += item.text;
    }
  }
  put_sign();
  const bool angle =
      std::any_of(items_.begin(), items_.end(), [](const Item& i) { return i.kind == 'R'; });
  if (angle) {
    const size_t first = std::min(body.find_first_not_of(' '), body.size());
    if (shows_minus) {
      body.insert(first, "<");
      body += '>';
    } else if (fill_) {
      body.insert(0, " ");
      body += ' ';
    }
  }
  out += body;
}

Result<Decimal> NumberPattern::read(std::string_view text) const {
  std::string number;
  bool minus = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      number += c;
    else if (c == '.' && number.find('.') == std::string::npos && has_point_)
      number += c;
    else if (c == '-' || c == '<')
      minus = true;
  }
  if (number.empty() || number == ".") {
    return fail(SqlState::kInvalidTextRepresentation,
                "invalid input syntax for type numeric: \"{}\"", text);
  }
  return Decimal::parse((minus ? "-" : "") + number);
}

}  // namespace leat
