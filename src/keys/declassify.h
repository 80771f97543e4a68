// Where constant-time code may branch on a bit that it computed from secrets, because the bit itself is public: a share
// was well-formed or not. tests/ct compiles the code with TRICLAVE_CT_TEST and runs it under valgrind with the secrets
// poisoned; each bit that goes through here is then taken as public, every other branch on a secret is an error.
#pragma once

#ifdef TRICLAVE_CT_TEST
#include <valgrind/memcheck.h>
#endif

namespace triclave::keys {

inline bool declassify(bool bit) noexcept {
#ifdef TRICLAVE_CT_TEST
  VALGRIND_MAKE_MEM_DEFINED(&bit, sizeof bit);
#endif
  return bit;
}

}  // namespace triclave::keys
