#include "custodian/service/state.h"

#include <sodium.h>

#include "base/integers.h"
#include "base/names.h"
#include "base/random.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "custodian/log/log_table.h"
#include "custodian/service/new_files.h"
#include "custodian/service/schema.h"
#include "custodian/service/settings.h"
#include "keys/key_file.h"

namespace triclave::custodian {
namespace {

constexpr std::string_view kKeyColumns = "number, id, owner, dataset, epoch, name, public, created, destroyed";
constexpr std::string_view kLogKey = "log key";
constexpr std::string_view kWitnessKey = "witness key";

std::string secret_name(const Id& key) { return "key " + to_hex(key); }

// A key at rest is 32 random bytes, which become an identity as an owner's own key does.
constexpr std::size_t kOwnKeySize = 32;

Result<Identity> identity_of(ByteView own, const std::string& name) {
  SecretBytes digits(2 * kOwnKeySize + 1);  // with a NUL
  sodium_bin2hex(reinterpret_cast<char*>(digits.mutable_view().data()), digits.size(), own.data(), own.size());
  return Identity::import_own_key(as_text(digits.view().first(2 * kOwnKeySize)), name);
}

Result<HeldKey> read_key(const Statement& row) {
  HeldKey out;
  out.number = row.number(0);
  TRICLAVE_TRY_ASSIGN(out.id, row.id(1));
  TRICLAVE_TRY_ASSIGN(out.owner, row.id(2));
  out.dataset = row.text(3);
  out.epoch = row.number(4);
  out.name = row.text(5);
  const ByteView public_key = row.bytes(6);
  out.public_key.assign(public_key.begin(), public_key.end());
  out.created = row.number(7);
  out.destroyed = row.number(8);
  return out;
}

Result<Bytes> new_sealed_seed(const Vault& vault, std::string_view name) {
  Secret<NoteSigner::kSeedSize> seed;
  random_bytes(seed.mutable_view());
  return vault.seal(seed.view(), name);
}

// Makes one where there is none: after a restore, and in a database from before custodians were witnesses.
Result<Secret<NoteSigner::kSeedSize>> signing_seed(const Database& database, const Vault& vault,
                                                   std::string_view setting, std::string_view name) {
  TRICLAVE_TRY_ASSIGN(const bool made, has_setting(database, setting));
  if (!made) {  // where another process is faster, its key is the one
    TRICLAVE_TRY_ASSIGN(const Bytes fresh, new_sealed_seed(vault, name));
    TRICLAVE_TRY_ASSIGN(Statement row, database.prepare("INSERT OR IGNORE INTO settings VALUES (?, ?)"));
    TRICLAVE_TRY(row.bind(1, setting).bind(2, ByteView(fresh)).run());
  }
  TRICLAVE_TRY_ASSIGN(const Bytes sealed, get_setting(database, setting));
  TRICLAVE_TRY_ASSIGN(const SecretBytes seed, vault.unseal(sealed, name, NoteSigner::kSeedSize));
  return Secret<NoteSigner::kSeedSize>::copy_of(seed.view().first<NoteSigner::kSeedSize>());
}

std::string with_epoch(const std::string& name, std::uint64_t epoch) {
  return epoch == 1 ? name : name + "/" + std::to_string(epoch);
}

// What must never become less, whoever puts an older database back.
Result<void> check_mark(const Database& database, const Mark& mark, const std::string& shown) {
  constexpr const char* kAdvice = ": an older copy was put back. Going on would ";
  TRICLAVE_TRY_ASSIGN(const std::uint64_t size, database.number("SELECT coalesce(max(idx) + 1, 0) FROM log"));
  if (size < mark.size())
    return fail(ErrorKind::forged, "the database " + shown + " has " + std::to_string(size) +
                                       " log entries, but this custodian has signed " + std::to_string(mark.size()) +
                                       kAdvice + "fork the log; use `triclave custodian restore`");
  TRICLAVE_TRY_ASSIGN(const std::uint64_t cosigned, get_number(database, setting::kCosigned));
  if (cosigned < mark.cosigned())
    return fail(ErrorKind::forged, "the database " + shown + " knows of " + std::to_string(cosigned) +
                                       " cosignatures, but this custodian has given " +
                                       std::to_string(mark.cosigned()) + kAdvice +
                                       "lend its name to other histories of the logs that it cosigned; use `triclave "
                                       "custodian restore`");
  return {};
}

}  // namespace

Result<void> State::create(const StateFiles& files, const Protection& protection) {
  TRICLAVE_TRY_ASSIGN(const Bytes parameters, Vault::new_parameters(protection));
  TRICLAVE_TRY_ASSIGN(const Vault vault, Vault::open(protection.passphrase, parameters));
  TRICLAVE_TRY_ASSIGN(const Bytes log_key, new_sealed_seed(vault, kLogKey));
  const Id state = random_array<32>();
  NewFiles made;
  TRICLAVE_TRY_ASSIGN(const Mark mark, Mark::create(files.mark, state));
  made.add(files.mark);
  TRICLAVE_TRY_ASSIGN(const Database database, Database::create(files.database));
  made.add_database(files.database);
  TRICLAVE_TRY(upgrade_schema(database));
  TRICLAVE_TRY_ASSIGN(Transaction change, Transaction::begin(database));
  TRICLAVE_TRY(set_setting(database, setting::kState, state));
  TRICLAVE_TRY(set_setting(database, setting::kPassphrase, parameters));
  TRICLAVE_TRY(set_setting(database, setting::kLogKey, log_key));
  TRICLAVE_TRY(set_setting(database, setting::kLogEpoch, big_endian(std::uint64_t{1})));
  TRICLAVE_TRY(set_setting(database, setting::kRefuseUntil, big_endian(std::uint64_t{0})));
  TRICLAVE_TRY(change.commit());
  made.keep();
  return {};
}

Result<State> State::open(const StateFiles& files) {
  TRICLAVE_TRY_ASSIGN(Database database, Database::open(files.database));
  TRICLAVE_TRY(upgrade_schema(database));
  TRICLAVE_TRY_ASSIGN(Mark mark, Mark::open(files.mark));
  TRICLAVE_TRY_ASSIGN(const Bytes state, get_setting(database, setting::kState));
  if (as_text(state) != as_text(mark.state()))
    return fail(ErrorKind::forged, files.mark.native() + " is the mark of another state than " +
                                       files.database.native() +
                                       "; put its own back, or restore a backup with `triclave custodian restore`");
  TRICLAVE_TRY(check_mark(database, mark, files.database.native()));
  return State(std::move(database), std::move(mark));
}

Result<std::uint64_t> State::check() const {
  TRICLAVE_TRY_ASSIGN(Transaction change, Transaction::begin(database_));
  TRICLAVE_TRY_ASSIGN(Statement whole, database_.prepare("PRAGMA integrity_check(1)"));
  TRICLAVE_TRY(whole.step());
  if (const std::string found = whole.text(0); found != "ok")
    return fail(ErrorKind::malformed, "the custodian's database is damaged (" + found +
                                          "); restore it from a backup with `triclave custodian restore`");
  whole.reset();
  TRICLAVE_TRY_ASSIGN(LogTable log, LogTable::open(database_));
  TRICLAVE_TRY(log.rebuild());
  TRICLAVE_TRY(change.commit());
  return log.size();
}

Result<Vault> State::unlock(std::string_view passphrase) const {
  TRICLAVE_TRY_ASSIGN(const Bytes parameters, get_setting(database_, setting::kPassphrase));
  TRICLAVE_TRY_ASSIGN(Vault vault, Vault::open(passphrase, parameters));
  // That the passphrase is right shows in what was sealed under it, before anything else is.
  TRICLAVE_TRY_ASSIGN(const bool restored, has_setting(database_, setting::kFormerLogKey));
  TRICLAVE_TRY_ASSIGN(const Bytes sealed, get_setting(database_, restored ? setting::kFormerLogKey : setting::kLogKey));
  TRICLAVE_TRY(vault.unseal(sealed, kLogKey, NoteSigner::kSeedSize));
  return vault;
}

Result<NoteSigner> State::log_signer(const Vault& vault, const std::string& log_name) const {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t epoch, get_number(database_, setting::kLogEpoch));
  TRICLAVE_TRY_ASSIGN(const auto seed, signing_seed(database_, vault, setting::kLogKey, kLogKey));
  return NoteSigner::make(with_epoch(log_name, epoch), LogKey::Type::log, seed);
}

