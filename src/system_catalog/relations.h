#pragma once
// The relations, each defined in the file of its name under pg_catalog/, information_schema/ and
// rw_catalog/. A new one is a file, a line here, and a line in system_catalog.cc.

#include "system_catalog/system_catalog.h"

namespace leat::system_catalog {

SystemRelation pg_attribute();
SystemRelation pg_class();
SystemRelation pg_database();
SystemRelation pg_namespace();
SystemRelation pg_type();

}  // namespace leat::system_catalog
