#pragma once
// NumberPattern: a to_char format of numbers (9, 0, ., D, comma, G, S, MI, PL, SG, PR, FM, L, TH),
// cut once. Thread: immutable; any.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "types/decimal.h"

namespace leat {

class NumberPattern {
 public:
  static Result<NumberPattern> parse(std::string_view format);
  void print(const Decimal& value, std::string& out) const;
  // to_number: the digits of a text by the pattern.
  Result<Decimal> read(std::string_view text) const;
  int fraction_digits() const { return after_; }

 private:
  struct Item {
    char kind;  // 9 0 . , S M(I) P(L) G(SG) R(PR) L T(th) or '"' for text
    std::string text = {};
  };
  std::vector<Item> items_;
  int before_ = 0;       // digit positions before the point
  int after_ = 0;        // and behind it
  int first_zero_ = -1;  // first 0 among those before the point
  int last_zero_ = -1;   // last 0 behind the point
  bool fill_ = true;
  bool has_point_ = false;
  bool has_sign_ = false;  // S, MI, PL, SG or PR shows it
};

}  // namespace leat
