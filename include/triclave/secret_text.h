// Text that is a secret: a passphrase, an own key in hex. Held in guarded memory, wiped when given back.
#pragma once

#include <filesystem>
#include <string_view>

#include "triclave/error.h"
#include "triclave/export.h"

namespace triclave {

inline constexpr std::size_t kMaxSecretText = 1024;  // bytes

class TRICLAVE_EXPORT SecretText {
 public:
  // The first line, without its end; a later line is left unread. Errors: io, invalid_argument (empty, or longer than
  // kMaxSecretText).
  static Result<SecretText> read_line(int descriptor, std::string_view shown);
  static Result<SecretText> read_file(const std::filesystem::path& file);

  SecretText() noexcept = default;  // empty
  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&& other) noexcept;
  ~SecretText();

  // Valid while this object lives.
  std::string_view view() const noexcept { return {text_, size_}; }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace triclave
