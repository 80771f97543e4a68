#include "support/failing_disk.h"

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace triclave::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What happened to a file and is not yet sure to be on the medium.
struct Change {
  enum class Kind : std::uint8_t { write, truncation, deletion } kind;
  std::size_t at = 0;  // where it is written, or how long the file is afterwards
  std::string bytes;
};

// A file as the medium has it, and what is on its way there.
struct Medium {
  bool exists = false;
  std::string content;
  std::vector<Change> pending;

  void apply(const Change& change) {
    exists = change.kind != Change::Kind::deletion;
    if (change.kind != Change::Kind::write) return content.resize(change.at);
    if (content.size() < change.at + change.bytes.size()) content.resize(change.at + change.bytes.size());
    std::copy(change.bytes.begin(), change.bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(change.at));
  }
  void sync() {
    for (const Change& each : pending) apply(each);
    pending.clear();
  }
  // Some of the changes, and of a write some of the sectors.
  void tear(std::mt19937_64& draw) {
    for (const Change& each : pending) {
      if (each.kind != Change::Kind::write) {
        if (draw() % 2 == 0) apply(each);
        continue;
      }
      const bool whole = draw() % 2 == 0;
      for (std::size_t at = 0; at < each.bytes.size();) {
        const std::size_t size = std::min(kSector - (each.at + at) % kSector, each.bytes.size() - at);
        if (whole || draw() % 2 == 0) apply({Change::Kind::write, each.at + at, each.bytes.substr(at, size)});
        at += size;
      }
    }
  }
};

class Disk {
 public:
  static Disk& the() {
    static Disk disk;
    return disk;
  }

  void fail(FailingDisk how) {
    const std::lock_guard lock(mutex_);
    unsynced_ = content_of(how.unsynced);
    how_ = std::move(how);
  }
  bool failed() {
    const std::lock_guard lock(mutex_);
    return moment_ > how_.moment;
  }

  Medium* open(const char* name) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = files_.try_emplace(name);
    if (is_new && fs::exists(name)) found->second = {true, content_of(name), {}};
    return &found->second;
  }
  // Runs `operation` between its two moments; `done` says what it did to the medium.
  template <class Operation, class Done>
  int run(Operation operation, Done done) {
    const std::lock_guard lock(mutex_);
    if (moment()) return SQLITE_IOERR;
    const int code = operation();
    if (code == SQLITE_OK) done();
    return moment() ? SQLITE_IOERR : code;
  }
  Medium& file(const char* name) { return files_[name]; }

 private:
  // True where the operation is to fail.
  bool moment() {
    if (moment_++ != how_.moment) return false;
    if (how_.fault == DiskFault::error) return true;
    if (how_.fault != DiskFault::killed) lose_power();
    ::kill(::getpid(), SIGKILL);
    return true;
  }
  void lose_power() {
    std::mt19937_64 draw(how_.moment);
    for (auto& [name, medium] : files_) {
      if (how_.fault == DiskFault::torn) medium.tear(draw);
      std::error_code ignored;
      fs::remove(name, ignored);
      fs::remove(name + "-shm", ignored);
      if (medium.exists) std::ofstream(name, std::ios::binary) << medium.content;
    }
    if (how_.fault == DiskFault::power) std::ofstream(how_.unsynced, std::ios::binary) << unsynced_;
  }

  std::mutex mutex_;
  std::map<std::string, Medium> files_;
  FailingDisk how_{DiskFault::error, ~std::uint64_t{0}, {}};
  std::string unsynced_;
  std::uint64_t moment_ = 0;
};

// SQLite's own file, which stands behind this one in memory, does the work.
struct File {
  sqlite3_file base;
  Medium* medium;
};

Medium& medium_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->medium; }
sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1); }

template <auto Method, class... Arguments>
int pass(sqlite3_file* file, Arguments... arguments) {
  return (real(file)->pMethods->*Method)(real(file), arguments...);
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  return Disk::the().run([&] { return pass<&sqlite3_io_methods::xWrite>(file, bytes, size, at); },
                         [&] {
                           medium_of(file).pending.push_back(
                               {Change::Kind::write, static_cast<std::size_t>(at),
                                std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
                         });
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Disk::the().run(
      [&] { return pass<&sqlite3_io_methods::xTruncate>(file, size); },
      [&] { medium_of(file).pending.push_back({Change::Kind::truncation, static_cast<std::size_t>(size), {}}); });
}

int sync(sqlite3_file* file, int) {
  return Disk::the().run([] { return SQLITE_OK; }, [&] { medium_of(file).sync(); });
}

void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }

constexpr sqlite3_io_methods kMethods = {
    2,
    pass<&sqlite3_io_methods::xClose>,
    pass<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    write,
    truncate,
    sync,
    pass<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    pass<&sqlite3_io_methods::xLock, int>,
    pass<&sqlite3_io_methods::xUnlock, int>,
    pass<&sqlite3_io_methods::xCheckReservedLock, int*>,
    pass<&sqlite3_io_methods::xFileControl, int, void*>,
    pass<&sqlite3_io_methods::xSectorSize>,
    pass<&sqlite3_io_methods::xDeviceCharacteristics>,
    pass<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    pass<&sqlite3_io_methods::xShmLock, int, int, int>,
    barrier,
    pass<&sqlite3_io_methods::xShmUnmap, int>,
    nullptr,  // no memory-mapped reading
    nullptr,
};

sqlite3_vfs* g_real = nullptr;

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  reinterpret_cast<File*>(file)->medium = Disk::the().open(name == nullptr ? "" : name);
  const int code = g_real->xOpen(g_real, name, real(file), flags, flags_out);
  if (real(file)->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

int remove(sqlite3_vfs*, const char* name, int sync_folder) {
  return Disk::the().run([&] { return g_real->xDelete(g_real, name, sync_folder); },
                         [&] {
                           Medium& medium = Disk::the().file(name);
                           medium.pending.push_back({Change::Kind::deletion, 0, {}});
                           if (sync_folder != 0) medium.sync();
                         });
}

}  // namespace

void fail_disk(FailingDisk how) {
  static sqlite3_vfs shim;
  if (g_real == nullptr) {
    g_real = sqlite3_vfs_find(nullptr);
    shim = *g_real;
    shim.zName = "failing";
    shim.szOsFile += static_cast<int>(sizeof(File));
    shim.xOpen = open;
    shim.xDelete = remove;
    sqlite3_vfs_register(&shim, 1);
  }
  Disk::the().fail(std::move(how));
}

bool disk_failed() { return Disk::the().failed(); }

}  // namespace triclave::testing
