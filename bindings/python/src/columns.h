// A table's columns as triclave.Column.
#pragma once

#include <span>

#include "bind.h"
#include "triclave/table.h"

namespace triclave::python {

nb::object as_columns(std::span<const TableColumn> columns);

}  // namespace triclave::python
