// Reading a secret's bytes takes a word that a reviewer can look for.
#include "base/guarded.h"

std::size_t use(const triclave::Secret<32>& secret) {
#ifdef MUST_NOT_COMPILE
  triclave::ByteView bytes = secret;
#else
  triclave::ByteView bytes = secret.view();
#endif
  return bytes.size();
}
