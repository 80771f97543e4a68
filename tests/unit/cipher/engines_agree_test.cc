// Every engine against every other, over lengths around each edge, odd alignments, out of place and in place; and none
// writes a byte outside its buffer.
#include <utility>

#include "every_engine.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

// `size` bytes at an odd address, between fences.
class Fenced {
 public:
  Fenced(std::size_t size, std::size_t shift, ByteView content = {}) : bytes_(kFence + shift + size + kFence, 0xEE) {
    view_ = MutableBytes(bytes_).subspan(kFence + shift, size);
    std::ranges::copy(content, view_.begin());
  }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  ~Fenced() {
    const auto is_fence = [](std::uint8_t byte) { return byte == 0xEE; };
    EXPECT_TRUE(std::all_of(bytes_.data(), view_.data(), is_fence)) << "written before the buffer";
    EXPECT_TRUE(std::all_of(view_.data() + view_.size(), bytes_.data() + bytes_.size(), is_fence))
        << "written behind the buffer";
  }
  MutableBytes view() { return view_; }

 private:
  static constexpr std::size_t kFence = 128;
  Bytes bytes_;
  MutableBytes view_;
};

// The chunks of `plain` with 16 spare bytes behind each, as the in-place calls want them.
Bytes spread(ByteView plain) {
  Bytes out;
  for (;;) {
    const auto chunk = plain.first(std::min(plain.size(), kChunkSize));
    out.insert(out.end(), chunk.begin(), chunk.end());
    out.resize(out.size() + kTagSize);
    if (chunk.size() < kChunkSize) return out;
    plain = plain.subspan(kChunkSize);
  }
}

std::vector<std::size_t> lengths() {
  std::vector<std::size_t> out;
  for (std::size_t size = 0; size <= 70; ++size) out.push_back(size);
  for (std::size_t edge : {kChunkSize, 3 * kChunkSize})
    for (std::size_t size = edge - 1; size <= edge + 1; ++size) out.push_back(size);
  for (std::size_t block : {128u, 256u, 512u, 768u, 1024u, 4096u})  // the engines' inner loops take so much at a time
    for (std::size_t size = block - 1; size <= block + 1; ++size) out.push_back(size);
  return out;
}

constexpr std::pair<std::size_t, std::size_t> kShifts[] = {{0, 0}, {1, 0}, {0, 1}, {3, 7}, {8, 8}, {15, 31}, {33, 2}};

class EnginesAgree : public EveryEngine {
 protected:
  // The same message, keys and all, for each engine.
  void SetUp() override {
    const Message first = Message::create(key, as_bytes("agree"), engine());
    for (const Engine* other : engines_here()) {
      auto message = Message::open(key, as_bytes("agree"), first.prefix(), *other);
      ASSERT_TRUE(message) << "the engines derive different keys";
      (other == &engine() ? ours : others).push_back(std::move(*message));
    }
    ASSERT_EQ(ours.size(), 1u);
  }
  const Message& mine() const { return ours.front(); }

  Secret<32> key = test_key();
  std::vector<Message> ours, others;
};
TRICLAVE_ON_EVERY_ENGINE(EnginesAgree);

TEST_P(EnginesAgree, OnSealing) {
  for (const std::size_t size : lengths()) {
    const Bytes plain = pattern(size, size + 1);
    const Bytes sealed = sealed_run(mine(), 9, plain, true);
    for (const Message& other : others) ASSERT_TRUE(sealed_run(other, 9, plain, true) == sealed) << size;
    for (const auto& [in, out] : kShifts) {
      Fenced from(size, in, plain);
      Fenced to(sealed.size(), out);
      ASSERT_TRUE(mine().seal_run(9, from.view(), true, to.view()));
      ASSERT_TRUE(std::ranges::equal(to.view(), sealed)) << size << " bytes, shifted by " << in << " and " << out;
    }
  }
}

TEST_P(EnginesAgree, OnOpening) {
  for (const std::size_t size : lengths()) {
    const Bytes plain = pattern(size, size + 1);
    const Bytes sealed = others.empty() ? sealed_run(mine(), 9, plain, true) : sealed_run(others[0], 9, plain, true);
    for (const auto& [in, out] : kShifts) {
      Fenced from(sealed.size(), in, sealed);
      Fenced to(size, out);
      ASSERT_TRUE(mine().open_run(9, from.view(), true, to.view())) << size;
      ASSERT_TRUE(std::ranges::equal(to.view(), plain)) << size << " bytes, shifted by " << in << " and " << out;
    }
  }
}

