// Asking custodians over the network: each test has services of its own on this machine.
#include <gmock/gmock.h>

#include "fake_custodian.h"
#include "policy/compartment_policy.h"
#include "support/memory_search.h"
#include "support/temp_folder.h"
#include "support/world.h"
#include "triclave/audit.h"
#include "triclave/custodian.h"

namespace triclave::custodian {
namespace {

using ::testing::HasSubstr;
using testing::TempFolder;
using testing::write_file;

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }
Validity around_now() { return {now() - std::chrono::hours(1), now() + std::chrono::hours(1)}; }

// One authority for all certificates; making keys costs more than the tests.
struct Certificates {
  Certified ca = make_authority("trial", around_now()).value();
  Certified server = certify(ca, "ovh", Usage::server, {"localhost"}, around_now()).value();
  Certified client = certify(ca, "hospital", Usage::client, {}, around_now()).value();
  static const Certificates& get() {
    static const Certificates all;
    return all;
  }
};

class Client : public ::testing::Test {
 protected:
  Client() {
    const Certificates& tls = Certificates::get();
    write_file(folder / "ca.pem", tls.ca.certificate);
    write_file(folder / "client.pem", tls.client.certificate);
    write_file(folder / "client.key", std::string(as_text(tls.client.key.view())));
    std::filesystem::permissions(folder / "client.key", std::filesystem::perms::owner_read);
    for (FakeCustodian* each : {&ovh, &orange}) each->start(tls.server, tls.ca.certificate);
  }

  // ovh and orange are asked over the network.
  Policy policy() const {
    std::string text = world.policy_text();
    for (const auto& [name, custodian] : {std::pair{"ovh", &ovh}, std::pair{"orange", &orange}}) {
      const std::string entry = std::string("recipients { name: \"") + name + "\"";
      text.insert(text.find(entry) + entry.size(), " endpoint: \"" + custodian->endpoint() + "\" tls_ca: \"" +
                                                       (folder / "ca.pem").native() + "\" log_key: \"" +
                                                       custodian->log_key() + "\"");
    }
    return Policy::parse(text, "world.policy", world.folder().path()).value();
  }
  Bytes permit(std::vector<std::string> compartments = {"clinical", "identifiers"}) const {
    return issue_permit({signer.verifier().id(), "cohort", std::move(compartments), "OSIRIS study",
                         now() - std::chrono::hours(1), now() + std::chrono::hours(1)},
                        world.signer("stranger"))
        .value();
  }
  // The provider of ovh.
  std::unique_ptr<MaskProvider> provider(const Bytes& under) {
    auto all = custodian_providers(policy(), {under, std::move(signer), receipts}, options);
    EXPECT_OK(all);
    return all ? std::move(all->at(0)) : nullptr;
  }
  Error error_of(MaskProvider& asking, std::stop_token stop = {}) const {
    Bytes out(asked.items.size() * kMaskSize);
    const auto masks = asking.masks(asked, std::move(stop), out);
    EXPECT_FALSE(masks.has_value());
    EXPECT_EQ(out, Bytes(out.size()));
    return masks ? Error{} : masks.error();
  }
  CustodianClient client() { return CustodianClient::make(policy().custodians().at(0), options).value(); }

