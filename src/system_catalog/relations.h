#pragma once
// The relations, each defined in the file of its name under pg_catalog/, information_schema/ and
// rw_catalog/. A new one is a file, a line here, and a line in system_catalog.cc.

#include "system_catalog/system_catalog.h"

namespace leat::system_catalog {

// pg_catalog
SystemRelation pg_am();
SystemRelation pg_attrdef();
SystemRelation pg_attribute();
SystemRelation pg_cast();
SystemRelation pg_class();
SystemRelation pg_collation();
SystemRelation pg_constraint();
SystemRelation pg_database();
SystemRelation pg_depend();
SystemRelation pg_description();
SystemRelation pg_foreign_data_wrapper();
SystemRelation pg_foreign_server();
SystemRelation pg_foreign_table();
SystemRelation pg_index();
SystemRelation pg_indexes();
SystemRelation pg_language();
SystemRelation pg_matviews();
SystemRelation pg_namespace();
SystemRelation pg_operator();
SystemRelation pg_proc();
SystemRelation pg_rewrite();
SystemRelation pg_roles();
SystemRelation pg_settings();
SystemRelation pg_stat_activity();
SystemRelation pg_stat_user_tables();
SystemRelation pg_tables();
SystemRelation pg_tablespace();
SystemRelation pg_type();
SystemRelation pg_user();
SystemRelation pg_views();
std::span<const SystemRelation> empty_pg_relations();

// information_schema
SystemRelation information_columns();
SystemRelation information_constraint_column_usage();
SystemRelation information_key_column_usage();
SystemRelation information_role_table_grants();
SystemRelation information_schemata();
SystemRelation information_table_constraints();
SystemRelation information_table_privileges();
SystemRelation information_tables();
SystemRelation information_views();
std::span<const SystemRelation> empty_information_relations();

// rw_catalog
SystemRelation rw_checkpoints();
SystemRelation rw_columns();
SystemRelation rw_databases();
SystemRelation rw_ddl_progress();
SystemRelation rw_depend();
SystemRelation rw_expression_errors();
SystemRelation rw_freshness();
SystemRelation rw_functions();
SystemRelation rw_indexes();
SystemRelation rw_job_operators();
SystemRelation rw_jobs();
SystemRelation rw_materialized_views();
SystemRelation rw_memory();
SystemRelation rw_metrics();
SystemRelation rw_relations();
SystemRelation rw_schemas();
SystemRelation rw_settings();
SystemRelation rw_sink_status();
SystemRelation rw_sinks();
SystemRelation rw_source_errors();
SystemRelation rw_source_gaps();
SystemRelation rw_source_lag();
SystemRelation rw_sources();
SystemRelation rw_steps();
SystemRelation rw_tables();
SystemRelation rw_users();
SystemRelation rw_views();

}  // namespace leat::system_catalog
