// A custodian in this process behind the messages that go over a network, and somebody on the way who may change them.
#pragma once

#include "attack.h"
#include "base/guarded.h"
#include "base/random.h"
#include "custodian/messages/answer.h"
#include "custodian/messages/permit.h"

namespace triclave::attacks {

inline constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'850'000'000}};

// What is sent to a custodian, beside the permit.
struct Sent {
  Bytes request;
  Bytes signature;
};

class CustodianAttack : public Attack {
 protected:
  // Changes what is on its way. An answer is changed with its request at hand.
  using OnTheWayThere = std::function<void(Sent&)>;
  using OnTheWayBack = std::function<void(Bytes& answer, const custodian::Request& request)>;

  Bytes permit_for(std::vector<std::string> compartments, std::string dataset = "cohort") const {
    return issue_permit({requester.verifier().id(), std::move(dataset), std::move(compartments), "OSIRIS study",
                         kNow - std::chrono::days(1), kNow + std::chrono::days(1)},
                        authority)
        .value();
  }

  // What an honest custodian does with a request, but for its memory: nonces, floors, log.
  Result<Bytes> answer(const std::string& name, ByteView permit_record, const Sent& sent) const {
    using namespace custodian;
    auto permit = parse_permit(permit_record);
    if (!permit) return tl::unexpected(permit.error());
    if (auto ok = verify_permit(*permit); !ok) return tl::unexpected(ok.error());
    if (auto ok = verify_request(sent.request, sent.signature, requester.verifier()); !ok)
      return tl::unexpected(ok.error());
    auto request = parse_request(sent.request);
    if (!request) return tl::unexpected(request.error());
    if (request->key_id != world.key_id(name)) return fail(ErrorKind::permit_refused, "another custodian's request");
    if (request->permit_hash != permit->hash) return fail(ErrorKind::permit_refused, "another permit's request");
    for (const RequestItem& each : request->items)
      if (auto ok = check_covers(permit->permit, each.dataset, {each.compartment}, kNow); !ok)
        return tl::unexpected(ok.error());
    auto masks = export_masks(world.identity(name), *request);
    if (!masks) return tl::unexpected(masks.error());
    return seal_answer(*request, masks->view());
  }

  // A provider that asks `name` under the permit.
  std::unique_ptr<MaskProvider> asking(const std::string& name, Bytes permit, OnTheWayThere there = {},
                                       OnTheWayBack back = {}) const {
    return scripted(
        world.provider(name),
        [=, this](MaskProvider& honest, const MaskRequest& asked, std::stop_token, MutableBytes out) -> Result<void> {
          const auto hash = custodian::parse_permit(permit)->hash;
          auto pending = custodian::make_request(honest.key_id(), hash, random_array<16>(), kNow, asked, requester);
          if (!pending) return tl::unexpected(pending.error());
          Sent sent{pending->bytes, pending->signature};
          if (there) there(sent);
          auto answered = answer(name, permit, sent);
          if (!answered) return tl::unexpected(answered.error());
          if (back) back(*answered, *custodian::parse_request(sent.request));
          return custodian::open_answer(*pending, *answered, out);
        });
  }

  const Signer authority = Signer::generate("access body");
  const Signer requester = Signer::generate("researcher");
};

}  // namespace triclave::attacks
