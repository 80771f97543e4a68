// Cobblestone-256 against a bare loop of the raw engine.
//
//   bench_cipher            every engine and size, by Google Benchmark
//   bench_cipher --ratio    how much of the bare loop's speed a 1 GiB stream keeps: both in turns in one process, over
//   the
//                           same warm buffers, the fastest of several rounds each
#include <benchmark/benchmark.h>
#ifdef TRICLAVE_HAVE_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/random.h"
#include "cipher/cobblestone.h"

namespace triclave::cipher {
namespace {

constexpr std::size_t kRun = 16;                // chunks per call: buffers of 256 KiB, which stay in the cache
constexpr std::size_t kStreamChunks = 1 << 16;  // 1 GiB

// Warm buffers: one for plaintext, one for what is sealed.
struct Buffers {
  Bytes plain = Bytes(kRun * kChunkSize);
  Bytes sealed = Bytes(kRun * kSealedChunkSize);
  Buffers() { random_bytes(plain); }
};

void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench_cipher: %s failed\n", what);
  std::exit(1);
}

#ifdef TRICLAVE_HAVE_IPSEC_MB
// The raw engine: ipsec-mb called directly with its key prepared.
class Bare {
 public:
  static constexpr const char* kName = "ipsec-mb, called directly";
  Bare() : manager_(alloc_mb_mgr(0)) {
    init_mb_mgr_auto(manager_, nullptr);
    manager_->gcm256_pre(random_array<32>().data(), &key_);
  }
  void seal(const std::uint8_t* in, std::uint8_t* out, std::uint8_t* tag) {
    manager_->gcm256_enc(&key_, &context_, out, in, kChunkSize, nonce_, nullptr, 0, tag, kTagSize);
  }
  void open(const std::uint8_t* in, std::uint8_t* out, std::uint8_t* tag) {
    manager_->gcm256_dec(&key_, &context_, out, in, kChunkSize, nonce_, nullptr, 0, tag, kTagSize);
  }

 private:
  IMB_MGR* manager_;
  alignas(64) gcm_key_data key_;
  gcm_context_data context_;
  std::uint8_t nonce_[12] = {};
};
#else
// Without ipsec-mb the best engine's own functions are the bare loop.
class Bare {
 public:
  static constexpr const char* kName = "the best engine's own functions";
  Bare() { best_engine().expand(key_.data(), random_array<32>().data()); }
  void seal(const std::uint8_t* in, std::uint8_t* out, std::uint8_t* tag) {
    best_engine().seal(key_.data(), nonce_, in, kChunkSize, out, tag);
  }
  void open(const std::uint8_t* in, std::uint8_t* out, std::uint8_t* tag) {
    seal(in, out, tag);  // opening random bytes would measure a refusal; counter mode costs the same both ways
  }

 private:
  Secret<kMaxStateSize> key_;
  std::uint8_t nonce_[12] = {};
};
#endif

void bare_seal(Bare& bare, Buffers& buffers) {
  std::uint8_t tag[kTagSize];
  for (std::size_t i = 0; i < kRun; ++i)
    bare.seal(buffers.plain.data() + i * kChunkSize, buffers.sealed.data() + i * kChunkSize, tag);
}

void bare_open(Bare& bare, Buffers& buffers) {
  std::uint8_t tag[kTagSize];
  for (std::size_t i = 0; i < kRun; ++i)
    bare.open(buffers.sealed.data() + i * kChunkSize, buffers.plain.data() + i * kChunkSize, tag);
}

template <class Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Goes through a stream of 1 GiB several times, slice by slice, each slice once bare and once ours, and compares the
// fastest slices: whatever else the machine does meanwhile meets both.
template <class BareRun, class OurRun>
void print_ratio(const char* what, BareRun&& bare_run, OurRun&& our_run) {
  constexpr int kRounds = 9;
  constexpr std::size_t kSlice = 1024;  // chunks: 16 MiB
  double bare = 1e9;
  double ours = 1e9;
  for (int round = 0; round < kRounds; ++round)
    for (std::size_t slice = 0; slice < kStreamChunks; slice += kSlice) {
      bare = std::min(bare, seconds([&] {
                        for (std::size_t chunk = slice; chunk < slice + kSlice; chunk += kRun) bare_run();
                      }));
      ours = std::min(ours, seconds([&] {
                        for (std::size_t chunk = slice; chunk < slice + kSlice; chunk += kRun) our_run(chunk);
                      }));
    }
  constexpr double kGigabytes = static_cast<double>(kSlice * kChunkSize) / 1e9;
  std::printf("%s 1 GiB: %.3f of the bare loop (%.2f GB/s with %s; %s: %.2f GB/s)\n", what, bare / ours,
              kGigabytes / ours, std::string(best_engine().name).c_str(), Bare::kName, kGigabytes / bare);
}

void print_ratios() {
  Bare bare;
  Buffers buffers;
  const Message message = Message::create(Secret<32>::copy_of(random_array<32>()), as_bytes("bench"));
  print_ratio(
      "sealing", [&] { bare_seal(bare, buffers); },
      [&](std::size_t chunk) {
        require(message.seal_run(chunk, buffers.plain, false, buffers.sealed).has_value(), "sealing");
      });
  // The same run is opened again and again, as if its bytes had just come in.
  require(message.seal_run(0, buffers.plain, false, buffers.sealed).has_value(), "sealing");
  print_ratio(
      "opening", [&] { bare_open(bare, buffers); },
      [&](std::size_t) { require(message.open_run(0, buffers.sealed, false, buffers.plain).has_value(), "opening"); });
}

void set_speed(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * static_cast<std::int64_t>(bytes)));
}

