// Arrow arrays' structures, looked at without reading any buffer.
#pragma once

#include "table/path.h"
#include "triclave/arrow.h"

namespace triclave::table {

// Whether an array and all below it are what the field says: alive, with as many buffers and children, no number
// negative or beyond kMaxBuffer, no buffer missing whose need can be seen from here. Errors: invalid_argument.
Result<void> check_shape(const Path& at, const ArrowArray& array);

// The caller's array is wrong, and where.
tl::unexpected<Error> wrong_array(const Path& at, std::string_view what);

}  // namespace triclave::table
