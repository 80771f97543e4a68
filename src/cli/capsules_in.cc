#include "cli/capsules_in.h"

#include <algorithm>
#include <filesystem>

#include "base/try.h"
#include "cli/files.h"
#include "cli/record_kind.h"
#include "cli/session.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

using Records = std::vector<Bytes>;

void add(Bytes record, Records& out) {
  if (std::find(out.begin(), out.end(), record) == out.end()) out.push_back(std::move(record));
}

// `near`: where a capsule that is kept apart is looked for.
Result<void> add_from(Source& source, const std::string& shown, const fs::path& near, Records& out) {
  TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(source));
  if (kind == FileKind::capsule) {
    TRICLAVE_TRY_ASSIGN(Bytes record, read_whole(source, shown, kMaxCapsuleFile));
    add(std::move(record), out);
    return {};
  }
  std::vector<Bytes> records;
  std::vector<Id> ids;
  if (kind == FileKind::table) {
    TRICLAVE_TRY_ASSIGN(const TableInfo info, inspect_table(source, &records));
    for (const TableSegment& each : info.segments) ids.push_back(each.capsule_id);
  } else {
    records.emplace_back();
    TRICLAVE_TRY_ASSIGN(const ObjectInfo info, inspect_object(source, &records.front()));
    ids.push_back(info.capsule_id);
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].empty()) {
      TRICLAVE_TRY_ASSIGN(records[i], capsule_near(near, ids[i]));
    }
    add(std::move(records[i]), out);
  }
  return {};
}

}  // namespace

Result<std::vector<Bytes>> capsules_in(const std::vector<std::string>& paths) {
  Records records;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      TRICLAVE_TRY_ASSIGN(const auto source, file_source(path));
      TRICLAVE_TRY(add_from(*source, path, fs::path(path).parent_path(), records));
      continue;
    }
    bool is_empty = true;
    TRICLAVE_TRY_ASSIGN(const auto folder, file_store(path));
    TRICLAVE_TRY(folder->list("", [&](const StoreEntry& entry) -> Result<void> {
      is_empty = false;
      TRICLAVE_TRY_ASSIGN(const auto source, folder->get(entry.key));
      auto added = add_from(*source, entry.key, path, records);
      if (!added) return fail(added.error().kind, path + "/" + entry.key + ": " + added.error().message);
      return {};
    }));
    if (is_empty) return fail(ErrorKind::invalid_argument, "there is no capsule in " + path);
  }
  return records;
}

}  // namespace triclave::cli