//= SPEC LOG-16
Result<NoteSigner> State::witness_signer(const Vault& vault, const std::string& log_name) const {
  TRICLAVE_TRY_ASSIGN(const auto seed, signing_seed(database_, vault, setting::kWitnessKey, kWitnessKey));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t epoch, get_number(database_, setting::kWitnessEpoch));
  return NoteSigner::make(with_epoch(log_name + "/witness", epoch), LogKey::Type::witness, seed);
}

Result<std::uint64_t> State::refuse_until() const { return get_number(database_, setting::kRefuseUntil); }

Result<std::vector<HeldKey>> State::keys() const {
  TRICLAVE_TRY_ASSIGN(Statement rows, database_.prepare("SELECT " + std::string(kKeyColumns) +
                                                        " FROM keys ORDER BY owner, dataset, epoch"));
  std::vector<HeldKey> out;
  for (;;) {
    TRICLAVE_TRY_ASSIGN(const bool more, rows.step());
    if (!more) return out;
    TRICLAVE_TRY_ASSIGN(HeldKey key, read_key(rows));
    out.push_back(std::move(key));
  }
}

Result<Identity> State::identity(const HeldKey& key, const Vault& vault) const {
  TRICLAVE_TRY_ASSIGN(Statement row,
                      database_.prepare("SELECT sealed FROM keys WHERE number = ? AND sealed IS NOT NULL"));
  TRICLAVE_TRY_ASSIGN(const bool lives, row.bind(1, key.number).step());
  if (!lives) return fail(ErrorKind::invalid_argument, "the key " + to_hex(key.id) + " was destroyed");
  TRICLAVE_TRY_ASSIGN(const SecretBytes own, vault.unseal(row.bytes(0), secret_name(key.id), kOwnKeySize));
  row.reset();
  TRICLAVE_TRY_ASSIGN(Identity out, identity_of(own.view(), key.name));
  if (out.recipient().id() != key.id)
    return fail(ErrorKind::forged,
                "the sealed key " + to_hex(key.id) + " is another one; restore the state from a backup");
  return out;
}

