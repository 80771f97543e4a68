// There is no recipient without a checked public key.
#include "triclave/keys.h"

triclave::Result<triclave::Recipient> make(triclave::ByteView public_key) {
#ifdef MUST_NOT_COMPILE
  return triclave::Recipient();
#else
  return triclave::Recipient::from_public_key(triclave::Kem::xwing, public_key, "custodian");
#endif
}
