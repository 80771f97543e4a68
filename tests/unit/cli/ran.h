// The program's command line, run in this process.
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/run.h"

namespace triclave::cli {

struct Ran {
  int code;
  std::string out;
  std::string err;
};

inline Ran triclave(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = run(std::move(arguments), out, err);
  return {code, out.str(), err.str()};
}

}  // namespace triclave::cli
