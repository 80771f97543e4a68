// A private key exists once in a process.
#include "triclave/keys.h"

triclave::Signer take(triclave::Signer signer) {
#ifdef MUST_NOT_COMPILE
  triclave::Signer second = signer;
#else
  triclave::Signer second = std::move(signer);
#endif
  return second;
}
