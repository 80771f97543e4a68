// What both ends of a custodian's TLS have in common.
#pragma once

namespace triclave::custodian {

// Leaves TLS 1.3 as the only version that gRPC speaks in this process, as SPEC.md, "The service", wants. gRPC 1.51 has
// no minimum version; but with this one cipher suite of TLS 1.2, whose key exchange wants an RSA certificate, and EC
// certificates only, no handshake below 1.3 can end well. To be called before anything else of gRPC.
void only_tls_1_3();

}  // namespace triclave::custodian
