// Files that a command makes: where it fails they go again, so that it can be given once more.
#pragma once

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace triclave::custodian {

class NewFiles {
 public:
  NewFiles() = default;
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles() {
    std::error_code ignored;
    for (const auto& each : made_) std::filesystem::remove(each, ignored);
  }

  void add(std::filesystem::path made) { made_.push_back(std::move(made)); }
  // With what SQLite puts beside it.
  void add_database(const std::filesystem::path& made) {
    for (const char* tail : {"", "-journal", "-wal", "-shm"}) add(made.native() + tail);
  }
  void keep() noexcept { made_.clear(); }

 private:
  std::vector<std::filesystem::path> made_;
};

}  // namespace triclave::custodian
