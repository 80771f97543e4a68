// Key files on disk.
#pragma once

#include <filesystem>
#include <string>

#include "base/guarded.h"
#include "keys/key_file.h"
#include "triclave/error.h"

namespace triclave::keys {

// The text of a public key file. Errors: io, malformed (over 16 KiB), invalid_argument (not a regular file).
Result<std::string> read_public_file(const std::filesystem::path& path);

// A file with a secret, of at most `most` bytes, straight into guarded memory. Links are followed.
// Errors: io, malformed (larger), invalid_argument (not a regular file).
Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t most);
// The same for a private key, refused unless the file is the user's or root's and nobody else has any right to it
// (invalid_argument).
Result<SecretBytes> read_private_file(const std::filesystem::path& path, std::size_t most = kMaxKeyFile);

// A new file, mode 0600, whole or not at all. Errors: io, invalid_argument (something has this name already).
Result<void> write_private_file(const std::filesystem::path& path, ByteView content);

}  // namespace triclave::keys
