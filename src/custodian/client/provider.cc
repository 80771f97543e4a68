// A custodian over the network as a provider of masks: signs a request, holds the answer against the custodian's log,
// opens it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/message.h"
#include "base/random.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "capsule/fields.h"
#include "custodian/client/client.h"
#include "custodian/messages/answer.h"
#include "custodian/messages/permit.h"
#include "triclave/audit.h"
#include "triclave/io.h"

namespace triclave {
namespace {

using capsule::to_field;
using custodian::Nonce;
using custodian::PendingRequest;

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

bool same(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// What all providers of one requester share.
struct Asking {
  Requester requester;
  custodian::SignedPermit permit;
  std::array<std::uint8_t, 32> seed = random_array<32>();

  // The same for all providers that are asked in one gathering. Several keys of one custodian have a `place` each, and
  // so have the `part`s of what is too much for one request, from 0.
  Nonce nonce(const MaskRequest& asked, std::uint64_t place, std::uint64_t part) const {
    const Id hash = hash_of({seed, asked.session, place, part});
    Nonce out;
    std::copy_n(hash.begin(), out.size(), out.begin());
    return out;
  }
};

// Items from `begin` on, as many as one request takes.
MaskRequest part_of(const MaskRequest& asked, std::size_t begin) {
  constexpr std::size_t kRest = 4096;  // bytes of a request that are no items, and more
  MaskRequest out{asked.capsule_id, asked.generation, asked.kem, asked.enc, asked.dataset, {}, asked.session};
  std::size_t size = kRest;
  for (std::size_t i = begin; i < asked.items.size() && out.items.size() < custodian::kMaxRequestItems; ++i) {
    size += kRest + asked.items[i].policy.size();
    if (size > custodian::kMaxRequest) break;
    out.items.push_back(asked.items[i]);
  }
  return out;
}

class NetworkProvider final : public MaskProvider {
 public:
  NetworkProvider(CustodianClient client, LogKey log_key, std::shared_ptr<const Asking> asking, std::uint64_t place)
      : client_(std::move(client)), log_key_(std::move(log_key)), asking_(std::move(asking)), place_(place) {}

  const Id& key_id() const override { return client_.address().key_id; }
  std::string name() const override { return client_.address().name; }
  bool may_release(std::string_view compartment) const override {
    const auto& covered = asking_->permit.permit.terms.compartments;
    return std::find(covered.begin(), covered.end(), compartment) != covered.end();
  }

  Result<void> masks(const MaskRequest& request, std::stop_token stop, MutableBytes out) override {
    if (request.kem != Kem::xwing)
      return fail(ErrorKind::unsupported, "the custodian's key is of another kind than the capsule's entry");
    if (out.size() != request.items.size() * kMaskSize)
      return fail(ErrorKind::invalid_argument, "the room for the masks does not fit the number of items");
    // Refused here, before anybody is bothered with it.
    for (const MaskItem& each : request.items)
      TRICLAVE_TRY(check_covers(asking_->permit.permit, request.dataset, {each.compartment}, now()));
    std::uint64_t number = 0;
    for (std::size_t begin = 0; begin < request.items.size();) {
      const MaskRequest part = part_of(request, begin);
      TRICLAVE_TRY(ask(part, number++, stop, out.subspan(begin * kMaskSize, part.items.size() * kMaskSize)));
      begin += part.items.size();
    }
    return {};
  }

 private:
  Result<void> ask(const MaskRequest& part, std::uint64_t number, const std::stop_token& stop, MutableBytes out) {
    const Requester& requester = asking_->requester;
    TRICLAVE_TRY_ASSIGN(const PendingRequest pending,
                        custodian::make_request(key_id(), asking_->permit.hash, asking_->nonce(part, place_, number),
                                                now(), part, requester.signer));
    v1::ReleaseRequest message;
    message.set_permit_record(to_field(requester.permit));
    message.set_requester_key(to_field(requester.signer.verifier().public_key()));
    message.set_request(to_field(pending.bytes));
    message.set_signature(to_field(pending.signature));
    TRICLAVE_TRY_ASSIGN(const v1::ReleaseAnswer answer, client_.impl().release(message, stop));
    TRICLAVE_TRY(check_log(pending, answer));
    return custodian::open_answer(pending, as_bytes(answer.answer()), out);
  }

  //= SPEC ANS-04
  Result<void> check_log(const PendingRequest& pending, const v1::ReleaseAnswer& answer) const {
    const ByteView bytes = as_bytes(answer.entry());
    const auto wrong = [&](const Error& error) {
      return Error{error.kind, fmt::format("the proof that {} logged its answer fails: {}", name(), error.message), {}};
    };
    TRICLAVE_TRY_ASSIGN(const LogEntry entry, parse_log_entry(bytes).map_error(wrong));
    const Id answer_hash = sha256(as_bytes(answer.answer()));
    if (entry.kind != LogEntryKind::release || !same(entry.key_id, key_id()) ||
        !same(entry.request_hash, pending.hash) || !same(entry.answer_hash, answer_hash))
      return fail(ErrorKind::forged, fmt::format("{} logged something else than this request and answer", name()));
    TRICLAVE_TRY(verify_log_proof(log_key_, bytes, answer.proof()).map_error(wrong));
    return keep_receipt(pending, answer);
  }

  Result<void> keep_receipt(const PendingRequest& pending, const v1::ReleaseAnswer& answer) const {
    const std::filesystem::path& folder = asking_->requester.receipts;
    if (folder.empty()) return {};
    TRICLAVE_TRY_ASSIGN(const std::string receipt, make_receipt(as_bytes(answer.entry()), answer.proof()));
    const auto file = folder / (name() + "-" + to_hex(ByteView(pending.hash).first(16)) + ".receipt");
    TRICLAVE_TRY_ASSIGN(const auto sink, file_sink(file, Existing::refuse));
    TRICLAVE_TRY(sink->write(as_bytes(receipt)));
    return sink->finish();
  }

  CustodianClient client_;
  LogKey log_key_;
  std::shared_ptr<const Asking> asking_;
  std::uint64_t place_;
};

}  // namespace

Result<std::vector<std::unique_ptr<MaskProvider>>> custodian_providers(const Policy& policy, Requester requester,
                                                                       const ClientOptions& options) {
  TRICLAVE_TRY_ASSIGN(custodian::SignedPermit permit, custodian::parse_permit(requester.permit));
  TRICLAVE_TRY(custodian::verify_permit(permit));
  if (permit.permit.terms.requester != requester.signer.verifier().id())
    return fail(ErrorKind::invalid_argument,
                fmt::format("the permit is for the requester {}, and {} is {}: use the key that it names",
                            to_hex(permit.permit.terms.requester), requester.signer.verifier().name(),
                            to_hex(requester.signer.verifier().id())));
  const auto asking = std::make_shared<const Asking>(Asking{std::move(requester), std::move(permit)});
  std::vector<std::unique_ptr<MaskProvider>> out;
  std::map<std::string, std::uint64_t> places;
  for (CustodianAddress& each : policy.custodians()) {
    const std::uint64_t place = places[each.endpoint]++;
    TRICLAVE_TRY_ASSIGN(LogKey log_key, LogKey::parse(each.log_key));
    TRICLAVE_TRY_ASSIGN(CustodianClient client, CustodianClient::make(std::move(each), options));
    out.push_back(std::make_unique<NetworkProvider>(std::move(client), std::move(log_key), asking, place));
  }
  if (out.empty())
    return fail(ErrorKind::invalid_argument,
                "the policy has no custodian with an endpoint and a key file: nobody can be asked under the permit");
  return out;
}

}  // namespace triclave
