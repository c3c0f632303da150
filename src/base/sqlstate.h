#pragma once
// SQLSTATE codes, PostgreSQL's names and values. One row per code that Leat uses.

#include <cstdint>
#include <string_view>

namespace leat {

#define LEAT_SQLSTATES(X)                        \
  X(kSuccessfulCompletion, "00000")              \
  X(kWarning, "01000")                           \
  X(kConnectionException, "08000")               \
  X(kCannotConnect, "08001")                     \
  X(kConnectionFailure, "08006")                 \
  X(kProtocolViolation, "08P01")                 \
  X(kFeatureNotSupported, "0A000")               \
  X(kCardinalityViolation, "21000")              \
  X(kDataException, "22000")                     \
  X(kStringDataRightTruncation, "22001")         \
  X(kNumericValueOutOfRange, "22003")            \
  X(kNullValueNotAllowed, "22004")               \
  X(kInvalidDatetimeFormat, "22007")             \
  X(kDatetimeFieldOverflow, "22008")             \
  X(kInvalidTimeZoneDisplacement, "22009")       \
  X(kSubstringError, "22011")                    \
  X(kDivisionByZero, "22012")                    \
  X(kInvalidRegularExpression, "2201B")          \
  X(kInvalidArgumentForNtile, "22014")           \
  X(kIntervalFieldOverflow, "22015")             \
  X(kInvalidArgumentForNthValue, "22016")        \
  X(kInvalidLimit, "2201W")                      \
  X(kInvalidOffset, "2201X")                     \
  X(kInvalidArgumentForLogarithm, "2201E")       \
  X(kInvalidArgumentForPower, "2201F")           \
  X(kInvalidArgumentForWidthBucket, "2201G")     \
  X(kCharacterNotInRepertoire, "22021")          \
  X(kArraySubscriptError, "2202E")               \
  X(kInvalidParameterValue, "22023")             \
  X(kInvalidEscapeSequence, "22025")             \
  X(kInvalidJsonText, "22032")                   \
  X(kInvalidTextRepresentation, "22P02")         \
  X(kInvalidBinaryRepresentation, "22P03")       \
  X(kBadCopyFileFormat, "22P04")                 \
  X(kUntranslatableCharacter, "22P05")           \
  X(kIntegrityConstraintViolation, "23000")      \
  X(kNotNullViolation, "23502")                  \
  X(kUniqueViolation, "23505")                   \
  X(kInvalidTransactionState, "25000")           \
  X(kActiveSqlTransaction, "25001")              \
  X(kReadOnlySqlTransaction, "25006")            \
  X(kNoActiveSqlTransaction, "25P01")            \
  X(kInFailedSqlTransaction, "25P02")            \
  X(kInvalidSqlStatementName, "26000")           \
  X(kInvalidAuthorization, "28000")              \
  X(kInvalidPassword, "28P01")                   \
  X(kDependentObjectsStillExist, "2BP01")        \
  X(kInvalidCursorName, "34000")                 \
  X(kInvalidSavepoint, "3B001")                  \
  X(kInvalidCatalogName, "3D000")                \
  X(kInvalidSchemaName, "3F000")                 \
  X(kSerializationFailure, "40001")              \
  X(kSyntaxError, "42601")                       \
  X(kInsufficientPrivilege, "42501")             \
  X(kCannotCoerce, "42846")                      \
  X(kGroupingError, "42803")                     \
  X(kWindowingError, "42P20")                    \
  X(kInvalidColumnReference, "42P10")            \
  X(kInvalidColumnDefinition, "42611")           \
  X(kInvalidName, "42602")                       \
  X(kNameTooLong, "42622")                       \
  X(kReservedName, "42939")                      \
  X(kDatatypeMismatch, "42804")                  \
  X(kIndeterminateDatatype, "42P18")             \
  X(kWrongObjectType, "42809")                   \
  X(kUndefinedColumn, "42703")                   \
  X(kUndefinedFunction, "42883")                 \
  X(kUndefinedTable, "42P01")                    \
  X(kUndefinedParameter, "42P02")                \
  X(kUndefinedObject, "42704")                   \
  X(kDuplicateColumn, "42701")                   \
  X(kDuplicateCursor, "42P03")                   \
  X(kDuplicateSchema, "42P06")                   \
  X(kDuplicatePreparedStatement, "42P05")        \
  X(kDuplicateTable, "42P07")                    \
  X(kDuplicateAlias, "42712")                    \
  X(kDuplicateObject, "42710")                   \
  X(kAmbiguousColumn, "42702")                   \
  X(kAmbiguousFunction, "42725")                 \
  X(kInvalidTableDefinition, "42P16")            \
  X(kInvalidObjectDefinition, "42P17")           \
  X(kInsufficientResources, "53000")             \
  X(kDiskFull, "53100")                          \
  X(kOutOfMemory, "53200")                       \
  X(kTooManyConnections, "53300")                \
  X(kConfigurationLimitExceeded, "53400")        \
  X(kProgramLimitExceeded, "54000")              \
  X(kStatementTooComplex, "54001")               \
  X(kObjectNotInPrerequisiteState, "55000")      \
  X(kObjectInUse, "55006")                       \
  X(kLockNotAvailable, "55P03")                  \
  X(kQueryCanceled, "57014")                     \
  X(kAdminShutdown, "57P01")                     \
  X(kCannotConnectNow, "57P03")                  \
  X(kSystemError, "58000")                       \
  X(kIoError, "58030")                           \
  X(kInternalError, "XX000")                     \
  X(kDataCorrupted, "XX001")

enum class SqlState : uint16_t {
#define X(name, code) name,
  LEAT_SQLSTATES(X)
#undef X
};

// The five characters of a code.
std::string_view sqlstate_text(SqlState state);

}  // namespace leat
