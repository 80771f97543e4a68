// A secret is held once: whoever needs it takes it over.
#include "base/guarded.h"

triclave::Secret<32> take(triclave::Secret<32> secret) {
#ifdef MUST_NOT_COMPILE
  triclave::Secret<32> second = secret;
#else
  triclave::Secret<32> second = std::move(secret);
#endif
  return second;
}
