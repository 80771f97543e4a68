// The program from its arguments to its exit code.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "triclave/error.h"

namespace triclave::cli {

// 0: done; 1: a bug or no memory; else the number of the error's kind plus 1.
int exit_code(ErrorKind kind) noexcept;

// `arguments` without the program's name.
int run(std::vector<std::string> arguments, std::ostream& out, std::ostream& err);

}  // namespace triclave::cli
