#pragma once
// ScalarFunction: one row of the function tables: a name, a signature, a kernel, and its doc.
// Rows are constants; they live for ever, so plans keep pointers to them. Thread: any.

#include <array>
#include <span>
#include <string_view>

#include "expr/eval_context.h"
#include "types/batch.h"
#include "types/vector.h"

namespace leat {

struct ScalarFunction;

// What an argument position accepts, and how a result type is found.
struct TypeSpec {
  enum Kind : uint8_t {
    kExact,    // `id`
    kAny,      // any type
    kAnyNonList,  // any type but lists: what || joins with text
    kAnyList,  // T[]; T is bound for kElement and kSameList
    kElement,  // T of the first kAnyList argument, or the common type of all kElement arguments
    kAnyStruct,
    kSameList,  // (result) the type of the first kAnyList argument
    kListOfElement,  // T[] where T is bound by kElement arguments
    kRule,  // (result) `result_type` of the row decides
    kExactList,  // `id`[]
  };
  Kind kind = kExact;
  TypeId id = TypeId::kUnknown;
  constexpr TypeSpec() = default;
  constexpr TypeSpec(TypeId exact) : id(exact) {}  // NOLINT: reads well in tables
  constexpr TypeSpec(Kind k) : kind(k) {}          // NOLINT
  static constexpr TypeSpec list_of(TypeId element) { TypeSpec s; s.kind = kExactList; s.id = element; return s; }
};

inline constexpr int kFunctionArgsMax = 8;  // declared positions; a variadic last one may repeat

struct Signature {
  std::array<TypeSpec, kFunctionArgsMax> args = {};
  int count = 0;
  constexpr Signature() = default;
  template <class... T>
  constexpr Signature(T... specs) : args{TypeSpec(specs)...}, count(sizeof...(specs)) {}  // NOLINT
};

enum class NullMode : uint8_t {
  kStrict,  // any NULL argument makes the result NULL; the kernel never computes such rows
  kCalled,  // the kernel sees NULL arguments and sets nulls itself
};
enum class Volatility : uint8_t {
  kImmutable,  // may be folded at plan time
  kStable,     // fixed within a statement or step: now(), current_user
  kVolatile,   // random()
};

// One call of a kernel: compute `out` at the physical positions in `rows`.
// For strict functions out's null bits are set already where an argument is NULL.
struct KernelCall {
  EvalContext& context;
  const ScalarFunction& function;
  std::span<const Vector* const> args;
  const Selection& rows;
  Vector& out;
  void* prepared;  // what `prepare` made for this call site, or null

  // The row's value cannot be computed: it becomes NULL and the error goes to the context's sink.
  void error(size_t row, SqlState code, std::string message) const {
    out.set_null_value(row);
    context.row_error(row, Error{.code = code, .message = std::move(message)});
  }
};
using Kernel = void (*)(const KernelCall& call);

struct ScalarFunction {
  std::string_view name;
  Signature args;
  TypeSpec result;
  Kernel kernel = nullptr;
  std::string_view doc;      // one line
  std::string_view example;  // "abs(-5) -> 5": run by the tests
  NullMode nulls = NullMode::kStrict;
  Volatility volatility = Volatility::kImmutable;
  bool variadic = false;  // the last position may repeat (also zero times)
  // For TypeSpec::kRule.
  Type (*result_type)(std::span<const Type> args) = nullptr;
  // Called once per call site with its constant arguments (null pointers for the others); the result
  // is shared by evaluations of one thread at a time (a compiled regular expression, a format).
  std::shared_ptr<void> (*prepare)(std::span<const Value* const> constants) = nullptr;
};

}  // namespace leat
