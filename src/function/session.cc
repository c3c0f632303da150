// Functions about the session and the catalog: who asks, settings, names of objects. They see the
// session only through EvalContext::session; a running job has none, and gets the answers of
// nobody.
#include <algorithm>

#include "function/functions.h"
#include "function/rows.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

// One text for all rows.
template <class F>
void constant_string(const KernelCall& call, F&& text_of) {
  const std::string text = text_of(call.context.session);
  call.rows.for_each([&](size_t row) { call.out.set_string(row, text); });
}
void current_user(const KernelCall& call) {
  constant_string(
      call, [](const SessionFacts* s) { return s == nullptr ? std::string("root") : s->user(); });
}
void current_database(const KernelCall& call) {
  constant_string(call, [](const SessionFacts* s) {
    return s == nullptr ? std::string("dev") : s->database();
  });
}
void version(const KernelCall& call) {
  constant_string(call, [](const SessionFacts* s) {
    bool found = false;
    const std::string server = s == nullptr ? std::string() : s->setting("server_version", found);
    return "PostgreSQL " + (found ? server : std::string("13.14.0")) + " (Leat)";
  });
}
std::vector<std::string> search_path(const EvalContext& context) {
  return context.session == nullptr ? std::vector<std::string>{"public"}
                                    : context.session->search_path();
}
void current_schema(const KernelCall& call) {
  const auto path = search_path(call.context);
  const auto first = std::find_if(path.begin(), path.end(),
                                  [](const std::string& s) { return s != "pg_catalog"; });
  call.rows.for_each([&](size_t row) {
    if (first == path.end())
      call.out.set_null_value(row);
    else
      call.out.set_string(row, *first);
  });
}
void current_schemas(const KernelCall& call) {
  PackedWriter writer;
  std::string packed;
  auto path = search_path(call.context);
  std::erase(path, "pg_catalog");
  for_each_valid(call, [&](size_t row) {
    writer.clear();
    packed.clear();
    if (call.args[0]->at<uint8_t>(row) != 0) writer.string("pg_catalog");
    for (const std::string& schema : path) writer.string(schema);
    writer.append_list_to(packed);
    call.out.set_string(row, packed);
  });
}
void backend_pid(const KernelCall& call) {
  const int64_t pid = call.context.session == nullptr ? 0 : call.context.session->backend_pid();
  call.rows.for_each(
      [&](size_t row) { call.out.data<int32_t>()[row] = static_cast<int32_t>(pid); });
}
void current_setting(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const std::string_view name = call.args[0]->string_at(row);
    bool found = false;
    const std::string value =
        call.context.session == nullptr ? "" : call.context.session->setting(name, found);
    if (found) return call.out.set_string(row, value);
    if (call.args.size() > 1 && call.args[1]->at<uint8_t>(row) != 0)
      return call.out.set_null_value(row);
    call.error(row, SqlState::kUndefinedObject,
               fmt::format("unrecognized configuration parameter \"{}\"", name));
  });
}
void set_config(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    if (call.context.session == nullptr)
      return fail(SqlState::kFeatureNotSupported, "set_config needs a session");
    out = call.args[1]->string_at(row);
    return call.context.session->set_setting(call.args[0]->string_at(row), out,
                                             call.args[2]->at<uint8_t>(row) != 0);
  });
}

// Types that PostgreSQL's clients know and that are stored as another one here, or not at all.
std::string_view stand_in_name(uint32_t oid) {
  switch (oid) {
    case 18:
      return "\"char\"";
    case 19:
      return "name";
    case 25:
      return "text";
    case 1002:
      return "\"char\"[]";
    case 1003:
      return "name[]";
    case 1009:
      return "text[]";
    case 1014:
      return "character[]";
    case 1042:
      return "character";
    case 2249:
      return "record";
    case 2276:
      return "\"any\"";
    case 2277:
      return "anyarray";
    case 2278:
      return "void";
    case 2283:
      return "anyelement";
    case 2287:
      return "record[]";
    default:
      return {};
  }
}
// The name of a type by its oid, with its modifier where there is one.
void format_type(const KernelCall& call) {
  constexpr int32_t kModifierHeader = 4;
  std::string text;
  call.rows.for_each([&](size_t row) {
    if (call.args[0]->is_null(row)) return call.out.set_null_value(row);
    const auto oid = static_cast<uint32_t>(call.args[0]->at<int64_t>(row));
    const auto type = type_by_oid(oid);
    if (oid == 0)
      text = "-";
    else if (const std::string_view name = stand_in_name(oid); !name.empty())
      text = name;
    else if (!type || (type->is(TypeId::kUnknown) && oid != 705))
      text = "???";
    else
      text = type->name();
    const int32_t modifier = call.args[1]->is_null(row) ? -1 : call.args[1]->at<int32_t>(row);
    if (modifier >= kModifierHeader && type) {
      if (type->is(TypeId::kVarchar)) text += fmt::format("({})", modifier - kModifierHeader);
      if (type->is(TypeId::kNumeric)) {
        text += fmt::format("({},{})", ((modifier - kModifierHeader) >> 16) & 0xFFFF,
                            (modifier - kModifierHeader) & 0xFFFF);
      }
    }
    call.out.set_string(row, text);
  });
}

