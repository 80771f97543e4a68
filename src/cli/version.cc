// triclave version
#include "triclave/version.h"

#include "cli/command.h"

namespace triclave::cli {

void add_version(CLI::App& app, Program& program) {
  add_command<CommonOptions>(
      app, program, "version", "Print the version", [](CLI::App&, CommonOptions&) {},
      [](const CommonOptions&) -> Result<Outcome> {
        return Outcome{"triclave " + std::string(kVersion) + ", format 1\n", {{"version", kVersion}, {"format", 1}}};
      });
}

}  // namespace triclave::cli
