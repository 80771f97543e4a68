#include "cipher/engine.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "triclave/engine.h"

namespace triclave::cipher {
namespace {

// Best first, by measured speed. Botan runs everywhere, so what stands below it runs only where it is named.
constexpr std::array kEngines = {
#ifdef TRICLAVE_HAVE_IPSEC_MB
    &ipsec_mb_engine,
#endif
    &botan_engine,
    &sodium_engine,
};

}  // namespace

std::size_t gather(std::span<const ByteView> pieces, std::uint8_t* out) noexcept {
  std::uint8_t* to = out;
  for (const ByteView piece : pieces) to = std::ranges::copy(piece, to).out;
  return static_cast<std::size_t>(to - out);
}

std::span<const Engine* const> engines() noexcept { return kEngines; }

const Engine* find_engine(std::string_view name) noexcept {
  const auto at =
      std::find_if(kEngines.begin(), kEngines.end(), [&](const Engine* each) { return each->name == name; });
  return at != kEngines.end() ? *at : nullptr;
}

const Engine& choose_engine(std::string_view wish) noexcept {
  const Engine* wished = find_engine(wish);
  if (wished != nullptr && wished->runs_here()) return *wished;
  return **std::find_if(kEngines.begin(), kEngines.end(), [](const Engine* each) { return each->runs_here(); });
}

const Engine& best_engine() noexcept {
  static const Engine& chosen = []() -> const Engine& {
    const char* wish = std::getenv("TRICLAVE_ENGINE");
    return choose_engine(wish != nullptr ? wish : "");
  }();
  return chosen;
}

}  // namespace triclave::cipher

namespace triclave {

std::string_view engine_name() noexcept { return cipher::best_engine().name; }

}  // namespace triclave
