#include "policy/key_files.h"

#include <fmt/format.h>

#include "base/names.h"
#include "base/text_codec.h"
#include "base/try.h"

namespace triclave::policy {
namespace {

template <class Key>
Result<std::optional<Key>> load_key(const Place& place, const std::filesystem::path& folder,
                                    const std::string& key_file, const std::string& fingerprint) {
  if (!is_text(key_file, kMaxObjectName))
    return place.error("key_file", "give the path of the public key file, relative to this policy's folder");
  std::optional<Id> pinned;
  if (!fingerprint.empty()) {
    const auto bytes = from_hex(fingerprint);
    if (!bytes || bytes->size() != sizeof(Id) || to_hex(*bytes) != fingerprint)
      return place.error("fingerprint", "a fingerprint is 64 lowercase hex digits, as the key file shows it");
    std::copy_n(bytes->begin(), sizeof(Id), pinned.emplace().begin());
  }
  const std::filesystem::path path = folder / key_file;
  std::error_code problem;
  const auto type = std::filesystem::status(path, problem).type();
  if (type == std::filesystem::file_type::not_found || problem == std::errc::filename_too_long) return std::nullopt;
  if (problem) return place.error("key_file", fmt::format("{}: {}", path.string(), problem.message()), ErrorKind::io);
  // Before it is opened: that could wait for ever on a pipe.
  if (type != std::filesystem::file_type::regular)
    return place.error("key_file", fmt::format("{} is not a regular file", path.string()));
  auto key = Key::load(path);
  if (!key) return place.error("key_file", key.error().message, key.error().kind);
  if (pinned && key->id() != *pinned)
    return place.error("fingerprint",
                       fmt::format("{} holds the key {}, not the one pinned here; ask its holder which one is right",
                                   path.string(), to_hex(key->id())),
                       ErrorKind::forged);
  return std::optional<Key>(std::move(*key));
}

}  // namespace

Result<std::optional<Recipient>> load_recipient(const Place& place, const std::filesystem::path& folder,
                                                const std::string& key_file, const std::string& fingerprint) {
  return load_key<Recipient>(place, folder, key_file, fingerprint);
}

Result<std::optional<Verifier>> load_verifier(const Place& place, const std::filesystem::path& folder,
                                              const std::string& key_file, const std::string& fingerprint) {
  return load_key<Verifier>(place, folder, key_file, fingerprint);
}

}  // namespace triclave::policy
