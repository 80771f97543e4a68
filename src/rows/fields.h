// Cuts a row into its fields.
#pragma once

#include <csv.h>

#include <string>
#include <string_view>
#include <vector>

#include "rows/row_reader.h"

namespace triclave::rows {

struct Field {
  std::string_view text;  // what it means: without its quotes, doubled quotes taken once
  bool quoted = false;
  bool needs_quotes = false;  // without them the text would not be read as it is
};

// libcsv reads rows that have quotes; one that has none is its fields with delimiters between.
class FieldReader {
 public:
  explicit FieldReader(char delimiter);
  ~FieldReader() { csv_free(&parser_); }
  FieldReader(const FieldReader&) = delete;
  FieldReader& operator=(const FieldReader&) = delete;

  // The fields, one for an empty row, are good until the next row is read. Errors: malformed, with
  // line and field; after one the reader is of no more use.
  Result<void> read(const Row& row);
  const std::vector<Field>& fields() const noexcept { return fields_; }

 private:
  void read_plain(const Row& row);
  Result<void> read_quoted(const Row& row);
  void add(std::string_view text);

  char delimiter_;
  csv_parser parser_{};
  std::vector<Field> fields_;
  std::string texts_;     // of fields that libcsv read
  std::string_view raw_;  // the row, and where in it the next field begins
  std::size_t raw_at_ = 0;
};

}  // namespace triclave::rows
