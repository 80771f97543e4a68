#include "custodian/service/schema.h"

#include <array>
#include <string>

#include "base/try.h"
#include "custodian/log/log_table.h"
#include "custodian/log/witness.h"

namespace triclave::custodian {
namespace {

constexpr std::uint64_t kApplication = 0x54726963;  // "Tric"

// Step n makes version n of version n - 1, and is never changed once released.
const std::array<std::string, 3> kSteps = {
    // 1. A key's `sealed` is empty once it is destroyed. Nonces are never forgotten: no clock, however wrong, lets one
    // in again, and they cost a tenth of what the log does.
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE keys (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, owner BLOB NOT NULL, dataset TEXT NOT "
    "NULL,"
    " epoch INTEGER NOT NULL, name TEXT NOT NULL, public BLOB NOT NULL, sealed BLOB, created INTEGER NOT NULL,"
    " destroyed INTEGER, UNIQUE (owner, dataset, epoch));"
    "CREATE TABLE nonces (nonce BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE permits (authority BLOB NOT NULL, id BLOB NOT NULL, releases INTEGER NOT NULL DEFAULT 0,"
    " approved BLOB, revoked INTEGER, PRIMARY KEY (authority, id)) WITHOUT ROWID;" +
        std::string(kLogSchema),
    // 2. Capsules of which no older generation is answered any more; what was cosigned for other custodians.
    "CREATE TABLE floors (capsule BLOB PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;" +
        std::string(kWitnessSchema),
    // 3. What a witness has beside its memory. Its key, which takes the passphrase to be sealed, is made by whoever
    // unlocks the database next (State::witness_signer).
    "INSERT INTO settings VALUES ('witness_epoch', x'0000000000000001'), ('cosigned', x'0000000000000000');",
};

}  // namespace

const std::uint64_t kSchemaVersion = kSteps.size();

Result<void> upgrade_schema(const Database& database) { return upgrade_schema_to(database, kSchemaVersion); }

Result<void> upgrade_schema_to(const Database& database, std::uint64_t version) {
  TRICLAVE_TRY_ASSIGN(Transaction change, Transaction::begin(database));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t found, database.number("PRAGMA user_version"));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t application, database.number("PRAGMA application_id"));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t tables, database.number("SELECT count(*) FROM sqlite_schema"));
  if (application != (tables == 0 ? 0 : kApplication))
    return fail(ErrorKind::malformed,
                "this is not a custodian's database; name the one that `triclave custodian init` made");
  if (found > kSchemaVersion)
    return fail(ErrorKind::unsupported, "the database is of a newer version (" + std::to_string(found) +
                                            ") than this program knows (" + std::to_string(kSchemaVersion) +
                                            "); use the program that wrote it, or a newer one");
  for (std::uint64_t step = found; step < version; ++step) TRICLAVE_TRY(database.run(kSteps[step].c_str()));
  if (found < version)
    TRICLAVE_TRY(database.run(("PRAGMA application_id = " + std::to_string(kApplication) +
                               "; PRAGMA user_version = " + std::to_string(version))
                                  .c_str()));
  return change.commit();
}

}  // namespace triclave::custodian
