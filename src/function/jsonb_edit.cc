// jsonb: changed documents. Canonical text is put together from parts of canonical text; objects
// are sorted again where a key came in.
#include <algorithm>
#include <charconv>

#include "function/functions.h"
#include "function/rows.h"
#include "types/jsonb.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

using Members = std::vector<std::pair<std::string, std::string>>;  // key, canonical value

bool is_container(std::string_view text) { return text[0] == '{' || text[0] == '['; }

Members members_of(std::string_view object) {
  Members all;
  for (auto& [key, value] : JsonView{object}.members())
    all.emplace_back(std::move(key), std::string(value.text));
  return all;
}
std::vector<std::string> elements_of(std::string_view array) {
  std::vector<std::string> all;
  for (const JsonView& e : JsonView{array}.elements()) all.emplace_back(e.text);
  return all;
}
void append_array(std::string& to, const std::vector<std::string>& elements) {
  to += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) to += ", ";
    to += elements[i];
  }
  to += ']';
}
// Keys sorted; of equal keys the last one stays.
void append_object(std::string& to, Members members) {
  std::vector<size_t> order(members.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const std::string& ka = members[a].first;
    const std::string& kb = members[b].first;
    if (ka.size() != kb.size()) return ka.size() < kb.size();
    const int c = ka.compare(kb);
    return c != 0 ? c < 0 : a < b;
  });
  to += '{';
  bool first = true;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto& [key, value] = members[order[i]];
    if (i + 1 < order.size() && members[order[i + 1]].first == key) continue;
    if (!first) to += ", ";
    first = false;
    append_json_string(to, key);
    to += ": ";
    to += value;
  }
  to += '}';
}

// a || b: objects are merged, anything else becomes an array.
void concat(std::string_view a, std::string_view b, std::string& out) {
  if (a[0] == '{' && b[0] == '{') {
    Members all = members_of(a);
    for (auto& m : members_of(b)) all.push_back(std::move(m));
    return append_object(out, std::move(all));
  }
  const auto inner = [](std::string_view t) { return t[0] == '[' ? t.substr(1, t.size() - 2) : t; };
  const std::string_view ia = inner(a), ib = inner(b);
  out += '[';
  out += ia;
  if (!ia.empty() && !ib.empty()) out += ", ";
  out += ib;
  out += ']';
}
void concat_kernel(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    concat(call.args[0]->string_at(row), call.args[1]->string_at(row), out);
  });
}

Result<void> remove_keys(std::string_view document, std::span<const std::string> keys,
                         std::string& out) {
  if (!is_container(document))
    return fail(SqlState::kInvalidParameterValue, "cannot delete from scalar");
  const auto is_key = [&](const std::string& k) {
    return std::find(keys.begin(), keys.end(), k) != keys.end();
  };
  if (document[0] == '{') {
    Members members = members_of(document);
    std::erase_if(members, [&](const auto& m) { return is_key(m.first); });
    append_object(out, std::move(members));
    return {};
  }
  std::vector<std::string> elements = elements_of(document);
  std::erase_if(elements, [&](const std::string& e) {
    return e[0] == '"' && is_key(JsonView{e}.string_value());
  });
  append_array(out, elements);
  return {};
}
void remove_key(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) {
    const std::string key(call.args[1]->string_at(row));
    return remove_keys(call.args[0]->string_at(row), {&key, 1}, out);
  });
}
std::vector<std::string> texts_of(std::string_view packed) {
  std::vector<std::string> all;
  PackedReader reader = PackedReader::of_list(packed);
  while (!reader.done()) {
    const PackedValue v = reader.next(Physical::kString);
    if (!v.is_null()) all.emplace_back(v.view());
  }
  return all;
}
void remove_key_list(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) {
    return remove_keys(call.args[0]->string_at(row), texts_of(call.args[1]->string_at(row)), out);
  });
}
void remove_index(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view document = call.args[0]->string_at(row);
    if (!is_container(document))
      return fail(SqlState::kInvalidParameterValue, "cannot delete from scalar");
    if (document[0] == '{')
      return fail(SqlState::kInvalidParameterValue,
                  "cannot delete from object using integer index");
    std::vector<std::string> elements = elements_of(document);
    int64_t index = call.args[1]->at<int32_t>(row);
    if (index < 0) index += static_cast<int64_t>(elements.size());
    if (index >= 0 && index < static_cast<int64_t>(elements.size()))
      elements.erase(elements.begin() + index);
    append_array(out, elements);
    return {};
  });
}

