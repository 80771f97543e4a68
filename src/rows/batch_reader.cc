#include "rows/batch_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/names.h"
#include "base/try.h"
#include "rows/cell.h"
#include "rows/dialect.h"
#include "rows/encoding.h"

namespace triclave::rows {
namespace {

std::string arrow_format(const CsvType& type) {
  switch (type.kind) {
    case CsvType::Kind::text:
      return "u";
    case CsvType::Kind::int64:
      return "l";
    case CsvType::Kind::float64:
      return "g";
    case CsvType::Kind::date:
      return "tdD";
    case CsvType::Kind::boolean:
      return "b";
    case CsvType::Kind::decimal:
      return fmt::format("d:{},{}", type.precision, type.scale);
  }
  return {};
}

table::Schema schema_of(const Plan& plan) {
  table::Schema schema;
  schema.metadata = {{std::string(kCsvMetadataKey), to_text(plan.dialect)}};
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    table::Field field;
    field.name = plan.columns[i].name;
    field.format = arrow_format(plan.columns[i].type);
    field.type = table::parse_format(field.format).value_or(table::Type{});
    if (const std::string style = to_text(plan.styles[i]); !style.empty())
      field.metadata = {{std::string(kCsvMetadataKey), style}};
    schema.columns.push_back(std::move(field));
  }
  return schema;
}

}  // namespace

BatchReader::BatchReader(Source& source, Plan plan, std::uint64_t batch_bytes, std::uint64_t batch_rows)
    : plan_(std::move(plan)),
      schema_(schema_of(plan_)),
      batch_bytes_(batch_bytes),
      batch_rows_(batch_rows),
      rows_(plan_.head, plan_.skip, plan_.whole ? nullptr : &source, plan_.dialect.line_end),
      fields_(plan_.dialect.delimiter),
      differences_(plan_.dialect.encoding) {
  plan_.head = {};
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    const CsvType& type = plan_.columns[i].type;
    builders_.emplace_back(type);
    spellings_.push_back({plan_.styles[i], decimal_mark(plan_.dialect)});
    row_bytes_ += type.kind == CsvType::Kind::text ? sizeof(std::int32_t) : type_width(type);
  }
}

Result<bool> BatchReader::next(ArrowArray* out) {
  if (!has_header_ && plan_.dialect.header) TRICLAVE_TRY(read_header());
  has_header_ = true;
  std::uint64_t rows = 0, bytes = 0;
  for (Row row; rows < batch_rows_ && bytes < batch_bytes_;) {
    TRICLAVE_TRY_ASSIGN(const bool more, rows_.next(row));
    if (!more) break;
    see_end(row);
    if (is_blank(row, builders_.size())) {
      differences_.add_line(row.line, row.end, {});
      continue;
    }
    TRICLAVE_TRY(read_row(row));
    ++rows;
    bytes += row_bytes_ + row.text.size();
  }
  if (rows != 0) hand_out(rows, out);
  return rows != 0;
}

Result<void> BatchReader::read_header() {
  Row row;
  TRICLAVE_TRY_ASSIGN(const bool any, rows_.next(row));
  if (any) see_end(row);
  if (any) TRICLAVE_TRY(fields_.read(row));
  if (!any || fields_.fields().size() != builders_.size())
    return fail(ErrorKind::io, "the CSV file changes while it is read: try again when it does no more");
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    const Field& field = fields_.fields()[i];
    const bool quoted = is_name_quoted(plan_.dialect, field.text);
    if (field.quoted == quoted) continue;
    scratch_.clear();
    append_cell(field.text, quoted, scratch_);
    differences_.add_field(row.line, plan_.columns[i].name, field, scratch_);
  }
  return {};
}

void BatchReader::see_end(const Row& row) {
  const std::string_view end = line_end(plan_.dialect);
  const std::string_view expected = !row.end.empty() || plan_.dialect.final_line_end ? end : std::string_view();
  if (row.end != expected) differences_.add_line(row.line, row.end, expected);
}

Result<void> BatchReader::read_row(const Row& row) {
  if (plan_.dialect.encoding == CsvEncoding::utf8 && !is_ascii(row.text) && !is_utf8(row.text))
    return not_utf8(row.line);
  TRICLAVE_TRY(fields_.read(row));
  const std::vector<Field>& fields = fields_.fields();
  TRICLAVE_TRY(check_count(row, fields.size(), builders_.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) TRICLAVE_TRY(read_field(i, fields[i], row.line));
  return {};
}

Result<void> BatchReader::read_field(std::size_t column, const Field& field, std::uint64_t line) {
  const CsvDialect& dialect = plan_.dialect;
  const CsvType& type = plan_.columns[column].type;
  ColumnBuilder& builder = builders_[column];
  if (!field.quoted && field.text == dialect.null_text) {
    builder.append_null();
    return {};
  }
  // As the same text would be written.
  const bool quoted = spellings_[column].style.quoted || field.needs_quotes ||
                      is_mistakable(dialect, field.text, line == 1 && column == 0);
  if (type.kind == CsvType::Kind::text) {
    append_utf8(dialect.encoding, field.text, builder.text());
    builder.append_text();
    if (field.quoted != quoted) changed(column, field, line, nullptr);
    return {};
  }
  if (field.text.empty()) {  // "" can be no value of such a type: what is missing is written in one way
    builder.append_null();
    differences_.add_field(line, plan_.columns[column].name, field, dialect.null_text);
    return {};
  }
  const auto value = read_value(type, spellings_[column], field.text);
  if (!value)
    return fail(
        ErrorKind::malformed,
        fmt::format("line {} of the CSV file: column '{}' holds what is no {}; give it the type text, or one that "
                    "fits",
                    line, plan_.columns[column].name, to_text(type)));
  builder.append(*value);
  if (!value->exact || field.quoted != quoted) changed(column, field, line, &*value);
  return {};
}

void BatchReader::changed(std::size_t column, const Field& field, std::uint64_t line, const Value* value) {
  std::string text(field.text);
  if (value != nullptr) {
    text.clear();
    print_value(plan_.columns[column].type, spellings_[column], *value, text);
  }
  scratch_.clear();
  append_cell(text, is_quoted(plan_.dialect, spellings_[column].style, text, line == 1 && column == 0), scratch_);
  differences_.add_field(line, plan_.columns[column].name, field, scratch_);
}

void BatchReader::hand_out(std::uint64_t rows, ArrowArray* out) {
  const auto memory = std::make_shared<std::vector<ColumnMemory>>();
  memory->reserve(builders_.size());
  std::vector<std::vector<table::Node>> nodes;
  nodes.reserve(builders_.size());
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    memory->push_back(builders_[i].take());
    nodes.push_back({memory->back().node(plan_.columns[i].type)});
  }
  table::export_batch(schema_.columns, nodes, {memory}, rows, out);
}

}  // namespace triclave::rows
