#include "compare_driver.h"

#include <iostream>

int main(int count, char** words) {
  using namespace triclave::bench;
  const std::map<std::string, Round (*)(const Arguments&)> jobs = {
      {"bulk", bulk}, {"engine", engine}, {"table", table},   {"objects", objects}, {"cells", cells},
      {"file", file}, {"ranges", ranges}, {"memory", memory}, {"growth", growth},   {"recipients", recipients},
  };
  const auto job = count < 2 ? jobs.end() : jobs.find(words[1]);
  if (job == jobs.end()) {
    std::fprintf(stderr, "usage: bench_compare JOB [name=value ...]; a round for each line on standard input. Jobs:");
    for (const auto& each : jobs) std::fprintf(stderr, " %s", each.first.c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  const Round round = job->second(Arguments(count - 2, words + 2));
  for (std::string line; std::getline(std::cin, line);) {
    round();
    std::printf("\n");
    std::fflush(stdout);
  }
}
