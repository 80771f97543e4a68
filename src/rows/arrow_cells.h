// The values of any flat Arrow column as text.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "rows/value.h"
#include "table/column.h"

namespace triclave::rows {

class ArrowCells {
 public:
  // Errors: unsupported (nested columns and intervals, named).
  static Result<ArrowCells> make(const table::Field& field, const Spelling& spelling);

  // The column's nodes in the next record batch, which stay as they are until the next call.
  void look_at(std::span<const table::Node> nodes);
  bool is_null(std::uint64_t row) const noexcept;
  void print(std::uint64_t row, std::string& out) const;  // of a value that is not null
  bool is_text() const noexcept;                          // which may be anything; all others are ASCII

 private:
  enum class What : std::uint8_t {
    nothing,
    boolean,
    integer,
    natural,
    half,
    single,
    real,
    text,
    binary,
    fixed_binary,
    date_in_days,
    date_in_milliseconds,
    time,
    timestamp,
    decimal,
  };
  ArrowCells(const table::Field& field, const Spelling& spelling) : type_(field.type), spelling_(spelling) {}
  Result<void> read_format(const table::Field& field);
  template <class T>
  T value_at(std::uint64_t row) const noexcept;
  std::int64_t integer_at(std::uint64_t row) const noexcept;
  ByteView bytes_at(std::uint64_t row) const noexcept;
  void print_time(std::int64_t units, std::string& out) const;

  table::Type type_;
  Spelling spelling_;
  What what_ = What::nothing;
  int digits_ = 0;      // of a second's fraction; the scale of a decimal
  bool zoned_ = false;  // a timestamp of an instant, in UTC
  table::Node node_;
  std::shared_ptr<ArrowCells> dictionary_;  // what a dictionary's indices stand for
};

}  // namespace triclave::rows