TEST_P(EnginesAgree, InPlaceAndOutOfPlace) {
  for (const std::size_t size : lengths()) {
    const Bytes plain = pattern(size, size + 1);
    const Bytes sealed = sealed_run(mine(), 9, plain, true);
    for (const auto& [shift, ignored] : kShifts) {
      Fenced run(sealed.size(), shift, spread(plain));
      ASSERT_TRUE(mine().seal_run_in_place(9, run.view(), true));
      ASSERT_TRUE(std::ranges::equal(run.view(), sealed)) << size << " bytes, shifted by " << shift;
      ASSERT_TRUE(mine().open_run_in_place(9, run.view(), true));
      Bytes back(run.view().begin(), run.view().end());
      const Bytes chunks = spread(plain);
      for (std::size_t at = 0; at < back.size(); at += kSealedChunkSize) {
        const std::size_t length = std::min(back.size() - at, kSealedChunkSize) - kTagSize;
        ASSERT_TRUE(std::equal(back.begin() + static_cast<std::ptrdiff_t>(at),
                               back.begin() + static_cast<std::ptrdiff_t>(at + length),
                               chunks.begin() + static_cast<std::ptrdiff_t>(at)))
            << size << " bytes, shifted by " << shift;
      }
    }
  }
}

TEST_P(EnginesAgree, OnRefusing) {
  for (const std::size_t size : lengths()) {
    Bytes sealed = sealed_run(mine(), 9, pattern(size), true);
    sealed[size / 2] ^= 0x04;
    for (const auto& [in, out] : kShifts) {
      Fenced from(sealed.size(), in, sealed);
      Fenced to(size, out);
      ASSERT_EQ(outcome(mine().open_run(9, from.view(), true, to.view())), "forged") << size;
      ASSERT_TRUE(all_zero(to.view())) << size;
    }
    for (const Message& other : others) {
      Bytes out(size);
      ASSERT_EQ(outcome(other.open_run(9, sealed, true, out)), "forged") << size;
    }
  }
}

// Messages of all lengths under one key, their tags behind them.
class ManyAtOnce : public EveryEngine {
 protected:
  struct One {
    std::array<std::uint8_t, 12> nonce{};
    Bytes plain, sealed, opened;
  };
  void SetUp() override {
    for (const std::size_t size : lengths()) {
      One one{{}, pattern(size, size + 1), Bytes(size + kTagSize), Bytes(size, 0xEE)};
      one.nonce[5] = static_cast<std::uint8_t>(all.size());
      all.push_back(std::move(one));
    }
    engine().expand(state.mutable_view().data(), test_key().view().data());
    for (One& each : all)
      engine().seal(state.view().data(), each.nonce.data(), each.plain.data(), each.plain.size(), each.sealed.data(),
                    each.sealed.data() + each.plain.size());
  }
  std::vector<Piece> pieces(Bytes One::* from, Bytes One::* to) {
    std::vector<Piece> out;
    for (One& each : all) out.push_back({each.nonce.data(), (each.*from).data(), each.plain.size(), (each.*to).data()});
    return out;
  }

  std::vector<One> all;
  SecretBytes state = SecretBytes(engine().state_size);
};
TRICLAVE_ON_EVERY_ENGINE(ManyAtOnce);

TEST_P(ManyAtOnce, AreWhatEachIsAlone) {
  std::vector<Bytes> alone;
  for (One& each : all) alone.push_back(std::exchange(each.sealed, Bytes(each.sealed.size())));
  const std::uint64_t before = engine().uses();
  engine().seal_many(state.view().data(), pieces(&One::plain, &One::sealed));
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i].sealed, alone[i]) << all[i].plain.size();
  ASSERT_EQ(engine().open_many(state.view().data(), pieces(&One::sealed, &One::opened)), all.size());
  for (const One& each : all) ASSERT_EQ(each.opened, each.plain) << each.plain.size();
  EXPECT_EQ(engine().uses() - before, 2 * all.size());
  EXPECT_EQ(engine().open_many(state.view().data(), {}), 0u);
}

TEST_P(ManyAtOnce, OneForgeryZeroesAllAndIsTold) {
  for (One& forged : all) {
    for (const std::size_t bit : {std::size_t{0}, 8 * forged.plain.size(), 8 * forged.sealed.size() - 1}) {
      forged.sealed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      ASSERT_EQ(engine().open_many(state.view().data(), pieces(&One::sealed, &One::opened)),
                static_cast<std::size_t>(&forged - all.data()));
      for (const One& each : all) ASSERT_TRUE(all_zero(each.opened)) << forged.plain.size();
      forged.sealed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    }
  }
}

}  // namespace
}  // namespace triclave::cipher
