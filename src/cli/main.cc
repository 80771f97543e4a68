#include <exception>
#include <iostream>

#include "cli/harden.h"
#include "cli/run.h"

int main(int argc, char** argv) {
  triclave::cli::harden();
  try {
    return triclave::cli::run({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& fault) {  // of the standard library: no memory, for one
    std::cerr << "triclave: a fault in the program: " << fault.what() << std::endl;
    return 1;
  }
}
