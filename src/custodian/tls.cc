#include "custodian/tls.h"

#include <cstdlib>
#include <mutex>

namespace triclave::custodian {

void only_tls_1_3() {
  static std::once_flag once;
  std::call_once(once, [] { ::setenv("GRPC_SSL_CIPHER_SUITES", "AES256-GCM-SHA384", 1); });
}

}  // namespace triclave::custodian
