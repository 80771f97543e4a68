// What an Identity holds.
#pragma once

#include "base/guarded.h"
#include "keys/xwing.h"
#include "triclave/keys.h"

namespace triclave {

struct Identity::Impl {
  Impl(Secret<keys::xwing::kSeedSize> own_seed, std::string name);

  Secret<keys::xwing::kSeedSize> seed;  // what a key file keeps
  keys::xwing::PrivateKey key;          // the same, expanded
  Recipient recipient;
};

}  // namespace triclave
