#include "keys/passphrase.h"

#include <botan/pwdhash.h>
#include <fmt/format.h>

#include <new>

#include "base/try.h"

namespace triclave::keys {

//= SPEC KEY-06
Result<void> check_argon2(const Argon2Parameters& parameters) {
  const auto& [m, t, p, salt] = parameters;
  if (t == 0 || t > kMaxArgon2Passes || p == 0 || p > kMaxArgon2Lanes || m > kMaxArgon2Memory || m < 8 * p)
    return fail(ErrorKind::unsupported,
                fmt::format("Argon2id with m={} KiB t={} p={} is outside what is accepted: 8 p <= m <= 2097152, "
                            "1 <= t <= 16, 1 <= p <= 64",
                            m, t, p));
  return {};
}

Result<Secret<32>> argon2id(std::string_view passphrase, const Argon2Parameters& parameters, ByteView associated_data,
                            ByteView key) {
  TRICLAVE_TRY(check_argon2(parameters));
  try {
    const auto hash = Botan::PasswordHashFamily::create_or_throw("Argon2id")
                          ->from_params(parameters.memory_kib, parameters.passes, parameters.lanes);
    Secret<32> out;
    hash->derive_key(out.data(), 32, passphrase.data(), passphrase.size(), parameters.salt.data(),
                     parameters.salt.size(), associated_data.data(), associated_data.size(), key.data(), key.size());
    return out;
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::io, fmt::format("Argon2id needs {} MiB of memory, which cannot be had; free some or use "
                                           "another machine",
                                           parameters.memory_kib / 1024));
  }
}

}  // namespace triclave::keys