// What jsonb_set and its family do at the end of a path.
struct PathEdit {
  enum Kind : uint8_t { kRemove, kSet, kInsert } kind;
  std::string_view value = {};
  bool create = true;  // kSet: make what is missing
  bool after = false;  // kInsert
};

class PathEditor {
 public:
  PathEditor(const PathEdit& edit, std::vector<std::string> path)
      : edit_(edit), path_(std::move(path)) {}

  Result<void> edit(std::string_view document, size_t level, std::string& out) const {
    if (level == path_.size() || !is_container(document)) {
      out += document;
      return {};
    }
    return document[0] == '{' ? edit_object(document, level, out)
                              : edit_array(document, level, out);
  }

 private:
  bool last(size_t level) const { return level + 1 == path_.size(); }

  Result<void> edit_object(std::string_view document, size_t level, std::string& out) const {
    Members members = members_of(document);
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const auto& m) { return m.first == path_[level]; });
    if (!last(level)) {
      if (at != members.end()) {
        std::string inner;
        TRY(edit(at->second, level + 1, inner));
        at->second = std::move(inner);
      }
    } else if (edit_.kind == PathEdit::kRemove) {
      if (at != members.end()) members.erase(at);
    } else if (edit_.kind == PathEdit::kInsert) {
      if (at != members.end()) {
        return fail(make_error(SqlState::kInvalidParameterValue, "cannot replace existing key")
                        .with_hint("Try using the function jsonb_set to replace key value."));
      }
      members.emplace_back(path_[level], edit_.value);
    } else if (at != members.end()) {
      at->second = edit_.value;
    } else if (edit_.create) {
      members.emplace_back(path_[level], edit_.value);
    }
    append_object(out, std::move(members));
    return {};
  }

  Result<void> edit_array(std::string_view document, size_t level, std::string& out) const {
    std::vector<std::string> elements = elements_of(document);
    const auto size = static_cast<int64_t>(elements.size());
    const std::string& step = path_[level];
    int64_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error != std::errc() || end != step.data() + step.size()) {
      return fail(SqlState::kInvalidTextRepresentation,
                  "path element at position {} is not an integer: \"{}\"", level + 1, step);
    }
    if (index < 0) index += size;
    const bool inside = index >= 0 && index < size;
    if (!last(level)) {
      if (inside) {
        std::string inner;
        TRY(edit(elements[static_cast<size_t>(index)], level + 1, inner));
        elements[static_cast<size_t>(index)] = std::move(inner);
      }
    } else if (edit_.kind == PathEdit::kRemove) {
      if (inside) elements.erase(elements.begin() + index);
    } else if (edit_.kind == PathEdit::kInsert) {
      const int64_t place = std::clamp<int64_t>(index + (edit_.after && inside ? 1 : 0), 0, size);
      elements.insert(elements.begin() + place, std::string(edit_.value));
    } else if (inside) {
      elements[static_cast<size_t>(index)] = edit_.value;
    } else if (edit_.create) {
      elements.insert(index < 0 ? elements.begin() : elements.end(), std::string(edit_.value));
    }
    append_array(out, elements);
    return {};
  }

  const PathEdit& edit_;
  std::vector<std::string> path_;
};

Result<void> edit_at(std::string_view document, std::string_view path, const PathEdit& edit,
                     std::string& out) {
  if (!is_container(document)) {
    return fail(SqlState::kInvalidParameterValue, "cannot {} path in scalar",
                edit.kind == PathEdit::kRemove ? "delete" : "set");
  }
  return PathEditor(edit, texts_of(path)).edit(document, 0, out);
}
void remove_path(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) {
    return edit_at(call.args[0]->string_at(row), call.args[1]->string_at(row),
                   {.kind = PathEdit::kRemove}, out);
  });
}
void set_path(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) {
    const bool create = call.args.size() < 4 || call.args[3]->at<uint8_t>(row) != 0;
    return edit_at(
        call.args[0]->string_at(row), call.args[1]->string_at(row),
        {.kind = PathEdit::kSet, .value = call.args[2]->string_at(row), .create = create}, out);
  });
}
void insert_path(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) {
    const bool after = call.args.size() > 3 && call.args[3]->at<uint8_t>(row) != 0;
    return edit_at(
        call.args[0]->string_at(row), call.args[1]->string_at(row),
        {.kind = PathEdit::kInsert, .value = call.args[2]->string_at(row), .after = after}, out);
  });
}

