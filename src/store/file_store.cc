// Objects as files of a folder. A key's parts are folders, so that one store cannot hold both "a" and "a/b".
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/names.h"
#include "base/try.h"
#include "store/folder.h"
#include "store/key.h"
#include "triclave/store.h"

namespace triclave {
namespace {

// Names of one folder in memory at a time while listing; a larger folder is read more than once.
constexpr std::size_t kNamesAtOnce = 65536;

class FileStore final : public ObjectStore {
 public:
  FileStore(Descriptor root, std::string shown) : root_(std::move(root)), shown_(std::move(shown)) {}

  Result<std::unique_ptr<Source>> get(std::string_view key) override {
    TRICLAVE_TRY_ASSIGN(Opened opened, open(key));
    return regular_file_source(std::move(opened.file), name_of(key));
  }

  Result<std::unique_ptr<Sink>> put(std::string_view key) override {
    TRICLAVE_TRY(check(key));
    TRICLAVE_TRY_ASSIGN(Descriptor folder, store::open_folder_of(root_.get(), key, store::Missing::create));
    return whole_file_sink(std::move(folder), std::string(store::last_part(key)), name_of(key), Existing::replace);
  }

  Result<StoreEntry> stat(std::string_view key) override {
    TRICLAVE_TRY_ASSIGN(const Opened opened, open(key));
    return StoreEntry{std::string(key), opened.size};
  }

  Result<void> list(std::string_view prefix, const std::function<Result<void>(const StoreEntry&)>& each) override {
    return list_folder(root_.get(), "", prefix, each);
  }

  Result<void> remove(std::string_view key) override {
    TRICLAVE_TRY(check(key));
    TRICLAVE_TRY_ASSIGN(const Descriptor folder, store::open_folder_of(root_.get(), key, store::Missing::fail));
    if (::unlinkat(folder.get(), std::string(store::last_part(key)).c_str(), 0) != 0)
      return io_error("cannot remove", name_of(key));
    return sync_folder(folder.get(), name_of(key));
  }

 private:
  struct Opened {
    Descriptor file;
    std::uint64_t size = 0;
  };

  std::string name_of(std::string_view key) const { return fmt::format("{}/{}", shown_, key); }

  static Result<void> check(std::string_view key) {
    TRICLAVE_TRY(store::check_key(key));
    if (is_partial_name(store::last_part(key)))
      return fail(ErrorKind::invalid_argument, fmt::format("{} is a name kept for unfinished files", key));
    return {};
  }

  Result<Opened> open(std::string_view key) const {
    TRICLAVE_TRY(check(key));
    TRICLAVE_TRY_ASSIGN(const Descriptor folder, store::open_folder_of(root_.get(), key, store::Missing::fail));
    // Non-blocking: a pipe that somebody put there must not hang the open.
    Opened out{Descriptor(::openat(folder.get(), std::string(store::last_part(key)).c_str(),
                                   O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK))};
    struct stat status {};
    if (!out.file || ::fstat(out.file.get(), &status) != 0) return io_error("cannot open", name_of(key));
    if (!S_ISREG(status.st_mode)) return fail(ErrorKind::io, name_of(key) + " is not a regular file");
    out.size = static_cast<std::uint64_t>(status.st_size);
    return out;
  }

  // `path`: the folder's key with its "/", empty for the root.
  Result<void> list_folder(int folder, const std::string& path, std::string_view prefix,
                           const std::function<Result<void>(const StoreEntry&)>& each) const {
    std::string last;
    for (;;) {
      TRICLAVE_TRY_ASSIGN(const auto names, store::next_names(folder, last, kNamesAtOnce, name_of(path)));
      for (const std::string& name : names) TRICLAVE_TRY(list_name(folder, path + name, name, prefix, each));
      if (names.size() < kNamesAtOnce) return {};
      last = names.back();
    }
  }

  Result<void> list_name(int folder, const std::string& key, const std::string& name, std::string_view prefix,
                         const std::function<Result<void>(const StoreEntry&)>& each) const {
    const bool is_folder = name.back() == '/';
    const bool inside = key.starts_with(prefix);
    if (!inside && !(is_folder && prefix.starts_with(key))) return {};
    // What nobody can get is reported, not passed over: a listing proves what is there.
    if (is_folder ? key.size() > kMaxObjectName : !store::check_key(key))
      return fail(ErrorKind::malformed, fmt::format("in the folder {} stands a name that no object can have",
                                                    name_of(key.substr(0, key.size() - name.size()))));
    if (is_folder) {
      // Without the slash: with it, a link put there in the meantime would be followed.
      const std::string folder_name = name.substr(0, name.size() - 1);
      const Descriptor opened(::openat(folder, folder_name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!opened && errno == ENOENT) return {};  // gone since
      if (!opened) return io_error("cannot open the folder", name_of(key));
      return list_folder(opened.get(), key, prefix, each);
    }
    struct stat status {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? Result<void>() : io_error("cannot look at", name_of(key));
    return each({key, static_cast<std::uint64_t>(status.st_size)});
  }

  Descriptor root_;
  std::string shown_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> file_store(std::filesystem::path folder) {
  std::error_code failed;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), failed);
  // 0700: what is opened into a folder is nobody else's.
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return io_error("cannot make the folder", folder.native());
  Descriptor root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return io_error("cannot open the folder", folder.native());
  return std::make_unique<FileStore>(std::move(root), folder.native());
}

}  // namespace triclave
