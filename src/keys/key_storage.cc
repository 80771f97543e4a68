#include "keys/key_storage.h"

#include <sys/stat.h>

#include "base/descriptor.h"
#include "base/try.h"
#include "keys/key_file.h"
#include "triclave/io.h"

namespace triclave::keys {
namespace {

struct OpenFile {
  Descriptor descriptor;
  struct stat status {};
};

// Whatever is asked of the file is asked of the descriptor: the name may come to mean another file at any time.
Result<OpenFile> open_regular(const std::filesystem::path& path, std::size_t most) {
  // Non-blocking: a FIFO must not hang the open.
  OpenFile file{Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))};
  if (!file.descriptor) return io_error("cannot open", path.native());
  if (::fstat(file.descriptor.get(), &file.status) != 0) return io_error("cannot look at", path.native());
  if (!S_ISREG(file.status.st_mode)) return fail(ErrorKind::invalid_argument, path.native() + " is not a regular file");
  if (static_cast<std::uint64_t>(file.status.st_size) > most)
    return fail(ErrorKind::malformed, path.native() + " is larger than it may be (" + std::to_string(most) + " bytes)");
  return file;
}

Result<SecretBytes> read_all(const OpenFile& file, const std::filesystem::path& path) {
  SecretBytes content(static_cast<std::size_t>(file.status.st_size));
  TRICLAVE_TRY_ASSIGN(const std::size_t got, read_fully(file.descriptor.get(), content.mutable_view(), path.native()));
  if (got == content.size()) return content;
  return SecretBytes::copy_of(content.view().first(got));  // shrunk meanwhile: for the parser to judge
}

//= SPEC KEY-07
Result<void> check_private(const struct stat& status, const std::filesystem::path& path) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return fail(ErrorKind::invalid_argument, path.native() +
                                                 " belongs to another user, who can read and change it; copy the"
                                                 " key to a file of your own");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ErrorKind::invalid_argument, "others have rights to the private key " + path.native() +
                                                 "; take them away with `chmod 600 " + path.native() + "`");
  return {};
}

}  // namespace

Result<std::string> read_public_file(const std::filesystem::path& path) {
  TRICLAVE_TRY_ASSIGN(const OpenFile file, open_regular(path, kMaxKeyFile));
  TRICLAVE_TRY_ASSIGN(const SecretBytes content, read_all(file, path));
  return std::string(as_text(content.view()));
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& path, std::size_t most) {
  TRICLAVE_TRY_ASSIGN(const OpenFile file, open_regular(path, most));
  return read_all(file, path);
}

Result<SecretBytes> read_private_file(const std::filesystem::path& path, std::size_t most) {
  TRICLAVE_TRY_ASSIGN(const OpenFile file, open_regular(path, most));
  TRICLAVE_TRY(check_private(file.status, path));
  return read_all(file, path);
}

//= SPEC KEY-07
Result<void> write_private_file(const std::filesystem::path& path, ByteView content) {
  auto sink = file_sink(path, Existing::refuse);
  Result<void> written = sink ? (*sink)->write(content) : tl::unexpected(sink.error());
  if (written) written = (*sink)->finish();
  if (!written && written.error().kind == ErrorKind::invalid_argument)
    return fail(ErrorKind::invalid_argument, path.native() +
                                                 ": a private key is only ever saved as a new file, and here"
                                                 " it cannot be; choose another name");
  return written;
}

}  // namespace triclave::keys
