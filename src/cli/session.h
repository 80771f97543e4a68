// Opening as the commands do it: finds each object's capsule, gathers its key, and remembers who answered.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/private_keys.h"
#include "triclave/opener.h"
#include "triclave/table.h"

namespace triclave::cli {

struct MemoryOptions {
  std::string file;  // empty: the user's own
  bool none = false;
};
void declare_memory(CLI::App& command, MemoryOptions& options);

// The capsule of an object in `folder`, from the file where sealed stores keep it: there or in a folder above.
Result<Bytes> capsule_near(const std::filesystem::path& folder, const Id& id);

// Whether the capsule is of this dataset and lists this compartment.
bool holds(const CapsuleInfo& capsule, std::string_view dataset, std::string_view compartment);

class Session {
 public:
  // `policy` must outlive the session. Errors: as load_providers.
  static Result<std::unique_ptr<Session>> start(const Policy& policy, const KeyOptions& keys,
                                                const MemoryOptions& memory);

  Opener& opener() { return *opener_; }

  // Makes a capsule known. Errors: as Opener::add_capsule.
  Result<CapsuleInfo> add_capsule(ByteView record);

  // Reads the header of `sealed`, makes its capsule known (its own, one added before, or the one near `folder`) and
  // gathers the compartment's key. Errors: all kinds.
  Result<ObjectInfo> unlock(Source& sealed, const std::filesystem::path& folder);

  // Makes the capsules of a table's segments known, as unlock() does for an object's. Asks nobody for a key.
  Result<void> know_capsules(Source& sealed, const std::filesystem::path& folder);
  // Whose key was not given did not fail: leaves only those asked.
  GatherReport only_asked(GatherReport report) const;

  struct Gathered {
    Id capsule_id{};
    std::string compartment;
    GatherReport report;
  };
  const std::vector<Gathered>& gathered() const { return gathered_; }
  std::string gathered_text() const;
  Json gathered_json() const;

 private:
  std::unique_ptr<GenerationMemory> memory_;
  std::optional<Opener> opener_;
  std::map<Id, CapsuleInfo> capsules_;
  std::set<std::string> asked_;  // recipients whose keys are at hand
  std::vector<Gathered> gathered_;
};

}  // namespace triclave::cli
