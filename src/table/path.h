// Where in a column's tree of fields something is wrong: "column patient.address.street".
#pragma once

#include <string>

#include "table/field.h"

namespace triclave::table {

// One step; lives on the stack of the walk through the tree, and costs nothing until an error is worded.
struct Path {
  const Field& field;
  const Path* above = nullptr;  // none: a column
  std::size_t index = 0;        // among its parent's children: shown where the field has no name
};

std::string to_string(const Path& path);

}  // namespace triclave::table
