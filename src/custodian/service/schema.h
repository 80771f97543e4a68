// The tables of a custodian's state, and how an older version's become the present one's.
#pragma once

#include <cstdint>

#include "custodian/service/database.h"

namespace triclave::custodian {

// PRAGMA user_version of the present schema.
extern const std::uint64_t kSchemaVersion;

// Makes an empty database, or an older one, the present version; nothing where it is that already. All or nothing.
// Errors: unsupported (a newer version), malformed (not a custodian's database), io.
Result<void> upgrade_schema(const Database& database);

// For tests: up to and including `version` only.
Result<void> upgrade_schema_to(const Database& database, std::uint64_t version);

}  // namespace triclave::custodian
