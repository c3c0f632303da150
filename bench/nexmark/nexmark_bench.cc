// nexmark_bench: queries q0 to q9 of the Nexmark suite, run by the whole engine: SQL text through parser,
// binder and planner, a job in the live dataflow, checkpoints every second to disk.
//   nexmark_bench --query q4 [--events 1000000] [--input batches|ndjson] [--shards 2] [--repeat 3]
//                 [--rate 10000] [--into view|sink] [--seed 1] [--sql FILE] [--show-plan]
// All events of the three kinds enter three sources, also those that the query does not read, and all are
// counted. They are made before the clock starts: as column batches, or as NDJSON bytes that one thread
// cuts into lines and decodes, as a source's thread does. The clock stops when the last event's effect can
// be read. Results go to a materialized view, those of q0 to q2 (a row per bid) to a blackhole sink.
// Prints one JSON object. A query that cannot be planned gives one with "error" and the exit code 3.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "base/hash.h"
#include "base/log.h"
#include "connector/nexmark/generator.h"
#include "connector/raw_batch.h"
#include "env/clock.h"
#include "env/file.h"
#include "format/format.h"
#include "job/engine.h"
#include "metrics/registry.h"
#include "parser/parser.h"
#include "session/database.h"
#include "session/definition.h"

namespace leat {
namespace {

constexpr uint64_t kEventsPerChunk = 8192;
constexpr NexmarkKind kKinds[] = {NexmarkKind::kPerson, NexmarkKind::kAuction, NexmarkKind::kBid};
constexpr const char* kKindNames[] = {"person", "auction", "bid"};
constexpr int kUnsupported = 3;

[[noreturn]] void die(const std::string& why) {
  fmt::print(stderr, "nexmark_bench: {}\n", why);
  std::exit(1);
}

template <class T>
T must(Result<T> result, const char* what) {
  if (!result) die(fmt::format("{}: {}", what, result.error().to_string()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

struct Options {
  std::string query = "q0", input = "batches", into, sql_file, directory = "/tmp";
  uint64_t events = 1'000'000, shards = 2, repeat = 3, rate = 10'000, seed = 1;
  bool show_plan = false;
};

// ---- input -----------------------------------------------------------------------------------

// One kind's events of one chunk, in one of the two forms.
struct Piece {
  size_t kind = 0;
  Batch batch;
  std::string ndjson;  // with padding after the last line
  size_t bytes = 0;    // without
};

ColumnPtr row_ids(int64_t first, size_t rows) {
  auto ids = std::make_shared<Vector>(TypeId::kSerial, rows);
  for (size_t i = 0; i < rows; ++i) ids->data<int64_t>()[i] = first + static_cast<int64_t>(i);
  return ids;
}

std::vector<Piece> make_input(const Options& options, const NexmarkGenerator& generator) {
  std::vector<Piece> pieces;
  int64_t next_id[3] = {1, 1, 1};
  for (uint64_t first = 0; first < options.events; first += kEventsPerChunk) {
    const uint64_t last = std::min(options.events, first + kEventsPerChunk);
    for (size_t k = 0; k < 3; ++k) {
      Piece piece{.kind = k};
      if (options.input == "batches") {
        piece.batch = generator.batch(kKinds[k], first, last);
        const size_t rows = piece.batch.size();
        piece.batch.columns.push_back(row_ids(next_id[k], rows));
        next_id[k] += static_cast<int64_t>(rows);
      } else {
        for (uint64_t n = first; n < last; ++n) {
          if (NexmarkGenerator::kind_of(n) != kKinds[k]) continue;
          generator.append_json(n, false, piece.ndjson);
          piece.ndjson += '\n';
        }
        piece.bytes = piece.ndjson.size();
        piece.ndjson.append(kPayloadPadding, '\0');
      }
      pieces.push_back(std::move(piece));
    }
  }
  return pieces;
}

// NDJSON bytes to rows, one kind.
class LineDecoder {
 public:
  explicit LineDecoder(NexmarkKind kind) {
    for (const Field& field : NexmarkGenerator::schema(kind)) columns_.push_back({.name = field.name, .type = field.type});
    const FormatRow* row = must(find_format("PLAIN", "JSON"), "format");
    options_ = must(check_format_options(*row, row->decode_options, {}), "format");
    decoder_ = must(row->make_decoder({.columns = columns_, .options = options_}), "decoder");
  }

  Batch decode(const Piece& piece) {
    lines_.clear();
    const char* at = piece.ndjson.data();
    const char* end = at + piece.bytes;
    while (at < end) {
      const auto* line_end = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
      lines_.emplace_back(at, static_cast<size_t>(line_end - at));
      at = line_end + 1;
    }
    decoder_->decode(lines_, decoded_);
    if (!decoded_.bad.empty()) die("a generated line could not be decoded: " + decoded_.bad[0].error);
    for (const auto& nulled : decoded_.nulled) {
      if (nulled.count > 0) die("a generated value could not be decoded: " + nulled.first_error);
    }
    Batch batch;
    batch.selection = Selection(decoded_.rows());
    batch.columns = decoded_.columns;
    batch.columns.push_back(row_ids(next_id_, decoded_.rows()));
    next_id_ += static_cast<int64_t>(decoded_.rows());
    return batch;
  }

 private:
  std::vector<DecodeColumn> columns_;
  FormatOptions options_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::string_view> lines_;
  DecodedBatch decoded_;
  int64_t next_id_ = 1;
};

// ---- SQL -------------------------------------------------------------------------------------

RelationPtr source_relation(size_t kind, const Engine& engine) {
  auto relation = std::make_shared<Relation>();
  const Engine::Ids ids = engine.next_ids();
  relation->id = ids.object;
  relation->schema_name = "public";
  relation->name = kKindNames[kind];
  relation->kind = RelationKind::kSource;
  relation->append_only = true;
  for (const Field& field : NexmarkGenerator::schema(kKinds[kind])) {
    relation->columns.push_back({.name = field.name, .type = field.type});
  }
  relation->columns.push_back({.name = "_row_id", .type = TypeId::kSerial, .hidden = true, .not_null = true});
  relation->key.push_back(static_cast<int>(relation->columns.size()) - 1);
  relation->stored_order = {{.column = relation->key[0]}};
  relation->table = ids.table;
  relation->first_state_table = ids.first_state_table;
  return relation;
}

class NoClient final : public pgwire::Client {
 public:
  void notice(const pgwire::Notice&) override {}
  void will_wait() override {}
  void parameter_changed(std::string_view, std::string_view) override {}
};

// Counts rows and sums their hashes, so that the order of rows does not matter.
class ChecksumSink final : public pgwire::ResultSink {
 public:
  explicit ChecksumSink(bool print) : print_(print) {}
  Result<> begin_rows(std::span<const pgwire::ResultColumn>, std::span<const pgwire::Format>) override { return {}; }
  Result<> rows(const Batch& batch) override {
    batch.selection.for_each([&](size_t row) {
      std::string text;
      for (const ColumnPtr& column : batch.columns) text += column->value_at(row).to_text() + '|';
      if (print_) fmt::print(stderr, "{}\n", text);
      sum += hash_bytes(text.data(), text.size());
      ++count;
    });
    return {};
  }
  void complete(std::string_view) override {}
  void empty_query() override {}
  Result<> copy_in_begin(pgwire::Format, int) override { return no_copy(); }
  Result<bool> copy_in_read(std::string&) override { return std::unexpected(no_copy().error()); }
  Result<> copy_out_begin(pgwire::Format, int) override { return no_copy(); }
  Result<> copy_out_write(std::string_view) override { return no_copy(); }

  uint64_t sum = 0, count = 0;

 private:
  static Result<> no_copy() { return fail(SqlState::kFeatureNotSupported, "no COPY here"); }
  bool print_;
};

// Runs a statement; rows go to the sink.
Result<> run_sql(Engine& engine, const std::string& sql, ChecksumSink& sink) {
  metrics::Registry registry;
  Database database(engine, registry);
  NoClient client;
  pgwire::StartRequest request;
  request.login.user = "root";
  request.login.database = Database::kName;
  request.client = &client;
  auto session = TRY(database.start(request));
  return session->simple_query(sql, sink);
}

// ---- one run ---------------------------------------------------------------------------------

struct Run {
  double seconds = 0, cpu_seconds = 0;
  uint64_t changes = 0;      // rows that the result's node was given, old and new
  uint64_t result_rows = 0, checksum = 0;
  uint64_t checkpoints = 0;  // complete before the clock stopped
  uint64_t steps = 0;
  double longest_step_ms = 0, longest_pause_ms = 0;
};

// Everything of one engine's life. `error`: the query cannot be created.
Run run_once(const Options& options, const std::string& query, bool into_sink, const std::vector<Piece>& input,
             std::string& error) {
  const std::string directory = fmt::format("{}/nexmark_bench.{}", options.directory, getpid());
  std::filesystem::remove_all(directory);
  SystemClock clock;
  SystemFileSystem files;
  Run run;
  {
    auto engine = must(Engine::open({.data_dir = directory, .shards = options.shards,
                                     .prepare_catalog = add_system_relations, .rebuild = rebuild_relation},
                                    files, clock),
                       "engine");
    ObjectId sources[3];
    for (size_t k = 0; k < 3; ++k) {
      const RelationPtr relation = source_relation(k, *engine);
      sources[k] = relation->id;
      must(engine->create({.relation = relation, .plan = {}}, {}), "source");
    }
    ChecksumSink none(false), plan(true);
    const std::string create = into_sink
                                   ? fmt::format("create sink result as {} with (connector = 'blackhole', type = 'append-only')", query)
                                   : fmt::format("create materialized view result as {}", query);
    if (options.show_plan) must(run_sql(*engine, "explain " + create, plan), "explain");
    if (auto created = run_sql(*engine, create, none); !created) {
      error = created.error().to_string();
    } else {
      std::vector<LineDecoder> decoders;
      for (const NexmarkKind kind : kKinds) decoders.emplace_back(kind);
      const double start = seconds_now(), cpu = cpu_seconds();
      const auto steps = engine->step_stats().steps;
      const auto checkpoints = engine->checkpoint_stats().count;
      for (const Piece& piece : input) {
        Batch batch = options.input == "batches" ? piece.batch : decoders[piece.kind].decode(piece);
        if (!batch.empty()) must(engine->feed(sources[piece.kind], std::move(batch)), "feed");
      }
      must(engine->wait_fed(), "wait");
      run.seconds = seconds_now() - start;
      run.cpu_seconds = cpu_seconds() - cpu;
      run.steps = engine->step_stats().steps - steps;
      run.checkpoints = engine->checkpoint_stats().count - checkpoints;
      run.longest_step_ms = static_cast<double>(engine->step_stats().longest_step_ns) * 1e-6;
      run.longest_pause_ms = static_cast<double>(engine->step_stats().longest_pause_ns) * 1e-6;
      if (options.show_plan) {
        const CheckpointStats last = engine->checkpoint_stats();
        fmt::print(stderr, "{} checkpoints, the last of {} rows, {} bytes, {:.3f} s\n", run.checkpoints, last.last_rows,
                   last.last_bytes, last.last_seconds);
      }
      for (const JobStats& job : engine->job_stats()) {
        if (job.relation->name != "result") continue;
        run.changes = job.rows_out;
        for (const auto& node : job.nodes) {
          if (options.show_plan) {
            fmt::print(stderr, "{:3} {:24} in {:10} out {:10} busy {:8.1f} ms state {:8.1f} MB\n", node.id, node.name,
                       node.rows_in, node.rows_out, static_cast<double>(node.busy_ns) * 1e-6,
                       static_cast<double>(node.state_bytes) * 1e-6);
          }
        }
      }
      if (into_sink) {
        for (const auto& sink : engine->sink_stats()) run.result_rows = run.changes = sink.stats.rows;
      } else {
        ChecksumSink sum(false);
        must(run_sql(*engine, "select * from result", sum), "result");
        run.result_rows = sum.count;
        run.checksum = sum.sum;
      }
    }
    engine->close();
  }
  std::filesystem::remove_all(directory);
  return run;
}

// ---- report ----------------------------------------------------------------------------------

std::string spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  const double median = values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return fmt::format(R"({{"median":{:.4g},"min":{:.4g},"max":{:.4g},"runs":{}}})", median, values.front(), values.back(),
                     values.size());
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

std::string read_query(const Options& options) {
  const std::string path = options.sql_file.empty() ? fmt::format("{}/{}.sql", LEAT_NEXMARK_DIR, options.query) : options.sql_file;
  std::ifstream file(path);
  if (!file) die("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

int measure(const Options& options) {
  const std::string query = read_query(options);
  const bool row_per_bid = options.query == "q0" || options.query == "q1" || options.query == "q2";
  const std::string into = options.into.empty() ? (row_per_bid ? "sink" : "view") : options.into;
  NexmarkConfig config;
  config.seed = options.seed;
  config.events_per_second = options.rate;
  const NexmarkGenerator generator(config);
  const std::vector<Piece> input = make_input(options, generator);
  uint64_t input_bytes = 0;
  for (const Piece& piece : input) input_bytes += piece.bytes;
  const uint64_t rss_before = peak_rss_bytes();

  const std::string head = fmt::format(
      R"("query":"{}","input":"{}","into":"{}","events":{},"shards":{},"event_time_events_per_second":{},"input_bytes":{})",
      options.query, options.input, into, options.events, options.shards, options.rate, input_bytes);
  std::vector<double> seconds, rates, per_cpu, checkpoints, longest_steps, pauses;
  Run last;
  for (uint64_t i = 0; i < options.repeat; ++i) {
    std::string error;
    last = run_once(options, query, into == "sink", input, error);
    if (!error.empty()) {
      fmt::print("{{{},\"error\":{}}}\n", head, json_text(error));
      return kUnsupported;
    }
    const auto events = static_cast<double>(options.events);
    seconds.push_back(last.seconds);
    rates.push_back(events / last.seconds);
    per_cpu.push_back(events / last.cpu_seconds);
    checkpoints.push_back(static_cast<double>(last.checkpoints));
    longest_steps.push_back(last.longest_step_ms);
    pauses.push_back(last.longest_pause_ms);
  }
  fmt::print("{{{},\"seconds\":{},\"events_per_second\":{},\"events_per_cpu_second\":{},"
             "\"peak_rss_bytes\":{},\"rss_before_bytes\":{},\"result_changes\":{},\"result_rows\":{},"
             "\"checksum\":\"{:016x}\",\"steps\":{},\"checkpoints\":{},"
             "\"longest_step_ms\":{},\"longest_pause_ms\":{}}}\n",
             head, spread(seconds), spread(rates), spread(per_cpu), peak_rss_bytes(), rss_before, last.changes,
             last.result_rows, last.checksum, last.steps, spread(checkpoints), spread(longest_steps), spread(pauses));
  return 0;
}

Options parse(int argc, char** argv) {
  Options o;
  std::map<std::string, std::string*> texts = {{"--query", &o.query}, {"--input", &o.input}, {"--into", &o.into},
                                               {"--sql", &o.sql_file}, {"--directory", &o.directory}};
  std::map<std::string, uint64_t*> numbers = {{"--events", &o.events}, {"--shards", &o.shards}, {"--repeat", &o.repeat},
                                              {"--rate", &o.rate}, {"--seed", &o.seed}};
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--show-plan") {
      o.show_plan = true;
    } else if (i + 1 < argc && texts.contains(name)) {
      *texts[name] = argv[++i];
    } else if (i + 1 < argc && numbers.contains(name)) {
      char* end = nullptr;
      *numbers[name] = std::strtoull(argv[++i], &end, 10);
      if (*end != '\0' || *numbers[name] == 0) die(name + " takes a number above 0");
    } else {
      die("unknown or incomplete option " + name);
    }
  }
  if (o.input != "batches" && o.input != "ndjson") die("--input is batches or ndjson");
  if (!o.into.empty() && o.into != "view" && o.into != "sink") die("--into is view or sink");
  return o;
}

}  // namespace
}  // namespace leat

int main(int argc, char** argv) {
  leat::log::set_level(leat::log::Level::kWarn);
  return leat::measure(leat::parse(argc, argv));
}