// Members that are null go away, at every depth; elements stay.
void strip_nulls(const JsonView& view, std::string& out) {
  if (view.kind() == JsonKind::kObject) {
    bool first = true;
    out += '{';
    for (const auto& [key, value] : view.members()) {
      if (value.kind() == JsonKind::kNull) continue;
      if (!first) out += ", ";
      first = false;
      append_json_string(out, key);
      out += ": ";
      strip_nulls(value, out);
    }
    out += '}';
  } else if (view.kind() == JsonKind::kArray) {
    bool first = true;
    out += '[';
    for (const JsonView& e : view.elements()) {
      if (!first) out += ", ";
      first = false;
      strip_nulls(e, out);
    }
    out += ']';
  } else {
    out += view.text;
  }
}
void strip_nulls_kernel(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    strip_nulls(JsonView{call.args[0]->string_at(row)}, out);
  });
}

void pretty(const JsonView& view, size_t level, std::string& out) {
  const bool object = view.kind() == JsonKind::kObject;
  if (!object && view.kind() != JsonKind::kArray) {
    out += view.text;
    return;
  }
  const auto line = [&](size_t depth) { (out += '\n').append(depth * 4, ' '); };
  out += object ? '{' : '[';
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
    line(level + 1);
  };
  if (object) {
    for (const auto& [key, value] : view.members()) {
      separate();
      append_json_string(out, key);
      out += ": ";
      pretty(value, level + 1, out);
    }
  } else {
    for (const JsonView& e : view.elements()) {
      separate();
      pretty(e, level + 1, out);
    }
  }
  line(level);
  out += object ? '}' : ']';
}
void pretty_kernel(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    pretty(JsonView{call.args[0]->string_at(row)}, 0, out);
  });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}
constexpr TypeSpec kTexts = TypeSpec::list_of(kVarchar);

constexpr ScalarFunction kRows[] = {
    row("||", {kJsonb, kJsonb}, kJsonb, concat_kernel, "objects merged, arrays joined",
        "'{\"a\": 1}'::jsonb || '{\"b\": 2}'::jsonb -> {\"a\": 1, \"b\": 2}"),
    row("-", {kJsonb, kVarchar}, kJsonb, remove_key, "without a key, or without a string element",
        "'{\"a\": 1, \"b\": 2}'::jsonb - 'a' -> {\"b\": 2}"),
    row("-", {kJsonb, kTexts}, kJsonb, remove_key_list, "without these keys",
        "'{\"a\": 1, \"b\": 2}'::jsonb - '{a,b}'::varchar[] -> {}"),
    row("-", {kJsonb, kInt32}, kJsonb, remove_index, "without an element",
        "'[1, 2, 3]'::jsonb - 1 -> [1, 3]"),
    row("#-", {kJsonb, kTexts}, kJsonb, remove_path, "without what is at a path",
        "'{\"a\": [1, 2]}'::jsonb #- '{a,0}' -> {\"a\": [2]}"),
    row("jsonb_set", {kJsonb, kTexts, kJsonb}, kJsonb, set_path, "with a new value at a path",
        "jsonb_set('{\"a\": [1, 2]}'::jsonb, '{a,1}', '9'::jsonb) -> {\"a\": [1, 9]}"),
    row("jsonb_set", {kJsonb, kTexts, kJsonb, kBoolean}, kJsonb, set_path,
        "with a new value at a path, made if missing or not",
        "jsonb_set('{\"a\": 1}'::jsonb, '{b}', '2'::jsonb, false) -> {\"a\": 1}"),
    row("jsonb_insert", {kJsonb, kTexts, kJsonb}, kJsonb, insert_path,
        "with a value put in before a path's element",
        "jsonb_insert('[0, 1]'::jsonb, '{1}', '\"n\"'::jsonb) -> [0, \"n\", 1]"),
    row("jsonb_insert", {kJsonb, kTexts, kJsonb, kBoolean}, kJsonb, insert_path,
        "with a value put in before or after an element",
        "jsonb_insert('[0, 1]'::jsonb, '{1}', '\"n\"'::jsonb, true) -> [0, 1, \"n\"]"),
    row("jsonb_strip_nulls", {kJsonb}, kJsonb, strip_nulls_kernel, "without members that are null",
        "jsonb_strip_nulls('{\"a\": null, \"b\": 1}'::jsonb) -> {\"b\": 1}"),
    row("jsonb_pretty", {kJsonb}, kVarchar, pretty_kernel, "on indented lines",
        "length(jsonb_pretty('[1]'::jsonb)) -> 9"),
};

}  // namespace

FunctionFamily jsonb_edit_functions() { return kRows; }

}  // namespace leat