void BM_bare_seal(benchmark::State& state) {
  Bare bare;
  Buffers buffers;
  for (auto _ : state) bare_seal(bare, buffers);
  set_speed(state, buffers.plain.size());
}
BENCHMARK(BM_bare_seal);

void BM_bare_open(benchmark::State& state) {
  Bare bare;
  Buffers buffers;
  for (auto _ : state) bare_open(bare, buffers);
  set_speed(state, buffers.plain.size());
}
BENCHMARK(BM_bare_open);

void seal_run(benchmark::State& state, const Engine& engine) {
  Buffers buffers;
  const auto plain = ByteView(buffers.plain).first(static_cast<std::size_t>(state.range(0)) * kChunkSize);
  const auto sealed = MutableBytes(buffers.sealed).first(sealed_run_size(plain.size(), false));
  const Message message = Message::create(Secret<32>(), {}, engine);
  for (auto _ : state) require(message.seal_run(0, plain, false, sealed).has_value(), "sealing");
  set_speed(state, plain.size());
}

void open_run(benchmark::State& state, const Engine& engine) {
  Buffers buffers;
  const auto plain = MutableBytes(buffers.plain).first(static_cast<std::size_t>(state.range(0)) * kChunkSize);
  const auto sealed = MutableBytes(buffers.sealed).first(sealed_run_size(plain.size(), false));
  const Message message = Message::create(Secret<32>(), {}, engine);
  require(message.seal_run(0, plain, false, sealed).has_value(), "sealing");
  for (auto _ : state) require(message.open_run(0, sealed, false, plain).has_value(), "opening");
  set_speed(state, plain.size());
}

// A small object: keys and all.
void small_message(benchmark::State& state, const Engine& engine) {
  const Secret<32> key;
  const Bytes context(60);
  const Bytes plain(static_cast<std::size_t>(state.range(0)));
  Bytes sealed(sealed_run_size(plain.size(), true));
  for (auto _ : state) {
    const Message message = Message::create(key, context, engine);
    require(message.seal_run(0, plain, true, sealed).has_value(), "sealing");
  }
  set_speed(state, plain.size());
}

// The keys of several messages at once.
void new_messages(benchmark::State& state, const Engine& engine) {
  const InputKey key = Secret<32>();
  const Bytes context(66);
  const std::vector<Message::Origin> origins(static_cast<std::size_t>(state.range(0)), {&key, context});
  for (auto _ : state) benchmark::DoNotOptimize(Message::create_all(origins, engine));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// The least that sealing a table's columns takes: 8 columns' keys at a time, then their chunks, the last of 64 bytes.
void keyed_columns(benchmark::State& state, const Engine& engine) {
  constexpr std::size_t kColumns = 8;
  const auto size = static_cast<std::size_t>(state.range(0));
  const Bytes plain = Bytes((std::size_t{64} << 20) + 64, 1);
  Bytes sealed(kColumns * sealed_run_size(size + 64, true), 1);
  const std::size_t each = sealed.size() / kColumns;
  const InputKey key = Secret<32>();
  const Bytes context(66);
  const std::vector<Message::Origin> origins(kColumns, {&key, context});
  std::size_t at = 0;
  for (auto _ : state) {
    const std::vector<Message> messages = Message::create_all(origins, engine);
    for (std::size_t i = 0; i < kColumns; ++i, at = (at + size) % (plain.size() - 64))
      require(messages[i]
                  .seal_run(0, ByteView(plain).subspan(at, size + 64), true,
                            MutableBytes(sealed).subspan(i * each, each))
                  .has_value(),
              "sealing");
  }
  set_speed(state, kColumns * size);
}

void register_engines() {
  for (const Engine* engine : engines()) {
    if (!engine->runs_here()) continue;
    const std::string name(engine->name);
    const auto add = [&](const std::string& what, void (*function)(benchmark::State&, const Engine&)) {
      return benchmark::RegisterBenchmark(("BM_" + what + "/" + name).c_str(),
                                          [=](benchmark::State& state) { function(state, *engine); });
    };
    add("seal_run", seal_run)->Arg(1)->Arg(kRun);
    add("open_run", open_run)->Arg(1)->Arg(kRun);
    add("new_messages", new_messages)->Arg(1)->Arg(2)->Arg(8)->Arg(64);
    add("keyed_columns", keyed_columns)->Arg(1 << 16)->Arg(1 << 20);
    add("small_message", small_message)->Arg(0)->Arg(200)->Arg(1024)->Arg(8192);
  }
}

}  // namespace
}  // namespace triclave::cipher

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--ratio") == 0) {
    triclave::cipher::print_ratios();
    return 0;
  }
  triclave::cipher::register_engines();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
