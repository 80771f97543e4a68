// Object stores: flat names, whole objects, ranges. A local folder here; S3, Azure Blob and Swift speak the same
// interface. Stores decorate one another: sealed_store() turns any of them into one that holds ciphertext only.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/io.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave {

struct StoreEntry {
  std::string key;
  std::uint64_t size = 0;  // bytes
};

// Keys are UTF-8, 1 to 1,024 bytes, parts joined by "/", none of them empty, "." or "..".
class TRICLAVE_EXPORT ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // The object's bytes by range. Errors: io (not there), invalid_argument (not a key).
  virtual Result<std::unique_ptr<Source>> get(std::string_view key) = 0;
  // Replaces or creates, all or nothing at finish().
  virtual Result<std::unique_ptr<Sink>> put(std::string_view key) = 0;
  virtual Result<StoreEntry> stat(std::string_view key) = 0;
  // Calls `each` for every key that begins with `prefix`, ascending by bytes; stops at its first error.
  virtual Result<void> list(std::string_view prefix, const std::function<Result<void>(const StoreEntry&)>& each) = 0;
  virtual Result<void> remove(std::string_view key) = 0;
};

// A folder; made where it does not exist. Objects are written under a temporary name, fsync'ed and renamed.
TRICLAVE_EXPORT Result<std::unique_ptr<ObjectStore>> file_store(std::filesystem::path folder);

// Where sealed_store keeps the capsule of a session in the inner store: ".triclave/<capsule id in hex>.capsule".
TRICLAVE_EXPORT std::string capsule_key(const Id& capsule_id);

// Seals what is put and opens what is got. Objects go in under their own names with detached capsules; an object that
// the store serves under another name is refused (forged). What get() gives is an OpenObject. `sealer` (with
// `compartment`) may be null for reading, `opener` for writing; both must outlive the store. list() and stat() hide the
// capsules and give plaintext sizes.
TRICLAVE_EXPORT std::unique_ptr<ObjectStore> sealed_store(ObjectStore& inner, const Sealer* sealer,
                                                          std::string compartment, Opener* opener,
                                                          ObjectOptions options = {});

}  // namespace triclave