template <bool kValue>
void always(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) { call.out.data<uint8_t>()[row] = kValue; });
}
void always_null(const KernelCall& call) {
  call.rows.for_each([&](size_t row) { call.out.set_null_value(row); });
}
// An expression's text is stored as such.
void first_text(const KernelCall& call) {
  fill_view(call, *call.args[0], [&](size_t row) { return call.args[0]->string_at(row); });
}
void user_by_id(const KernelCall& call) {
  const std::string user = call.context.session == nullptr ? "root" : call.context.session->user();
  for_each_valid(call, [&](size_t row) { call.out.set_string(row, user); });
}
void encoding_name(const KernelCall& call) {
  constexpr int32_t kUtf8 = 6;
  for_each_valid(call, [&](size_t row) {
    call.out.set_string(row, call.args[0]->at<int32_t>(row) == kUtf8 ? "UTF8" : "");
  });
}
void encoding_number(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    std::string name(call.args[0]->string_at(row));
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const bool is_utf8 = name == "UTF8" || name == "UTF-8" || name == "UNICODE";
    call.out.data<int32_t>()[row] = is_utf8 ? 6 : -1;
  });
}
void view_definition(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const std::string text =
        call.context.session == nullptr
            ? ""
            : call.context.session->relation_definition(call.args[0]->at<int64_t>(row));
    if (text.empty())
      call.out.set_null_value(row);
    else
      call.out.set_string(row, text);
  });
}
void to_regclass(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const int64_t oid = call.context.session == nullptr
                            ? 0
                            : call.context.session->relation_oid(call.args[0]->string_at(row));
    if (oid == 0) return call.out.set_null_value(row);
    call.out.data<int64_t>()[row] = oid;
  });
}
void to_regtype(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const auto type = type_by_name(call.args[0]->string_at(row));
    if (!type) return call.out.set_null_value(row);
    call.out.data<int64_t>()[row] = type->oid();
  });
}
void type_name(const KernelCall& call) {
  constant_string(call, [&](const SessionFacts*) { return call.args[0]->type().name(); });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example,
                             NullMode nulls = NullMode::kStrict) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example,
          .nulls = nulls,
          .volatility = Volatility::kStable};
}
constexpr NullMode kCalled = NullMode::kCalled;
constexpr std::string_view kVisibleExample = "pg_table_is_visible(0::oid) -> NULL";
constexpr std::string_view kPrivilegeExample = "has_table_privilege(5::oid, 'select') -> t";

// A relation is visible if its name needs no schema. Without a session all are.
void table_is_visible(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const SessionFacts* session = call.context.session;
    const std::string name =
        session == nullptr ? "t" : session->relation_name(call.args[0]->at<int64_t>(row));
    if (name.empty()) return call.out.set_null_value(row);
    call.out.data<uint8_t>()[row] = name.front() == '"' || name.find('.') == std::string::npos;
  });
}
void view_definition_by_name(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const SessionFacts* session = call.context.session;
    const std::string_view name = call.args[0]->string_at(row);
    const int64_t oid = session == nullptr ? 0 : session->relation_oid(name);
    if (oid == 0) return fail(SqlState::kUndefinedTable, "relation \"{}\" does not exist", name);
    out = session->relation_definition(oid);
    return {};
  });
}
void no_schema(const KernelCall& call) {
  call.rows.for_each([&](size_t row) { call.out.data<int64_t>()[row] = 0; });
}
void client_encoding(const KernelCall& call) {
  call.rows.for_each([&](size_t row) { call.out.set_string(row, "UTF8"); });
}

