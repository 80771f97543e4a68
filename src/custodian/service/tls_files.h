// The service's certificates, looked at before gRPC takes them: it would start with whatever stands there, and refuse
// every client.
#pragma once

#include <chrono>

#include "base/guarded.h"
#include "custodian/service/config.h"
#include "triclave/error.h"

namespace triclave::custodian {

// What the files hold, as PEM.
struct TlsContents {
  SecretBytes certificate, private_key, client_ca;
};

// Errors: invalid_argument (a file is missing).
Result<TlsContents> read_tls_files(const TlsFiles& files);

// Errors: invalid_argument (one is no PEM; the key is another one than the certificate's; the certificate is not EC,
// and would let TLS 1.2 in, or does not hold at `now`).
Result<void> check_certificates(const TlsFiles& files, const TlsContents& contents, std::chrono::sys_seconds now);
// The same of what stands in the files at this moment.
Result<void> check_certificates(const TlsFiles& files);

}  // namespace triclave::custodian
