#include "base/random.h"

#include <sodium.h>

#include "base/guarded.h"

namespace triclave {

void random_bytes(MutableBytes out) {
  sodium_ready();
  randombytes_buf(out.data(), out.size());
}

}  // namespace triclave
