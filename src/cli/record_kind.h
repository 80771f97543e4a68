// Which of Triclave's files one has in hand.
#pragma once

#include "triclave/io.h"

namespace triclave::cli {

enum class FileKind { capsule, object, table };

// By the first bytes (SPEC.md, "Records"); whatever is neither capsule nor table is taken for an object, whose reader
// then says what is wrong.
Result<FileKind> kind_of(Source& source);

}  // namespace triclave::cli
