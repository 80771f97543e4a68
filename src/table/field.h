// The schema of one column: a tree of fields, as in the Arrow C Data Interface.
#pragma once

#include <string>
#include <vector>

#include "table/type.h"
#include "triclave/arrow.h"
#include "triclave/error.h"

namespace triclave::table {

// Levels of a field's tree, dictionaries count as one; fields in one column's tree; columns in a table.
inline constexpr std::size_t kMaxFieldDepth = 16;
inline constexpr std::size_t kMaxFields = 4096;
inline constexpr std::size_t kMaxColumns = 65536;
// Bytes of a field's name; key-value pairs of a schema or field; bytes of one key or value.
inline constexpr std::size_t kMaxFieldName = 1024;
inline constexpr std::size_t kMaxPairs = 64;
inline constexpr std::size_t kMaxPairPart = std::size_t{1} << 20;

// Bytes, not text: Arrow's extension types keep serialised objects there.
struct KeyValue {
  std::string key;
  std::string value;
  bool operator==(const KeyValue&) const = default;
};

struct Field {
  std::string name;
  std::string format;  // of the indices where there is a dictionary
  Type type;           // what format says
  bool nullable = true;
  bool dictionary_ordered = false;
  std::vector<KeyValue> metadata;
  std::vector<Field> children;    // of list (one) and structs
  std::vector<Field> dictionary;  // none or one: the type of the values
};

// Whether `column` and all below it make sense, wherever they come from: names (UTF-8 without control characters, empty
// ones too), formats, numbers of children, dictionaries, metadata, depth and count. Fills in each `type`. Errors:
// malformed, unsupported (a type that Triclave does not take, named); the message names the field.
Result<void> check_field(Field& column);

struct Schema {
  std::vector<Field> columns;
  std::vector<KeyValue> metadata;
};

// The columns of a record batch's schema (a struct, format "+s"), read without trust: counts, depth and lengths are
// bounded before anything is read, then check_field() holds for each column and their names are distinct. Errors:
// invalid_argument (a released or impossible structure), unsupported (a type that Triclave does not take, named).
Result<Schema> import_schema(const ArrowSchema& schema);

// Fills `out`, which the caller releases.
void export_schema(const Schema& schema, ArrowSchema* out);

}  // namespace triclave::table
