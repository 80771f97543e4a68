// triclave custody: who holds keys now, and who shall.
#pragma once

#include "cli/command.h"

namespace triclave::cli {

void add_custody_replace(CLI::App& custody, Program& program);
void add_custody_status(CLI::App& custody, Program& program);

}  // namespace triclave::cli
