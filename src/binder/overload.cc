#include "binder/overload.h"

#include <algorithm>

#include "binder/type_rules.h"

namespace leat {
namespace {

bool is_unknown(const Type& type) { return type.is(TypeId::kUnknown); }

// A candidate whose parameters have become types that the arguments can be cast to.
struct Fit {
  size_t candidate;
  std::vector<Type> types;
  std::vector<bool> polymorphic;
  Type element;  // T of kElement, kAnyList
  Type list;     // of the first kAnyList
};

const TypeSpec& spec_at(const Candidate& candidate, size_t i) {
  const size_t last = static_cast<size_t>(candidate.args->count) - 1;
  return candidate.args->args[std::min(i, last)];
}

bool takes_count(const Candidate& candidate, size_t count) {
  const auto declared = static_cast<size_t>(candidate.args->count);
  return candidate.variadic ? count + 1 >= declared : count == declared;
}

// T from the arguments that tell of it; unknown if none does; nullopt if they disagree.
std::optional<Type> find_element(const Candidate& candidate, std::span<const Type> args) {
  std::vector<Type> evidence;
  for (size_t i = 0; i < args.size(); ++i) {
    const TypeSpec& spec = spec_at(candidate, i);
    if (spec.kind == TypeSpec::kElement) evidence.push_back(args[i]);
    const bool list = spec.kind == TypeSpec::kAnyList || spec.kind == TypeSpec::kSameList ||
                      spec.kind == TypeSpec::kListOfElement;
    if (list && args[i].is(TypeId::kList)) evidence.push_back(args[i].element());
    if (list && !args[i].is(TypeId::kList) && !is_unknown(args[i])) return std::nullopt;
  }
  if (evidence.empty()) return Type(TypeId::kUnknown);
  return common_type(evidence);
}

std::optional<Fit> fit(const Candidate& candidate, size_t index, std::span<const Type> args) {
  if (!takes_count(candidate, args.size())) return std::nullopt;
  const auto element = find_element(candidate, args);
  if (!element) return std::nullopt;
  Fit out{.candidate = index, .types = {}, .polymorphic = {}, .element = *element, .list = {}};
  for (size_t i = 0; i < args.size(); ++i) {
    const TypeSpec& spec = spec_at(candidate, i);
    Type target;
    switch (spec.kind) {
      case TypeSpec::kExact: target = spec.id; break;
      case TypeSpec::kExactList: target = Type::list_of(spec.id); break;
      case TypeSpec::kAnyNonList:
        if (args[i].is(TypeId::kList)) return std::nullopt;
        [[fallthrough]];
      case TypeSpec::kAny: target = is_unknown(args[i]) ? Type(TypeId::kVarchar) : args[i]; break;
      case TypeSpec::kElement: target = *element; break;
      case TypeSpec::kAnyList:
      case TypeSpec::kSameList:
      case TypeSpec::kListOfElement:
        if (is_unknown(*element)) return std::nullopt;
        target = Type::list_of(*element);
        if (args[i].is_vector() && args[i].element() == *element) target = args[i];
        if (!out.list.is(TypeId::kList)) out.list = target;
        break;
      case TypeSpec::kAnyStruct:
        if (!args[i].is(TypeId::kStruct)) return std::nullopt;
        target = args[i];
        break;
      case TypeSpec::kRule: return std::nullopt;
    }
    if (!can_coerce(args[i], target, CastContext::kImplicit)) return std::nullopt;
    out.polymorphic.push_back(spec.kind != TypeSpec::kExact && spec.kind != TypeSpec::kExactList);
    out.types.push_back(std::move(target));
  }
  return out;
}

OverloadMatch found(std::span<const Candidate> candidates, Fit fit) {
  const Candidate& candidate = candidates[fit.candidate];
  OverloadMatch match{.kind = OverloadMatch::kFound, .candidate = fit.candidate, .arg_types = std::move(fit.types), .result = {}};
  switch (candidate.result.kind) {
    case TypeSpec::kExact: match.result = candidate.result.id; break;
    case TypeSpec::kExactList: match.result = Type::list_of(candidate.result.id); break;
    case TypeSpec::kElement: match.result = fit.element; break;
    case TypeSpec::kSameList:
    case TypeSpec::kAnyList: match.result = fit.list; break;
    case TypeSpec::kListOfElement: match.result = Type::list_of(fit.element); break;
    case TypeSpec::kAny:
    case TypeSpec::kAnyNonList:
    case TypeSpec::kAnyStruct: match.result = match.arg_types.empty() ? Type() : match.arg_types[0]; break;
    case TypeSpec::kRule:
      CHECK(candidate.result_type != nullptr, "a rule without result_type");
      match.result = candidate.result_type(match.arg_types);
      break;
  }
  return match;
}

// Keeps the fits with the highest score.
template <class F>
void keep_best(std::vector<Fit>& fits, F&& score) {
  int best = 0;
  for (const Fit& f : fits) best = std::max(best, score(f));
  std::erase_if(fits, [&](const Fit& f) { return score(f) < best; });
}

bool is_exact(const Fit& f, std::span<const Type> args, size_t i) {
  return !f.polymorphic[i] && f.types[i] == args[i];
}

// Unknown arguments: strings if any candidate takes one there, else the one category all agree on;
// then the preferred type of that category if a candidate has it.
void settle_unknowns(std::vector<Fit>& fits, std::span<const Type> args) {
  std::vector<Fit> kept = fits;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!is_unknown(args[i])) continue;
    TypeCategory category = category_of(kept[0].types[i]);
    bool agreed = true;
    bool string = false;
    for (const Fit& f : kept) {
      agreed &= category_of(f.types[i]) == category;
      string |= category_of(f.types[i]) == TypeCategory::kString;
    }
    if (!agreed && !string) return;
    if (string) category = TypeCategory::kString;
    bool preferred = false;
    for (const Fit& f : kept) preferred |= category_of(f.types[i]) == category && is_preferred(f.types[i]);
    std::erase_if(kept, [&](const Fit& f) {
      return category_of(f.types[i]) != category || (preferred && !is_preferred(f.types[i]));
    });
    if (kept.empty()) return;
  }
  fits = std::move(kept);
}

