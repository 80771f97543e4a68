// A column's memory, value by value.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rows/value.h"
#include "table/column.h"

namespace triclave::rows {

// Buffers of one column of a record batch, in the canonical form of table::Node.
struct ColumnMemory {
  std::uint64_t length = 0, nulls = 0;
  Bytes validity;                     // empty as long as nothing is null
  std::vector<std::int32_t> offsets;  // of text
  std::string text;
  Bytes values;  // of all other types

  table::Node node(const CsvType& type) const;
};

class ColumnBuilder {
 public:
  explicit ColumnBuilder(const CsvType& type) : type_(type), width_(type_width(type)) { clear(); }

  void append_null();
  // A text is in UTF-8 and appended through text(), to which the caller adds it before.
  std::string& text() noexcept { return memory_.text; }
  void append_text();
  void append(const Value& value);

  // What was appended so far, and begins anew.
  ColumnMemory take();

 private:
  void clear();
  void append_valid();

  CsvType type_;
  std::size_t width_;
  ColumnMemory memory_;
};

}  // namespace triclave::rows
