// The second look at a file: its rows become record batches, and what would not be written again is counted.
#pragma once

#include <memory>
#include <vector>

#include "rows/column_builder.h"
#include "rows/differences.h"
#include "rows/fields.h"
#include "rows/row_reader.h"
#include "rows/survey.h"
#include "table/field.h"

namespace triclave::rows {

class BatchReader {
 public:
  BatchReader(Source& source, Plan plan, std::uint64_t batch_bytes, std::uint64_t batch_rows);

  const Plan& plan() const noexcept { return plan_; }
  const table::Schema& schema() const noexcept { return schema_; }
  const Differences& differences() const noexcept { return differences_; }

  // False at the end. Errors: as in CsvReader::failure().
  Result<bool> next(ArrowArray* out);

 private:
  Result<void> read_header();
  Result<void> read_row(const Row& row);
  Result<void> read_field(std::size_t column, const Field& field, std::uint64_t line);
  void see_end(const Row& row);
  void changed(std::size_t column, const Field& field, std::uint64_t line, const Value* value);
  void hand_out(std::uint64_t rows, ArrowArray* out);

  Plan plan_;
  table::Schema schema_;
  std::vector<Spelling> spellings_;
  std::uint64_t batch_bytes_, batch_rows_;
  std::uint64_t row_bytes_ = 0;  // of a row's memory, without its texts
  RowReader rows_;
  FieldReader fields_;
  std::vector<ColumnBuilder> builders_;
  Differences differences_;
  std::string scratch_;
  bool has_header_ = false;  // read and compared
};

}  // namespace triclave::rows
