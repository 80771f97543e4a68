// How a CSV file is written, as the command line says it.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "triclave/csv.h"

namespace triclave::cli {

struct CsvTexts {
  std::vector<std::string> types;  // COLUMN=TYPE, or TYPE for all others
  std::string delimiter;
  std::string encoding;
  bool decimal_comma = false;
  bool decimal_point = false;
  bool no_header = false;
  std::string null_text;
  bool has_null_text = false;
};
void declare_csv(CLI::App& command, CsvTexts& texts, CLI::Option* needed);

// Errors: invalid_argument.
Result<CsvOptions> read_csv_options(const CsvTexts& texts);

}  // namespace triclave::cli
