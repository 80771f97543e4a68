#include "rows/fields.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/try.h"
#include "rows/cell.h"

namespace triclave::rows {
namespace {

constexpr std::size_t kGrowth = std::size_t{64} << 10;

int never(unsigned char) { return 0; }

}  // namespace

FieldReader::FieldReader(char delimiter) : delimiter_(delimiter) {
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
  // Rows come one by one, so that nothing ends them but csv_fini(); and spaces belong to values.
  csv_set_space_func(&parser_, never);
  csv_set_term_func(&parser_, never);
  csv_set_blk_size(&parser_, kGrowth);
}

Result<void> FieldReader::read(const Row& row) {
  fields_.clear();
  if (row.has_quotes || !row.whole) {
    TRICLAVE_TRY(read_quoted(row));
  } else {
    read_plain(row);
  }
  if (fields_.size() > CsvReader::kMaxColumns)
    return fail(ErrorKind::malformed,
                fmt::format("line {} has more than {} fields, which are the most: is it a CSV file?", row.line,
                            CsvReader::kMaxColumns));
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].text.size() > CsvReader::kMaxField)
      return fail(ErrorKind::malformed,
                  fmt::format("field {} of line {} has {} bytes, and {} are the most: is a quote missing?", i + 1,
                              row.line, fields_[i].text.size(), CsvReader::kMaxField));
  return {};
}

void FieldReader::read_plain(const Row& row) {
  const char delimiter = delimiter_;
  const auto add_plain = [&](const char* begin, const char* end) {
    const std::string_view text(begin, static_cast<std::size_t>(end - begin));
    fields_.push_back({text, false, row.has_breaks && needs_quotes(text, delimiter)});
  };
  const char* begin = row.text.data();
  const char* const end = begin + row.text.size();
  for (const char* at = begin; at != end; ++at) {
    if (*at != delimiter) continue;
    add_plain(begin, at);
    begin = at + 1;
    if (fields_.size() > CsvReader::kMaxColumns) return;
  }
  add_plain(begin, end);
}

Result<void> FieldReader::read_quoted(const Row& row) {
  texts_.clear();
  texts_.reserve(row.text.size());  // so that the fields' views stay good
  raw_ = row.text;
  raw_at_ = 0;
  const auto on_field = [](void* text, std::size_t size, void* self) {
    static_cast<FieldReader*>(self)->add({static_cast<const char*>(text), size});
  };
  const std::size_t read = csv_parse(&parser_, raw_.data(), raw_.size(), on_field, nullptr, this);
  if (read != raw_.size() && csv_error(&parser_) != CSV_EPARSE)
    return fail(ErrorKind::io, fmt::format("no memory for line {} of a CSV file", row.line));
  const std::size_t field = fields_.size() + 1;
  if (read != raw_.size()) {
    const auto before = raw_.substr(0, read);
    const auto lines = std::count(before.begin(), before.end(), row.end == "\r" ? '\r' : '\n');
    return fail(
        ErrorKind::malformed,
        fmt::format("a stray quote in field {} of line {}: a field with quotes in it must stand in quotes, and its "
                    "own doubled",
                    field, row.line + static_cast<std::uint64_t>(lines)));
  }
  if (csv_fini(&parser_, on_field, nullptr, this) != 0)
    return fail(ErrorKind::malformed,
                fmt::format("the quote that opens field {} of line {} is never closed", field, row.line));
  if (!row.whole)
    return fail(ErrorKind::malformed,
                fmt::format("line {} has more than {} bytes, which are the most: is it a CSV file?", row.line,
                            CsvReader::kMaxRow));
  return {};
}

void FieldReader::add(std::string_view text) {
  if (fields_.size() > CsvReader::kMaxColumns) return;
  const std::size_t begin = texts_.size();
  texts_ += text;
  // libcsv does not tell whether a field was quoted. It stands where the last one ended, and says so itself.
  const bool quoted = raw_at_ < raw_.size() && raw_[raw_at_] == '"';
  std::size_t quotes = 0;
  bool has_others = false;
  for (const char c : text) {
    quotes += c == '"';
    has_others = has_others || c == delimiter_ || c == '\n' || c == '\r';
  }
  raw_at_ += text.size() + 1 + (quoted ? 2 + quotes : 0);
  fields_.push_back({std::string_view(texts_).substr(begin), quoted, quotes != 0 || has_others});
}

}  // namespace triclave::rows