constexpr ScalarFunction kRows[] = {
    row("current_user", {}, kVarchar, current_user, "the user of the session",
        "current_user -> root"),
    row("session_user", {}, kVarchar, current_user, "the user of the session",
        "session_user -> root"),
    row("user", {}, kVarchar, current_user, "the user of the session", "user -> root"),
    row("current_role", {}, kVarchar, current_user, "the user of the session",
        "current_role -> root"),
    row("current_database", {}, kVarchar, current_database, "the database of the session",
        "current_database() -> dev"),
    row("current_catalog", {}, kVarchar, current_database, "the database of the session",
        "current_catalog -> dev"),
    row("current_schema", {}, kVarchar, current_schema, "the first schema of the search path",
        "current_schema() -> public"),
    row("current_schemas", {kBoolean}, TypeSpec::list_of(kVarchar), current_schemas,
        "the search path", "current_schemas(false) -> {public}"),
    row("version", {}, kVarchar, version, "name and version of the server",
        "version() LIKE 'PostgreSQL 13.14.0%' -> t"),
    row("pg_backend_pid", {}, kInt32, backend_pid, "number of the session",
        "pg_backend_pid() >= 0 -> t"),
    row("current_setting", {kVarchar}, kVarchar, current_setting, "value of a setting",
        "current_setting('no_such', true) -> NULL"),
    row("current_setting", {kVarchar, kBoolean}, kVarchar, current_setting,
        "value of a setting, NULL if there is none", "current_setting('no_such', true) -> NULL"),
    {.name = "set_config",
     .args = {kVarchar, kVarchar, kBoolean},
     .result = kVarchar,
     .kernel = set_config,
     .doc = "changes a setting and gives the new value",
     .example = "",
     .volatility = Volatility::kVolatile},
    row("format_type", {kOid, kInt32}, kVarchar, format_type, "name of a type",
        "format_type(23, NULL) -> integer", kCalled),
    row("pg_typeof", {TypeSpec::kAny}, kVarchar, type_name, "name of a value's type",
        "pg_typeof(1) -> integer", kCalled),
    row("pg_get_userbyid", {kOid}, kVarchar, user_by_id, "name of a role",
        "pg_get_userbyid(10) -> root"),
    row("pg_encoding_to_char", {kInt32}, kVarchar, encoding_name, "name of an encoding",
        "pg_encoding_to_char(6) -> UTF8"),
    row("pg_char_to_encoding", {kVarchar}, kInt32, encoding_number,
        "number of an encoding, -1 if unknown", "pg_char_to_encoding('utf8') -> 6"),
    row("getdatabaseencoding", {}, kVarchar, client_encoding, "encoding of the database",
        "getdatabaseencoding() -> UTF8"),
    row("pg_table_is_visible", {kOid}, kBoolean, table_is_visible,
        "is a relation found without its schema", kVisibleExample),
    row("pg_type_is_visible", {kOid}, kBoolean, always<true>, "is a type found without its schema",
        "pg_type_is_visible(23) -> t"),
    row("pg_function_is_visible", {kOid}, kBoolean, always<true>,
        "is a function found without its schema", "pg_function_is_visible(5) -> t"),
    row("pg_operator_is_visible", {kOid}, kBoolean, always<true>,
        "is an operator found without its schema", "pg_operator_is_visible(5) -> t"),
    row("pg_is_in_recovery", {}, kBoolean, always<false>, "is the server a standby",
        "pg_is_in_recovery() -> f"),
    row("pg_relation_is_publishable", {kRegclass}, kBoolean, always<false>,
        "can the relation be replicated", "pg_relation_is_publishable(5) -> f"),
    row("pg_get_expr", {kVarchar, kOid}, kVarchar, first_text, "text of a stored expression",
        "pg_get_expr('1', 5) -> 1"),
    row("pg_get_expr", {kVarchar, kOid, kBoolean}, kVarchar, first_text,
        "text of a stored expression", "pg_get_expr('1', 5, true) -> 1"),
    row("pg_get_viewdef", {kOid}, kVarchar, view_definition, "query of a view",
        "pg_get_viewdef(0::oid) -> NULL"),
    row("pg_get_viewdef", {kOid, kBoolean}, kVarchar, view_definition, "query of a view",
        "pg_get_viewdef(0::oid, true) -> NULL"),
    row("pg_get_partkeydef", {kOid}, kVarchar, always_null, "partition key of a table",
        "pg_get_partkeydef(0::oid) -> NULL", kCalled),
    row("pg_get_statisticsobjdef_columns", {kOid}, kVarchar, always_null,
        "columns of extended statistics", "pg_get_statisticsobjdef_columns(0::oid) -> NULL",
        kCalled),
    row("shobj_description", {kOid, kVarchar}, kVarchar, always_null, "comment on a shared object",
        "shobj_description(5::oid, 'pg_database') -> NULL", kCalled),
    row("col_description", {kOid, kInt32}, kVarchar, always_null, "comment on a column",
        "col_description(5::oid, 1) -> NULL", kCalled),
    row("to_regclass", {kVarchar}, kRegclass, to_regclass,
        "the relation of a name, NULL if there is none", "to_regclass('no_such') -> NULL"),
    row("to_regtype", {kVarchar}, kRegtype, to_regtype, "the type of a name, NULL if there is none",
        "to_regtype('no_such') -> NULL"),
    row("has_table_privilege", {kOid, kVarchar}, kBoolean, always<true>, "may the user do it",
        kPrivilegeExample),
    row("has_table_privilege", {kVarchar, kVarchar}, kBoolean, always<true>, "may the user do it",
        kPrivilegeExample),
    row("has_table_privilege", {kVarchar, kOid, kVarchar}, kBoolean, always<true>,
        "may a user do it", kPrivilegeExample),
    row("has_schema_privilege", {kOid, kVarchar}, kBoolean, always<true>, "may the user do it",
        "has_schema_privilege('public', 'usage') -> t"),
    row("has_schema_privilege", {kVarchar, kVarchar}, kBoolean, always<true>, "may the user do it",
        "has_schema_privilege('public', 'usage') -> t"),
    row("has_schema_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, always<true>,
        "may a user do it", "has_schema_privilege('root', 'public', 'usage') -> t"),
    row("has_database_privilege", {kVarchar, kVarchar}, kBoolean, always<true>,
        "may the user do it", "has_database_privilege('dev', 'connect') -> t"),
    row("has_column_privilege", {kOid, kVarchar, kVarchar}, kBoolean, always<true>,
        "may the user do it", "has_column_privilege(5::oid, 'a', 'select') -> t"),
    row("has_function_privilege", {kOid, kVarchar}, kBoolean, always<true>, "may the user do it",
        "has_function_privilege(5::oid, 'execute') -> t"),
    row("pg_my_temp_schema", {}, kOid, no_schema, "the schema of temporary tables: there is none",
        "pg_my_temp_schema() -> 0"),
    row("pg_is_other_temp_schema", {kOid}, kBoolean, always<false>,
        "is a schema another session's temporary one", "pg_is_other_temp_schema(5::oid) -> f"),
    row("pg_client_encoding", {}, kVarchar, client_encoding, "encoding of the client",
        "pg_client_encoding() -> UTF8"),
    row("pg_get_viewdef", {kVarchar}, kVarchar, view_definition_by_name, "query of a view",
        "pg_get_viewdef(NULL::varchar) -> NULL"),
    row("pg_get_serial_sequence", {kVarchar, kVarchar}, kVarchar, always_null,
        "sequence of a column: there is none", "pg_get_serial_sequence('t', 'a') -> NULL", kCalled),
    row("has_table_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, always<true>,
        "may a user do it", kPrivilegeExample),
    row("has_any_column_privilege", {kOid, kVarchar}, kBoolean, always<true>, "may the user do it",
        "has_any_column_privilege(5::oid, 'select') -> t"),
    row("has_column_privilege", {kOid, kInt16, kVarchar}, kBoolean, always<true>,
        "may the user do it", "has_column_privilege(5::oid, 1::smallint, 'select') -> t"),
    row("has_schema_privilege", {kVarchar, kOid, kVarchar}, kBoolean, always<true>,
        "may a user do it", "has_schema_privilege('root', 5::oid, 'usage') -> t"),
    row("has_database_privilege", {kOid, kVarchar}, kBoolean, always<true>, "may the user do it",
        "has_database_privilege(5::oid, 'connect') -> t"),
    row("has_database_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, always<true>,
        "may a user do it", "has_database_privilege('root', 'dev', 'connect') -> t"),
    row("pg_has_role", {kOid, kVarchar}, kBoolean, always<true>, "has the user the role",
        "pg_has_role(10::oid, 'usage') -> t"),
    row("pg_has_role", {kVarchar, kVarchar}, kBoolean, always<true>, "has the user the role",
        "pg_has_role('root', 'usage') -> t"),
    row("pg_has_role", {kVarchar, kOid, kVarchar}, kBoolean, always<true>, "has a user the role",
        "pg_has_role('root', 10::oid, 'usage') -> t"),
};

}  // namespace

FunctionFamily session_functions() { return kRows; }

}  // namespace leat
