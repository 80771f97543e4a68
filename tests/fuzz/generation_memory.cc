// The memory of seen generations: a file of ours that somebody may have written to.
#include <sys/mman.h>
#include <unistd.h>

#include "base/text_codec.h"
#include "harness.h"
#include "triclave/opener.h"

using namespace triclave;

FUZZ_TARGET(input) {
  static const int file = ::memfd_create("generations", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  constexpr Id kCapsule{};
  REQUIRE(::ftruncate(file, 0) == 0);
  REQUIRE(::pwrite(file, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()));

  const auto memory = file_generation_memory(path);
  const auto before = memory->highest(kCapsule, "clinical");
  if (!before) {
    REQUIRE(fuzz::is_one_of(before.error(), {ErrorKind::malformed}));
    REQUIRE(!memory->remember(kCapsule, "clinical", 7));
    return;
  }
  // What is remembered counts from then on, whatever stood there, and never makes the memory forget.
  REQUIRE(memory->remember(kCapsule, "clinical", 7));
  REQUIRE(memory->highest(kCapsule, "clinical") == std::max<std::uint32_t>(*before, 7));
}
