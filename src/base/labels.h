// Every domain label of suite 1, in one place. A label is the first field of an M(..) encoding (SPEC.md, "Labels"); two
// uses never share one, so that bytes made for one purpose mean nothing for another.
#pragma once

#include <string_view>

namespace triclave::label {

inline constexpr std::string_view kKey = "triclave/v1/key";                // key id of a recipient's public key
inline constexpr std::string_view kSigner = "triclave/v1/signer";          // signer id
inline constexpr std::string_view kSig = "triclave/v1/sig";                // what a hybrid signature signs
inline constexpr std::string_view kOwnKey = "triclave/v1/own-key";         // an owner's 32 bytes -> X-Wing seed
inline constexpr std::string_view kCore = "triclave/v1/core";              // capsule id
inline constexpr std::string_view kWrap = "triclave/v1/wrap";              // HPKE info of a wrap's set-up
inline constexpr std::string_view kMask = "triclave/v1/mask";              // HPKE export context of a mask
inline constexpr std::string_view kShare = "triclave/v1/share";            // commitment to a share
inline constexpr std::string_view kDataKey = "triclave/v1/data-key";       // data key and its check
inline constexpr std::string_view kStream = "triclave/v1/stream";          // Cobblestone context of a stream
inline constexpr std::string_view kCells = "triclave/v1/cells";            // key and commitment of a batch of cells
inline constexpr std::string_view kKeyFile = "triclave/v1/key-file";       // Cobblestone context of a passphrase-protected key
inline constexpr std::string_view kPossession = "triclave/v1/possession";  // HPKE info of a possession challenge
inline constexpr std::string_view kAnswer = "triclave/v1/answer";          // HPKE info of a custodian's answer
inline constexpr std::string_view kSession = "triclave/v1/session";        // what one gathering's requests have in common
inline constexpr std::string_view kCustodianSecret = "triclave/v1/custodian-secret";  // Cobblestone context of a custodian's secret at rest

}  // namespace triclave::label

namespace triclave::role {

// Roles of a hybrid signature: the second field under label::kSig.
inline constexpr std::string_view kCore = "core";
inline constexpr std::string_view kWrap = "wrap";
inline constexpr std::string_view kObject = "object";
inline constexpr std::string_view kPossession = "possession";
inline constexpr std::string_view kPermit = "permit";
inline constexpr std::string_view kRevocation = "revocation";
inline constexpr std::string_view kRequest = "request";
inline constexpr std::string_view kErasure = "erasure";

}  // namespace triclave::role
