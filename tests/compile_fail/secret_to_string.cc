// A std::string is neither locked nor wiped: no secret turns into one.
#include <string>

#include "base/guarded.h"

std::string describe(const triclave::SecretBytes& secret) {
#ifdef MUST_NOT_COMPILE
  std::string text = secret;
#else
  std::string text = std::to_string(secret.size());
#endif
  return text;
}
