#include <functional>

#include "base/hash.h"
#include "base/message.h"
#include "release.h"

namespace triclave::custodian {
namespace {

using RequestTest = Release;

TEST_F(RequestTest, SaysWhatIsAsked) {
  const PendingRequest sent = pending();
  const auto request = parse_request(sent.bytes);
  ASSERT_OK(request);
  EXPECT_OK(verify_request(sent.bytes, sent.signature, requester().verifier()));
  EXPECT_EQ(request->key_id, custodian.recipient().id());
  EXPECT_EQ(request->permit_hash, Id{3});
  EXPECT_EQ(request->time, kNow);
  EXPECT_EQ(request->hash, sha256(sent.bytes));
  EXPECT_EQ(request->hash, sent.hash);
  EXPECT_EQ(request->one_use_key, sent.one_use_key.public_key());
  ASSERT_EQ(request->items.size(), 2U);
  EXPECT_EQ(request->items[0].capsule_id, asked.capsule_id);
  EXPECT_EQ(request->items[0].generation, 2U);
  EXPECT_EQ(request->items[0].enc, asked.enc);
  EXPECT_EQ(request->items[0].dataset, "cohort");
  EXPECT_EQ(request->items[0].compartment, "identifiers");
  EXPECT_EQ(request->items[0].path, (Bytes{1, 2}));
  EXPECT_EQ(request->items[0].policy, policy);
  EXPECT_EQ(request->items[1].compartment, "clinical");
  EXPECT_TRUE(request->items[1].path.empty());
}

// As a stranger would write it from SPEC.md: every field's place and width.
TEST_F(RequestTest, IsTheEncodingOfTheSpecification) {
  const PendingRequest sent = pending();
  const Request request = parse_request(sent.bytes).value();
  const auto item = [&](const char* compartment, const Bytes& path) {
    return M({asked.capsule_id, std::uint32_t{2}, asked.enc, "cohort", compartment, path, policy});
  };
  EXPECT_EQ(sent.bytes, M({custodian.recipient().id(), Id{3}, request.nonce, std::uint64_t{1'850'000'000},
                           sent.one_use_key.public_key(), M({item("identifiers", {1, 2}), item("clinical", {})})}));
}

TEST_F(RequestTest, IsNewEachTime) {
  const PendingRequest first = pending(), second = pending();
  EXPECT_NE(parse_request(first.bytes)->nonce, parse_request(second.bytes)->nonce);
  EXPECT_NE(first.one_use_key.public_key(), second.one_use_key.public_key());
}

TEST_F(RequestTest, SomebodyElsesSignatureIsForged) {
  const PendingRequest sent = pending();
  EXPECT_FAILS(verify_request(sent.bytes, sent.signature, Signer::generate("thief").verifier()), ErrorKind::forged);
  Bytes changed = sent.bytes;
  changed.back() ^= 1;
  EXPECT_FAILS(verify_request(changed, sent.signature, requester().verifier()), ErrorKind::forged);
  EXPECT_FAILS(verify_request(sent.bytes, Bytes(10), requester().verifier()), ErrorKind::malformed);
}

TEST_F(RequestTest, AWrongFormIsMalformed) {
  using Fields = std::vector<Bytes>;
  const auto fields = [](ByteView bytes) {
    Fields out;
    const auto views = fields_of(bytes, 64).value();
    for (const ByteView each : views) out.emplace_back(each.begin(), each.end());
    return out;
  };
  const Fields right = fields(pending().bytes), right_items = fields(right[5]), right_item = fields(right_items[0]);
  const auto refused = [&](const std::function<void(Fields&)>& change) {
    Fields request = right;
    change(request);
    EXPECT_FAILS(parse_request(M(request)), ErrorKind::malformed);
  };
  const auto item_refused = [&](const std::function<void(Fields&)>& change) {
    Fields item = right_item, items = right_items;
    change(item);
    items[1] = M(item);
    refused([&](Fields& f) { f[5] = M(items); });
  };
  EXPECT_OK(parse_request(M(right)));
  for (std::size_t i = 0; i < 5; ++i) {
    refused([i](Fields& f) { f[i].pop_back(); });
    refused([i](Fields& f) { f[i].push_back(1); });
  }
  refused([](Fields& f) { f.pop_back(); });
  refused([](Fields& f) { f.emplace_back(); });
  refused([](Fields& f) { f[3][0] = 1; });  // the year 2 million
  refused([](Fields& f) { f[5].clear(); });
  refused([](Fields& f) { f[5].pop_back(); });
  refused([&](Fields& f) { f[5] = M(Fields(65, right_items[0])); });
  for (const std::size_t i : {0U, 1U, 2U}) {
    item_refused([i](Fields& f) { f[i].pop_back(); });
    item_refused([i](Fields& f) { f[i].push_back(1); });
  }
  item_refused([](Fields& f) { f.pop_back(); });
  item_refused([](Fields& f) { f.emplace_back(); });
  item_refused([](Fields& f) { f[3] = {'A'}; });
  item_refused([](Fields& f) { f[4].clear(); });
  item_refused([](Fields& f) { f[5] = {0}; });
  item_refused([](Fields& f) { f[5] = {17}; });
  item_refused([](Fields& f) { f[5] = Bytes(8, 1); });
  item_refused([](Fields& f) { f[6].clear(); });
  item_refused([](Fields& f) { f[6] = Bytes(16 * 1024 + 1); });
  EXPECT_FAILS(parse_request({}), ErrorKind::malformed);
  EXPECT_FAILS(parse_request(Bytes(kMaxRequest + 1)), ErrorKind::malformed);
}

TEST_F(RequestTest, TooMuchAtOnceIsNotAsked) {
  const auto make = [&] { return make_request(custodian.recipient().id(), Id{3}, Nonce{}, kNow, asked, requester()); };
  asked.items.assign(65, asked.items[0]);
  EXPECT_FAILS(make(), ErrorKind::invalid_argument);
  asked.items.resize(64);
  EXPECT_OK(make());
  for (MaskItem& each : asked.items) each.policy.resize(16 * 1024);
  EXPECT_FAILS(make(), ErrorKind::invalid_argument);
  asked.items.clear();
  EXPECT_FAILS(make(), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave::custodian
