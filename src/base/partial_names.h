// The names of unfinished files that need one, so that a program that is told to stop can remove them: see
// remove_partial_files() in triclave/io.h.
#pragma once

#include <cstddef>
#include <string>

namespace triclave {

// Registers a name while it lives. Beyond 256 at once a name is not registered: a killed program then leaves it behind.
class PartialName {
 public:
  PartialName() = default;
  // `folder`: an open descriptor that outlives this object.
  PartialName(int folder, const std::string& name) noexcept;
  PartialName(const PartialName&) = delete;
  PartialName& operator=(const PartialName&) = delete;
  PartialName& operator=(PartialName&& other) noexcept;
  ~PartialName();

 private:
  std::size_t slot_ = kNone;
  static constexpr std::size_t kNone = ~std::size_t{0};
};

}  // namespace triclave
