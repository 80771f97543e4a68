// Columns in memory, as tables take them.
#pragma once

#include <string>

#include "common.h"
#include "table/column.h"
#include "table/owned.h"

namespace triclave::bench {

using triclave::table::Field;
using triclave::table::Node;
using triclave::table::OwnedArray;
using triclave::table::OwnedSchema;

inline Field column(std::string name, std::string format) {
  Field out;
  out.name = std::move(name);
  out.format = std::move(format);
  must(triclave::table::check_field(out));
  return out;
}

// Columns of 64-bit numbers: c0, c1 and so on.
inline triclave::table::Schema number_columns(std::size_t count) {
  triclave::table::Schema out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = "c";
    name += std::to_string(i);
    out.columns.push_back(column(std::move(name), std::string("l")));
  }
  return out;
}

inline OwnedSchema exported(const triclave::table::Schema& schema) {
  OwnedSchema out;
  triclave::table::export_schema(schema, out.get());
  return out;
}

// One record batch whose columns without nulls are these buffers. They must stay where they are.
inline OwnedArray batch_of(const triclave::table::Schema& schema, const std::vector<std::vector<Node>>& nodes) {
  OwnedArray out;
  triclave::table::export_batch(schema.columns, nodes, {}, nodes.front().front().length, out.get());
  return out;
}

inline std::vector<Node> numbers(ByteView data) { return {Node{data.size() / 8, 0, {ByteView{}, data}}}; }

}  // namespace triclave::bench
