// A private key exists once in a process.
#include "triclave/keys.h"

triclave::Identity take(triclave::Identity identity) {
#ifdef MUST_NOT_COMPILE
  triclave::Identity second = identity;
#else
  triclave::Identity second = std::move(identity);
#endif
  return second;
}
