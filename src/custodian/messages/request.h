// What a requester asks a custodian (SPEC.md, "Requests and answers").
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "keys/xwing.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/keys.h"
#include "triclave/mask_provider.h"

namespace triclave::custodian {

inline constexpr std::size_t kMaxRequest = 512 * 1024;
inline constexpr std::size_t kMaxRequestItems = 64;

// The same in all requests of one gathering, so that custodians' logs can be compared; none is used for another.
using Nonce = std::array<std::uint8_t, 16>;

struct RequestItem {
  Id capsule_id{};
  std::uint32_t generation = 0;
  Bytes enc;
  std::string dataset;
  std::string compartment;
  Bytes path;
  Bytes policy;
};

struct Request {
  Id key_id{};       // the custodian's
  Id permit_hash{};  // H(permit)
  Nonce nonce{};
  std::chrono::sys_seconds time{};
  Bytes one_use_key;  // X-Wing, not yet held against FIPS 203
  std::vector<RequestItem> items;
  Id hash{};  // H(request)
};

// Form and limits only. Errors: malformed.
Result<Request> parse_request(ByteView bytes);

// Errors: forged, malformed (a signature of the wrong size).
Result<void> verify_request(ByteView bytes, ByteView signature, const Verifier& requester);

// A request on its way: what is sent, and what opens its answer.
struct PendingRequest {
  Bytes bytes;
  Bytes signature;
  Id key_id{};
  Id hash{};
  std::size_t items = 0;
  keys::xwing::PrivateKey one_use_key;
};

// With a fresh one-use key. Errors: invalid_argument (no items, or more than the limits).
Result<PendingRequest> make_request(const Id& key_id, const Id& permit_hash, const Nonce& nonce,
                                    std::chrono::sys_seconds time, const MaskRequest& asked, const Signer& requester);

}  // namespace triclave::custodian
