// Relations of information_schema that clients ask for and that have no rows here.
#include "system_catalog/catalog_facts.h"
#include "system_catalog/relations.h"

namespace leat::system_catalog {
namespace {

void no_rows(const SystemContext&, RowBuilder&) {}

Schema referential_constraints() {
  return {{"constraint_catalog", kText}, {"constraint_schema", kText}, {"constraint_name", kText},
          {"unique_constraint_catalog", kText}, {"unique_constraint_schema", kText},
          {"unique_constraint_name", kText}, {"match_option", kText}, {"update_rule", kText},
          {"delete_rule", kText}};
}
Schema check_constraints() {
  return {{"constraint_catalog", kText}, {"constraint_schema", kText}, {"constraint_name", kText},
          {"check_clause", kText}};
}
Schema triggers() {
  return {{"trigger_catalog", kText}, {"trigger_schema", kText}, {"trigger_name", kText},
          {"event_manipulation", kText}, {"event_object_catalog", kText}, {"event_object_schema", kText},
          {"event_object_table", kText}, {"action_order", kInt4}, {"action_condition", kText},
          {"action_statement", kText}, {"action_orientation", kText}, {"action_timing", kText}};
}
Schema sequences() {
  return {{"sequence_catalog", kText}, {"sequence_schema", kText}, {"sequence_name", kText}, {"data_type", kText},
          {"start_value", kText}, {"minimum_value", kText}, {"maximum_value", kText}, {"increment", kText},
          {"cycle_option", kText}};
}
Schema routines() {
  return {{"specific_catalog", kText}, {"specific_schema", kText}, {"specific_name", kText},
          {"routine_catalog", kText}, {"routine_schema", kText}, {"routine_name", kText}, {"routine_type", kText},
          {"data_type", kText}, {"routine_definition", kText}, {"external_language", kText}};
}
Schema parameters() {
  return {{"specific_catalog", kText}, {"specific_schema", kText}, {"specific_name", kText},
          {"ordinal_position", kInt4}, {"parameter_mode", kText}, {"parameter_name", kText}, {"data_type", kText}};
}
Schema domains() {
  return {{"domain_catalog", kText}, {"domain_schema", kText}, {"domain_name", kText}, {"data_type", kText},
          {"domain_default", kText}};
}
Schema user_defined_types() {
  return {{"user_defined_type_catalog", kText}, {"user_defined_type_schema", kText},
          {"user_defined_type_name", kText}, {"user_defined_type_category", kText}};
}

constexpr SystemRelation kRelations[] = {
    {"information_schema", "referential_constraints", "foreign keys: there are none", referential_constraints, no_rows},
    {"information_schema", "check_constraints", "check constraints: there are none", check_constraints, no_rows},
    {"information_schema", "triggers", "triggers: there are none", triggers, no_rows},
    {"information_schema", "sequences", "sequences: there are none", sequences, no_rows},
    {"information_schema", "routines", "functions of users: there are none", routines, no_rows},
    {"information_schema", "parameters", "parameters of users' functions: there are none", parameters, no_rows},
    {"information_schema", "domains", "domains: there are none", domains, no_rows},
    {"information_schema", "user_defined_types", "types of users: there are none", user_defined_types, no_rows},
};

}  // namespace

std::span<const SystemRelation> empty_information_relations() { return kRelations; }

}  // namespace leat::system_catalog
