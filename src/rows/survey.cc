#include "rows/survey.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/names.h"
#include "base/try.h"
#include "rows/column_survey.h"
#include "rows/dialect.h"
#include "rows/encoding.h"
#include "rows/header.h"
#include "rows/row_reader.h"

namespace triclave::rows {
namespace {

// Which bytes beyond ASCII there are.
struct Characters {
  std::uint64_t not_utf8 = 0;  // the first line that is not UTF-8
  bool c1 = false;

  void observe(const Row& row) {
    if (is_ascii(row.text)) return;
    if (not_utf8 == 0 && !is_utf8(row.text)) not_utf8 = row.line;
    c1 = c1 || has_c1(row.text);
  }
  CsvEncoding encoding() const {
    return not_utf8 == 0 ? CsvEncoding::utf8 : c1 ? CsvEncoding::windows1252 : CsvEncoding::latin1;
  }
};

class Survey {
 public:
  Survey(Source& source, const CsvOptions& options)
      : source_(source), options_(options), pipe_(!source.size().has_value()) {}

  Result<Plan> run() {
    TRICLAVE_TRY(read_head());
    RowReader rows(plan_.head, plan_.skip, pipe_ || plan_.whole ? nullptr : &source_, plan_.dialect.line_end);
    FieldReader fields(plan_.dialect.delimiter);
    TRICLAVE_TRY(read_first(rows, fields));
    TRICLAVE_TRY(read_rest(rows, fields));
    TRICLAVE_TRY(name_columns());
    decide();
    return std::move(plan_);
  }

 private:
  Result<void> read_head();
  Result<void> read_first(RowReader& rows, FieldReader& fields);
  Result<void> read_rest(RowReader& rows, FieldReader& fields);
  Result<void> name_columns();
  void decide();
  void decide_null_text();
  void decide_mark();
  bool is_cut(const Row& row) const { return pipe_ && !plan_.whole && row.end.empty(); }

  Source& source_;
  const CsvOptions& options_;
  const bool pipe_;
  Plan plan_;
  Characters characters_;
  std::vector<std::string> names_;  // as they stand in the file
  std::vector<GivenColumn> given_;
  std::vector<ColumnSurvey> columns_;
};

Result<void> Survey::read_head() {
  plan_.head.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kHead, source_.size().value_or(kHead))));
  TRICLAVE_TRY_ASSIGN(const std::size_t got,
                      source_.read_at(0, {reinterpret_cast<std::uint8_t*>(plan_.head.data()), plan_.head.size()}));
  plan_.head.resize(got);
  plan_.whole = got < kHead;
  if (plan_.head.starts_with("\xFF\xFE") || plan_.head.starts_with("\xFE\xFF"))
    return fail(ErrorKind::unsupported, "the CSV file is in UTF-16: save it in UTF-8");

  CsvDialect& dialect = plan_.dialect;
  dialect.bom =
      options_.encoding.value_or(CsvEncoding::utf8) == CsvEncoding::utf8 && plan_.head.starts_with(kByteOrderMark);
  plan_.skip = dialect.bom ? kByteOrderMark.size() : 0;
  const std::string_view text = std::string_view(plan_.head).substr(plan_.skip);
  dialect.line_end = detect_line_end(text);
  dialect.delimiter = options_.delimiter ? *options_.delimiter : detect_delimiter(text, plan_.whole, dialect.line_end);
  dialect.header = options_.header;
  dialect.null_text = options_.null_text.value_or("");
  return check_dialect(dialect);
}

Result<void> Survey::read_first(RowReader& rows, FieldReader& reader) {
  Row row;
  TRICLAVE_TRY_ASSIGN(const bool any, rows.next(row));
  if (!any) return fail(ErrorKind::malformed, "the CSV file is empty: it has not even a header");
  if (is_cut(row))
    return fail(
        ErrorKind::unsupported,
        fmt::format("the first line of a CSV file in a pipe has more than {} bytes: save it to a file first", kHead));
  TRICLAVE_TRY(reader.read(row));
  const auto& fields = reader.fields();
  columns_.resize(fields.size());
  for (const Field& field : fields)
    names_.push_back(options_.header ? std::string(field.text) : fmt::format("c{}", names_.size() + 1));
  plan_.dialect.final_line_end = !row.end.empty();
  if (!options_.header) {
    rows.back();
    return {};
  }
  characters_.observe(row);
  plan_.dialect.quoted_header =
      std::all_of(fields.begin(), fields.end(), [](const Field& field) { return field.quoted; });
  return {};
}

