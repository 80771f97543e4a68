// An opener holds the keys that it gathered; it can be handed on, not doubled.
#include "triclave/opener.h"

triclave::Opener take(triclave::Opener opener) {
#ifdef MUST_NOT_COMPILE
  triclave::Opener second = opener;
#else
  triclave::Opener second = std::move(opener);
#endif
  return second;
}
