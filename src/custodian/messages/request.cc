#include "custodian/messages/request.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/copy.h"
#include "base/hash.h"
#include "base/integers.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "base/unix_time.h"
#include "custodian/messages/permit.h"
#include "custodian/messages/signed_record.h"
#include "policy/compartment_policy.h"

namespace triclave::custodian {
namespace {

constexpr std::size_t kRequestFields = 6;
constexpr std::size_t kItemFields = 7;

tl::unexpected<Error> damaged(std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("the request is damaged: {}", why));
}

//= SPEC REQ-01
Result<RequestItem> parse_item(ByteView bytes) {
  const auto fields = fields_of(bytes, kItemFields);
  if (!fields || fields->size() != kItemFields) return damaged("an item has not exactly seven fields");
  const ByteView generation = (*fields)[1], enc = (*fields)[2], dataset = (*fields)[3], compartment = (*fields)[4],
                 path = (*fields)[5], policy = (*fields)[6];
  RequestItem out;
  TRICLAVE_TRY_ASSIGN(out.capsule_id, fixed_bytes<32>((*fields)[0], "an item's capsule id"));
  if (generation.size() != 4) return damaged("an item's generation is not of 4 bytes");
  out.generation = from_big_endian<std::uint32_t>(generation);
  if (enc.size() != keys::xwing::kCiphertextSize) return damaged("an item's encapsulated key has a wrong size");
  if (!is_name(as_text(dataset)) || !is_name(as_text(compartment)))
    return damaged("an item's dataset or compartment is not a name of [a-z0-9._-]");
  if (path.size() >= policy::kMaxLevels ||
      std::any_of(path.begin(), path.end(), [](std::uint8_t x) { return x < 1 || x > policy::kMaxChildren; }))
    return damaged("an item's path leads out of every tree");
  if (policy.empty() || policy.size() > policy::kMaxPolicySize) return damaged("an item's policy has a wrong size");
  out.enc = to_bytes(enc);
  out.dataset = as_text(dataset);
  out.compartment = as_text(compartment);
  out.path = to_bytes(path);
  out.policy = to_bytes(policy);
  return out;
}

}  // namespace

//= SPEC REQ-01, LIM-01
Result<Request> parse_request(ByteView bytes) {
  if (bytes.size() > kMaxRequest) return damaged("it is larger than 512 KiB");
  const auto fields = fields_of(bytes, kRequestFields);
  if (!fields || fields->size() != kRequestFields) return damaged("it has not exactly six fields");
  Request out;
  TRICLAVE_TRY_ASSIGN(out.key_id, fixed_bytes<32>((*fields)[0], "the request's key id"));
  TRICLAVE_TRY_ASSIGN(out.permit_hash, fixed_bytes<32>((*fields)[1], "the request's permit hash"));
  TRICLAVE_TRY_ASSIGN(out.nonce, fixed_bytes<16>((*fields)[2], "the request's nonce"));
  if ((*fields)[3].size() != 8) return damaged("its time is not of 8 bytes");
  const auto time = from_big_endian<std::uint64_t>((*fields)[3]);
  if (time > kLatestSecond) return damaged("its time lies after the year 9999");
  out.time = std::chrono::sys_seconds{std::chrono::seconds{time}};
  if ((*fields)[4].size() != kXWingPublicKeySize) return damaged("its one-use key has a wrong size");
  out.one_use_key = to_bytes((*fields)[4]);
  const auto items = fields_of((*fields)[5], kMaxRequestItems);
  if (!items || items->empty()) return damaged(fmt::format("it has no list of 1 to {} items", kMaxRequestItems));
  for (const ByteView each : *items) {
    TRICLAVE_TRY_ASSIGN(RequestItem item, parse_item(each));
    out.items.push_back(std::move(item));
  }
  out.hash = sha256(bytes);
  return out;
}

//= SPEC REQ-02
Result<void> verify_request(ByteView bytes, ByteView signature, const Verifier& requester) {
  return requester.verify(role::kRequest, bytes, signature);
}

//= SPEC ANS-03
Result<PendingRequest> make_request(const Id& key_id, const Id& permit_hash, const Nonce& nonce,
                                    std::chrono::sys_seconds time, const MaskRequest& asked, const Signer& requester) {
  if (asked.items.empty() || asked.items.size() > kMaxRequestItems)
    return fail(ErrorKind::invalid_argument,
                fmt::format("a request has 1 to {} items, not {}", kMaxRequestItems, asked.items.size()));
  std::vector<Bytes> items;
  for (const MaskItem& each : asked.items)
    items.push_back(
        M({asked.capsule_id, asked.generation, asked.enc, asked.dataset, each.compartment, each.path, each.policy}));
  Secret<keys::xwing::kSeedSize> seed;
  random_bytes(seed.mutable_view());
  PendingRequest out{{}, {}, key_id, {}, items.size(), keys::xwing::PrivateKey(seed)};
  out.bytes = M({key_id, permit_hash, nonce, unix_seconds(time), out.one_use_key.public_key(), M(items)});
  if (out.bytes.size() > kMaxRequest)
    return fail(ErrorKind::invalid_argument, "a request is at most 512 KiB: ask for fewer compartments at once");
  out.signature = requester.sign(role::kRequest, out.bytes);
  out.hash = sha256(out.bytes);
  return out;
}

}  // namespace triclave::custodian
