// COPY .. FROM STDIN and COPY .. TO STDOUT, in text and csv.

#include "binder/binder.h"
#include "expr/evaluator.h"
#include "parser/parser.h"
#include "parser/to_sql.h"
#include "session/copy_format.h"
#include "session/sql_session.h"
#include "types/format_value.h"

namespace leat {
namespace {

constexpr size_t kRowsPerBatch = 4096;

// Records of COPY made into columns of the target's types.
class CopyColumns {
 public:
  CopyColumns(const BoundCopy& copy, const TimeZone& zone) : copy_(copy), zone_(zone) { start(); }

  size_t rows() const { return rows_; }
  Result<void> add(const std::vector<CopyField>& fields) {
    for (size_t i = 0; i < fields.size(); ++i) {
      const ColumnDefinition& column = column_of(i);
      if (i == copy_.targets.size()) return fail(SqlState::kBadCopyFileFormat, "extra data after last expected column");
      if (!fields[i]) {
        columns_[i]->set_null_value(rows_);
        continue;
      }
      if (auto set = put(i, column.type, *fields[i]); !set) {
        Error error = std::move(set).error();
        if (error.detail.empty()) error.detail = fmt::format("This is the value of column \"{}\".", column.name);
        return std::unexpected(std::move(error));
      }
    }
    if (fields.size() < copy_.targets.size()) {
      return fail(SqlState::kBadCopyFileFormat, "missing data for column \"{}\"", column_of(fields.size()).name);
    }
    ++rows_;
    return {};
  }
  Batch take() {
    Batch batch;
    batch.selection = Selection(rows_);
    batch.columns.assign(columns_.begin(), columns_.end());
    start();
    return batch;
  }

 private:
  const ColumnDefinition& column_of(size_t i) const {
    return copy_.relation->columns[copy_.targets[std::min(i, copy_.targets.size() - 1)]];
  }
  Result<void> put(size_t i, const Type& type, std::string_view text) {
    TRY(check_utf8(text));
    columns_[i]->set_value(rows_, TRY(parse_text(type, text, zone_)));
    return {};
  }
  void start() {
    rows_ = 0;
    columns_.clear();
    for (const int c : copy_.targets) {
      columns_.push_back(std::make_shared<Vector>(copy_.relation->columns[c].type, kRowsPerBatch));
    }
  }

