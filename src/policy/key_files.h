// The key files that a policy names.
#pragma once

#include <filesystem>
#include <optional>

#include "policy/policy_text.h"
#include "triclave/keys.h"

namespace triclave::policy {

// Reads `key_file` (a field of `place`) from `folder` and holds it against `fingerprint`, where one is pinned. Empty
// where there is no such file. Errors, with their place: malformed, unsupported, io, forged (another key than the one
// pinned).
Result<std::optional<Recipient>> load_recipient(const Place& place, const std::filesystem::path& folder,
                                                const std::string& key_file, const std::string& fingerprint);
Result<std::optional<Verifier>> load_verifier(const Place& place, const std::filesystem::path& folder,
                                              const std::string& key_file, const std::string& fingerprint);

}  // namespace triclave::policy
