// Functions that tell of the session and of catalog objects: what clients ask when they connect, and
// what psql's \d asks. They see no more than EvalContext.session; in a running job, where there is no
// session, they give what a fresh session of the default user would.
#include "function/functions.h"
#include "function/rows.h"
#include "types/packed_row.h"

namespace leat {
namespace {

using namespace function_rows;

constexpr std::string_view kVersion =
    "PostgreSQL 13.14.0-Leat-0.1.0 (compatible), compiled by clang, 64-bit";
constexpr std::string_view kDefaultUser = "root";
constexpr std::string_view kDefaultDatabase = "dev";
constexpr int kEncodingUtf8 = 6;

void constant_text_of(const KernelCall& call, std::string_view text) {
  call.rows.for_each([&](size_t row) { call.out.set_string(row, text); });
}
template <class T>
void constant_of(const KernelCall& call, T value) {
  fill<T>(call, [value](size_t) { return value; });
}
void all_null(const KernelCall& call) {
  call.rows.for_each([&](size_t row) { call.out.set_null_value(row); });
}
void all_true(const KernelCall& call) { constant_of<bool>(call, true); }
void all_false(const KernelCall& call) { constant_of<bool>(call, false); }
void all_zero_long(const KernelCall& call) { constant_of<int64_t>(call, 0); }

// ---- the session -----------------------------------------------------------------------------

void version(const KernelCall& call) { constant_text_of(call, kVersion); }
void current_user(const KernelCall& call) {
  constant_text_of(call, call.context.session ? call.context.session->user() : std::string(kDefaultUser));
}
void current_database(const KernelCall& call) {
  constant_text_of(call, call.context.session ? call.context.session->database() : std::string(kDefaultDatabase));
}
std::vector<std::string> search_path(const KernelCall& call) {
  return call.context.session ? call.context.session->search_path() : std::vector<std::string>{"public"};
}
void current_schema(const KernelCall& call) {
  const auto path = search_path(call);
  if (path.empty()) return all_null(call);
  constant_text_of(call, path.front());
}
void current_schemas(const KernelCall& call) {
  std::vector<Value> plain;
  for (const std::string& schema : search_path(call)) plain.push_back(Value::varchar(schema));
  std::vector<Value> with_implicit = plain;
  with_implicit.insert(with_implicit.begin(), Value::varchar("pg_catalog"));
  const std::string lists[2] = {pack_list(plain), pack_list(with_implicit)};
  for_each_valid(call, [&](size_t row) { call.out.set_string(row, lists[call.args[0]->at<uint8_t>(row) != 0]); });
}
void backend_pid(const KernelCall& call) {
  constant_of<int32_t>(call, call.context.session ? static_cast<int32_t>(call.context.session->backend_pid()) : 0);
}

void setting_of(const KernelCall& call, size_t row, bool missing_ok) {
  const std::string_view name = call.args[0]->string_at(row);
  bool found = false;
  const std::string value = call.context.session ? call.context.session->setting(name, found) : std::string();
  if (found) return call.out.set_string(row, value);
  if (missing_ok) return call.out.set_null_value(row);
  call.error(row, SqlState::kUndefinedObject, fmt::format("unrecognized configuration parameter \"{}\"", name));
}
void current_setting(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) { setting_of(call, row, false); });
}
void current_setting_missing(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) { setting_of(call, row, call.args[1]->at<uint8_t>(row) != 0); });
}
void set_config(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    if (call.context.session == nullptr) {
      return fail(SqlState::kFeatureNotSupported, "set_config is not possible outside a session");
    }
    const std::string_view value = call.args[1]->string_at(row);
    TRY(call.context.session->set_setting(call.args[0]->string_at(row), value, call.args[2]->at<uint8_t>(row) != 0));
    out = value;
    return {};
  });
}

// ---- catalog objects -------------------------------------------------------------------------

