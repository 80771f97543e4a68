#include "store/folder.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "base/files.h"
#include "base/try.h"
#include "store/key.h"

namespace triclave::store {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<Descriptor> open_step(int parent, const std::string& name, Missing missing, std::string_view key) {
  Descriptor folder(::openat(parent, name.c_str(), kFolderFlags));
  if (folder) return folder;
  if (errno != ENOENT || missing == Missing::fail) return io_error("cannot open the folder of", key);
  if (::mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST) return io_error("cannot make the folder of", key);
  TRICLAVE_TRY(sync_folder(parent, key));
  folder = Descriptor(::openat(parent, name.c_str(), kFolderFlags));
  if (!folder) return io_error("cannot open the folder of", key);
  return folder;
}

// "name" for a regular file, "name/" for a folder, else nothing.
std::string entry_name(int folder, const dirent& entry) {
  const std::string_view name = entry.d_name;
  if (name == "." || name == ".." || is_partial_name(name)) return {};
  unsigned char type = entry.d_type;
  if (type == DT_UNKNOWN) {  // some file systems do not tell
    struct stat status {};
    if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_UNKNOWN;
  }
  if (type == DT_REG) return std::string(name);
  if (type == DT_DIR) return std::string(name).append("/");
  return {};
}

}  // namespace

std::string_view last_part(std::string_view key) noexcept { return key.substr(key.rfind('/') + 1); }

Result<Descriptor> open_folder_of(int root, std::string_view key, Missing missing) {
  Descriptor folder(::openat(root, ".", kFolderFlags));
  if (!folder) return io_error("cannot open the folder of", key);
  std::string_view rest = key.substr(0, key.size() - last_part(key).size());
  while (!rest.empty()) {
    const std::string part(next_part(rest));
    TRICLAVE_TRY_ASSIGN(folder, open_step(folder.get(), part, missing, key));
  }
  return folder;
}

Result<std::vector<std::string>> next_names(int folder, const std::string& after, std::size_t most,
                                            std::string_view shown) {
  // A descriptor of its own: reading moves the position.
  const int opened = ::openat(folder, ".", kFolderFlags);
  if (opened < 0) return io_error("cannot read the folder", shown);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(opened), ::closedir);
  if (entries == nullptr) return io_error("cannot read the folder", shown);
  std::vector<std::string> heap;  // the `most` smallest so far, the greatest of them on top
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr && errno != 0) return io_error("cannot read the folder", shown);
    if (entry == nullptr) break;
    std::string name = entry_name(folder, *entry);
    if (name.empty() || name <= after) continue;
    if (heap.size() == most) {
      if (name >= heap.front()) continue;
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    heap.push_back(std::move(name));
    std::push_heap(heap.begin(), heap.end());
  }
  std::sort_heap(heap.begin(), heap.end());
  return heap;
}

}  // namespace triclave::store
