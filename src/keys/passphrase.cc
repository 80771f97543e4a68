#include "keys/passphrase.h"

#include <botan/build.h>
#include <botan/pwdhash.h>
#include <fmt/format.h>
#include <unistd.h>

#include <new>

#include "base/try.h"

namespace triclave::keys {
namespace {

// Botan may compute several lanes on threads of its own, made at the first call; a fork leaves them behind, and whoever
// then waits for them waits for ever.
bool has_lost_botans_threads() {
#ifdef BOTAN_HAS_THREAD_UTILS
  static const pid_t first = ::getpid();
  return ::getpid() != first;
#else
  return false;
#endif
}

}  // namespace

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
  if (parameters.lanes > 1 && has_lost_botans_threads())
    return fail(ErrorKind::invalid_argument,
                "this process was forked from one that had worked with a passphrase, and the threads for it stayed "
                "there: load keys before the fork, or start the process anew (Python: multiprocessing's spawn)");
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