  TempFolder folder;
  testing::World world;
  FakeCustodian ovh{world.identity("ovh"), "ovh.example/triclave"},
      orange{world.identity("orange"), "orange.example/triclave"};
  Signer signer = Signer::generate("researcher");
  ClientOptions options{folder / "client.pem", folder / "client.key", std::chrono::minutes(1)};
  std::filesystem::path receipts;
  Bytes leaf_policy = policy::serialize_compartment_policy({{}, {}, 0, {world.key_id("ovh"), "OVHcloud", 0, {}}});
  MaskRequest asked = {Id{1},      0,
                       Kem::xwing, keys::xwing::encapsulate(world.recipient("ovh").public_key())->ciphertext,
                       "cohort",   {{"identifiers", {1, 2}, leaf_policy}, {"clinical", {}, leaf_policy}}};
};

TEST_F(Client, GetsTheMasksThatTheKeyGives) {
  const auto network = provider(permit());
  Bytes out(2 * kMaskSize), expected(2 * kMaskSize);
  ASSERT_OK(network->masks(asked, {}, out));
  ASSERT_OK(world.provider("ovh")->masks(asked, {}, expected));
  EXPECT_EQ(out, expected);
  EXPECT_EQ(network->key_id(), world.key_id("ovh"));
  EXPECT_EQ(network->name(), "ovh");
}

// Masks that came over the network, and the owner's, stand where the caller wants them and nowhere else.
TEST_F(Client, LeavesNoMaskInOrdinaryMemory) {
  const auto network = provider(permit());
  SecretBytes out(2 * kMaskSize);
  for (int i = 0; i < 3; ++i) ASSERT_OK(network->masks(asked, {}, out.mutable_view()));
  EXPECT_EQ(testing::copies_in_ordinary_memory(out.view()), 0u);
  EXPECT_EQ(testing::copies_in_ordinary_memory(out.view().subspan(kMaskSize / 2)), 0u);
  Bytes copy(out.view().begin(), out.view().end());
  EXPECT_GE(testing::copies_in_ordinary_memory(out.view()), 1u);  // the search works
  wipe(copy);
}

TEST_F(Client, KeepsAReceiptThatStandsForItself) {
  receipts = folder / "receipts";
  std::filesystem::create_directory(receipts);
  Bytes out(2 * kMaskSize);
  ASSERT_OK(provider(permit())->masks(asked, {}, out));
  ASSERT_EQ(std::distance(std::filesystem::directory_iterator(receipts), {}), 1);
  const auto file = std::filesystem::directory_iterator(receipts)->path();
  EXPECT_TRUE(file.filename().native().starts_with("ovh-"));
  const auto receipt = verify_receipt(*LogKey::parse(ovh.log_key()), testing::read_file(file));
  ASSERT_OK(receipt);
  EXPECT_EQ(parse_log_entry(receipt->entry)->request_hash, Bytes(ovh.asked[0].hash.begin(), ovh.asked[0].hash.end()));
}

TEST_F(Client, AnAnswerThatTheLogDoesNotProveIsPutAside) {
  const auto network = provider(permit());
  const auto expect = [&](ErrorKind kind, std::function<void(v1::ReleaseAnswer&)> answers,
                          std::function<void(LogEntry&)> logs = {}) {
    ovh.answers = std::move(answers);
    ovh.logs = std::move(logs);
    const Error error = error_of(*network);
    EXPECT_EQ(error.kind, kind) << error.message;
    EXPECT_THAT(error.message, HasSubstr("ovh"));
  };
  expect(ErrorKind::forged, {}, [](LogEntry& entry) { entry.request_hash[0] ^= 1; });
  expect(ErrorKind::forged, {}, [](LogEntry& entry) { entry.answer_hash[0] ^= 1; });
  expect(ErrorKind::forged, {}, [](LogEntry& entry) { entry.key_id[0] ^= 1; });
  expect(ErrorKind::forged, [](v1::ReleaseAnswer& answer) { answer.mutable_answer()->back() ^= 1; });
  expect(ErrorKind::malformed, [](v1::ReleaseAnswer& answer) { answer.clear_proof(); });
  expect(ErrorKind::malformed, [](v1::ReleaseAnswer& answer) { answer.clear_entry(); });
  expect(ErrorKind::malformed, [](v1::ReleaseAnswer& answer) { answer.mutable_entry()->append("x"); });
  // Right in form, of another log or another tree.
  expect(ErrorKind::forged, [&](v1::ReleaseAnswer& answer) {
    const Id root = merkle_leaf(as_bytes(answer.entry()));
    answer.set_proof(format_proof({{}, 0, {}, sign_checkpoint(log_signer("thief.example/triclave"), 1, root)}));
  });
  expect(ErrorKind::forged, [&](v1::ReleaseAnswer& answer) {
    answer.set_proof(format_proof({{}, 0, {}, sign_checkpoint(log_signer("ovh.example/triclave"), 1, Id{7})}));
  });
}

TEST_F(Client, ARefusalKeepsItsKindAndWords) {
  const auto network = provider(permit());
  for (const ErrorKind kind : {ErrorKind::permit_refused, ErrorKind::policy_refused, ErrorKind::malformed,
                               ErrorKind::forged, ErrorKind::custodian_unavailable, ErrorKind::io}) {
    ovh.refuses = Error{kind, "the officer has not approved it", {}};
    const Error error = error_of(*network);
    EXPECT_EQ(error.kind, kind);
    EXPECT_EQ(error.message, "ovh refuses: the officer has not approved it");
  }
  // Somebody else's words may hold anything: what would move a terminal's cursor is not shown.
  ovh.refuses = Error{ErrorKind::permit_refused, "\x1b[2J", {}};
  EXPECT_EQ(error_of(*network).message.find('\x1b'), std::string::npos);
  ovh.refuses = Error{ErrorKind::permit_refused, std::string(5000, 'x'), {}};
  EXPECT_LT(error_of(*network).message.size(), 1100U);
}

TEST_F(Client, WhatThePermitDoesNotCoverIsNotAsked) {
  EXPECT_EQ(error_of(*provider(permit({"clinical"}))).kind, ErrorKind::permit_refused);
  EXPECT_TRUE(ovh.asked.empty());
}

TEST_F(Client, AnotherRequestersPermitIsRefused) {
  const Bytes under = permit();
  EXPECT_FAILS(custodian_providers(policy(), {under, Signer::generate("thief"), {}}, options),
               ErrorKind::invalid_argument);
  EXPECT_FAILS(custodian_providers(policy(), {Bytes(100), std::move(signer), {}}, options), ErrorKind::malformed);
}

TEST_F(Client, EndsWhenNobodyWaits) {
  ovh.hangs = true;
  const auto network = provider(permit());
  std::stop_source stop;
  std::thread impatient([&] { stop.request_stop(); });
  EXPECT_EQ(error_of(*network, stop.get_token()).kind, ErrorKind::custodian_unavailable);
  impatient.join();
}

TEST_F(Client, EndsAtTheDeadline) {
  ovh.hangs = true;
  options.deadline = std::chrono::milliseconds(50);
  const Error error = error_of(*provider(permit()));
  EXPECT_EQ(error.kind, ErrorKind::custodian_unavailable);
  EXPECT_THAT(error.message, HasSubstr("did not answer in time"));
}

TEST_F(Client, NeitherEndSpeaksToStrangers) {
  const Certified other_ca = make_authority("another", around_now()).value();
  const Certified other = certify(other_ca, "thief", Usage::client, {}, around_now()).value();
  const Bytes under = permit();
  write_file(folder / "client.pem", other.certificate);  // a client whom the service's authority does not know
  std::filesystem::remove(folder / "client.key");
  write_file(folder / "client.key", std::string(as_text(other.key.view())));
  EXPECT_FAILS(CustodianClient::make(policy().custodians().at(0), options),
               ErrorKind::invalid_argument);  // readable to others
  std::filesystem::permissions(folder / "client.key", std::filesystem::perms::owner_read);
  EXPECT_FAILS(client().status(), ErrorKind::custodian_unavailable);
  write_file(folder / "ca.pem", other_ca.certificate);  // a service whom the client's authority does not know
  EXPECT_FAILS(client().status(), ErrorKind::custodian_unavailable);
  std::filesystem::remove(folder / "ca.pem");
  EXPECT_FAILS(CustodianClient::make(policy().custodians().at(0), options), ErrorKind::io);
}

TEST_F(Client, ManyItemsTakeSeveralRequests) {
  const MaskItem item = asked.items[0];
  asked.items.assign(70, item);
  Bytes out(70 * kMaskSize);
  ASSERT_OK(provider(permit())->masks(asked, {}, out));
  ASSERT_EQ(ovh.asked.size(), 2U);
  EXPECT_EQ(ovh.asked[0].items.size() + ovh.asked[1].items.size(), 70U);
  EXPECT_NE(ovh.asked[0].nonce, ovh.asked[1].nonce);
  EXPECT_TRUE(std::equal(out.begin(), out.begin() + kMaskSize, out.end() - kMaskSize));
}

// So that their logs can be compared; and nobody is asked twice under one nonce.
TEST_F(Client, OneGatheringHasOneNonce) {
  const auto all = custodian_providers(policy(), {permit(), std::move(signer), {}}, options);
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), 2U);
  Bytes out(2 * kMaskSize);
  for (const auto gathering : {std::uint8_t{1}, std::uint8_t{2}}) {
    asked.session = Id{gathering};
    for (const auto& each : *all) ASSERT_OK(each->masks(asked, {}, out));
  }
  EXPECT_EQ(ovh.asked[0].nonce, orange.asked[0].nonce);
  EXPECT_EQ(ovh.asked[1].nonce, orange.asked[1].nonce);
  EXPECT_NE(ovh.asked[0].nonce, ovh.asked[1].nonce);
}

