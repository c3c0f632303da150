#pragma once
// The columns of a query as clients are told: names, types, and of which relation's column each is
// (drivers look up nullability and table names by it, and can then update rows in place).
// Thread: any; free functions over immutable plans.

#include <vector>

#include "catalog/catalog.h"
#include "pgwire/session_interface.h"
#include "plan/physical.h"

namespace leat {

std::vector<pgwire::ResultColumn> result_columns(const Schema& schema);
std::vector<pgwire::ResultColumn> result_columns(const PhysicalPlan& plan, const CatalogSnapshot& catalog);

}  // namespace leat
