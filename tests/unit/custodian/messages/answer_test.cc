#include "release.h"

namespace triclave::custodian {
namespace {

struct AnswerTest : Release {
  PendingRequest sent = pending();
  Request request = parse_request(sent.bytes).value();

  Bytes answer() const {
    const auto masks = export_masks(custodian, request);
    EXPECT_OK(masks);
    return seal_answer(request, masks->view()).value();
  }
  Result<Bytes> opened(const PendingRequest& with, ByteView answer) const {
    Bytes out(with.items * kMaskSize);
    if (auto ok = open_answer(with, answer, out); !ok) return tl::unexpected(ok.error());
    return out;
  }
};

TEST_F(AnswerTest, HoldsTheMasksThatTheKeyItselfGives) {
  const auto masks = opened(sent, answer());
  ASSERT_OK(masks);
  Bytes expected(asked.items.size() * kMaskSize);
  ASSERT_OK(key_provider(std::move(custodian))->masks(asked, {}, expected));
  EXPECT_EQ(*masks, expected);
}

TEST_F(AnswerTest, ItemsOfSeveralWrapsEachGetTheirOwnSetUp) {
  request.items.push_back(request.items[0]);
  request.items[1].generation = 3;
  const auto masks = export_masks(custodian, request);
  ASSERT_OK(masks);
  const auto mask = [&](std::size_t i) {
    const ByteView each = masks->view().subspan(kMaskSize * i, kMaskSize);
    return Bytes(each.begin(), each.end());
  };
  EXPECT_EQ(mask(0), mask(2));
  EXPECT_NE(mask(0), mask(1));
}

TEST_F(AnswerTest, OpensForItsOwnRequestOnly) {
  const Bytes right = answer();
  PendingRequest same_key = pending();  // another request; then one of another hash with the same one-use key
  EXPECT_FAILS(opened(same_key, right), ErrorKind::forged);
  std::swap(same_key.one_use_key, sent.one_use_key);
  EXPECT_FAILS(opened(same_key, right), ErrorKind::forged);
  std::swap(same_key.one_use_key, sent.one_use_key);
  EXPECT_OK(opened(sent, right));
  sent.key_id[0] ^= 1;  // another custodian's
  EXPECT_FAILS(opened(sent, right), ErrorKind::forged);
}

TEST_F(AnswerTest, ChangedOrCutItIsRefused) {
  const Bytes right = answer();
  for (const std::size_t at : {0UL, 1000UL, 1119UL, 1120UL, right.size() - 1}) {
    Bytes changed = right;
    changed[at] ^= 1;
    EXPECT_FAILS(opened(sent, changed), ErrorKind::forged);
  }
  EXPECT_FAILS(opened(sent, ByteView(right).first(right.size() - 1)), ErrorKind::malformed);
  EXPECT_FAILS(opened(sent, {}), ErrorKind::malformed);
  Bytes room(2 * kMaskSize - 1);
  EXPECT_FAILS(open_answer(sent, right, room), ErrorKind::invalid_argument);
}

TEST_F(AnswerTest, AOneUseKeyThatIsNoneIsRefused) {
  request.one_use_key.assign(kXWingPublicKeySize, 0xFF);
  EXPECT_FAILS(seal_answer(request, Bytes(128)), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::custodian
