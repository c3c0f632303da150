#pragma once
// The files that RocksDB uses, with every way of "the disk is full" (a quota, a limit on the size of
// files) reported as what it is. RocksDB recovers from a full disk, but takes other write errors for
// fatal until it is opened anew.

#include <memory>

namespace rocksdb {
class Env;
}

namespace leat {

std::shared_ptr<rocksdb::Env> make_store_env();

}  // namespace leat