Result<void> Survey::read_rest(RowReader& rows, FieldReader& reader) {
  for (Row row;;) {
    TRICLAVE_TRY_ASSIGN(const bool more, rows.next(row));
    if (!more || is_cut(row)) return {};
    plan_.dialect.final_line_end = !row.end.empty();
    characters_.observe(row);
    if (is_blank(row, columns_.size())) continue;
    TRICLAVE_TRY(reader.read(row));
    TRICLAVE_TRY(check_count(row, reader.fields().size(), columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Field& field = reader.fields()[i];
      if (field.quoted || field.text != options_.null_text) columns_[i].observe(field);
    }
  }
}

Result<void> Survey::name_columns() {
  CsvDialect& dialect = plan_.dialect;
  dialect.encoding = options_.encoding.value_or(dialect.bom ? CsvEncoding::utf8 : characters_.encoding());
  if (dialect.encoding == CsvEncoding::utf8 && characters_.not_utf8 != 0) return not_utf8(characters_.not_utf8);
  for (std::string& name : names_) {
    std::string utf8;
    append_utf8(dialect.encoding, name, utf8);
    name = std::move(utf8);
  }
  TRICLAVE_TRY_ASSIGN(given_, given_columns(std::move(names_), options_));
  const auto untyped = std::find_if(given_.begin(), given_.end(), [](const GivenColumn& given) { return !given.type; });
  if (pipe_ && untyped != given_.end())
    return fail(
        ErrorKind::invalid_argument,
        fmt::format("the type of column '{}' can only be found out by reading the whole CSV file beforehand, and a "
                    "pipe is read once: give the types of all columns (or text for all), or save it to a file first",
                    untyped->name));
  return {};
}

// NA means a missing value in a file that has no other sign for one, if it stands only where it cannot be a text.
void Survey::decide_null_text() {
  bool any = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].empty() != 0) return;
    if (columns_[i].not_available() == 0) continue;
    if (!columns_[i].is_missing_where_not_available(given_[i].type)) return;
    any = true;
  }
  if (any) plan_.dialect.null_text = kNotAvailable;
}

void Survey::decide_mark() {
  std::size_t points = 0, commas = 0;
  for (const ColumnSurvey& column : columns_) {
    points += column.mark() == '.';
    commas += column.mark() == ',';
  }
  plan_.dialect.decimal_comma = commas > points || (commas != 0 && commas == points && plan_.dialect.delimiter == ';');
}

void Survey::decide() {
  CsvDialect& dialect = plan_.dialect;
  if (!options_.null_text) decide_null_text();
  if (options_.decimal_comma) {
    dialect.decimal_comma = *options_.decimal_comma;
  } else {
    decide_mark();
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const CsvType inferred = columns_[i].type(decimal_mark(dialect), dialect.null_text);
    plan_.columns.push_back({std::move(given_[i].name), given_[i].type.value_or(inferred)});
    plan_.styles.push_back(columns_[i].style(dialect.null_text));
  }
}

}  // namespace

Result<Plan> survey(Source& source, const CsvOptions& options) { return Survey(source, options).run(); }

bool is_blank(const Row& row, std::size_t columns) noexcept { return row.text.empty() && columns != 1; }

Result<void> check_count(const Row& row, std::size_t fields, std::size_t columns) {
  if (fields == columns) return {};
  return fail(ErrorKind::malformed, fmt::format("line {} of the CSV file has {} fields where there are {} columns",
                                                row.line, fields, columns));
}

tl::unexpected<Error> not_utf8(std::uint64_t line) {
  return fail(ErrorKind::malformed, fmt::format("line {} of the CSV file is not UTF-8: name its encoding", line));
}

}  // namespace triclave::rows
