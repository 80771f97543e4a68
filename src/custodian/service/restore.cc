// State::restore: a state from a backup, which knows nothing of what happened since it was made.
#include <string>

#include "base/integers.h"
#include "base/random.h"
#include "base/try.h"
#include "custodian/log/log_table.h"
#include "custodian/service/new_files.h"
#include "custodian/service/schema.h"
#include "custodian/service/settings.h"
#include "custodian/service/state.h"

namespace triclave::custodian {
namespace {

// What the backup holds, and whether the former mark says that this is all.
struct Held {
  std::uint64_t size = 0, cosigned = 0;
  bool whole_log = false, whole_witness = false;
};

Result<Held> look(const Database& database, const std::filesystem::path& former_mark) {
  Held out;
  TRICLAVE_TRY_ASSIGN(out.size, database.number("SELECT coalesce(max(idx) + 1, 0) FROM log"));
  TRICLAVE_TRY_ASSIGN(out.cosigned, get_number(database, setting::kCosigned));
  if (former_mark.empty()) return out;
  TRICLAVE_TRY_ASSIGN(const Mark mark, Mark::open(former_mark));
  TRICLAVE_TRY_ASSIGN(const Bytes state, get_setting(database, setting::kState));
  if (as_text(state) != as_text(mark.state()))
    return fail(ErrorKind::invalid_argument, former_mark.native() + " is the mark of another state than the backup");
  out.whole_log = mark.size() == out.size;
  out.whole_witness = mark.cosigned() == out.cosigned;
  return out;
}

// The former log stays in the database, under names of its own. Its key is given up: whoever restores one backup twice
// begins two logs of one name.
Result<void> begin_new_log(const Database& database) {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t epoch, get_number(database, setting::kLogEpoch));
  for (const char* table : {"log", "log_node", "log_head"})
    TRICLAVE_TRY(database.run(
        ("ALTER TABLE " + std::string(table) + " RENAME TO " + table + "_" + std::to_string(epoch)).c_str()));
  TRICLAVE_TRY(database.run(kLogSchema));
  TRICLAVE_TRY(database.run("UPDATE OR REPLACE settings SET name = 'former_log_key' WHERE name = 'log_key'"));
  return set_setting(database, setting::kLogEpoch, big_endian(epoch + 1));
}

// The former key is given up: under it something may have been cosigned of which the backup knows nothing. The next one
// is made by whoever unlocks the database; what is remembered stays, for it is true.
//= SPEC LOG-16
Result<void> begin_new_witness(const Database& database) {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t epoch, get_number(database, setting::kWitnessEpoch));
  TRICLAVE_TRY(database.run("DELETE FROM settings WHERE name = 'witness_key'"));
  return set_setting(database, setting::kWitnessEpoch, big_endian(epoch + 1));
}

// Makes the copy a state of its own.
Result<void> become_new(const StateFiles& files, std::uint64_t refuse_until, const std::filesystem::path& former_mark,
                        NewFiles& made) {
  TRICLAVE_TRY_ASSIGN(const Database database, Database::open(files.database));
  TRICLAVE_TRY(upgrade_schema(database));
  TRICLAVE_TRY_ASSIGN(const Held held, look(database, former_mark));
  const Id state = random_array<32>();
  TRICLAVE_TRY_ASSIGN(Mark mark, Mark::create(files.mark, state));
  made.add(files.mark);
  TRICLAVE_TRY_ASSIGN(Transaction change, Transaction::begin(database));
  TRICLAVE_TRY(set_setting(database, setting::kState, state));
  TRICLAVE_TRY(set_setting(database, setting::kRefuseUntil, big_endian(refuse_until)));
  if (!held.whole_log) TRICLAVE_TRY(begin_new_log(database));
  if (!held.whole_witness) TRICLAVE_TRY(begin_new_witness(database));
  TRICLAVE_TRY(change.commit());
  if (held.whole_log) TRICLAVE_TRY(mark.raise(held.size));
  return mark.raise_cosigned(held.cosigned);
}

}  // namespace

Result<void> State::restore(const std::filesystem::path& backup, const StateFiles& files, std::uint64_t refuse_until,
                            const std::filesystem::path& former_mark) {
  NewFiles made;
  {
    TRICLAVE_TRY_ASSIGN(const Database from, Database::open(backup));
    TRICLAVE_TRY(from.copy_to(files.database));
  }
  made.add_database(files.database);
  TRICLAVE_TRY(become_new(files, refuse_until, former_mark, made));
  made.keep();
  return {};
}

}  // namespace triclave::custodian
