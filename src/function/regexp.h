#pragma once
// Regexp: a PostgreSQL regular expression run by RE2 (so without back references and look-ahead).
// PostgreSQL takes the longest match where RE2 takes the first alternative: an expression without
// lazy quantifiers is compiled for the longest. Thread: matching is const; any.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace leat {

struct RegexpFlags {
  bool global = false;  // g: the callers', not the expression's
  bool ignore_case = false;
  bool newline_anchors = false;  // ^ and $ match at lines
  bool newline_dot = true;       // . and [^..] match line ends
  bool extended = false;         // blanks and comments do not count
  bool literal = false;
  // Letters of a flags argument. Error: kInvalidParameterValue.
  static Result<RegexpFlags> parse(std::string_view letters);
};

class Regexp {
 public:
  static Result<std::shared_ptr<const Regexp>> compile(std::string_view pattern,
                                                       const RegexpFlags& flags);
  ~Regexp();

  int groups() const { return groups_; }
  bool matches(std::string_view text) const;
  // Match and groups of the first match at or after byte `from`; a group that took no part has null
  // data.
  bool find(std::string_view text, size_t from, std::vector<std::string_view>& found) const;

 private:
  Regexp();
  std::unique_ptr<re2::RE2> re2_;
  int groups_ = 0;
};

// The parts of a text between matches, as regexp_split_to_array has them: an empty match counts
// only inside the text, not right behind another.
template <class F>
void split_by_regexp(const Regexp& re, std::string_view text, std::vector<std::string_view>& found,
                     F&& add) {
  size_t part = 0, from = 0;
  while (from <= text.size() && re.find(text, from, found)) {
    const auto at = static_cast<size_t>(found[0].data() - text.data());
    const size_t end = at + found[0].size();
    if (found[0].empty()) {
      if (at >= text.size()) break;
      from = at + 1;
      while (from < text.size() && (static_cast<uint8_t>(text[from]) & 0xC0) == 0x80) ++from;
      if (at == part) continue;
    } else {
      from = end;
    }
    add(text.substr(part, at - part));
    part = end;
  }
  add(text.substr(part));
}

// SIMILAR TO's pattern as a regular expression. `escape` is one character or empty.
Result<std::string> similar_to_regexp(std::string_view pattern, std::string_view escape);

// Compiled expressions by pattern and flags: for patterns that come from columns. Owned by one call
// site.
class RegexpCache {
 public:
  Result<const Regexp*> get(std::string_view pattern, std::string_view flags,
                            RegexpFlags base = {});
  RegexpFlags flags_of_last() const { return last_flags_; }

 private:
  static constexpr size_t kEntriesMax = 32;
  struct Entry {
    std::string pattern, flags;
    RegexpFlags parsed;
    std::shared_ptr<const Regexp> regexp;
  };
  std::vector<Entry> entries_;
  size_t next_ = 0;
  size_t last_ = 0;
  RegexpFlags last_flags_;
};

}  // namespace leat
