// A sealing session is one thing: two copies would draw from one capsule unaware of each other.
#include "triclave/sealer.h"

triclave::Sealer take(triclave::Sealer sealer) {
#ifdef MUST_NOT_COMPILE
  triclave::Sealer second = sealer;
#else
  triclave::Sealer second = std::move(sealer);
#endif
  return second;
}
