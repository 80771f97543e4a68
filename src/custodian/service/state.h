// A custodian's state: keys, permits, nonces and log, in one SQLite database that is the only truth, and the mark
// beside it. One thread at a time; several processes may have it open.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "custodian/log/note.h"
#include "custodian/service/database.h"
#include "custodian/service/mark.h"
#include "custodian/service/vault.h"
#include "triclave/keys.h"

namespace triclave::custodian {

struct StateFiles {
  std::filesystem::path database;
  std::filesystem::path mark;
};

// A key that the custodian holds for one owner and dataset.
struct HeldKey {
  std::uint64_t number = 0;  // in the database
  Id id{};
  Id owner{};  // signer id
  std::string dataset;
  std::uint64_t epoch = 0;  // from 1, per owner and dataset
  std::string name;
  Bytes public_key;
  std::uint64_t created = 0;    // seconds since 1970
  std::uint64_t destroyed = 0;  // 0: it lives
};

class State {
 public:
  // A new state with keys of its own for its log and as a witness. Errors: io, invalid_argument (no passphrase, files
  // that exist already).
  static Result<void> create(const StateFiles& files, const Protection& protection);
  // Upgrades an older version. Errors: io, malformed, unsupported, forged (the database is older than the log that was
  // signed or what was cosigned, or the mark is another custodian's).
  static Result<State> open(const StateFiles& files);

  // A consistent copy, while the service runs.
  Result<void> backup(const std::filesystem::path& file) const { return database_.copy_to(file); }
  // A new state from a backup. What happened between the backup and the loss is unknown, therefore: until
  // `refuse_until` is over, requests of an earlier time are refused, for one of them may have been answered before; and
  // the log begins anew under another name, for the former one may have grown; and so does the witness, under a new
  // key, for it may have cosigned what the backup does not know of. Where `former_mark` tells that nothing was signed
  // since the backup, the log goes on; where it tells that nothing was cosigned, the witness does. Errors: io,
  // invalid_argument, malformed, unsupported.
  static Result<void> restore(const std::filesystem::path& backup, const StateFiles& files, std::uint64_t refuse_until,
                              const std::filesystem::path& former_mark = {});

  // Whether the pages are whole and the log's entries those that were signed; the hashes above them are computed again.
  // Gives back how many entries there are. Errors: malformed, forged, io.
  Result<std::uint64_t> check() const;

  // Errors: forged (wrong passphrase), io.
  Result<Vault> unlock(std::string_view passphrase) const;
  // The log's key under `log_name`, or, once a backup was restored whose log could not go on, another one, LOG_NAME/2,
  // /3 .. Makes it where there is none yet. Errors: invalid_argument (not a name for a log), io.
  Result<NoteSigner> log_signer(const Vault& vault, const std::string& log_name) const;
  // The key by which this custodian cosigns the logs of others: LOG_NAME/witness, or, after a backup was restored that
  // may lack what was cosigned, another one, LOG_NAME/witness/2 .. Makes it where there is none yet. Errors:
  // invalid_argument (not a name for a witness), io.
  Result<NoteSigner> witness_signer(const Vault& vault, const std::string& log_name) const;
  // Requests of this time and earlier are refused; 0: none.
  Result<std::uint64_t> refuse_until() const;

  // By owner, dataset and epoch.
  Result<std::vector<HeldKey>> keys() const;
  // Errors: forged, malformed.
  Result<Identity> identity(const HeldKey& key, const Vault& vault) const;

  // These belong into a transaction that also logs them. The next epoch of an owner's dataset; `name` is the public
  // key file's, by default DATASET-EPOCH.
  Result<HeldKey> add_key(const Vault& vault, const Id& owner, std::string_view dataset, std::string name,
                          std::uint64_t now);
  // Overwrites the sealed half; once committed, settle() must follow. Errors: invalid_argument (no such key, or
  // destroyed already).
  Result<HeldKey> destroy_key(const Id& id, std::uint64_t now);
  Result<void> approve(const Id& authority, ByteView permit_id, const Id& permit_hash);
  // False where it was revoked before.
  Result<bool> revoke(const Id& authority, ByteView permit_id, std::uint64_t time);
  Result<void> raise_floor(const Id& capsule, std::uint32_t generation);
  // One more cosignature was given; tells how many. Once committed, the mark must be raised before it leaves.
  Result<std::uint64_t> count_cosigned();

  const Database& database() const noexcept { return database_; }
  Mark& mark() noexcept { return mark_; }

 private:
  State(Database database, Mark mark) : database_(std::move(database)), mark_(std::move(mark)) {}
  Database database_;
  Mark mark_;
};

}  // namespace triclave::custodian
