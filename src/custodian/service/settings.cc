#include "custodian/service/settings.h"

#include "base/integers.h"
#include "base/try.h"

namespace triclave::custodian {

Result<void> set_setting(const Database& database, std::string_view name, ByteView value) {
  TRICLAVE_TRY_ASSIGN(Statement row, database.prepare("INSERT OR REPLACE INTO settings VALUES (?, ?)"));
  return row.bind(1, name).bind(2, value).run();
}

Result<bool> has_setting(const Database& database, std::string_view name) {
  TRICLAVE_TRY_ASSIGN(Statement row, database.prepare("SELECT 1 FROM settings WHERE name = ?"));
  return row.bind(1, name).step();
}

Result<Bytes> get_setting(const Database& database, std::string_view name) {
  TRICLAVE_TRY_ASSIGN(Statement row, database.prepare("SELECT value FROM settings WHERE name = ?"));
  TRICLAVE_TRY_ASSIGN(const bool found, row.bind(1, name).step());
  if (!found)
    return fail(ErrorKind::malformed, "the custodian's database lacks its setting \"" + std::string(name) +
                                          "\": it is damaged, or was never finished; restore it from a backup");
  const ByteView value = row.bytes(0);
  Bytes out(value.begin(), value.end());
  row.reset();
  return out;
}

Result<std::uint64_t> get_number(const Database& database, std::string_view name) {
  TRICLAVE_TRY_ASSIGN(const Bytes value, get_setting(database, name));
  if (value.size() != sizeof(std::uint64_t))
    return fail(ErrorKind::malformed, "the custodian's setting \"" + std::string(name) + "\" is no number; restore a backup");
  return from_big_endian<std::uint64_t>(value);
}

}  // namespace triclave::custodian
