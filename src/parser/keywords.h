#pragma once
// Keywords: PostgreSQL 15's list with its classes, and the words that the streaming dialect adds
// (all of those unreserved, so that they stay usable as names). Sorted by text.
// Kw numbers them so that the grammar compares integers; nothing stores these numbers.

#include <cstdint>
#include <span>
#include <string_view>

namespace leat::parser {

// Where a keyword may stand unquoted:
//   kUnreserved      any name
//   kColumnName      column and table names, not function or type names
//   kTypeOrFunction  function and type names, not columns or tables
//   kReserved        no name; only after AS
enum class KeywordClass : uint8_t { kUnreserved, kColumnName, kTypeOrFunction, kReserved };

struct Keyword {
  std::string_view text;
  KeywordClass keyword_class;
  bool bare_label;  // may be a column alias without AS
};

// clang-format off
#define LEAT_KEYWORDS(X) \
  X(Abort, "abort", kUnreserved, 1) X(Absolute, "absolute", kUnreserved, 1)                       \
  X(Access, "access", kUnreserved, 1) X(Action, "action", kUnreserved, 1)                         \
  X(Add, "add", kUnreserved, 1) X(Admin, "admin", kUnreserved, 1)                                 \
  X(After, "after", kUnreserved, 1) X(Aggregate, "aggregate", kUnreserved, 1)                     \
  X(All, "all", kReserved, 1) X(Also, "also", kUnreserved, 1) X(Alter, "alter", kUnreserved, 1)   \
  X(Always, "always", kUnreserved, 1) X(Analyse, "analyse", kReserved, 1)                         \
  X(Analyze, "analyze", kReserved, 1) X(And, "and", kReserved, 1) X(Any, "any", kReserved, 1)     \
  X(Append, "append", kUnreserved, 1) X(Array, "array", kReserved, 0) X(As, "as", kReserved, 0)   \
  X(Asc, "asc", kReserved, 1) X(Asensitive, "asensitive", kUnreserved, 1)                         \
  X(Asof, "asof", kUnreserved, 1) X(Assertion, "assertion", kUnreserved, 1)                       \
  X(Assignment, "assignment", kUnreserved, 1) X(Asymmetric, "asymmetric", kReserved, 1)           \
  X(At, "at", kUnreserved, 1) X(Atomic, "atomic", kUnreserved, 1)                                 \
  X(Attach, "attach", kUnreserved, 1) X(Attribute, "attribute", kUnreserved, 1)                   \
  X(Authorization, "authorization", kTypeOrFunction, 1) X(Backward, "backward", kUnreserved, 1)   \
  X(Before, "before", kUnreserved, 1) X(Begin, "begin", kUnreserved, 1)                           \
  X(Between, "between", kColumnName, 1) X(Bigint, "bigint", kColumnName, 1)                       \
  X(Binary, "binary", kTypeOrFunction, 1) X(Bit, "bit", kColumnName, 1)                           \
  X(Boolean, "boolean", kColumnName, 1) X(Both, "both", kReserved, 1)                             \
  X(Breadth, "breadth", kUnreserved, 1) X(By, "by", kUnreserved, 1)                               \
  X(Cache, "cache", kUnreserved, 1) X(Call, "call", kUnreserved, 1)                               \
  X(Called, "called", kUnreserved, 1) X(Cancel, "cancel", kUnreserved, 1)                         \
  X(Cascade, "cascade", kUnreserved, 1) X(Cascaded, "cascaded", kUnreserved, 1)                   \
  X(Case, "case", kReserved, 1) X(Cast, "cast", kReserved, 1)                                     \
  X(Catalog, "catalog", kUnreserved, 1) X(Chain, "chain", kUnreserved, 1)                         \
  X(Changelog, "changelog", kUnreserved, 1) X(Char, "char", kColumnName, 0)                       \
  X(Character, "character", kColumnName, 0)                                                       \
  X(Characteristics, "characteristics", kUnreserved, 1) X(Check, "check", kReserved, 1)           \
  X(Checkpoint, "checkpoint", kUnreserved, 1) X(Class, "class", kUnreserved, 1)                   \
  X(Close, "close", kUnreserved, 1) X(Cluster, "cluster", kUnreserved, 1)                         \
  X(Coalesce, "coalesce", kColumnName, 1) X(Collate, "collate", kReserved, 1)                     \
  X(Collation, "collation", kTypeOrFunction, 1) X(Column, "column", kReserved, 1)                 \
  X(Columns, "columns", kUnreserved, 1) X(Comment, "comment", kUnreserved, 1)                     \
  X(Comments, "comments", kUnreserved, 1) X(Commit, "commit", kUnreserved, 1)                     \
  X(Committed, "committed", kUnreserved, 1) X(Compression, "compression", kUnreserved, 1)         \
  X(Concurrently, "concurrently", kTypeOrFunction, 1)                                             \
  X(Configuration, "configuration", kUnreserved, 1) X(Conflict, "conflict", kUnreserved, 1)       \
  X(Confluent, "confluent", kUnreserved, 1) X(Connection, "connection", kUnreserved, 1)           \
  X(Connections, "connections", kUnreserved, 1) X(Connector, "connector", kUnreserved, 1)         \
  X(Constraint, "constraint", kReserved, 1) X(Constraints, "constraints", kUnreserved, 1)         \
  X(Content, "content", kUnreserved, 1) X(Continue, "continue", kUnreserved, 1)                   \
  X(Conversion, "conversion", kUnreserved, 1) X(Copy, "copy", kUnreserved, 1)                     \
  X(Cost, "cost", kUnreserved, 1) X(Create, "create", kReserved, 0)                               \
  X(Cross, "cross", kTypeOrFunction, 1) X(Csv, "csv", kUnreserved, 1)                             \
  X(Cube, "cube", kUnreserved, 1) X(Current, "current", kUnreserved, 1)                           \
  X(CurrentCatalog, "current_catalog", kReserved, 1)                                              \
  X(CurrentDate, "current_date", kReserved, 1) X(CurrentRole, "current_role", kReserved, 1)       \
  X(CurrentSchema, "current_schema", kTypeOrFunction, 1)                                          \
  X(CurrentTime, "current_time", kReserved, 1)                                                    \
  X(CurrentTimestamp, "current_timestamp", kReserved, 1)                                          \
  X(CurrentUser, "current_user", kReserved, 1) X(Cursor, "cursor", kUnreserved, 1)                \
  X(Cursors, "cursors", kUnreserved, 1) X(Cycle, "cycle", kUnreserved, 1)                         \
  X(Data, "data", kUnreserved, 1) X(Database, "database", kUnreserved, 1)                         \
  X(Databases, "databases", kUnreserved, 1) X(Day, "day", kUnreserved, 0)                         \
  X(Deallocate, "deallocate", kUnreserved, 1) X(Dec, "dec", kColumnName, 1)                       \
  X(Decimal, "decimal", kColumnName, 1) X(Declare, "declare", kUnreserved, 1)                     \
  X(Default, "default", kReserved, 1) X(Defaults, "defaults", kUnreserved, 1)                     \
  X(Deferrable, "deferrable", kReserved, 1) X(Deferred, "deferred", kUnreserved, 1)               \
  X(Definer, "definer", kUnreserved, 1) X(Delete, "delete", kUnreserved, 1)                       \
  X(Delimiter, "delimiter", kUnreserved, 1) X(Delimiters, "delimiters", kUnreserved, 1)           \
  X(Depends, "depends", kUnreserved, 1) X(Depth, "depth", kUnreserved, 1)                         \
  X(Desc, "desc", kReserved, 1) X(Describe, "describe", kUnreserved, 1)                           \
  X(Detach, "detach", kUnreserved, 1) X(Dictionary, "dictionary", kUnreserved, 1)                 \
  X(Disable, "disable", kUnreserved, 1) X(Discard, "discard", kUnreserved, 1)                     \
  X(Distinct, "distinct", kReserved, 1) X(Distributed, "distributed", kUnreserved, 1)             \
  X(Do, "do", kReserved, 1) X(Document, "document", kUnreserved, 1)                               \
  X(Domain, "domain", kUnreserved, 1) X(Double, "double", kUnreserved, 1)                         \
  X(Drop, "drop", kUnreserved, 1) X(Each, "each", kUnreserved, 1) X(Else, "else", kReserved, 1)   \
  X(Emit, "emit", kUnreserved, 1) X(Enable, "enable", kUnreserved, 1)                             \
  X(Encode, "encode", kUnreserved, 1) X(Encoding, "encoding", kUnreserved, 1)                     \
  X(Encrypted, "encrypted", kUnreserved, 1) X(End, "end", kReserved, 1)                           \
  X(Enum, "enum", kUnreserved, 1) X(Escape, "escape", kUnreserved, 1)                             \
  X(Event, "event", kUnreserved, 1) X(Except, "except", kReserved, 0)                             \
  X(Exclude, "exclude", kUnreserved, 1) X(Excluding, "excluding", kUnreserved, 1)                 \
  X(Exclusive, "exclusive", kUnreserved, 1) X(Execute, "execute", kUnreserved, 1)                 \
  X(Exists, "exists", kColumnName, 1) X(Explain, "explain", kUnreserved, 1)                       \
  X(Expression, "expression", kUnreserved, 1) X(Extension, "extension", kUnreserved, 1)           \
  X(External, "external", kUnreserved, 1) X(Extract, "extract", kColumnName, 1)                   \
  X(False, "false", kReserved, 1) X(Family, "family", kUnreserved, 1)                             \
  X(Fetch, "fetch", kReserved, 0) X(Filter, "filter", kUnreserved, 0)                             \
  X(Finalize, "finalize", kUnreserved, 1) X(First, "first", kUnreserved, 1)                       \
  X(Float, "float", kColumnName, 1) X(Flush, "flush", kUnreserved, 1)                             \
  X(Following, "following", kUnreserved, 1) X(For, "for", kReserved, 0)                           \
  X(Force, "force", kUnreserved, 1) X(Foreign, "foreign", kReserved, 1)                           \
  X(Format, "format", kUnreserved, 1) X(Forward, "forward", kUnreserved, 1) X(Freeze, "freeze", kTypeOrFunction, 1)                   \
  X(From, "from", kReserved, 0) X(Full, "full", kTypeOrFunction, 1)                               \
  X(Function, "function", kUnreserved, 1) X(Functions, "functions", kUnreserved, 1)               \
  X(Gap, "gap", kUnreserved, 1) X(Generated, "generated", kUnreserved, 1)                         \
  X(Global, "global", kUnreserved, 1) X(Grant, "grant", kReserved, 0)                             \
  X(Granted, "granted", kUnreserved, 1) X(Greatest, "greatest", kColumnName, 1)                   \
  X(Group, "group", kReserved, 0) X(Grouping, "grouping", kColumnName, 1)                         \
  X(Groups, "groups", kUnreserved, 1) X(Handler, "handler", kUnreserved, 1)                       \
  X(Having, "having", kReserved, 0) X(Header, "header", kUnreserved, 1)                           \
  X(Hold, "hold", kUnreserved, 1) X(Hour, "hour", kUnreserved, 0)                                 \
  X(Identity, "identity", kUnreserved, 1) X(If, "if", kUnreserved, 1)                             \
  X(Ignore, "ignore", kUnreserved, 1) X(Ilike, "ilike", kTypeOrFunction, 1)                       \
  X(Immediate, "immediate", kUnreserved, 1) X(Immutable, "immutable", kUnreserved, 1)             \
  X(Implicit, "implicit", kUnreserved, 1) X(Import, "import", kUnreserved, 1)                     \
  X(In, "in", kReserved, 1) X(Include, "include", kUnreserved, 1)                                 \
  X(Including, "including", kUnreserved, 1) X(Increment, "increment", kUnreserved, 1)             \
  X(Index, "index", kUnreserved, 1) X(Indexes, "indexes", kUnreserved, 1)                         \
  X(Inherit, "inherit", kUnreserved, 1) X(Inherits, "inherits", kUnreserved, 1)                   \
  X(Initially, "initially", kReserved, 1) X(Inline, "inline", kUnreserved, 1)                     \
  X(Inner, "inner", kTypeOrFunction, 1) X(Inout, "inout", kColumnName, 1)                         \
  X(Input, "input", kUnreserved, 1) X(Insensitive, "insensitive", kUnreserved, 1)                 \
  X(Insert, "insert", kUnreserved, 1) X(Instead, "instead", kUnreserved, 1)                       \
  X(Int, "int", kColumnName, 1) X(Integer, "integer", kColumnName, 1)                             \
  X(Internal, "internal", kUnreserved, 1) X(Intersect, "intersect", kReserved, 0)                 \
  X(Interval, "interval", kColumnName, 1) X(Into, "into", kReserved, 0)                           \
  X(Invoker, "invoker", kUnreserved, 1) X(Is, "is", kTypeOrFunction, 1)                           \
  X(Isnull, "isnull", kTypeOrFunction, 0) X(Isolation, "isolation", kUnreserved, 1)               \
  X(Jobs, "jobs", kUnreserved, 1) X(Join, "join", kTypeOrFunction, 1)                             \
  X(Key, "key", kUnreserved, 1) X(Kill, "kill", kUnreserved, 1)                                   \
  X(Label, "label", kUnreserved, 1) X(Language, "language", kUnreserved, 1)                       \
  X(Large, "large", kUnreserved, 1) X(Last, "last", kUnreserved, 1)                               \
  X(Lateral, "lateral", kReserved, 1) X(Leading, "leading", kReserved, 1)                         \
  X(Leakproof, "leakproof", kUnreserved, 1) X(Least, "least", kColumnName, 1)                     \
  X(Left, "left", kTypeOrFunction, 1) X(Level, "level", kUnreserved, 1)                           \
  X(Like, "like", kTypeOrFunction, 1) X(Limit, "limit", kReserved, 0)                             \
  X(Listen, "listen", kUnreserved, 1) X(Load, "load", kUnreserved, 1)                             \
  X(Local, "local", kUnreserved, 1) X(Localtime, "localtime", kReserved, 1)                       \
  X(Localtimestamp, "localtimestamp", kReserved, 1) X(Location, "location", kUnreserved, 1)       \
  X(Lock, "lock", kUnreserved, 1) X(Locked, "locked", kUnreserved, 1)                             \
  X(Logged, "logged", kUnreserved, 1) X(Mapping, "mapping", kUnreserved, 1)                       \
  X(Match, "match", kUnreserved, 1) X(Matched, "matched", kUnreserved, 1)                         \
  X(Materialized, "materialized", kUnreserved, 1) X(Maxvalue, "maxvalue", kUnreserved, 1)         \
  X(Merge, "merge", kUnreserved, 1) X(Message, "message", kUnreserved, 1)                         \
  X(Method, "method", kUnreserved, 1) X(Minute, "minute", kUnreserved, 0)                         \
  X(Minvalue, "minvalue", kUnreserved, 1) X(Mode, "mode", kUnreserved, 1)                         \
  X(Month, "month", kUnreserved, 0) X(Move, "move", kUnreserved, 1)                               \
  X(Name, "name", kUnreserved, 1) X(Names, "names", kUnreserved, 1)                               \
  X(National, "national", kColumnName, 1) X(Natural, "natural", kTypeOrFunction, 1)               \
  X(Nchar, "nchar", kColumnName, 1) X(New, "new", kUnreserved, 1)                                 \
  X(Next, "next", kUnreserved, 1) X(Nfc, "nfc", kUnreserved, 1) X(Nfd, "nfd", kUnreserved, 1)     \
  X(Nfkc, "nfkc", kUnreserved, 1) X(Nfkd, "nfkd", kUnreserved, 1) X(No, "no", kUnreserved, 1)     \
  X(None, "none", kColumnName, 1) X(Normalize, "normalize", kColumnName, 1)                       \
  X(Normalized, "normalized", kUnreserved, 1) X(Not, "not", kReserved, 1)                         \
  X(Nothing, "nothing", kUnreserved, 1) X(Notify, "notify", kUnreserved, 1)                       \
  X(Notnull, "notnull", kTypeOrFunction, 0) X(Nowait, "nowait", kUnreserved, 1)                   \
  X(Null, "null", kReserved, 1) X(Nullif, "nullif", kColumnName, 1)                               \
  X(Nulls, "nulls", kUnreserved, 1) X(Numeric, "numeric", kColumnName, 1)                         \
  X(Object, "object", kUnreserved, 1) X(Of, "of", kUnreserved, 1) X(Off, "off", kUnreserved, 1)   \
  X(Offset, "offset", kReserved, 0) X(Oids, "oids", kUnreserved, 1)                               \
  X(Old, "old", kUnreserved, 1) X(On, "on", kReserved, 0) X(Only, "only", kReserved, 1)           \
  X(Operator, "operator", kUnreserved, 1) X(Option, "option", kUnreserved, 1)                     \
  X(Options, "options", kUnreserved, 1) X(Or, "or", kReserved, 1)                                 \
  X(Order, "order", kReserved, 0) X(Ordinality, "ordinality", kUnreserved, 1)                     \
  X(Others, "others", kUnreserved, 1) X(Out, "out", kColumnName, 1)                               \
  X(Outer, "outer", kTypeOrFunction, 1) X(Over, "over", kUnreserved, 0)                           \
  X(Overlaps, "overlaps", kTypeOrFunction, 0) X(Overlay, "overlay", kColumnName, 1)               \
  X(Overriding, "overriding", kUnreserved, 1) X(Overwrite, "overwrite", kUnreserved, 1)           \
  X(Owned, "owned", kUnreserved, 1) X(Owner, "owner", kUnreserved, 1)                             \
  X(Parallel, "parallel", kUnreserved, 1) X(Parameter, "parameter", kUnreserved, 1)               \
  X(Parser, "parser", kUnreserved, 1) X(Partial, "partial", kUnreserved, 1)                       \
  X(Partition, "partition", kUnreserved, 1) X(Passing, "passing", kUnreserved, 1)                 \
  X(Password, "password", kUnreserved, 1) X(Placing, "placing", kReserved, 1)                     \
  X(Plans, "plans", kUnreserved, 1) X(Policy, "policy", kUnreserved, 1)                           \
  X(Position, "position", kColumnName, 1) X(Preceding, "preceding", kUnreserved, 1)               \
  X(Precision, "precision", kColumnName, 0) X(Prepare, "prepare", kUnreserved, 1)                 \
  X(Prepared, "prepared", kUnreserved, 1) X(Preserve, "preserve", kUnreserved, 1)                 \
  X(Primary, "primary", kReserved, 1) X(Prior, "prior", kUnreserved, 1)                           \
  X(Privileges, "privileges", kUnreserved, 1) X(Procedural, "procedural", kUnreserved, 1)         \
  X(Procedure, "procedure", kUnreserved, 1) X(Procedures, "procedures", kUnreserved, 1)           \
  X(Processlist, "processlist", kUnreserved, 1) X(Program, "program", kUnreserved, 1)             \
  X(Publication, "publication", kUnreserved, 1) X(Quote, "quote", kUnreserved, 1)                 \
  X(Range, "range", kUnreserved, 1) X(Read, "read", kUnreserved, 1)                               \
  X(Real, "real", kColumnName, 1) X(Reassign, "reassign", kUnreserved, 1)                         \
  X(Recheck, "recheck", kUnreserved, 1) X(Recover, "recover", kUnreserved, 1)                     \
  X(Recursive, "recursive", kUnreserved, 1) X(Ref, "ref", kUnreserved, 1)                         \
  X(References, "references", kReserved, 1) X(Referencing, "referencing", kUnreserved, 1)         \
  X(Refresh, "refresh", kUnreserved, 1) X(Registry, "registry", kUnreserved, 1)                   \
  X(Reindex, "reindex", kUnreserved, 1) X(Relative, "relative", kUnreserved, 1)                   \
  X(Release, "release", kUnreserved, 1) X(Rename, "rename", kUnreserved, 1)                       \
  X(Repeatable, "repeatable", kUnreserved, 1) X(Replace, "replace", kUnreserved, 1)               \
  X(Replica, "replica", kUnreserved, 1) X(Reset, "reset", kUnreserved, 1)                         \
  X(Respect, "respect", kUnreserved, 1) X(Restart, "restart", kUnreserved, 1)                     \
  X(Restrict, "restrict", kUnreserved, 1) X(Return, "return", kUnreserved, 1)                     \
  X(Returning, "returning", kReserved, 0) X(Returns, "returns", kUnreserved, 1)                   \
  X(Revoke, "revoke", kUnreserved, 1) X(Right, "right", kTypeOrFunction, 1)                       \
  X(Role, "role", kUnreserved, 1) X(Roles, "roles", kUnreserved, 1)                               \
  X(Rollback, "rollback", kUnreserved, 1) X(Rollup, "rollup", kUnreserved, 1)                     \
  X(Routine, "routine", kUnreserved, 1) X(Routines, "routines", kUnreserved, 1)                   \
  X(Row, "row", kColumnName, 1) X(Rows, "rows", kUnreserved, 1) X(Rule, "rule", kUnreserved, 1)   \
  X(Savepoint, "savepoint", kUnreserved, 1) X(Schema, "schema", kUnreserved, 1)                   \
  X(Schemas, "schemas", kUnreserved, 1) X(Scroll, "scroll", kUnreserved, 1)                       \
  X(Search, "search", kUnreserved, 1) X(Second, "second", kUnreserved, 0)                         \
  X(Secret, "secret", kUnreserved, 1) X(Secrets, "secrets", kUnreserved, 1)                       \
  X(Security, "security", kUnreserved, 1) X(Select, "select", kReserved, 1)                       \
  X(Sequence, "sequence", kUnreserved, 1) X(Sequences, "sequences", kUnreserved, 1)               \
  X(Serializable, "serializable", kUnreserved, 1) X(Server, "server", kUnreserved, 1)             \
  X(Session, "session", kUnreserved, 1) X(SessionUser, "session_user", kReserved, 1)              \
  X(Set, "set", kUnreserved, 1) X(Setof, "setof", kColumnName, 1)                                 \
  X(Sets, "sets", kUnreserved, 1) X(Share, "share", kUnreserved, 1)                               \
  X(Show, "show", kUnreserved, 1) X(Similar, "similar", kTypeOrFunction, 1)                       \
  X(Simple, "simple", kUnreserved, 1) X(Since, "since", kUnreserved, 1)                           \
  X(Sink, "sink", kUnreserved, 1) X(Sinks, "sinks", kUnreserved, 1)                               \
  X(Skip, "skip", kUnreserved, 1) X(Smallint, "smallint", kColumnName, 1)                         \
  X(Snapshot, "snapshot", kUnreserved, 1) X(Some, "some", kReserved, 1)                           \
  X(Source, "source", kUnreserved, 1) X(Sources, "sources", kUnreserved, 1)                       \
  X(Sql, "sql", kUnreserved, 1) X(Stable, "stable", kUnreserved, 1)                               \
  X(Standalone, "standalone", kUnreserved, 1) X(Start, "start", kUnreserved, 1)                   \
  X(Statement, "statement", kUnreserved, 1) X(Statistics, "statistics", kUnreserved, 1)           \
  X(Stdin, "stdin", kUnreserved, 1) X(Stdout, "stdout", kUnreserved, 1)                           \
  X(Storage, "storage", kUnreserved, 1) X(Stored, "stored", kUnreserved, 1)                       \
  X(Strict, "strict", kUnreserved, 1) X(Strip, "strip", kUnreserved, 1)                           \
  X(Struct, "struct", kUnreserved, 1) X(Subscription, "subscription", kUnreserved, 1)             \
  X(Subscriptions, "subscriptions", kUnreserved, 1) X(Substring, "substring", kColumnName, 1)     \
  X(Support, "support", kUnreserved, 1) X(Swap, "swap", kUnreserved, 1)                           \
  X(Symmetric, "symmetric", kReserved, 1) X(Sysid, "sysid", kUnreserved, 1)                       \
  X(System, "system", kUnreserved, 1) X(SystemTime, "system_time", kUnreserved, 1)                \
  X(Table, "table", kReserved, 1) X(Tables, "tables", kUnreserved, 1)                             \
  X(Tablesample, "tablesample", kTypeOrFunction, 1) X(Tablespace, "tablespace", kUnreserved, 1)   \
  X(Temp, "temp", kUnreserved, 1) X(Template, "template", kUnreserved, 1)                         \
  X(Temporary, "temporary", kUnreserved, 1) X(Text, "text", kUnreserved, 1)                       \
  X(Then, "then", kReserved, 1) X(Ties, "ties", kUnreserved, 1) X(Time, "time", kColumnName, 1)   \
  X(Timestamp, "timestamp", kColumnName, 1) X(To, "to", kReserved, 0)                             \
  X(Trailing, "trailing", kReserved, 1) X(Transaction, "transaction", kUnreserved, 1)             \
  X(Transform, "transform", kUnreserved, 1) X(Treat, "treat", kColumnName, 1)                     \
  X(Trigger, "trigger", kUnreserved, 1) X(Trim, "trim", kColumnName, 1)                           \
  X(True, "true", kReserved, 1) X(Truncate, "truncate", kUnreserved, 1)                           \
  X(Trusted, "trusted", kUnreserved, 1) X(Type, "type", kUnreserved, 1)                           \
  X(Types, "types", kUnreserved, 1) X(Uescape, "uescape", kUnreserved, 1)                         \
  X(Unbounded, "unbounded", kUnreserved, 1) X(Uncommitted, "uncommitted", kUnreserved, 1)         \
  X(Unencrypted, "unencrypted", kUnreserved, 1) X(Union, "union", kReserved, 0)                   \
  X(Unique, "unique", kReserved, 1) X(Unknown, "unknown", kUnreserved, 1)                         \
  X(Unlisten, "unlisten", kUnreserved, 1) X(Unlogged, "unlogged", kUnreserved, 1)                 \
  X(Until, "until", kUnreserved, 1) X(Update, "update", kUnreserved, 1)                           \
  X(User, "user", kReserved, 1) X(Users, "users", kUnreserved, 1)                                 \
  X(Using, "using", kReserved, 1) X(Vacuum, "vacuum", kUnreserved, 1)                             \
  X(Valid, "valid", kUnreserved, 1) X(Validate, "validate", kUnreserved, 1)                       \
  X(Validator, "validator", kUnreserved, 1) X(Value, "value", kUnreserved, 1)                     \
  X(Values, "values", kColumnName, 1) X(Varchar, "varchar", kColumnName, 1)                       \
  X(Variadic, "variadic", kReserved, 1) X(Varying, "varying", kUnreserved, 0)                     \
  X(Verbose, "verbose", kTypeOrFunction, 1) X(Version, "version", kUnreserved, 1)                 \
  X(View, "view", kUnreserved, 1) X(Views, "views", kUnreserved, 1)                               \
  X(Volatile, "volatile", kUnreserved, 1) X(Wait, "wait", kUnreserved, 1)                         \
  X(Watermark, "watermark", kUnreserved, 1) X(When, "when", kReserved, 1)                         \
  X(Where, "where", kReserved, 0) X(Whitespace, "whitespace", kUnreserved, 1)                     \
  X(Window, "window", kReserved, 0) X(With, "with", kReserved, 0)                                 \
  X(Within, "within", kUnreserved, 0) X(Without, "without", kUnreserved, 0)                       \
  X(Work, "work", kUnreserved, 1) X(Wrapper, "wrapper", kUnreserved, 1)                           \
  X(Write, "write", kUnreserved, 1) X(Xml, "xml", kUnreserved, 1)                                 \
  X(Xmlattributes, "xmlattributes", kColumnName, 1) X(Xmlconcat, "xmlconcat", kColumnName, 1)     \
  X(Xmlelement, "xmlelement", kColumnName, 1) X(Xmlexists, "xmlexists", kColumnName, 1)           \
  X(Xmlforest, "xmlforest", kColumnName, 1) X(Xmlnamespaces, "xmlnamespaces", kColumnName, 1)     \
  X(Xmlparse, "xmlparse", kColumnName, 1) X(Xmlpi, "xmlpi", kColumnName, 1)                       \
  X(Xmlroot, "xmlroot", kColumnName, 1) X(Xmlserialize, "xmlserialize", kColumnName, 1)           \
  X(Xmltable, "xmltable", kColumnName, 1) X(Year, "year", kUnreserved, 0)                         \
  X(Yes, "yes", kUnreserved, 1) X(Zone, "zone", kUnreserved, 1)
// clang-format on

enum class Kw : uint16_t {
  kNotKeyword,
#define X(name, text, keyword_class, bare_label) k##name,
  LEAT_KEYWORDS(X)
#undef X
};

// All keywords; keyword k is at index k - 1.
std::span<const Keyword> keywords();
const Keyword& keyword_row(Kw k);  // k is not kNotKeyword
// The keyword of a lower-case word, or kNotKeyword.
Kw find_keyword(std::string_view lower_case_word);

}  // namespace leat::parser
