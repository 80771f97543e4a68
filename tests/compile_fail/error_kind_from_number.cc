// Error kinds are named, never counted.
#include "triclave/error.h"

triclave::Error make() {
#ifdef MUST_NOT_COMPILE
  triclave::ErrorKind kind = 4;
#else
  triclave::ErrorKind kind = triclave::ErrorKind::forged;
#endif
  return {kind, "a tag does not verify", {}};
}
