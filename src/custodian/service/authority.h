// A small certificate authority for trials: a root, and EC P-256 certificates for services and clients. A real custodian
// has its certificates from an authority of its own choice.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "triclave/error.h"

namespace triclave::custodian {

struct Certified {
  std::string certificate;  // PEM
  SecretBytes key;          // PEM of PKCS #8
};

enum class Usage : std::uint8_t { server, client };

struct Validity {
  std::chrono::sys_seconds from, until;
};

// A root of its own.
Result<Certified> make_authority(const std::string& name, const Validity& validity);

// A certificate by `authority`. A service's hosts: DNS names or IPv4 addresses that clients connect to. Errors:
// invalid_argument (a name, or no such authority).
Result<Certified> certify(const Certified& authority, const std::string& name, Usage usage,
                          const std::vector<std::string>& hosts, const Validity& validity);

}  // namespace triclave::custodian
