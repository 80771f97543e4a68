// The service's certificates, looked at before gRPC takes them: it would start with whatever stands there, and refuse
// every client.
#pragma once

#include "custodian/service/config.h"
#include "triclave/error.h"

namespace triclave::custodian {

// Errors: invalid_argument (a file is missing or is no PEM; the key is another one than the certificate's; the
// certificate is not EC, and would let TLS 1.2 in).
Result<void> check_certificates(const TlsFiles& files);

}  // namespace triclave::custodian