Result<HeldKey> State::add_key(const Vault& vault, const Id& owner, std::string_view dataset, std::string name,
                               std::uint64_t now) {
  if (!is_name(dataset))
    return fail(ErrorKind::invalid_argument, "a dataset's name is 1 to 64 characters of [a-z0-9._-]");
  TRICLAVE_TRY_ASSIGN(Statement last,
                      database_.prepare("SELECT coalesce(max(epoch), 0) FROM keys WHERE owner = ? AND dataset = ?"));
  TRICLAVE_TRY(last.bind(1, ByteView(owner)).bind(2, dataset).step());
  HeldKey key;
  key.epoch = last.number(0) + 1;
  last.reset();
  key.owner = owner;
  key.dataset = dataset;
  key.name =
      name.empty() ? key.dataset.substr(0, keys::kMaxKeyName - 21) + "-" + std::to_string(key.epoch) : std::move(name);
  key.created = now;
  TRICLAVE_TRY(keys::check_key_name(key.name));
  SecretBytes own(kOwnKeySize);
  random_bytes(own.mutable_view());
  TRICLAVE_TRY_ASSIGN(const Identity identity, identity_of(own.view(), key.name));
  key.id = identity.recipient().id();
  key.public_key = identity.recipient().public_key();
  TRICLAVE_TRY_ASSIGN(const Bytes sealed, vault.seal(own.view(), secret_name(key.id)));
  TRICLAVE_TRY_ASSIGN(Statement row,
                      database_.prepare("INSERT INTO keys (id, owner, dataset, epoch, name, public, sealed, created)"
                                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  row.bind(1, ByteView(key.id)).bind(2, ByteView(owner)).bind(3, dataset).bind(4, key.epoch);
  row.bind(5, std::string_view(key.name)).bind(6, ByteView(key.public_key)).bind(7, ByteView(sealed)).bind(8, now);
  TRICLAVE_TRY(row.run());
  key.number = static_cast<std::uint64_t>(sqlite3_last_insert_rowid(database_.handle()));
  return key;
}

Result<HeldKey> State::destroy_key(const Id& id, std::uint64_t now) {
  TRICLAVE_TRY_ASSIGN(Statement row,
                      database_.prepare("SELECT " + std::string(kKeyColumns) + " FROM keys WHERE id = ?"));
  TRICLAVE_TRY_ASSIGN(const bool found, row.bind(1, ByteView(id)).step());
  if (!found)
    return fail(ErrorKind::invalid_argument, "no key " + to_hex(id) + " here; see `triclave custodian key list`");
  TRICLAVE_TRY_ASSIGN(HeldKey key, read_key(row));
  row.reset();
  if (key.destroyed != 0) return fail(ErrorKind::invalid_argument, "the key " + to_hex(id) + " was destroyed before");
  TRICLAVE_TRY_ASSIGN(Statement change,
                      database_.prepare("UPDATE keys SET sealed = NULL, destroyed = ? WHERE number = ?"));
  TRICLAVE_TRY(change.bind(1, now).bind(2, key.number).run());
  key.destroyed = now;
  return key;
}

Result<void> State::approve(const Id& authority, ByteView permit_id, const Id& permit_hash) {
  TRICLAVE_TRY_ASSIGN(Statement row,
                      database_.prepare("INSERT INTO permits (authority, id, approved) VALUES (?1, ?2, ?3)"
                                        " ON CONFLICT DO UPDATE SET approved = ?3"));
  return row.bind(1, ByteView(authority)).bind(2, permit_id).bind(3, ByteView(permit_hash)).run();
}

Result<bool> State::revoke(const Id& authority, ByteView permit_id, std::uint64_t time) {
  TRICLAVE_TRY_ASSIGN(Statement row,
                      database_.prepare("INSERT INTO permits (authority, id, revoked) VALUES (?1, ?2, ?3)"
                                        " ON CONFLICT DO UPDATE SET revoked = ?3 WHERE revoked IS NULL"
                                        " RETURNING 1"));
  return row.bind(1, ByteView(authority)).bind(2, permit_id).bind(3, time).step();
}

Result<void> State::raise_floor(const Id& capsule, std::uint32_t generation) {
  TRICLAVE_TRY_ASSIGN(Statement row, database_.prepare("INSERT INTO floors VALUES (?1, ?2)"
                                                       " ON CONFLICT DO UPDATE SET generation = max(generation, ?2)"));
  return row.bind(1, ByteView(capsule)).bind(2, std::uint64_t{generation}).run();
}

Result<std::uint64_t> State::count_cosigned() {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t before, get_number(database_, setting::kCosigned));
  TRICLAVE_TRY(set_setting(database_, setting::kCosigned, big_endian(before + 1)));
  return before + 1;
}

}  // namespace triclave::custodian
