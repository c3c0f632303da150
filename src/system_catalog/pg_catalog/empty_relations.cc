// Relations of pg_catalog that clients ask for and that have no rows here: Leat has no such objects.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

void no_rows(const SystemContext&, RowBuilder&) {}

Schema pg_policy() {
  return {{"oid", kOid}, {"polname", kText}, {"polrelid", kOid}, {"polcmd", kText}, {"polpermissive", kBool},
          {"polroles", oid_list()}, {"polqual", kText}, {"polwithcheck", kText}};
}
Schema pg_policies() {
  return {{"schemaname", kText}, {"tablename", kText}, {"policyname", kText}, {"permissive", kText},
          {"roles", text_list()}, {"cmd", kText}, {"qual", kText}, {"with_check", kText}};
}
Schema pg_statistic_ext() {
  return {{"oid", kOid}, {"stxrelid", kOid}, {"stxname", kText}, {"stxnamespace", kOid}, {"stxowner", kOid},
          {"stxstattarget", kInt4}, {"stxkeys", int2_vector()}, {"stxkind", text_list()}, {"stxexprs", kText}};
}
Schema pg_publication() {
  return {{"oid", kOid}, {"pubname", kText}, {"pubowner", kOid}, {"puballtables", kBool}, {"pubinsert", kBool},
          {"pubupdate", kBool}, {"pubdelete", kBool}, {"pubtruncate", kBool}, {"pubviaroot", kBool}};
}
Schema pg_publication_rel() {
  return {{"oid", kOid}, {"prpubid", kOid}, {"prrelid", kOid}, {"prqual", kText}, {"prattrs", int2_list()}};
}
Schema pg_publication_namespace() { return {{"oid", kOid}, {"pnpubid", kOid}, {"pnnspid", kOid}}; }
Schema pg_publication_tables() {
  return {{"pubname", kText}, {"schemaname", kText}, {"tablename", kText}, {"attnames", text_list()},
          {"rowfilter", kText}};
}
Schema pg_subscription() {
  return {{"oid", kOid}, {"subdbid", kOid}, {"subname", kText}, {"subowner", kOid}, {"subenabled", kBool},
          {"subconninfo", kText}, {"subslotname", kText}, {"subsynccommit", kText},
          {"subpublications", text_list()}};
}
Schema pg_replication_slots() {
  return {{"slot_name", kText}, {"plugin", kText}, {"slot_type", kText}, {"datoid", kOid}, {"database", kText},
          {"temporary", kBool}, {"active", kBool}, {"active_pid", kInt4}};
}
Schema pg_inherits() {
  return {{"inhrelid", kOid}, {"inhparent", kOid}, {"inhseqno", kInt4}, {"inhdetachpending", kBool}};
}
Schema pg_partitioned_table() {
  return {{"partrelid", kOid}, {"partstrat", kText}, {"partnatts", kInt2}, {"partdefid", kOid},
          {"partattrs", int2_vector()}, {"partclass", oid_vector()}, {"partcollation", oid_vector()},
          {"partexprs", kText}};
}
Schema pg_auth_members() {
  return {{"oid", kOid}, {"roleid", kOid}, {"member", kOid}, {"grantor", kOid}, {"admin_option", kBool}};
}
Schema pg_extension() {
  return {{"oid", kOid}, {"extname", kText}, {"extowner", kOid}, {"extnamespace", kOid}, {"extrelocatable", kBool},
          {"extversion", kText}, {"extconfig", oid_list()}, {"extcondition", text_list()}};
}
Schema pg_available_extensions() {
  return {{"name", kText}, {"default_version", kText}, {"installed_version", kText}, {"comment", kText}};
}
Schema pg_enum() { return {{"oid", kOid}, {"enumtypid", kOid}, {"enumsortorder", kFloat4}, {"enumlabel", kText}}; }
Schema pg_range() {
  return {{"rngtypid", kOid}, {"rngsubtype", kOid}, {"rngmultitypid", kOid}, {"rngcollation", kOid},
          {"rngsubopc", kOid}, {"rngcanonical", TypeId::kRegproc}, {"rngsubdiff", TypeId::kRegproc}};
}
Schema pg_sequence() {
  return {{"seqrelid", kOid}, {"seqtypid", kOid}, {"seqstart", kInt8}, {"seqincrement", kInt8}, {"seqmax", kInt8},
          {"seqmin", kInt8}, {"seqcache", kInt8}, {"seqcycle", kBool}};
}
Schema pg_sequences() {
  return {{"schemaname", kText}, {"sequencename", kText}, {"sequenceowner", kText}, {"data_type", kText},
          {"start_value", kInt8}, {"min_value", kInt8}, {"max_value", kInt8}, {"increment_by", kInt8},
          {"cycle", kBool}, {"cache_size", kInt8}, {"last_value", kInt8}};
}
Schema pg_trigger() {
  return {{"oid", kOid}, {"tgrelid", kOid}, {"tgparentid", kOid}, {"tgname", kText}, {"tgfoid", kOid},
          {"tgtype", kInt2}, {"tgenabled", kText}, {"tgisinternal", kBool}, {"tgconstrrelid", kOid},
          {"tgconstrindid", kOid}, {"tgconstraint", kOid}, {"tgdeferrable", kBool}, {"tginitdeferred", kBool},
          {"tgnargs", kInt2}, {"tgattr", int2_vector()}, {"tgargs", kText}, {"tgqual", kText}, {"tgoldtable", kText},
          {"tgnewtable", kText}};
}
Schema pg_event_trigger() {
  return {{"oid", kOid}, {"evtname", kText}, {"evtevent", kText}, {"evtowner", kOid}, {"evtfoid", kOid},
          {"evtenabled", kText}, {"evttags", text_list()}};
}
Schema pg_rules() {
  return {{"schemaname", kText}, {"tablename", kText}, {"rulename", kText}, {"definition", kText}};
}
Schema pg_conversion() {
  return {{"oid", kOid}, {"conname", kText}, {"connamespace", kOid}, {"conowner", kOid}, {"conforencoding", kInt4},
          {"contoencoding", kInt4}, {"conproc", TypeId::kRegproc}, {"condefault", kBool}};
}
Schema pg_shdescription() { return {{"objoid", kOid}, {"classoid", kOid}, {"description", kText}}; }
Schema pg_seclabel() {
  return {{"objoid", kOid}, {"classoid", kOid}, {"objsubid", kInt4}, {"provider", kText}, {"label", kText}};
}
Schema pg_shdepend() {
  return {{"dbid", kOid}, {"classid", kOid}, {"objid", kOid}, {"objsubid", kInt4}, {"refclassid", kOid},
          {"refobjid", kOid}, {"deptype", kText}};
}
Schema pg_aggregate() {
  return {{"aggfnoid", TypeId::kRegproc}, {"aggkind", kText}, {"aggnumdirectargs", kInt2},
          {"aggtransfn", TypeId::kRegproc}, {"aggfinalfn", TypeId::kRegproc}, {"aggsortop", kOid},
          {"aggtranstype", kOid}, {"agginitval", kText}};
}
Schema pg_opclass() {
  return {{"oid", kOid}, {"opcmethod", kOid}, {"opcname", kText}, {"opcnamespace", kOid}, {"opcowner", kOid},
          {"opcfamily", kOid}, {"opcintype", kOid}, {"opcdefault", kBool}, {"opckeytype", kOid}};
}
Schema pg_opfamily() {
  return {{"oid", kOid}, {"opfmethod", kOid}, {"opfname", kText}, {"opfnamespace", kOid}, {"opfowner", kOid}};
}
Schema pg_amop() {
  return {{"oid", kOid}, {"amopfamily", kOid}, {"amoplefttype", kOid}, {"amoprighttype", kOid},
          {"amopstrategy", kInt2}, {"amoppurpose", kText}, {"amopopr", kOid}, {"amopmethod", kOid},
          {"amopsortfamily", kOid}};
}
Schema pg_user_mapping() {
  return {{"oid", kOid}, {"umuser", kOid}, {"umserver", kOid}, {"umoptions", text_list()}};
}
Schema pg_user_mappings() {
  return {{"umid", kOid}, {"srvid", kOid}, {"srvname", kText}, {"umuser", kOid}, {"usename", kText},
          {"umoptions", text_list()}};
}
Schema pg_default_acl() {
  return {{"oid", kOid}, {"defaclrole", kOid}, {"defaclnamespace", kOid}, {"defaclobjtype", kText},
          {"defaclacl", text_list()}};
}
Schema pg_init_privs() {
  return {{"objoid", kOid}, {"classoid", kOid}, {"objsubid", kInt4}, {"privtype", kText},
          {"initprivs", text_list()}};
}
Schema pg_db_role_setting() { return {{"setdatabase", kOid}, {"setrole", kOid}, {"setconfig", text_list()}}; }
Schema pg_locks() {
  return {{"locktype", kText}, {"database", kOid}, {"relation", kOid}, {"page", kInt4}, {"tuple", kInt2},
          {"virtualxid", kText}, {"transactionid", kInt8}, {"classid", kOid}, {"objid", kOid}, {"objsubid", kInt2},
          {"virtualtransaction", kText}, {"pid", kInt4}, {"mode", kText}, {"granted", kBool}, {"fastpath", kBool},
          {"waitstart", kTimestamptz}};
}
Schema pg_prepared_statements() {
  return {{"name", kText}, {"statement", kText}, {"prepare_time", kTimestamptz}, {"parameter_types", oid_list()},
          {"from_sql", kBool}};
}
Schema pg_cursors() {
  return {{"name", kText}, {"statement", kText}, {"is_holdable", kBool}, {"is_binary", kBool},
          {"is_scrollable", kBool}, {"creation_time", kTimestamptz}};
}
Schema pg_prepared_xacts() {
  return {{"transaction", kInt8}, {"gid", kText}, {"prepared", kTimestamptz}, {"owner", kText}, {"database", kText}};
}
Schema pg_transform() {
  return {{"oid", kOid}, {"trftype", kOid}, {"trflang", kOid}, {"trffromsql", TypeId::kRegproc},
          {"trftosql", TypeId::kRegproc}};
}
Schema pg_ts_config() {
  return {{"oid", kOid}, {"cfgname", kText}, {"cfgnamespace", kOid}, {"cfgowner", kOid}, {"cfgparser", kOid}};
}
Schema pg_ts_dict() {
  return {{"oid", kOid}, {"dictname", kText}, {"dictnamespace", kOid}, {"dictowner", kOid}, {"dicttemplate", kOid},
          {"dictinitoption", kText}};
}
Schema pg_ts_parser() {
  return {{"oid", kOid}, {"prsname", kText}, {"prsnamespace", kOid}, {"prsstart", TypeId::kRegproc},
          {"prstoken", TypeId::kRegproc}, {"prsend", TypeId::kRegproc}, {"prsheadline", TypeId::kRegproc},
          {"prslextype", TypeId::kRegproc}};
}
Schema pg_ts_template() {
  return {{"oid", kOid}, {"tmplname", kText}, {"tmplnamespace", kOid}, {"tmplinit", TypeId::kRegproc},
          {"tmpllexize", TypeId::kRegproc}};
}
Schema pg_largeobject_metadata() { return {{"oid", kOid}, {"lomowner", kOid}, {"lomacl", text_list()}}; }
Schema pg_timezone_names() {
  return {{"name", kText}, {"abbrev", kText}, {"utc_offset", TypeId::kInterval}, {"is_dst", kBool}};
}

