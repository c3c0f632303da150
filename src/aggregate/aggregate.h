#pragma once
// AggregateFunction: one row of the aggregates' table: name, signature, doc, and how it computes,
// in one or more of three ways; the operator picks the cheapest that is right:
//   inline, retractable   fixed bytes per group that also take back what they counted (`update`
//                         with negative weights): count, sum, avg, bool_and ..
//   inline, append-only   fixed bytes that cannot take back (`append_*`): min, max of fixed-width
//   types rows                  the operator keeps the group's argument rows in order and hands
//   them over when
//                         the group has changed (`from_rows`): min, max, string_agg, array_agg ..
// State bytes are plain data, stored on disk as they are; `version` changes with their meaning.
// Zeroed bytes are the state of an empty group. Thread: any; functions keep no state of their own.

#include <span>
#include <string_view>

#include "expr/function.h"

namespace leat {

// One batch of updates: row i adds rows[i] of the arguments, weights[i] times, to the state at
// states[i].
struct AggregateUpdate {
  std::span<char* const> states;
  std::span<const uint32_t> rows;  // physical rows of args
  const int32_t* weights;          // null: all +1
  std::span<const Vector* const> args;
  int32_t weight(size_t i) const { return weights ? weights[i] : 1; }
};

// A group's argument rows in the order of the call, NULL arguments included.
class AggregateRows {
 public:
  // Packed arguments (types/packed_row.h, exact) and the weight, which is positive.
  virtual bool next(std::string_view& packed, int64_t& weight) = 0;

 protected:
  ~AggregateRows() = default;
};

struct AggregateFunction {
  std::string_view name;
  Signature args;
  TypeSpec result;
  std::string_view doc;
  std::string_view example;                                   // "sum(v) over (1, 2, NULL) -> 3"
  Type (*result_type)(std::span<const Type> args) = nullptr;  // for TypeSpec::kRule
  uint16_t version = 1;
  int json_argument = -1;  // this argument may be of any type: it is given as to_jsonb() of it

  struct Inline {
    uint32_t state_bytes = 0;  // a multiple of 8; 0: this way does not exist
    void (*update)(const AggregateUpdate& update) = nullptr;
    // out row i from states[i]; sets NULL where the aggregate of nothing is NULL. Errors (overflow)
    // go to the context, the row becomes NULL.
    void (*result)(std::span<const char* const> states, Vector& out,
                   EvalContext& context) = nullptr;
  };
  Inline retractable;
  Inline append_only;  // takes positive weights only

  // The `rows` way. Order of rows: the call's ORDER BY, else `rows_order`.
  enum RowsOrder : uint8_t { kArrival, kAscending, kDescending };
  RowsOrder rows_order = kArrival;
  bool first_row_only = false;   // reads one row: an append-only input need not keep the others
  bool skips_null_rows = false;  // rows whose first argument is NULL need not be kept
  bool takes_nulls = false;      // a NULL argument is a value like others, of DISTINCT too
  void (*from_rows)(AggregateRows& rows, std::span<const Type> arg_types, Vector& out, size_t row,
                    EvalContext& context) = nullptr;
  // May an ORDER BY or DISTINCT change the result? (count and sum: only DISTINCT)
  bool order_matters = false;
};

std::span<const AggregateFunction> aggregate_functions();

// The families, each in its file; concatenated by aggregate_functions().
std::span<const AggregateFunction> count_aggregates();
std::span<const AggregateFunction> sum_aggregates();
std::span<const AggregateFunction> avg_aggregates();
std::span<const AggregateFunction> min_max_aggregates();
std::span<const AggregateFunction> bool_aggregates();
std::span<const AggregateFunction> bit_aggregates();
std::span<const AggregateFunction> variance_aggregates();
std::span<const AggregateFunction> collect_aggregates();
std::span<const AggregateFunction> jsonb_aggregates();

}  // namespace leat
