// CSV in and out (RFC 4180, and what hospitals, R and pandas make of it): rows become Arrow record batches and come
// back byte for byte, or it is told where they would not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/arrow.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/io.h"

namespace triclave {

// latin1 is ISO 8859-1. windows1252 is what Windows calls by that name in French exports (with its euro sign, oe and
// curly quotes), completed as in the WHATWG Encoding Standard, so that each byte stands for one character.
enum class CsvEncoding : std::uint8_t { utf8, latin1, windows1252 };
enum class CsvLineEnd : std::uint8_t { lf, crlf, cr };

// How a whole file is written. What differs from column to column (whether a column's values are quoted, how its
// numbers and truth values are spelt) stands in the metadata of the column's field, under the same key, and so goes
// where the column goes.
struct CsvDialect {
  char delimiter = ',';  // one of , ; | and tab
  CsvEncoding encoding = CsvEncoding::utf8;
  CsvLineEnd line_end = CsvLineEnd::lf;
  bool decimal_comma = false;  // 1,5 and not 1.5
  bool header = true;          // the first row holds the columns' names
  bool quoted_header = false;  // all names quoted, not only those that need it
  bool final_line_end = true;  // the last row ends as the others do
  bool bom = false;            // the file begins with a UTF-8 byte order mark
  std::string null_text = {};  // what stands, unquoted, where a value is missing: "" or, say, NA
  bool operator==(const CsvDialect&) const = default;
};

// The key of a schema's metadata under which CsvReader leaves the dialect (as to_text() writes it), and of a field's
// metadata where a column is not written as the dialect alone says.
inline constexpr std::string_view kCsvMetadataKey = "triclave:csv";

// One line: "delimiter=; encoding=latin1 line-end=crlf decimal=, header=plain final-line-end=yes bom=no null=".
TRICLAVE_EXPORT std::string to_text(const CsvDialect& dialect);
// Takes what to_text() writes and nothing else. Errors: malformed.
TRICLAVE_EXPORT Result<CsvDialect> parse_csv_dialect(std::string_view text);

// The types of Arrow that values of a CSV file become.
struct CsvType {
  enum class Kind : std::uint8_t {
    text,     // utf8 ("u")
    int64,    // "l"
    float64,  // "g"
    date,     // days, "tdD": 2024-02-29
    boolean,  // "b": true and false, in one of three spellings a column
    decimal,  // 128 bits, "d:PRECISION,SCALE": 1 to 38 digits, of which SCALE stand behind the mark
  };
  Kind kind = Kind::text;
  std::uint8_t precision = 0;  // of decimals
  std::uint8_t scale = 0;
  bool operator==(const CsvType&) const = default;
};

// "text", "int64", "float64", "date", "bool", "decimal(12,2)". Errors: invalid_argument.
TRICLAVE_EXPORT Result<CsvType> parse_csv_type(std::string_view text);
TRICLAVE_EXPORT std::string to_text(const CsvType& type);

struct CsvColumn {
  std::string name;
  CsvType type;
  bool operator==(const CsvColumn&) const = default;
};

// What is not said is found out by reading the whole source once more beforehand.
struct CsvOptions {
  std::optional<char> delimiter;  // else the one of , ; tab | that cuts the first rows alike
  std::optional<CsvEncoding>
      encoding;                       // else UTF-8 if all bytes are; Windows-1252 if it has bytes 0x80 to 0x9F; Latin-1
  std::optional<bool> decimal_comma;  // else what more columns of numbers use
  std::optional<std::string> null_text;  // else "", or NA in a file where only that can mean a missing value
  bool header = true;                    // without: columns are called c1, c2, ..
  std::vector<CsvColumn> types;          // columns whose type is given
  std::optional<CsvType> other_types;    // of all others; else inferred: the type that writes every value as it stood
  std::uint64_t batch_bytes = std::uint64_t{64} << 20;  // of columns' memory in a record batch, about; at most 512 MiB
  std::uint64_t batch_rows = std::uint64_t{1} << 20;
};

// Where write_csv() would not write again what was read. It quotes the data: show it to who may see that, log it not.
struct CsvDifference {
  std::uint64_t line = 0;  // of the first difference; the first line is 1
  std::string column;      // empty where it is the line itself: its end, or a blank one
  std::string was;         // the field as it stood, quotes included; cut behind 100 bytes
  std::string becomes;
  std::uint64_t count = 0;  // fields, lines' ends and blank lines that differ in the whole file
};

// Reads a CSV file in two passes and bounded memory: make() looks at all of it to find the dialect and the columns'
// types, then the rows come as record batches. A source whose size nobody knows (a pipe) is read once, so that its
// types must be given; the dialect is then found in its first MiB.
class TRICLAVE_EXPORT CsvReader {
 public:
  // Most columns, and bytes of a field and of a row.
  static constexpr std::size_t kMaxColumns = 65536;
  static constexpr std::size_t kMaxField = std::size_t{16} << 20;
  static constexpr std::size_t kMaxRow = std::size_t{64} << 20;

  // `source` must outlive the reader and its stream. Errors: malformed (with the line), invalid_argument (options that
  // contradict themselves or the file; a pipe without types), unsupported (UTF-16), io.
  static Result<CsvReader> make(Source& source, CsvOptions options = {});
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  const CsvDialect& dialect() const noexcept;
  const std::vector<CsvColumn>& columns() const noexcept;

  // The rows from where the reader stands, which may be destroyed meanwhile; the caller releases the stream. One
  // stream a reader. When get_next() fails, failure() says more than its number can.
  void stream(ArrowArrayStream* out);

  // What stopped the stream; empty where nothing did. Errors: malformed (a value that is not of the type given, too
  // few or too many fields, a stray quote, with line and column), io.
  const std::optional<Error>& failure() const noexcept;

  // Complete once the stream has come to its end. Empty where write_csv() writes every byte again.
  const std::optional<CsvDifference>& difference() const noexcept;

 private:
  struct State;
  explicit CsvReader(std::shared_ptr<State> state) noexcept;
  std::shared_ptr<State> state_;
};

// Writes a stream's record batches, and leaves finish() to the caller. Without a dialect it is the one in the schema's
// metadata, else the default one. Values: integers; floats as the shortest digits that read back; true and false;
// dates, times and timestamps as in ISO 8601 (those with a time zone in UTC, with Z); durations as integers of their
// unit; decimals; text; binary as hexadecimal digits; dictionaries as their values; a missing value as the dialect's
// null_text, and text that looks like it or like nothing quoted. Errors: unsupported (a nested column, named),
// invalid_argument (a stream that does not obey Arrow; a character that the encoding lacks, with row and column),
// malformed (metadata of a newer version), io, and what the stream itself fails with, in its own words: EINVAL is
// invalid_argument, ENOTSUP unsupported, all others io.
TRICLAVE_EXPORT Result<void> write_csv(ArrowArrayStream& rows, const std::optional<CsvDialect>& dialect, Sink& out);

}  // namespace triclave