  const BoundCopy& copy_;
  const TimeZone& zone_;
  std::vector<VectorPtr> columns_;
  size_t rows_ = 0;
};

Error at_line(Error error, const Relation& relation, uint64_t line) {
  error.detail += fmt::format("{}COPY {}, line {}.", error.detail.empty() ? "" : " ", relation.name, line);
  return error;
}

Result<void> check_header(const BoundCopy& copy, const std::vector<CopyField>& fields) {
  bool same = fields.size() == copy.targets.size();
  for (size_t i = 0; same && i < fields.size(); ++i) {
    same = fields[i] && *fields[i] == copy.relation->columns[copy.targets[i]].name;
  }
  if (same) return {};
  return fail(SqlState::kBadCopyFileFormat, "the header line does not name the columns of COPY in their order");
}

}  // namespace

Result<SqlSession::Outcome> SqlSession::run_copy(const ast::Copy& copy, Prepared& prepared,
                                                 std::span<const Value> parameters, pgwire::ResultSink& sink) {
  return copy.from ? copy_in(copy, prepared, sink) : copy_out(copy, prepared, parameters, sink);
}

// All of it or nothing: outside of a transaction the rows are written in one step, at the end.
Result<SqlSession::Outcome> SqlSession::copy_in(const ast::Copy& copy, const Prepared& prepared,
                                                pgwire::ResultSink& sink) {
  TRY(check_may_write("COPY FROM"));
  Binder binder = binder_for(prepared);
  const BoundCopy bound = TRY(binder.bind_copy(copy));
  const CopyOptions options = TRY(read_copy_options(copy));
  const RelationPtr relation = bound.relation;
  if (bound.targets.empty()) return fail(SqlState::kFeatureNotSupported, "COPY into a table without columns");
  std::vector<Batch> batches;
  size_t bytes = 0;
  const auto bytes_max = static_cast<size_t>(engine_.memory().bytes_max() / Transaction::kShareOfMemory);
  const auto account = engine_.memory().open("transactions");
  const auto store = [&](Batch batch) -> Result<void> {
    if (batch.empty()) return {};
    Batch full = TRY(full_rows(*relation, bound.columns, TRY(evaluate(bound.exprs, batch, {}))));
    if (transaction_) return transaction_->write(relation, std::move(full));
    bytes += full.bytes();
    account->add(static_cast<int64_t>(full.bytes()));
    batches.push_back(std::move(full));
    if (bytes <= bytes_max) return {};
    return fail(make_error(SqlState::kProgramLimitExceeded, "the rows of COPY take more than {} MB of memory",
                           bytes_max >> 20)
                    .with_hint("Load in smaller parts, or give the server more memory (--memory)."));
  };

  TRY(sink.copy_in_begin(pgwire::Format::kText, static_cast<int>(bound.targets.size())));
  CopyReader reader(options);
  CopyColumns columns(bound, settings_.zone());
  std::vector<CopyField> fields;
  std::string piece;
  uint64_t rows = 0;
  bool header = options.header != CopyOptions::Header::kNone;
  for (bool more = true; more;) {
    more = TRY(sink.copy_in_read(piece));
    if (more) {
      reader.add(piece);
    } else {
      reader.end();
    }
    const auto taken = [&]() -> Result<void> {
      while (TRY(reader.next(fields))) {
        if (std::exchange(header, false)) {
          if (options.header == CopyOptions::Header::kMatch) TRY(check_header(bound, fields));
          continue;
        }
        TRY(columns.add(fields));
        ++rows;
        if (columns.rows() == kRowsPerBatch) TRY(store(columns.take()));
      }
      return {};
    }();
    if (!taken) return fail(at_line(taken.error(), *relation, reader.line()));
  }
  TRY(store(columns.take()));
  if (!batches.empty()) TRY(write(relation, concat(batches, types_of(relation->schema_of()))));
  TRY(wait_durable());
  return Outcome{.tag = fmt::format("COPY {}", rows)};
}

// A table is copied as a query of its columns.
Result<SqlSession::PreparedPtr> SqlSession::copied_query(const ast::Copy& copy, const Prepared& prepared) {
  const RelationPtr relation = TRY(binder_for(prepared).find_relation(copy.table));
  if (relation->kind == RelationKind::kView) {
    return fail(make_error(SqlState::kWrongObjectType, "cannot copy from view \"{}\"", relation->name)
                    .with_hint("Try the COPY (SELECT ...) TO variant."));
  }
  std::string columns;
  const auto add = [&](std::string_view name) {
    columns += (columns.empty() ? "" : ", ") + parser::quote_identifier(name);
  };
  for (const ast::Name& name : copy.columns) add(name.text);
  for (const ColumnDefinition& column : relation->columns) {
    if (copy.columns.empty() && !column.hidden && !column.generated_expr) add(column.name);
  }
  const std::string sql = "SELECT " + columns + " FROM " + parser::quote_identifier(relation->schema_name) + "." +
                          parser::quote_identifier(relation->name);
  auto parsed = TRY(parser::parse_statements(sql));
  return prepare(sql, parsed[0].text, 0, std::move(parsed[0].statement), {});
}

Result<SqlSession::Outcome> SqlSession::copy_out(const ast::Copy& copy, Prepared& prepared,
                                                 std::span<const Value> parameters, pgwire::ResultSink& sink) {
  const CopyOptions options = TRY(read_copy_options(copy));
  const PreparedPtr of_table = copy.query ? nullptr : TRY(copied_query(copy, prepared));
  const auto plan = TRY(plan_of(of_table ? *of_table : prepared));
  TRY(check_parameters(plan->parameter_types, parameters));
  auto run = TRY(start_query(*plan, parameters));
  const size_t width = plan->columns.size();
  TRY(sink.copy_out_begin(pgwire::Format::kText, static_cast<int>(width)));
  std::string text, record;
  std::vector<CopyField> fields(width);
  if (options.header != CopyOptions::Header::kNone) {
    for (size_t c = 0; c < width; ++c) fields[c] = plan->columns[c].name;
    append_copy_record(record, fields, options);
    TRY(sink.copy_out_write(record));
  }
  uint64_t rows = 0;
  for (;;) {
    const Batch batch = TRY(run->next());
    if (batch.empty()) return Outcome{.tag = fmt::format("COPY {}", rows)};
    for (size_t i = 0; i < batch.size(); ++i) {
      const uint32_t row = batch.selection[i];
      record.clear();
      text.clear();
      std::vector<size_t> ends(width);
      for (size_t c = 0; c < width; ++c) {
        if (!batch.columns[c]->is_null(row)) append_text(text, *batch.columns[c], row, settings_.zone());
        ends[c] = text.size();
      }
      for (size_t c = 0, begin = 0; c < width; begin = ends[c++]) {
        fields[c] = batch.columns[c]->is_null(row) ? CopyField()
                                                   : CopyField(std::string_view(text).substr(begin, ends[c] - begin));
      }
      append_copy_record(record, fields, options);
      for (int32_t weight = batch.weight(row); weight > 0; --weight, ++rows) TRY(sink.copy_out_write(record));
    }
  }
}

}  // namespace leat
