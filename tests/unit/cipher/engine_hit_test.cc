// Which engine there is, which one is chosen, and which one really ran.
#include <cstdlib>
#include <set>

#include "every_engine.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

TEST(EngineTable, BestFirst) {
  std::vector<std::string_view> names;
  for (const Engine* engine : engines()) names.push_back(engine->name);
#ifdef TRICLAVE_HAVE_IPSEC_MB
  EXPECT_EQ(names, (std::vector<std::string_view>{"ipsec-mb", "botan", "libsodium"}));
#else
  EXPECT_EQ(names, (std::vector<std::string_view>{"botan", "libsodium"}));
#endif
}

TEST(EngineTable, StatesFitGuardedSlots) {
  for (const Engine* engine : engines()) {
    EXPECT_GE(engine->state_size, 32u) << engine->name;
    EXPECT_LE(engine->state_size, kMaxStateSize) << engine->name;
  }
}

TEST(EngineTable, FoundByName) {
  for (const Engine* engine : engines()) EXPECT_EQ(find_engine(engine->name), engine);
  EXPECT_EQ(find_engine(""), nullptr);
  EXPECT_EQ(find_engine("openssl"), nullptr);
}

// The compiler's own word on the CPU: nothing in the table may sit out where it could run, or every test would be short
// of one.
TEST(EngineTable, TheCpuDecides) {
  EXPECT_TRUE(botan_engine.runs_here());
#if defined(__x86_64__)
  const bool aes = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("avx");
  for (const Engine* engine : engines()) EXPECT_TRUE(engine->runs_here() || !aes) << engine->name;
#endif
}

TEST(EngineChoice, TheFirstThatRuns) {
  EXPECT_EQ(&choose_engine(""), engines_here().front());
  EXPECT_EQ(&choose_engine("openssl"), engines_here().front());
  for (const Engine* engine : engines_here()) EXPECT_EQ(&choose_engine(engine->name), engine);
}

// In a process of its own for each value, since the choice is made once.
TEST(EngineChoiceDeathTest, TheEnvironmentNamesOne) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto chosen_with = [](const char* wish) {
    ::setenv("TRICLAVE_ENGINE", wish, 1);
    const std::string_view first = best_engine().name;
    ::setenv("TRICLAVE_ENGINE", "botan", 1);
    if (best_engine().name != first) std::exit(2);
    std::fprintf(stderr, "chosen: %s.", std::string(first).c_str());
    std::exit(0);
  };
  for (const Engine* engine : engines_here())
    EXPECT_EXIT(chosen_with(std::string(engine->name).c_str()), testing::ExitedWithCode(0),
                "chosen: " + std::string(engine->name) + "\\.");
  EXPECT_EXIT(chosen_with("openssl"), testing::ExitedWithCode(0),
              "chosen: " + std::string(engines_here().front()->name) + "\\.");
}

class EngineHit : public EveryEngine {
 protected:
  // How often each engine ran on this thread while `work` did.
  template <class Work>
  static std::vector<std::uint64_t> uses_during(Work&& work) {
    std::vector<std::uint64_t> uses;
    for (const Engine* each : engines()) uses.push_back(each->uses());
    work();
    for (std::size_t i = 0; i < uses.size(); ++i) uses[i] = engines()[i]->uses() - uses[i];
    return uses;
  }
  std::vector<std::uint64_t> only(const Engine& engine, std::uint64_t count) {
    std::vector<std::uint64_t> out;
    for (const Engine* each : engines()) out.push_back(each == &engine ? count : 0);
    return out;
  }
};
TRICLAVE_ON_EVERY_ENGINE(EngineHit);

TEST_P(EngineHit, TheForcedOneAndNoOtherSealsAndOpens) {
  const Bytes plain = pattern(3 * kChunkSize + 9);
  Bytes sealed;
  EXPECT_EQ(uses_during([&] { sealed = seal_whole(Message::create(test_key(), {}, engine()), plain); }),
            only(engine(), 4));
  EXPECT_EQ(uses_during([&] { EXPECT_TRUE(open_whole(test_key(), {}, sealed, engine())); }), only(engine(), 4));
  const Message message = Message::create(test_key(), {}, engine());
  Bytes run(sealed_run_size(plain.size(), true));
  EXPECT_EQ(uses_during([&] {
              EXPECT_TRUE(message.seal_run_in_place(0, run, true));
              EXPECT_TRUE(message.open_run_in_place(0, run, true));
            }),
            only(engine(), 8));
}

TEST_P(EngineHit, TheDefaultIsTheBest) {
  EXPECT_EQ(uses_during([] { seal_whole(Message::create(test_key(), {}), pattern(9)); }), only(best_engine(), 1));
}

}  // namespace
}  // namespace triclave::cipher
