#pragma once
// StatementState: what one statement's binding shares: options, parameter types, the relations read.
// Thread: one statement's.

#include <set>

#include "binder/binder.h"
#include "binder/type_rules.h"

namespace leat {

inline constexpr int kViewDepthMax = 64;    // views on views that are inlined
inline constexpr int kParameterMax = 65535;  // the wire protocol's limit

class StatementState {
 public:
  explicit StatementState(BinderOptions options);

  const CatalogSnapshot& catalog() const { return *options_.catalog; }
  const BinderOptions& options() const { return options_; }

  // The 1-based character of a byte offset; 0 in texts that the user did not write (a view's).
  uint32_t position(uint32_t byte) const;
  // The error at a place in the text.
  Error at(Error error, uint32_t byte) const;
  template <class... Args>
  std::unexpected<Error> fail_at(uint32_t byte, SqlState code, fmt::format_string<Args...> format,
                                 Args&&... args) const {
    return fail(at(make_error(code, format, std::forward<Args>(args)...), byte));
  }
  template <class T>
  Result<T> placed(Result<T> result, uint32_t byte) const {
    if (result) return result;
    return fail(at(std::move(result).error(), byte));
  }

  // For what is kept longer than a statement's parameters live, or has none: $n is an error from now on.
  void refuse_parameters() { refuses_parameters_ = true; }
  // $n: its type as far as known. kUndefinedParameter beyond the limit.
  Result<ExprPtr> parameter(uint32_t number, uint32_t byte);
  // A parameter of unknown type takes the type of the place where it stands.
  void set_parameter_type(int parameter, const Type& type);
  const std::vector<Type>& parameter_types() const { return parameter_types_; }
  bool saw_parameters() const { return saw_parameters_; }

  Result<RelationPtr> find_relation(const ast::ObjectName& name) const;
  void reads(const Relation& relation) { depends_on_.insert(relation.id); }
  const std::set<ObjectId>& depends_on() const { return depends_on_; }

  EvalContext eval_context() const { return {.zone = &options_.zone}; }

  // Binding of a view's text within this statement.
  int view_depth = 0;

 private:
  BinderOptions options_;
  std::vector<Type> parameter_types_;
  bool refuses_parameters_ = false;
  bool saw_parameters_ = false;
  std::set<ObjectId> depends_on_;
  bool ascii_ = true;
};

}  // namespace leat
