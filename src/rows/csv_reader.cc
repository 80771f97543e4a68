#include "base/try.h"
#include "rows/batch_reader.h"
#include "rows/survey.h"
#include "table/stream.h"
#include "triclave/csv.h"

namespace triclave {

struct CsvReader::State {
  State(Source& source, rows::Plan plan, const CsvOptions& options)
      : reader(source, std::move(plan), options.batch_bytes, options.batch_rows) {}
  rows::BatchReader reader;
  std::optional<Error> failure;
};

CsvReader::CsvReader(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

Result<CsvReader> CsvReader::make(Source& source, CsvOptions options) {
  constexpr std::uint64_t kMaxBatch = std::uint64_t{512}
                                      << 20;  // of a file's bytes; in UTF-8 they are at most thrice that
  if (options.batch_rows == 0 || options.batch_bytes == 0 || options.batch_bytes > kMaxBatch)
    return fail(ErrorKind::invalid_argument, "a record batch must have room for a row, and for 512 MiB at most");
  TRICLAVE_TRY_ASSIGN(rows::Plan plan, rows::survey(source, options));
  return CsvReader(std::make_shared<State>(source, std::move(plan), options));
}

const CsvDialect& CsvReader::dialect() const noexcept { return state_->reader.plan().dialect; }
const std::vector<CsvColumn>& CsvReader::columns() const noexcept { return state_->reader.plan().columns; }
const std::optional<Error>& CsvReader::failure() const noexcept { return state_->failure; }
const std::optional<CsvDifference>& CsvReader::difference() const noexcept {
  return state_->reader.differences().first();
}

void CsvReader::stream(ArrowArrayStream* out) {
  const auto next = [state = state_](ArrowArray* batch) {
    auto more = state->reader.next(batch);
    if (!more) state->failure = more.error();
    return more;
  };
  table::export_stream(state_->reader.schema(), next, out);
}

}  // namespace triclave
