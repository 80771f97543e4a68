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

struct Schema {
  std::vector<Field> columns;
  std::vector<KeyValue> metadata;
};

// The columns of a record batch's schema (a struct, format "+s"), read without trust: names are checked (UTF-8 of at
// most 1,024 bytes without control characters, columns distinct), so are formats, counts, depth and metadata. Errors:
// invalid_argument (a released or impossible structure), unsupported (a type that Triclave does not take, named).
Result<Schema> import_schema(const ArrowSchema& schema);

// Fills `out`, which the caller releases.
void export_schema(const Schema& schema, ArrowSchema* out);

}  // namespace triclave::table
