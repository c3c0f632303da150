#include "session/source_rows.h"

#include "job/ingest.h"
#include "job/relation_options.h"

namespace leat {
namespace {

class SourceRows final : public RowSource {
 public:
  SourceRows(std::unique_ptr<Ingest> ingest, std::vector<int> columns, const std::atomic<bool>& cancel)
      : ingest_(std::move(ingest)), columns_(std::move(columns)), cancel_(cancel) {}

  Result<Batch> next(size_t rows_max) override {
    for (;;) {
      while (next_ < taken_.size()) {
        Batch all = std::move(taken_[next_++].batch);
        if (all.empty()) continue;
        Batch batch;
        batch.selection = all.selection;
        for (const int c : columns_) batch.columns.push_back(all.columns[c]);
        return batch;
      }
      taken_ = ingest_->take(rows_max);
      next_ = 0;
      if (!taken_.empty()) continue;
      if (ingest_->finished()) return Batch{};
      for (const SourceStats& split : ingest_->stats()) {
        if (split.stopped) return fail(SqlState::kIoError, "{}", split.stop_reason);
      }
      if (cancel_) return fail(SqlState::kQueryCanceled, "canceling statement due to user request");
      ingest_->wait(std::chrono::milliseconds(50));
    }
  }

 private:
  std::unique_ptr<Ingest> ingest_;
  std::vector<int> columns_;
  const std::atomic<bool>& cancel_;
  std::vector<Ingest::Taken> taken_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowSource>> make_source_rows(Engine& engine, const PhysicalNode& scan,
                                                    const std::atomic<bool>& cancel) {
  const auto connector = TRY(make_source_connector(*scan.relation, engine.clock()));
  Ingest::Options options{.relation = scan.relation,
                          .positions = TRY(engine.source_start(scan.relation->id)),
                          .clock = &engine.clock(),
                          .next_row_id = &engine.row_ids(),
                          .wake = [] {},
                          .purpose = ReaderPurpose::kPast};
  for (const auto& [split, start] : options.positions) {
    options.until[split] = TRY(connector->end_position(split));
  }
  return std::make_unique<SourceRows>(TRY(Ingest::start(std::move(options))), scan.columns, cancel);
}

}  // namespace leat
