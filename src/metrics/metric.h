#pragma once
// The list of all metrics: one row each, with name, kind, unit, labels and help. A metric that is not
// in this list does not exist; docs/metrics.md is made from it (metric_page(), checked by a test). Base units only (seconds, bytes),
// series are labelled with names, never with ids.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace leat::metrics {

enum class Kind : uint8_t { kCounter, kGauge, kHistogram };

// What one unit of a stored integer is worth; readers see the base unit.
enum class Unit : uint8_t { kCount, kBytes, kNanoseconds, kMicroseconds };

//   id, kind, unit, name, labels (comma list), help
#define LEAT_METRICS(X)                                                                                 \
  X(kSourceRows, kCounter, kCount, "leat_source_rows_total", "source",                                  \
    "Rows decoded from the messages of a source.")                                                      \
  X(kSourceBytes, kCounter, kBytes, "leat_source_bytes_total", "source",                                \
    "Bytes of payload read by a source.")                                                               \
  X(kSourceBadRows, kCounter, kCount, "leat_source_bad_rows_total", "source",                           \
    "Messages of a source that could not be decoded; see rw_catalog.rw_source_errors.")                 \
  X(kSourceErrors, kCounter, kCount, "leat_source_errors_total", "source",                              \
    "Failures of a source's connection: lost, stalled, refused; each one was retried.")                 \
  X(kSourceGapMessages, kCounter, kCount, "leat_source_gap_messages_total", "source",                   \
    "Messages that were gone from the broker before a source could read them.")                         \
  X(kSourceLagMessages, kGauge, kCount, "leat_source_lag_messages", "source",                           \
    "Messages that the broker holds and a source has not read yet.")                                    \
  X(kSourceLagSeconds, kGauge, kMicroseconds, "leat_source_lag_seconds", "source",                      \
    "Age of the newest message that a source has read, when there are newer ones.")                     \
  X(kNatsAckPending, kGauge, kCount, "leat_nats_ack_pending", "source",                                 \
    "Messages that a NATS source has read and not acknowledged yet.")                                   \
  X(kNatsRedelivered, kCounter, kCount, "leat_nats_redelivered_total", "source",                        \
    "Messages that the NATS server delivered again; repeated ones are dropped by sequence.")            \
  X(kNatsReconnects, kCounter, kCount, "leat_nats_reconnects_total", "source",                          \
    "Times that a NATS connection was lost and made again.")                                            \
  X(kKinesisBehindSeconds, kGauge, kMicroseconds, "leat_kinesis_behind_seconds", "source",              \
    "How far a Kinesis source is behind the tip of its stream.")                                        \
  X(kKinesisThrottled, kCounter, kCount, "leat_kinesis_throttled_total", "source",                      \
    "Requests of a Kinesis source that were refused by a rate limit.")                                  \
  X(kJobRowsIn, kCounter, kCount, "leat_job_rows_in_total", "job",                                      \
    "Changes that entered a job's dataflow.")                                                           \
  X(kJobRowsOut, kCounter, kCount, "leat_job_rows_out_total", "job",                                    \
    "Changes that left a job's dataflow.")                                                              \
  X(kJobStepSeconds, kCounter, kNanoseconds, "leat_job_step_seconds_total", "job",                      \
    "Time that a job's operators have worked in steps.")                                                \
  X(kJobStatus, kGauge, kCount, "leat_job_status", "job,status",                                        \
    "1 for the status that a job has: running, or stopped when no step can be made.")                           \
  X(kViewChanges, kCounter, kCount, "leat_view_changes_total", "view",                                  \
    "Changes applied to the rows of a materialized view or table.")                                     \
  X(kViewFreshness, kGauge, kMicroseconds, "leat_view_freshness_seconds", "view",                       \
    "How long a view's last input was on its way, from its arrival until queries saw it; or the wait "  \
    "of the oldest that waits, if that is more.")                                                       \
  X(kSinkRows, kCounter, kCount, "leat_sink_rows_total", "sink",                                        \
    "Messages of a sink that the receiver has acknowledged.")                                           \
  X(kSinkPending, kGauge, kCount, "leat_sink_pending_messages", "sink",                                 \
    "Messages of a sink that are sent and not acknowledged yet, or wait to be sent.")                   \
  X(kSinkErrors, kCounter, kCount, "leat_sink_errors_total", "sink",                                    \
    "Failed attempts of a sink to deliver; each one was retried.")                                      \
  X(kExpressionErrors, kCounter, kCount, "leat_expression_errors_total", "job",                         \
    "Expressions in a job that failed for a row and gave NULL.")                                        \
  X(kOperatorBusySeconds, kCounter, kNanoseconds, "leat_operator_busy_seconds_total", "job,operator",   \
    "Time that an operator has worked.")                                                                \
  X(kOperatorBlockedSeconds, kCounter, kNanoseconds, "leat_operator_blocked_seconds_total",             \
    "job,operator", "Time that an operator has waited for its output to be taken.")                     \
  X(kOperatorStateBytes, kGauge, kBytes, "leat_operator_state_bytes", "job,operator",                   \
    "Memory that an operator's state takes.")                                                           \
  X(kOperatorStateRows, kGauge, kCount, "leat_operator_state_rows", "job,operator",                     \
    "Rows or groups in an operator's state.")                                                           \
  X(kSteps, kCounter, kCount, "leat_steps_total", "", "Steps that the engine has made.")                \
  X(kStepSeconds, kHistogram, kNanoseconds, "leat_step_seconds", "",                                    \
    "Time of a step, from its first input to the new epoch.")                                           \
  X(kStepRows, kHistogram, kCount, "leat_step_rows", "", "Changes that entered in one step.")           \
  X(kEpoch, kGauge, kCount, "leat_epoch", "", "The epoch that queries see.")                            \
  X(kCheckpointSeconds, kHistogram, kNanoseconds, "leat_checkpoint_seconds", "",                        \
    "Time that a checkpoint took, freezing and writing.")                                               \
  X(kCheckpointFreezeSeconds, kHistogram, kNanoseconds, "leat_checkpoint_freeze_seconds", "",           \
    "The part of a checkpoint's time during which no step could run.")                                  \
  X(kCheckpointBytes, kCounter, kBytes, "leat_checkpoint_bytes_total", "",                              \
    "Bytes that checkpoints have written.")                                                             \
  X(kCheckpointAge, kGauge, kMicroseconds, "leat_checkpoint_age_seconds", "",                           \
    "Time since the last checkpoint that covers all that has been applied; 0 when nothing changed.")    \
  X(kCheckpointFailures, kCounter, kCount, "leat_checkpoint_failures_total", "",                        \
    "Checkpoints that failed and were tried again.")                                                    \
  X(kRecoveries, kCounter, kCount, "leat_recoveries_total", "",                                         \
    "Starts of this process that found state of an earlier one.")                                       \
  X(kLogBytes, kCounter, kBytes, "leat_log_bytes_total", "",                                            \
    "Bytes written to the log that makes INSERT, UPDATE and DELETE durable.")                           \
  X(kMemoryBytes, kGauge, kBytes, "leat_memory_bytes", "account",                                       \
    "Memory booked by each of its users.")                                                              \
  X(kMemoryLimit, kGauge, kBytes, "leat_memory_limit_bytes", "", "The memory limit (--memory).")        \
  X(kQueries, kCounter, kCount, "leat_queries_total", "kind",                                           \
    "Statements run, by kind: select, lookup, insert, update, delete, ddl, other.")                     \
  X(kQueryErrors, kCounter, kCount, "leat_query_errors_total", "sqlstate",                              \
    "Errors sent to clients, by SQLSTATE.")                                                             \
  X(kQuerySeconds, kHistogram, kNanoseconds, "leat_query_seconds", "",                                  \
    "Time from a request's arrival to its last byte of answer being handed to the socket.")             \
  X(kConnections, kGauge, kCount, "leat_connections", "", "Clients connected to the SQL port.")         \
  X(kConnectionsOpened, kCounter, kCount, "leat_connections_opened_total", "",                          \
    "Connections accepted on the SQL port.")                                                            \
  X(kConnectionsRefused, kCounter, kCount, "leat_connections_refused_total", "reason",                  \
    "Connections that did not get a session: limit, protocol, authentication, timeout, shutdown.")      \
  X(kWireBytesIn, kCounter, kBytes, "leat_wire_bytes_in_total", "",                                     \
    "Bytes received on the SQL port.")                                                                  \
  X(kWireBytesOut, kCounter, kBytes, "leat_wire_bytes_out_total", "", "Bytes sent on the SQL port.")    \
  X(kWireMessages, kCounter, kCount, "leat_wire_messages_total", "",                                    \
    "Messages received on the SQL port.")                                                               \
  X(kWireRows, kCounter, kCount, "leat_wire_rows_total", "", "Result rows sent on the SQL port.")       \
  X(kWireCancels, kCounter, kCount, "leat_wire_cancels_total", "",                                      \
    "Cancel requests that named a running session.")                                                    \
  X(kWireBlockedSeconds, kCounter, kNanoseconds, "leat_wire_blocked_seconds_total", "",                 \
    "Time that queries have waited for their clients to read.")                                         \
  X(kWireWorkers, kGauge, kCount, "leat_wire_workers", "", "Threads that serve the SQL port.")          \
  X(kHttpRequests, kCounter, kCount, "leat_http_requests_total", "path,code",                           \
    "Requests to the HTTP port.")                                                                       \
  X(kProcessCpuSeconds, kCounter, kMicroseconds, "process_cpu_seconds_total", "",                       \
    "User and system CPU time of the process.")                                                         \
  X(kProcessResidentBytes, kGauge, kBytes, "process_resident_memory_bytes", "",                         \
    "Resident memory of the process.")                                                                  \
  X(kProcessVirtualBytes, kGauge, kBytes, "process_virtual_memory_bytes", "",                           \
    "Virtual memory of the process.")                                                                   \
  X(kProcessOpenFds, kGauge, kCount, "process_open_fds", "", "Open file descriptors.")                  \
  X(kProcessMaxFds, kGauge, kCount, "process_max_fds", "", "Most file descriptors that may be open.")   \
  X(kProcessThreads, kGauge, kCount, "process_threads", "", "Threads of the process.")                  \
  X(kProcessStartTime, kGauge, kMicroseconds, "process_start_time_seconds", "",                         \
    "Start of the process, in seconds since 1970.")

enum class Metric : uint16_t {
#define X(id, kind, unit, name, labels, help) id,
  LEAT_METRICS(X)
#undef X
};

struct MetricRow {
  Metric id;
  Kind kind;
  Unit unit;
  std::string_view name;
  std::string_view labels;  // comma list of label names
  std::string_view help;
};

// All rows, in the order of Metric.
std::span<const MetricRow> metric_rows();
const MetricRow& metric_row(Metric metric);
// What a stored integer is multiplied with for its base unit.
double unit_scale(Unit unit);
std::string_view kind_name(Kind kind);
// docs/metrics.md.
std::string metric_page();

}  // namespace leat::metrics
