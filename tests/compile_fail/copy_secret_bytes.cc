// A secret is held once: whoever needs it takes it over.
#include "base/guarded.h"

triclave::SecretBytes take(triclave::SecretBytes secret) {
#ifdef MUST_NOT_COMPILE
  triclave::SecretBytes second = secret;
#else
  triclave::SecretBytes second = std::move(secret);
#endif
  return second;
}
