#include "keys/possession.h"

#include <algorithm>

#include "base/hash.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/try.h"
#include "keys/hpke.h"
#include "triclave/possession.h"

namespace triclave::keys {
namespace {

Id info_for(const Recipient& recipient) { return hash_of({label::kPossession, recipient.id()}); }

Secret<32> answer_of(const HpkeContext& context) {
  return Secret<32>::copy_of(context.export_secret({}, 32).view().first<32>());
}

}  // namespace

Result<Challenge> challenge_possession(const Recipient& recipient) {
  TRICLAVE_TRY_ASSIGN(auto sent, hpke_setup_sender(recipient, info_for(recipient)));
  return Challenge{std::move(sent.enc), answer_of(sent.context)};
}

Result<Secret<32>> answer_possession(const Identity& identity, ByteView enc) {
  TRICLAVE_TRY_ASSIGN(const auto context, hpke_setup_receiver(identity, enc, info_for(identity.recipient())));
  return answer_of(context);
}

bool proves_possession(const Challenge& challenge, ByteView answer) noexcept {
  return equal_constant_time(challenge.expected.view(), answer);
}

}  // namespace triclave::keys

namespace triclave {

Result<PossessionChallenge> challenge_possession(const Recipient& recipient) {
  TRICLAVE_TRY_ASSIGN(auto challenge, keys::challenge_possession(recipient));
  return PossessionChallenge{std::move(challenge.enc), sha256(challenge.expected.view())};
}

Result<Id> answer_possession(const Identity& identity, ByteView enc) {
  TRICLAVE_TRY_ASSIGN(const auto answer, keys::answer_possession(identity, enc));
  Id out;
  std::copy(answer.view().begin(), answer.view().end(), out.begin());
  return out;
}

bool proves_possession(const PossessionChallenge& challenge, ByteView answer) noexcept {
  return answer.size() == challenge.answer_hash.size() && sha256(answer) == challenge.answer_hash;
}

}  // namespace triclave
