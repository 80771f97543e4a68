// Single values in a custodian's database.
#pragma once

#include <string_view>

#include "custodian/service/database.h"

namespace triclave::custodian {

namespace setting {
inline constexpr std::string_view kState = "state";            // random: which mark belongs to it
inline constexpr std::string_view kPassphrase = "passphrase";  // Argon2id's parameters
inline constexpr std::string_view kLogKey = "log_key";  // sealed; not there between a restore and the next unlocking
inline constexpr std::string_view kFormerLogKey = "former_log_key";  // sealed; the one before the last restore
inline constexpr std::string_view kLogEpoch = "log_epoch";           // u64
inline constexpr std::string_view kRefuseUntil = "refuse_until";     // u64
inline constexpr std::string_view kWitnessKey = "witness_key";       // sealed; not there before the first unlocking
inline constexpr std::string_view kWitnessEpoch = "witness_epoch";   // u64
inline constexpr std::string_view kCosigned = "cosigned";            // u64: how many cosignatures were given
}  // namespace setting

Result<void> set_setting(const Database& database, std::string_view name, ByteView value);
Result<bool> has_setting(const Database& database, std::string_view name);
// Errors: malformed (it is not there), io.
Result<Bytes> get_setting(const Database& database, std::string_view name);
Result<std::uint64_t> get_number(const Database& database, std::string_view name);

}  // namespace triclave::custodian
