// 15. Engines that disagree: whichever sealed an object, every other one opens it to the same bytes.
#include "attack.h"
#include "cipher/engine.h"

namespace triclave::attacks {
namespace {

class Engines : public Attack {};

TEST_F(Engines, EachOpensWhatEachSealed) {
  const Names clinical = {"clinical"};
  const auto made = std::move(capsule::create_capsule(policy, producer(), clinical).value());
  const Secret<32>& key = made.keys[0].key;
  std::vector<const cipher::Engine*> here;
  for (const cipher::Engine* each : cipher::engines())
    if (each->runs_here()) here.push_back(each);
  ASSERT_GE(here.size(), 1u);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{4097},
                                 cipher::kChunkSize - 1, cipher::kChunkSize, 3 * cipher::kChunkSize + 7}) {
    const Bytes content = sample(size);
    const envelope::WrittenFrame frame =
        envelope::write_frame({made.id, {}, "", "cohort", {"clinical"}, false}, made.record);
    const auto context = envelope::stream_context(frame.header_hash, 0);
    for (const cipher::Engine* sealing : here) {
      const auto message = cipher::Message::create(key, context, *sealing);
      Bytes stream(cipher::sealed_run_size(size, true));
      ASSERT_OK(message.seal_run(0, content, true, stream));
      Bytes object = frame.bytes;
      object.insert(object.end(), message.prefix().begin(), message.prefix().end());
      object.insert(object.end(), stream.begin(), stream.end());
      const auto back = open(object);  // by the engine that this machine prefers
      ASSERT_OK(back);
      EXPECT_EQ(*back, content) << sealing->name << ' ' << size;
      for (const cipher::Engine* opening : here) {
        const auto other = cipher::Message::open(key, context, message.prefix(), *opening);
        ASSERT_OK(other);
        Bytes out(size);
        ASSERT_OK(other->open_run(0, stream, true, out));
        EXPECT_EQ(out, content) << sealing->name << ' ' << opening->name << ' ' << size;
        stream.back() ^= 1;
        EXPECT_FAILS(other->open_run(0, stream, true, out), ErrorKind::forged) << opening->name;
        stream.back() ^= 1;
      }
    }
  }
}

}  // namespace
}  // namespace triclave::attacks
