// Where a sealed object or table goes, with its capsule inside or beside it.
#pragma once

#include <memory>
#include <string>

#include "triclave/io.h"
#include "triclave/sealer.h"

namespace triclave::cli {

// `out` as open_output takes it, refused where it is a terminal. Where `detached` names a file, the sealer's capsule is
// shown under that name before the object under its own: never is there an object whose capsule is lost.
Result<std::unique_ptr<Sink>> open_sealed_output(const std::string& out, const std::string& detached, bool force,
                                                 const Sealer& sealer);

}  // namespace triclave::cli
