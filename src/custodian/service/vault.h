// Secrets at rest: one key from the officers' passphrase (Argon2id, once at the start), and under it each secret as a
// Cobblestone message that is bound to its name.
#pragma once

#include <string_view>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/keys.h"

namespace triclave::custodian {

class Vault {
 public:
  // Parameters for a new passphrase; they are kept in the clear. Errors: invalid_argument (no passphrase, or
  // parameters outside the limits).
  static Result<Bytes> new_parameters(const Protection& protection);
  // Errors: malformed (parameters), unsupported (outside the limits), io (no memory for Argon2).
  static Result<Vault> open(std::string_view passphrase, ByteView parameters);

  Result<Bytes> seal(ByteView secret, std::string_view name) const;
  // Errors: forged (wrong passphrase, or changed), malformed (size).
  Result<SecretBytes> unseal(ByteView sealed, std::string_view name, std::size_t size) const;

 private:
  explicit Vault(Secret<32> key) : key_(std::move(key)) {}
  Secret<32> key_;
};

}  // namespace triclave::custodian