TEST_F(Client, AsksForMoreThanMasks) {
  CustodianClient calls = client();
  const auto status = calls.status();
  ASSERT_OK(status);
  EXPECT_EQ(status->name, "ovh");
  EXPECT_EQ(status->log_name, "ovh.example/triclave");
  ASSERT_EQ(status->keys.size(), 1U);
  EXPECT_EQ(status->keys[0].key_id, world.key_id("ovh"));
  EXPECT_EQ(status->keys[0].epoch, 3U);
  EXPECT_EQ(status->keys[0].destroyed, std::chrono::sys_seconds{});
  EXPECT_EQ(as_text(calls.log_file("checkpoint").value()), "content of checkpoint");
  EXPECT_EQ(calls.cosign("a checkpoint").value(), "lines for a checkpoint");
  const Permit held = read_permit(permit()).value();
  EXPECT_OK(calls.revoke(revoke_permit(held, world.signer("stranger"), now()).value()));
  EXPECT_FAILS(calls.revoke(Bytes(5)), ErrorKind::custodian_unavailable);  // refused, and without our detail
}

TEST_F(Client, WhoIsBackIsAskedAtOnce) {
  CustodianClient calls = client();
  ASSERT_OK(calls.status());
  ovh.stop();
  for (int i = 0; i < 3; ++i) EXPECT_FAILS(calls.status(), ErrorKind::custodian_unavailable);
  ovh.start(Certificates::get().server, Certificates::get().ca.certificate);
  EXPECT_OK(calls.status());
}

TEST_F(Client, NobodyThereIsUnavailable) {
  CustodianAddress nobody = policy().custodians().at(0);
  nobody.endpoint = "localhost:1";
  CustodianClient calls = CustodianClient::make(nobody, options).value();
  const auto status = calls.status();
  EXPECT_FAILS(status, ErrorKind::custodian_unavailable);
  EXPECT_THAT(status.error().message, HasSubstr("cannot be asked"));
}

}  // namespace
}  // namespace triclave::custodian
