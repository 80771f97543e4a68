// 9. Requests and answers on their way: re-addressed, replayed between requests, a foreign one-use key. What a
// custodian remembers (nonces, times, revocations) is attacked in the custodian's own tests.
#include "custodian_attack.h"
#include "keys/xwing.h"

namespace triclave::attacks {
namespace {

class Messages : public CustodianAttack {
 protected:
  // What becomes of asking ovh, with somebody on the way.
  Error asked(OnTheWayThere there, OnTheWayBack back = {}) const {
    Owned providers = world.providers({"owner", "outscale"});
    providers.push_back(asking("ovh", permit_for({"clinical", "identifiers"}), std::move(there), std::move(back)));
    Opener reader = opener_with(std::move(providers));
    const auto unlocked = reader.unlock(sealer.capsule_id());
    EXPECT_FAILS(unlocked, ErrorKind::quorum_short);
    for (const Culprit& each : unlocked.error().culprits)
      if (each.who == "ovh") return Error{each.kind, each.why, {}};
    return Error{ErrorKind::io, "ovh is not named", {}};
  }
};

TEST_F(Messages, AChangedRequestIsForged) {
  for (const std::size_t at : {0UL, 10UL, 45UL, 90UL, 110UL, 2000UL})
    EXPECT_EQ(asked([at](Sent& sent) { sent.request[at] ^= 1; }).kind, ErrorKind::forged) << at;
}

// Somebody else's one-use key in the request would have the masks sealed for that somebody.
TEST_F(Messages, AForeignOneUseKeyIsForged) {
  const Identity thief = Identity::generate("thief");
  const auto exchange = [&](Sent& sent) {
    const Bytes own = custodian::parse_request(sent.request)->one_use_key;
    const auto at = std::search(sent.request.begin(), sent.request.end(), own.begin(), own.end());
    std::copy(thief.recipient().public_key().begin(), thief.recipient().public_key().end(), at);
  };
  EXPECT_EQ(asked(exchange).kind, ErrorKind::forged);
}

TEST_F(Messages, ARequestSignedBySomebodyElseIsForged) {
  const Signer thief = Signer::generate("thief");
  EXPECT_EQ(asked([&](Sent& sent) { sent.signature = thief.sign("request", sent.request); }).kind, ErrorKind::forged);
  EXPECT_EQ(asked([&](Sent& sent) { sent.signature = requester.sign("permit", sent.request); }).kind,
            ErrorKind::forged);
}

TEST_F(Messages, ARequestToAnotherCustodianIsRefused) {
  Sent to_outscale;
  Opener reader = opener_with([&] {
    Owned providers = world.providers({"owner", "orange"});
    providers.push_back(
        asking("outscale", permit_for({"clinical", "identifiers"}), [&](Sent& sent) { to_outscale = sent; }));
    return providers;
  }());
  ASSERT_OK(reader.unlock(sealer.capsule_id()));
  EXPECT_FAILS(answer("ovh", permit_for({"clinical", "identifiers"}), to_outscale), ErrorKind::permit_refused);
}

TEST_F(Messages, ARequestUnderAnotherPermitIsRefused) {
  Sent sent;
  const Bytes narrow = permit_for({"clinical"}), wide = permit_for({"clinical", "identifiers"});
  EXPECT_EQ(asked([&](Sent& each) {
              sent = each;
              each.signature.clear();
            }).kind,
            ErrorKind::malformed);
  EXPECT_FAILS(answer("ovh", narrow, sent), ErrorKind::permit_refused);
  EXPECT_FAILS(answer("ovh", wide, sent), ErrorKind::permit_refused);  // the same terms, another permit
}

TEST_F(Messages, AnAnswerToAnotherRequestIsForged) {
  Bytes earlier;
  const auto keep = [&](Bytes& answer, const custodian::Request&) { earlier = answer; };
  Owned providers = world.providers({"owner", "outscale"});
  providers.push_back(asking("ovh", permit_for({"clinical", "identifiers"}), {}, keep));
  Opener reader = opener_with(std::move(providers));
  ASSERT_OK(reader.unlock(sealer.capsule_id()));
  EXPECT_EQ(asked({}, [&](Bytes& answer, const custodian::Request&) { answer = earlier; }).kind, ErrorKind::forged);
}

// Whoever stands between can seal masks of its own to the one-use key: they fit no commitment, and ovh is named with
// the doubt about who lied.
TEST_F(Messages, MadeUpMasksFitNoCommitment) {
  const Error error = asked({}, [](Bytes& answer, const custodian::Request& request) {
    answer = custodian::seal_answer(request, Bytes(request.items.size() * kMaskSize, 7)).value();
  });
  EXPECT_EQ(error.kind, ErrorKind::forged);
  EXPECT_THAT(error.message, HasSubstr("either it lied or the capsule's producer dealt a wrong share"));
}

}  // namespace
}  // namespace triclave::attacks
