// Record batches handed out one after the other through the Arrow C Stream Interface.
#pragma once

#include <functional>

#include "table/field.h"

namespace triclave::table {

// Fills `out`, which the consumer releases. `next` fills its array and says true, or says false at the end; it is not
// called again after that, nor after an error, which the stream repeats. get_last_error() gives the error's text; the
// codes are EINVAL (invalid_argument), ENOTSUP (unsupported) and EIO (all others). One thread at a time, as the
// standard says.
void export_stream(Schema schema, std::function<Result<bool>(ArrowArray*)> next, ArrowArrayStream* out);

}  // namespace triclave::table
