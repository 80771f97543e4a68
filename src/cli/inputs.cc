#include "cli/inputs.h"

#include <algorithm>

#include "base/try.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> io(const fs::path& path, const std::error_code& why) {
  return fail(ErrorKind::io, "cannot read " + path.native() + ": " + why.message());
}

class Finder {
 public:
  std::vector<Input> found;

  // `name`: what it is called, empty for the top of a single folder.
  Result<void> add(const fs::path& path, const fs::path& name, bool follow) {
    std::error_code failed;
    const fs::file_status status = follow ? fs::status(path, failed) : fs::symlink_status(path, failed);
    if (failed) return io(path, failed);
    if (fs::is_directory(status)) return add_folder(path, name);
    if (!fs::is_regular_file(status))
      return fail(ErrorKind::invalid_argument, path.native() +
                                                   " is neither a file nor a folder; name what it stands for, or move "
                                                   "it away: nothing is left out silently");
    const auto size = fs::file_size(path, failed);
    if (failed) return io(path, failed);
    found.push_back({path, name.native(), size});
    return {};
  }

 private:
  Result<void> add_folder(const fs::path& path, const fs::path& name) {
    std::error_code failed;
    std::vector<fs::path> entries;
    for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed))
      entries.push_back(at->path().filename());
    if (failed) return io(path, failed);
    std::sort(entries.begin(), entries.end());
    for (const fs::path& each : entries) TRICLAVE_TRY(add(path / each, name.empty() ? each : name / each, false));
    return {};
  }
};

// The name of what was given as `path`.
fs::path kept_name(const fs::path& path) {
  fs::path clean = path.lexically_normal();
  if (!clean.has_filename()) clean = clean.parent_path();  // "folder/"
  const bool climbs = clean.begin() != clean.end() && *clean.begin() == "..";
  return clean.is_absolute() || climbs ? clean.filename() : clean;
}

}  // namespace

Result<std::vector<Input>> find_inputs(const std::vector<std::string>& paths) {
  Finder finder;
  std::error_code ignored;
  const bool is_one_folder = paths.size() == 1 && fs::is_directory(paths.front(), ignored);
  for (const std::string& each : paths)
    TRICLAVE_TRY(finder.add(each, is_one_folder ? fs::path() : kept_name(each), true));
  if (finder.found.empty()) return fail(ErrorKind::invalid_argument, "there is no file in " + paths.front());
  std::vector<std::string> names;
  for (const Input& each : finder.found) names.push_back(each.name);
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    return fail(ErrorKind::invalid_argument, "two of the files would be called " + *twice + ": seal them apart");
  return std::move(finder.found);
}

bool lies_in(const fs::path& inner, const fs::path& outer) {
  std::error_code failed;
  const fs::path a = fs::weakly_canonical(fs::absolute(inner, failed), failed);
  const fs::path b = fs::weakly_canonical(fs::absolute(outer, failed), failed);
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).second == b.end();
}

}  // namespace triclave::cli