std::optional<Fit> exact_fit(std::span<const Candidate> candidates, std::span<const Type> args) {
  for (size_t c = 0; c < candidates.size(); ++c) {
    auto f = fit(candidates[c], c, args);
    if (!f) continue;
    bool all = true;
    for (size_t i = 0; i < args.size(); ++i) all &= is_exact(*f, args, i);
    if (all) return f;
  }
  return std::nullopt;
}

}  // namespace

OverloadMatch resolve_overload(std::span<const Candidate> candidates, std::span<const Type> args,
                               bool is_operator) {
  if (auto exact = exact_fit(candidates, args)) return found(candidates, std::move(*exact));
  if (is_operator && args.size() == 2 && is_unknown(args[0]) != is_unknown(args[1])) {
    const Type known = is_unknown(args[0]) ? args[1] : args[0];
    const Type both[] = {known, known};
    if (auto exact = exact_fit(candidates, both)) return found(candidates, std::move(*exact));
  }
  std::vector<Fit> fits;
  for (size_t c = 0; c < candidates.size(); ++c) {
    if (auto f = fit(candidates[c], c, args)) fits.push_back(std::move(*f));
  }
  if (fits.empty()) return {};
  if (fits.size() == 1) return found(candidates, std::move(fits[0]));

  keep_best(fits, [&](const Fit& f) {
    int score = 0;
    for (size_t i = 0; i < args.size(); ++i) score += !is_unknown(args[i]) && is_exact(f, args, i);
    return score;
  });
  if (fits.size() == 1) return found(candidates, std::move(fits[0]));
  keep_best(fits, [&](const Fit& f) {
    int score = 0;
    for (size_t i = 0; i < args.size(); ++i) {
      if (is_unknown(args[i]) || f.polymorphic[i]) continue;
      score += f.types[i] == args[i] ||
               (is_preferred(f.types[i]) && category_of(f.types[i]) == category_of(args[i]));
    }
    return score;
  });
  if (fits.size() == 1) return found(candidates, std::move(fits[0]));

  const bool any_unknown = std::any_of(args.begin(), args.end(), is_unknown);
  if (any_unknown) {
    settle_unknowns(fits, args);
    if (fits.size() == 1) return found(candidates, std::move(fits[0]));
    // All known arguments of one type: the unknown ones are of that type too.
    Type known;
    bool one = true;
    for (const Type& arg : args) {
      if (is_unknown(arg)) continue;
      one &= is_unknown(known) || known == arg;
      known = arg;
    }
    if (one && !is_unknown(known)) {
      std::vector<Fit> agreeing;
      for (const Fit& f : fits) {
        bool all = true;
        for (size_t i = 0; i < args.size(); ++i) all &= can_coerce(known, f.types[i], CastContext::kImplicit);
        if (all) agreeing.push_back(f);
      }
      if (agreeing.size() == 1) return found(candidates, std::move(agreeing[0]));
    }
  }
  // A function for the very types is meant before one for any type.
  keep_best(fits, [](const Fit& f) {
    return static_cast<int>(std::count(f.polymorphic.begin(), f.polymorphic.end(), false));
  });
  if (fits.size() == 1) return found(candidates, std::move(fits[0]));
  return {.kind = OverloadMatch::kAmbiguous, .candidate = 0, .arg_types = {}, .result = {}};
}

}  // namespace leat
