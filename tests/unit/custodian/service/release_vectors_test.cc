// What an independent implementation, written from SPEC.md alone, says of requests (tests/vectors), asked of a running
// service.
#include <gmock/gmock.h>

#include <sstream>

#include "base/text_codec.h"
#include "custodian/log/entry.h"
#include "custodian/messages/answer.h"
#include "support/custodian.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "support/vectors.h"

namespace triclave::custodian {
namespace {

using testing::CustodianScene;

constexpr std::string_view kEveryReleaseKey[] = {
    "comment",   "type",    "rule",    "expect", "own-key",    "clock", "permit",     "requester", "request",
    "signature", "session", "one-use", "mask",   "revocation", "floor", "seen-nonce", "approved",  "released"};

class ReleaseVectors : public ::testing::TestWithParam<std::string> {
 protected:
  // The custodian's key becomes the vector's, and its state what the vector says.
  void prepare(const Bytes& permit_record) {
    scene.clock = std::chrono::sys_seconds{std::chrono::seconds{std::stoll(vector.one("clock"))}};
    const State state = State::open(scene.files).value();
    const Vault vault = state.unlock(testing::kPassphrase).value();
    const SecretBytes own = secret_from_hex(vector.one("own-key")).value();
    const Identity identity = Identity::import_own_key(vector.one("own-key"), "ovh").value();
    const Id id = identity.recipient().id();
    const Bytes sealed = vault.seal(own.view(), "key " + to_hex(id)).value();
    auto key = state.database().prepare("UPDATE keys SET id = ?, public = ?, sealed = ?, dataset = 'weather'").value();
    EXPECT_OK(key.bind(1, ByteView(id)).bind(2, identity.recipient().public_key()).bind(3, ByteView(sealed)).run());

    State changed = State::open(scene.files).value();
    const SignedPermit permit = parse_permit(permit_record).value();
    if (vector.has("approved")) {
      EXPECT_OK(changed.approve(permit.permit.authority, permit.permit.id, permit.hash));
    }
    for (const std::string& line : vector.all("floor")) {
      const std::size_t space = line.find(' ');
      Id capsule{};
      const Bytes bytes = from_hex(line.substr(0, space)).value();
      std::copy(bytes.begin(), bytes.end(), capsule.begin());
      EXPECT_OK(changed.raise_floor(capsule, static_cast<std::uint32_t>(std::stoul(line.substr(space + 1)))));
    }
    for (const std::string& nonce : vector.all("seen-nonce")) {
      auto row = state.database().prepare("INSERT INTO nonces VALUES (?)").value();
      EXPECT_OK(row.bind(1, ByteView(from_hex(nonce).value())).run());
    }
    if (vector.has("released")) {
      auto row = state.database().prepare("INSERT INTO permits (authority, id, releases) VALUES (?1, ?2, ?3)"
                                          " ON CONFLICT DO UPDATE SET releases = ?3").value();
      row.bind(1, ByteView(permit.permit.authority)).bind(2, ByteView(permit.permit.id));
      EXPECT_OK(row.bind(3, std::uint64_t{std::stoul(vector.one("released"))}).run());
    }
  }

  std::string masks(ByteView request_bytes, ByteView answer) const {
    const Request request = parse_request(request_bytes).value();
    const SecretBytes seed = secret_from_hex(vector.one("one-use")).value();
    const PendingRequest pending{Bytes(request_bytes.begin(), request_bytes.end()), {}, request.key_id, request.hash,
                                 request.items.size(),
                                 keys::xwing::PrivateKey(Secret<32>::copy_of(seed.view().first<32>()))};
    Bytes out(kMaskSize * request.items.size());
    EXPECT_OK(open_answer(pending, answer, out));
    return to_hex(out);
  }

  testing::TempFolder folder;
  CustodianScene scene{folder.path()};
  const testing::Vector vector = testing::read_vector(GetParam());
};

TEST_P(ReleaseVectors, IsJudgedAsItExpects) {
  for (const auto& line : vector.lines)
    EXPECT_THAT(kEveryReleaseKey, ::testing::Contains(line.first)) << "a key that this test does not know";
  ASSERT_OK(scene.created());
  const Bytes permit = vector.bytes("permit"), requester = vector.bytes("requester");
  const Bytes request = vector.bytes("request"), signature = vector.bytes("signature");
  prepare(permit);
  const auto service = scene.serve();
  ASSERT_OK(service);
  for (const std::string& record : vector.all("revocation"))
    EXPECT_OK(CustodianScene::revoke(**service, testing::vector_bytes(record)));

  const auto answer = CustodianScene::ask(**service, {permit, requester, request, signature, "client"});
  const std::string expected = vector.one("expect");
  ASSERT_EQ(testing::kind_of(answer), expected == "ok" ? "success" : expected) << testing::text_of(answer);
  if (!answer) return;
  std::string mask;
  for (const std::string& each : vector.all("mask")) mask += each;
  EXPECT_EQ(masks(request, answer->answer), mask);
  const auto entry = parse_log_entry(answer->entry);
  ASSERT_OK(entry);
  EXPECT_EQ(to_hex(entry->session), vector.one("session"));
}

INSTANTIATE_TEST_SUITE_P(All, ReleaseVectors, ::testing::ValuesIn(testing::vector_names({"release"})),
                         testing::test_name);

}  // namespace
}  // namespace triclave::custodian
