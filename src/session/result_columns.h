#pragma once
// The columns of a query as clients are told: names, types, and of which relation's column each is
// (drivers look up nullability and table names by it, and can then update rows in place).
// Thread: any; free functions over immutable plans.

#include <span>
#include <vector>

#include "catalog/catalog.h"
#include "pgwire/session_interface.h"
#include "plan/physical.h"

namespace leat {

std::vector<pgwire::ResultColumn> result_columns(const Schema& schema);
std::vector<pgwire::ResultColumn> result_columns(const PhysicalPlan& plan, const CatalogSnapshot& catalog);
// Whether rows of the one can be sent to a client that was told of the other.
bool same_columns(std::span<const pgwire::ResultColumn> a, std::span<const pgwire::ResultColumn> b);

}  // namespace leat
