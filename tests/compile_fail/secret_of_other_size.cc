// A key of 32 bytes is not a mask of 64.
#include "base/guarded.h"

std::size_t use(const triclave::Secret<32>& key) { return key.view().size(); }

std::size_t call(const triclave::Secret<32>& key, const triclave::Secret<64>& mask) {
#ifdef MUST_NOT_COMPILE
  return use(key) + use(mask);
#else
  return use(key) + mask.view().size();
#endif
}
