// Cobblestone-256 messages that others made.
#pragma once

#include <string>
#include <vector>

#include "triclave/bytes.h"

namespace triclave::cipher {

struct KnownMessage {
  std::string name;
  Bytes key;  // 32 bytes, but for InvalidKeySize
  Bytes context;
  Bytes sealed;
  bool valid = false;
  std::size_t plain_size = 0;  // of the whole plaintext; of an invalid one, of the chunks before the first bad one
  Bytes plain_sha512;          // empty where plain_size is 0 and the message is invalid
  std::vector<std::string> flags;

  bool has(const std::string& flag) const;
};

// Three short ones that stand here, then all of Wycheproof's where TRICLAVE_VECTORS names the folder that has them.
const std::vector<KnownMessage>& known_messages();

}  // namespace triclave::cipher
