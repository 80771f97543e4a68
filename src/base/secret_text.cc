#include "triclave/secret_text.h"

#include <utility>

#include "base/descriptor.h"
#include "base/guarded.h"
#include "base/try.h"

namespace triclave {

Result<SecretText> SecretText::read_line(int descriptor, std::string_view shown) {
  SecretText out;
  out.text_ = reinterpret_cast<char*>(guarded_allocate(kMaxSecretText + 1));
  // Byte by byte, so that what follows the line stays for the next reader; nothing is kept in a buffer of the C
  // library.
  for (;;) {
    std::uint8_t* at = reinterpret_cast<std::uint8_t*>(out.text_) + out.size_;
    TRICLAVE_TRY_ASSIGN(const std::size_t got, read_fully(descriptor, {at, 1}, shown));
    if (got == 0 || *at == '\n') break;
    if (++out.size_ > kMaxSecretText)
      return fail(ErrorKind::invalid_argument, std::string(shown) + ": the first line is longer than 1024 bytes");
  }
  if (out.size_ > 0 && out.text_[out.size_ - 1] == '\r') --out.size_;
  if (out.size_ == 0) return fail(ErrorKind::invalid_argument, std::string(shown) + ": the first line is empty");
  return out;
}

Result<SecretText> SecretText::read_file(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return io_error("cannot open", file.native());
  return read_line(opened.get(), file.native());
}

SecretText::SecretText(SecretText&& other) noexcept
    : text_(std::exchange(other.text_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  std::swap(text_, other.text_);
  std::swap(size_, other.size_);
  return *this;
}

SecretText::~SecretText() {
  if (text_ != nullptr) guarded_free(reinterpret_cast<std::uint8_t*>(text_), kMaxSecretText + 1);
}

}  // namespace triclave
