#include <fmt/core.h>

#include <cerrno>

#include "base/names.h"
#include "base/try.h"
#include "rows/arrow_cells.h"
#include "rows/cell.h"
#include "rows/dialect.h"
#include "rows/encoding.h"
#include "table/owned.h"
#include "triclave/csv.h"

namespace triclave {
namespace rows {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

// The value under the key of ours; empty where there is none.
std::optional<std::string_view> csv_metadata(const std::vector<table::KeyValue>& metadata) {
  for (const table::KeyValue& pair : metadata)
    if (pair.key == kCsvMetadataKey) return pair.value;
  return std::nullopt;
}

Result<CsvDialect> chosen_dialect(const std::optional<CsvDialect>& given, const table::Schema& schema) {
  CsvDialect dialect = given.value_or(CsvDialect{});
  if (const auto text = csv_metadata(schema.metadata); text && !given) {
    TRICLAVE_TRY_ASSIGN(dialect, parse_csv_dialect(*text));
  }
  TRICLAVE_TRY(check_dialect(dialect));
  return dialect;
}

// A stream's failure, in its own words.
tl::unexpected<Error> stream_error(ArrowArrayStream& stream, int code) {
  const char* text = stream.get_last_error != nullptr ? stream.get_last_error(&stream) : nullptr;
  const ErrorKind kind = code == EINVAL    ? ErrorKind::invalid_argument
                         : code == ENOTSUP ? ErrorKind::unsupported
                                           : ErrorKind::io;
  return fail(kind, text != nullptr ? std::string(text) : fmt::format("the stream of rows fails with code {}", code));
}

class CsvWriter {
 public:
  CsvWriter(CsvDialect dialect, Sink& out) : dialect_(std::move(dialect)), out_(out) {}

  Result<void> begin(const table::Schema& schema);
  Result<void> write(const ArrowArray& batch);
  Result<void> end();

 private:
  Result<void> write_cell(std::size_t column, std::uint64_t row);
  void begin_line();
  Result<void> flush();

  CsvDialect dialect_;
  Sink& out_;
  std::vector<table::Field> fields_;
  std::vector<ColumnStyle> styles_;
  std::vector<ArrowCells> cells_;
  std::uint64_t rows_ = 0;      // written before this batch
  std::string text_;            // not yet in the sink
  bool has_line_ = false;       // one that has no end yet
  bool is_line_empty_ = false;  // that one
  std::string cell_, encoded_;
};

Result<void> CsvWriter::begin(const table::Schema& schema) {
  fields_ = schema.columns;
  if (fields_.empty()) return fail(ErrorKind::invalid_argument, "a table without columns cannot be written as CSV");
  for (const table::Field& field : fields_) {
    TRICLAVE_TRY_ASSIGN(const ColumnStyle style, parse_column_style(csv_metadata(field.metadata).value_or("")));
    TRICLAVE_TRY_ASSIGN(ArrowCells cells, ArrowCells::make(field, {style, decimal_mark(dialect_)}));
    styles_.push_back(style);
    cells_.push_back(std::move(cells));
  }
  if (dialect_.bom) text_ += kByteOrderMark;
  if (!dialect_.header) return {};
  begin_line();
  const std::size_t begin = text_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (i != 0) text_ += dialect_.delimiter;
    encoded_.clear();
    if (!append_encoded(dialect_.encoding, fields_[i].name, encoded_))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{} lacks a character of the name of column '{}': write UTF-8",
                              name_of(dialect_.encoding), fields_[i].name));
    append_cell(encoded_, is_name_quoted(dialect_, encoded_), text_);
  }
  is_line_empty_ = text_.size() == begin;
  return {};
}

void CsvWriter::begin_line() {
  if (has_line_) text_ += line_end(dialect_);
  has_line_ = true;
}

Result<void> CsvWriter::write(const ArrowArray& batch) {
  if (batch.length < 0 || batch.offset < 0 || batch.n_children != static_cast<std::int64_t>(fields_.size()) ||
      batch.children == nullptr ||
      (batch.null_count != 0 && batch.n_buffers > 0 && batch.buffers != nullptr && batch.buffers[0] != nullptr))
    return fail(ErrorKind::invalid_argument, "a record batch does not have the columns that its schema has");
  const auto rows = static_cast<std::uint64_t>(batch.length);
  std::vector<table::Column> columns;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const ArrowArray* child = batch.children[i];
    if (child == nullptr)
      return fail(ErrorKind::invalid_argument, "a record batch has no array for one of its columns");
    TRICLAVE_TRY_ASSIGN(auto column,
                        table::import_column(fields_[i], *child, static_cast<std::uint64_t>(batch.offset), rows));
    columns.push_back(std::move(column));
    cells_[i].look_at(columns.back().nodes);
  }
  for (std::uint64_t row = 0; row < rows; ++row, ++rows_) {
    begin_line();
    const std::size_t begin = text_.size();
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (i != 0) text_ += dialect_.delimiter;
      TRICLAVE_TRY(write_cell(i, row));
    }
    is_line_empty_ = text_.size() == begin;
    if (text_.size() >= kBlock) TRICLAVE_TRY(flush());
  }
  return {};
}

Result<void> CsvWriter::write_cell(std::size_t column, std::uint64_t row) {
  const ArrowCells& cells = cells_[column];
  if (cells.is_null(row)) {
    text_ += dialect_.null_text;
    return {};
  }
  cell_.clear();
  cells.print(row, cell_);
  std::string_view cell = cell_;
  if (cells.is_text() && !is_ascii(cell)) {
    if (!is_utf8(cell))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("row {} of column '{}' holds text that is not UTF-8", rows_ + 1, fields_[column].name));
    encoded_.clear();
    if (!append_encoded(dialect_.encoding, cell, encoded_))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{} lacks a character in row {} of column '{}': write UTF-8", name_of(dialect_.encoding),
                              rows_ + 1, fields_[column].name));
    cell = encoded_;
  }
  const bool first = rows_ == 0 && column == 0 && !dialect_.header;
  append_cell(cell, is_quoted(dialect_, styles_[column], cell, first), text_);
  return {};
}

Result<void> CsvWriter::flush() {
  TRICLAVE_TRY(out_.write(as_bytes(text_)));
  text_.clear();
  return {};
}

Result<void> CsvWriter::end() {
  // A last line that is empty, as of a missing value, is one only with its end.
  if (has_line_ && (dialect_.final_line_end || is_line_empty_)) text_ += line_end(dialect_);
  return flush();
}

}  // namespace
}  // namespace rows

Result<void> write_csv(ArrowArrayStream& rows, const std::optional<CsvDialect>& dialect, Sink& out) {
  if (rows.release == nullptr) return fail(ErrorKind::invalid_argument, "the stream of rows is released already");
  table::OwnedSchema arrow_schema;
  if (const int code = rows.get_schema(&rows, arrow_schema.get()); code != 0) return rows::stream_error(rows, code);
  TRICLAVE_TRY_ASSIGN(const table::Schema schema, table::import_schema(*arrow_schema));
  TRICLAVE_TRY_ASSIGN(CsvDialect chosen, rows::chosen_dialect(dialect, schema));
  rows::CsvWriter writer(std::move(chosen), out);
  TRICLAVE_TRY(writer.begin(schema));
  for (;;) {
    table::OwnedArray batch;
    if (const int code = rows.get_next(&rows, batch.get()); code != 0) return rows::stream_error(rows, code);
    if (!batch) return writer.end();
    TRICLAVE_TRY(writer.write(*batch));
  }
}

}  // namespace triclave