constexpr SystemRelation kRelations[] = {
    {"pg_catalog", "pg_policy", "row security policies: there are none", pg_policy, no_rows, 3256},
    {"pg_catalog", "pg_policies", "row security policies: there are none", pg_policies, no_rows},
    {"pg_catalog", "pg_statistic_ext", "extended statistics: there are none", pg_statistic_ext, no_rows, 3381},
    {"pg_catalog", "pg_publication", "publications: there are none", pg_publication, no_rows, 6104},
    {"pg_catalog", "pg_publication_rel", "tables of publications: there are none", pg_publication_rel, no_rows, 6106},
    {"pg_catalog", "pg_publication_namespace", "schemas of publications: there are none", pg_publication_namespace, no_rows, 6237},
    {"pg_catalog", "pg_publication_tables", "tables of publications: there are none", pg_publication_tables, no_rows},
    {"pg_catalog", "pg_subscription", "subscriptions of PostgreSQL's kind: there are none", pg_subscription, no_rows, 6100},
    {"pg_catalog", "pg_replication_slots", "replication slots: there are none", pg_replication_slots, no_rows},
    {"pg_catalog", "pg_inherits", "inheritance: there is none", pg_inherits, no_rows, 2611},
    {"pg_catalog", "pg_partitioned_table", "partitioned tables: there are none", pg_partitioned_table, no_rows, 3350},
    {"pg_catalog", "pg_auth_members", "membership in roles: there is none", pg_auth_members, no_rows, 1261},
    {"pg_catalog", "pg_extension", "extensions: there are none", pg_extension, no_rows, 3079},
    {"pg_catalog", "pg_available_extensions", "extensions: there are none", pg_available_extensions, no_rows},
    {"pg_catalog", "pg_enum", "enumeration types: there are none", pg_enum, no_rows, 3501},
    {"pg_catalog", "pg_range", "range types: there are none", pg_range, no_rows, 3541},
    {"pg_catalog", "pg_sequence", "sequences: there are none", pg_sequence, no_rows, 2224},
    {"pg_catalog", "pg_sequences", "sequences: there are none", pg_sequences, no_rows},
    {"pg_catalog", "pg_trigger", "triggers: there are none", pg_trigger, no_rows, 2620},
    {"pg_catalog", "pg_event_trigger", "event triggers: there are none", pg_event_trigger, no_rows, 3466},
    {"pg_catalog", "pg_rules", "rules of users: there are none", pg_rules, no_rows},
    {"pg_catalog", "pg_conversion", "encoding conversions: there are none", pg_conversion, no_rows, 2607},
    {"pg_catalog", "pg_shdescription", "comments on shared objects: there are none", pg_shdescription, no_rows, 2396},
    {"pg_catalog", "pg_seclabel", "security labels: there are none", pg_seclabel, no_rows, 3596},
    {"pg_catalog", "pg_shdepend", "dependencies on shared objects: there are none", pg_shdepend, no_rows, 1214},
    {"pg_catalog", "pg_aggregate", "support functions of aggregates: they have none of PostgreSQL's kind", pg_aggregate, no_rows, 2600},
    {"pg_catalog", "pg_opclass", "operator classes: there are none", pg_opclass, no_rows, 2616},
    {"pg_catalog", "pg_opfamily", "operator families: there are none", pg_opfamily, no_rows, 2753},
    {"pg_catalog", "pg_amop", "operators of operator families: there are none", pg_amop, no_rows, 2602},
    {"pg_catalog", "pg_user_mapping", "user mappings: there are none", pg_user_mapping, no_rows, 1418},
    {"pg_catalog", "pg_user_mappings", "user mappings: there are none", pg_user_mappings, no_rows},
    {"pg_catalog", "pg_default_acl", "default privileges: there are none", pg_default_acl, no_rows, 826},
    {"pg_catalog", "pg_init_privs", "initial privileges: there are none", pg_init_privs, no_rows, 3394},
    {"pg_catalog", "pg_db_role_setting", "settings of roles: there are none", pg_db_role_setting, no_rows, 2964},
    {"pg_catalog", "pg_locks", "locks: there are none of PostgreSQL's kind", pg_locks, no_rows},
    {"pg_catalog", "pg_prepared_statements", "statements that SQL prepared: there are none", pg_prepared_statements, no_rows},
    {"pg_catalog", "pg_cursors", "cursors that SQL declared: there are none", pg_cursors, no_rows},
    {"pg_catalog", "pg_prepared_xacts", "prepared transactions: there are none", pg_prepared_xacts, no_rows},
    {"pg_catalog", "pg_transform", "transforms: there are none", pg_transform, no_rows, 3576},
    {"pg_catalog", "pg_ts_config", "text search configurations: there are none", pg_ts_config, no_rows, 3602},
    {"pg_catalog", "pg_ts_dict", "text search dictionaries: there are none", pg_ts_dict, no_rows, 3600},
    {"pg_catalog", "pg_ts_parser", "text search parsers: there are none", pg_ts_parser, no_rows, 3601},
    {"pg_catalog", "pg_ts_template", "text search templates: there are none", pg_ts_template, no_rows, 3764},
    {"pg_catalog", "pg_largeobject_metadata", "large objects: there are none", pg_largeobject_metadata, no_rows, 2995},
    {"pg_catalog", "pg_timezone_names", "time zones: any name of the tz database is understood, none is listed", pg_timezone_names, no_rows},
};

}  // namespace

std::span<const SystemRelation> empty_pg_relations() { return kRelations; }

}  // namespace leat::system_catalog
