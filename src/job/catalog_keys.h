#pragma once
// What relations have in the store's named values: a record each, under keys in the order of their ids.

#include <string>
#include <string_view>
#include <vector>

#include "job/engine.h"

namespace leat {

inline constexpr std::string_view kRelationPrefix = "relation/";
inline constexpr std::string_view kSchemaPrefix = "schema/";
std::string relation_key(ObjectId id);
std::string schema_key(std::string_view name);

CatalogRecord record_of(const PlannedRelation& planned);
// Where the rows and the state of a relation's job lie.
std::vector<TableId> tables_of(const CatalogRecord& record);

// A table or a source that a connector fills.
bool has_connector(const Relation& relation);

}  // namespace leat
