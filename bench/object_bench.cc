// Capsules and sealed objects.
//
//   bench_object            by Google Benchmark
//   bench_object --ratio    the targets: a 1 GiB stream against a bare loop of the raw engine (in turns in one process,
//                           the fastest of several rounds each), capsules, memory, ranges, a thousand objects
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstring>

#include "common.h"
#include "support/objects.h"
#include "support/world.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave {
namespace {

using namespace bench;
using testing::Access;
using testing::World;

constexpr std::size_t kStream = std::size_t{1} << 30;
// 3 recipients, 4 compartments.
Access four_compartments() {
  const std::string two = "2 of (outscale, ovh, orange)";
  return {two, two,
          "compartments { name: \"imaging\" access: \"" + two + "\" }\ncompartments { name: \"genome\" access: \"" +
              two + "\" }\n"};
}

struct Scene {
  World world;
  Policy policy = world.policy(four_compartments());
  const Signer& producer = world.signer("pipeline");

  Opener opener() const { return Opener::make(policy, world.providers({"outscale", "ovh"})); }
};

void print_stream_ratios(const Scene& scene) {
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  const Bytes plain = testing::sample(kStream);
  Bare bare;
  print_ratio(
      "sealing a 1 GiB object", 0.9, kStream, [&] { bare.seal(plain); },
      [&] {
        auto out = must(sealer.object("clinical", "", std::make_unique<DiscardingSink>()));
        must(out->write(plain));
        must(out->finish());
      });
  const Bytes theirs = bare.seal_all(plain);
  const Bytes sealed = testing::sealed(sealer, "clinical", plain);
  Opener opener = scene.opener();
  must(opener.add_capsule(sealer.capsule()));
  must(opener.unlock(sealer.capsule_id()));
  print_ratio(
      "opening a 1 GiB object", 0.9, kStream, [&] { bare.open(theirs); },
      [&] {
        DiscardingSink out;
        must(must(opener.object(memory_source(sealed)))->copy_to(out));
      });
}

template <class Work>
double best_milliseconds(Work&& work) {
  double best = 1e9;
  for (int round = 0; round < 50; ++round) best = std::min(best, seconds(work) * 1e3);
  return best;
}

void print_capsules(const Scene& scene) {
  std::printf("making a capsule for 3 recipients and 4 compartments: %.2f ms, target 2\n",
              best_milliseconds([&] { must(Sealer::make(scene.policy, scene.producer)); }));
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  double best = 1e9;
  for (int round = 0; round < 50; ++round) {
    Opener opener = scene.opener();  // its keys are unlocked before the clock starts
    best = std::min(best, seconds([&] {
                            must(opener.add_capsule(sealer.capsule()));
                            must(opener.unlock(sealer.capsule_id()));
                          }) * 1e3);
  }
  std::printf("opening it, all 4 compartments: %.2f ms, target 2; it has %zu bytes\n", best, sealer.capsule().size());
}

void print_small_objects(const Scene& scene) {
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  const Bytes plain = testing::sample(1024);
  std::size_t bytes = 0;
  const double time = seconds([&] {
    for (int i = 0; i < 1000; ++i) bytes += testing::sealed(sealer, "clinical", plain).size();
  });
  std::printf("a thousand objects of 1 KiB in one session: one capsule, %.1f ms, %.0f bytes each beyond their data\n",
              time * 1e3, static_cast<double>(bytes) / 1000 - 1024);
}

void print_range(const Scene& scene) {
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  const Bytes sealed = testing::sealed(sealer, "clinical", testing::sample(std::size_t{64} << 20));
  Opener opener = scene.opener();
  must(opener.add_capsule(sealer.capsule()));
  std::size_t read = 0;
  auto object = must(opener.object(std::make_unique<CountingSource>(sealed, read)));
  read = 0;
  Bytes out(4096);
  must(object->read_at(40'000'000, out));
  std::printf("a range of 4 KiB out of 64 MiB reads %zu sealed bytes\n", read);
}

void print_memory(const Scene& scene) {
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  const Bytes piece = testing::sample(1 << 20);
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  auto out = must(sealer.object("clinical", "", std::make_unique<DiscardingSink>()));
  for (int i = 0; i < 4096; ++i) must(out->write(piece));
  must(out->finish());
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  std::printf(
      "sealing 4 GiB in pieces of 1 MiB: peak memory of the process %ld MiB, %ld MiB of it for the stream, target 64\n",
      after.ru_maxrss / 1024, (after.ru_maxrss - before.ru_maxrss) / 1024);
}

void BM_make_capsule(benchmark::State& state) {
  const Scene scene;
  for (auto _ : state) must(Sealer::make(scene.policy, scene.producer));
}
BENCHMARK(BM_make_capsule)->Unit(benchmark::kMillisecond);

void BM_open_capsule(benchmark::State& state) {
  const Scene scene;
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  for (auto _ : state) {
    state.PauseTiming();
    Opener opener = scene.opener();
    state.ResumeTiming();
    must(opener.add_capsule(sealer.capsule()));
    must(opener.unlock(sealer.capsule_id()));
  }
}
BENCHMARK(BM_open_capsule)->Unit(benchmark::kMillisecond);

void BM_seal_object(benchmark::State& state) {
  const Scene scene;
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  const Bytes plain = testing::sample(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    auto out = must(sealer.object("clinical", "", std::make_unique<DiscardingSink>()));
    must(out->write(plain));
    must(out->finish());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_seal_object)->Arg(0)->Arg(1 << 10)->Arg(1 << 16)->Arg(1 << 20)->Arg(64 << 20);

void BM_open_object(benchmark::State& state) {
  const Scene scene;
  const Sealer sealer = must(Sealer::make(scene.policy, scene.producer));
  const Bytes sealed = testing::sealed(sealer, "clinical", testing::sample(static_cast<std::size_t>(state.range(0))));
  Opener opener = scene.opener();
  must(opener.add_capsule(sealer.capsule()));
  must(opener.unlock(sealer.capsule_id()));
  for (auto _ : state) {
    DiscardingSink out;
    must(must(opener.object(memory_source(sealed)))->copy_to(out));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_open_object)->Arg(0)->Arg(1 << 10)->Arg(1 << 16)->Arg(1 << 20)->Arg(64 << 20);

}  // namespace
}  // namespace triclave

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--ratio") == 0) {
    const triclave::Scene scene;
    triclave::print_memory(scene);
    triclave::print_capsules(scene);
    triclave::print_small_objects(scene);
    triclave::print_range(scene);
    triclave::print_stream_ratios(scene);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