std::string relation_name(const KernelCall& call, int64_t oid) {
  return call.context.session ? call.context.session->relation_name(oid) : std::string();
}
// A relation is visible if its name needs no schema.
void table_is_visible(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const std::string name = relation_name(call, call.args[0]->at<int64_t>(row));
    if (name.empty()) return call.out.set_null_value(row);
    call.out.data<uint8_t>()[row] = name.front() == '"' || name.find('.') == std::string::npos;
  });
}
void user_by_id(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const int64_t id = call.args[0]->at<int64_t>(row);
    call.out.set_string(row, id == 10 || id == 1 ? std::string(kDefaultUser) : fmt::format("unknown (OID={})", id));
  });
}
void relation_definition(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    if (call.context.session == nullptr) return false;
    out = call.context.session->relation_definition(call.args[0]->at<int64_t>(row));
    return !out.empty();
  });
}
void view_definition_by_name(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view name = call.args[0]->string_at(row);
    const int64_t oid = call.context.session ? call.context.session->relation_oid(name) : 0;
    if (oid == 0) return fail(SqlState::kUndefinedTable, "relation \"{}\" does not exist", name);
    out = call.context.session->relation_definition(oid);
    return {};
  });
}
void to_regclass(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    const int64_t oid = call.context.session ? call.context.session->relation_oid(call.args[0]->string_at(row)) : 0;
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
void type_of(const KernelCall& call) {
  const int64_t oid = call.args[0]->type().oid();
  call.rows.for_each([&](size_t row) { call.out.data<int64_t>()[row] = oid; });
}

std::string type_text(int64_t oid) {
  switch (oid) {
    case 25: return "text";
    case 19: return "name";
    case 18: return "\"char\"";
    case 1042: return "character";
    case 2249: return "record";
    case 1009: return "text[]";
    default: break;
  }
  const auto type = type_by_oid(static_cast<uint32_t>(oid));
  return !type || oid == 0 ? "???" : type->name();
}
void format_type(const KernelCall& call) {
  call.rows.for_each([&](size_t row) {
    if (call.args[0]->is_null(row)) return call.out.set_null_value(row);
    call.out.set_string(row, type_text(call.args[0]->at<int64_t>(row)));
  });
}
// Stored expressions are kept as SQL text already.
void first_text(const KernelCall& call) {
  fill_view(call, *call.args[0], [&](size_t row) { return call.args[0]->string_at(row); });
}
void encoding_name(const KernelCall& call) {
  for_each_valid(call, [&](size_t row) {
    call.out.set_string(row, call.args[0]->at<int32_t>(row) == kEncodingUtf8 ? "UTF8" : "");
  });
}
void client_encoding(const KernelCall& call) { constant_text_of(call, "UTF8"); }

constexpr auto kStable = Volatility::kStable;
constexpr auto kCalled = NullMode::kCalled;

// One row: name, signature, result, kernel, doc, example, what differs from strict and stable.
constexpr ScalarFunction kRows[] = {
    {"version", {}, kVarchar, version, "the server's version", "", kCalled, kStable},
    {"current_user", {}, kVarchar, current_user, "the user of this session", "current_user() -> root", kCalled, kStable},
    {"session_user", {}, kVarchar, current_user, "the user of this session", "session_user() -> root", kCalled, kStable},
    {"current_database", {}, kVarchar, current_database, "the database of this session", "current_database() -> dev", kCalled, kStable},
    {"current_schema", {}, kVarchar, current_schema, "the first schema of the search path", "current_schema() -> public", kCalled, kStable},
    {"current_schemas", {kBoolean}, TypeSpec::list_of(kVarchar), current_schemas,
        "the schemas of the search path; true: with the implicit ones", "current_schemas(true) -> {pg_catalog,public}", NullMode::kStrict, kStable},
    {"pg_backend_pid", {}, kInt32, backend_pid, "the number of this session", "", kCalled, kStable},
    {"pg_client_encoding", {}, kVarchar, client_encoding, "the client's encoding", "pg_client_encoding() -> UTF8", kCalled, kStable},
    {"current_setting", {kVarchar}, kVarchar, current_setting, "a parameter of the session", "", NullMode::kStrict, kStable},
    {"current_setting", {kVarchar, kBoolean}, kVarchar, current_setting_missing,
        "a parameter of the session; NULL if missing and that is allowed", "current_setting('no.such', true) -> NULL", NullMode::kStrict, kStable},
    {"set_config", {kVarchar, kVarchar, kBoolean}, kVarchar, set_config,
        "sets a parameter, for this transaction only if true", "", NullMode::kStrict, Volatility::kVolatile},
    {"pg_is_in_recovery", {}, kBoolean, all_false, "whether the server only replays a log", "pg_is_in_recovery() -> f", kCalled, kStable},
    {"pg_my_temp_schema", {}, kOid, all_zero_long, "the schema of temporary tables: there are none", "pg_my_temp_schema() -> 0", kCalled, kStable},
    {"pg_is_other_temp_schema", {kOid}, kBoolean, all_false, "whether a schema is another session's temporary one", "pg_is_other_temp_schema(2200) -> f", NullMode::kStrict, kStable},

    {"pg_table_is_visible", {kOid}, kBoolean, table_is_visible, "whether a relation is found without its schema", "", NullMode::kStrict, kStable},
    {"pg_type_is_visible", {kOid}, kBoolean, all_true, "whether a type is found without its schema", "pg_type_is_visible(23) -> t", NullMode::kStrict, kStable},
    {"pg_function_is_visible", {kOid}, kBoolean, all_true, "whether a function is found without its schema", "pg_function_is_visible(1) -> t", NullMode::kStrict, kStable},
    {"pg_operator_is_visible", {kOid}, kBoolean, all_true, "whether an operator is found without its schema", "pg_operator_is_visible(1) -> t", NullMode::kStrict, kStable},
    {"pg_get_userbyid", {kOid}, kVarchar, user_by_id, "the name of a role", "pg_get_userbyid(10) -> root", NullMode::kStrict, kStable},
    {"pg_get_viewdef", {kOid}, kVarchar, relation_definition, "the query of a view", "", NullMode::kStrict, kStable},
    {"pg_get_viewdef", {kOid, kBoolean}, kVarchar, relation_definition, "the query of a view", "", NullMode::kStrict, kStable},
    {"pg_get_viewdef", {kVarchar}, kVarchar, view_definition_by_name, "the query of a view", "", NullMode::kStrict, kStable},
    {"pg_get_indexdef", {kOid}, kVarchar, relation_definition, "the statement that makes an index", "", NullMode::kStrict, kStable},
    {"pg_get_indexdef", {kOid, kInt32, kBoolean}, kVarchar, relation_definition, "the statement that makes an index", "", NullMode::kStrict, kStable},
    {"pg_get_constraintdef", {kOid}, kVarchar, all_null, "the text of a constraint", "", NullMode::kStrict, kStable},
    {"pg_get_constraintdef", {kOid, kBoolean}, kVarchar, all_null, "the text of a constraint", "", NullMode::kStrict, kStable},
    {"pg_get_functiondef", {kOid}, kVarchar, all_null, "the statement that makes a function", "", NullMode::kStrict, kStable},
    {"pg_get_function_result", {kOid}, kVarchar, all_null, "the result type of a function", "", NullMode::kStrict, kStable},
    {"pg_get_function_arguments", {kOid}, kVarchar, all_null, "the arguments of a function", "", NullMode::kStrict, kStable},
    {"pg_get_function_identity_arguments", {kOid}, kVarchar, all_null, "the arguments of a function", "", NullMode::kStrict, kStable},
    {"pg_get_partkeydef", {kOid}, kVarchar, all_null, "the partition key of a table: there is none", "pg_get_partkeydef(1) -> NULL", NullMode::kStrict, kStable},
    {"pg_get_statisticsobjdef_columns", {kOid}, kVarchar, all_null, "columns of extended statistics: there are none", "pg_get_statisticsobjdef_columns(1) -> NULL", NullMode::kStrict, kStable},
    {"pg_get_serial_sequence", {kVarchar, kVarchar}, kVarchar, all_null, "the sequence of a column: there is none", "pg_get_serial_sequence('t', 'a') -> NULL", NullMode::kStrict, kStable},
    {"pg_get_expr", {kVarchar, kOid}, kVarchar, first_text, "the text of a stored expression", "pg_get_expr('(a + 1)', 1) -> (a + 1)", NullMode::kStrict, kStable},
    {"pg_get_expr", {kVarchar, kOid, kBoolean}, kVarchar, first_text, "the text of a stored expression", "pg_get_expr('(a + 1)', 1, true) -> (a + 1)", NullMode::kStrict, kStable},
    {"format_type", {kOid, kInt32}, kVarchar, format_type, "the SQL name of a type", "format_type(23, NULL) -> integer", kCalled, kStable},
    {"pg_typeof", {TypeSpec::kAny}, kRegtype, type_of, "the type of the argument", "pg_typeof(1)::oid -> 23", kCalled, kStable},
    {"to_regclass", {kVarchar}, kRegclass, to_regclass, "the relation of that name, or NULL", "to_regclass('no_such') -> NULL", NullMode::kStrict, kStable},
    {"to_regtype", {kVarchar}, kRegtype, to_regtype, "the type of that name, or NULL", "to_regtype('no_such') -> NULL", NullMode::kStrict, kStable},
    {"obj_description", {kOid}, kVarchar, all_null, "the comment of an object: comments are not kept", "obj_description(1) -> NULL", NullMode::kStrict, kStable},
    {"obj_description", {kOid, kVarchar}, kVarchar, all_null, "the comment of an object: comments are not kept", "obj_description(1, 'pg_class') -> NULL", NullMode::kStrict, kStable},
    {"shobj_description", {kOid, kVarchar}, kVarchar, all_null, "the comment of a shared object: comments are not kept", "shobj_description(1, 'pg_database') -> NULL", NullMode::kStrict, kStable},
    {"col_description", {kOid, kInt32}, kVarchar, all_null, "the comment of a column: comments are not kept", "col_description(1, 1) -> NULL", NullMode::kStrict, kStable},
    {"pg_encoding_to_char", {kInt32}, kVarchar, encoding_name, "the name of an encoding", "pg_encoding_to_char(6) -> UTF8", NullMode::kStrict, kStable},
    {"pg_relation_is_publishable", {kRegclass}, kBoolean, all_false, "whether a table can be in a publication", "", NullMode::kStrict, kStable},

    {"has_table_privilege", {kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "has_table_privilege(1, 'select') -> t", NullMode::kStrict, kStable},
    {"has_table_privilege", {kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_table_privilege", {kVarchar, kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_table_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_any_column_privilege", {kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_any_column_privilege", {kVarchar, kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_column_privilege", {kOid, kInt16, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_column_privilege", {kOid, kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_schema_privilege", {kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_schema_privilege", {kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "has_schema_privilege('public', 'usage') -> t", NullMode::kStrict, kStable},
    {"has_schema_privilege", {kVarchar, kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_schema_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_database_privilege", {kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_database_privilege", {kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_database_privilege", {kVarchar, kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_function_privilege", {kOid, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"has_function_privilege", {kVarchar, kVarchar}, kBoolean, all_true, "every user may do everything", "", NullMode::kStrict, kStable},
    {"pg_has_role", {kOid, kVarchar}, kBoolean, all_true, "every user has every role", "", NullMode::kStrict, kStable},
    {"pg_has_role", {kVarchar, kVarchar}, kBoolean, all_true, "every user has every role", "", NullMode::kStrict, kStable},
    {"pg_has_role", {kVarchar, kOid, kVarchar}, kBoolean, all_true, "every user has every role", "", NullMode::kStrict, kStable},
    {"pg_has_role", {kVarchar, kVarchar, kVarchar}, kBoolean, all_true, "every user has every role", "", NullMode::kStrict, kStable},
};

}  // namespace

FunctionFamily session_functions() { return kRows; }

}  // namespace leat
