// What the benchmarks measure with: the raw engine's bare loop, and clocks in turns.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/guarded.h"
#include "cipher/engine.h"
#include "support/must.h"
#include "triclave/io.h"

namespace triclave::bench {

inline constexpr std::size_t kBareMessage = 16384;

class DiscardingSink final : public Sink {
 public:
  Result<void> write(ByteView bytes) override {
    benchmark::DoNotOptimize(bytes.data());
    return {};
  }
  Result<void> finish() override { return {}; }
};

// Counts what is read.
class CountingSource final : public Source {
 public:
  CountingSource(ByteView bytes, std::size_t& read) : inner_(memory_source(bytes)), read_(read) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    read_ += out.size();
    return inner_->read_at(offset, out);
  }
  std::optional<std::uint64_t> size() const override { return inner_->size(); }

 private:
  std::unique_ptr<Source> inner_;
  std::size_t& read_;
};

template <class Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The raw engine in 16 KiB messages under one prepared key, from memory into one warm buffer.
struct Bare {
  const cipher::Engine& engine = cipher::best_engine();
  SecretBytes state = SecretBytes(engine.state_size);
  Bytes out = Bytes(16 * kBareMessage);
  std::array<std::uint8_t, 12> nonce{};
  std::array<std::uint8_t, 16> tag{};

  Bare() { engine.expand(state.mutable_view().data(), Bytes(32).data()); }
  void seal(ByteView plain) {
    for (std::size_t at = 0; at < plain.size(); at += kBareMessage)
      engine.seal(state.view().data(), nonce.data(), plain.data() + at, kBareMessage, out.data() + at % out.size(),
                  tag.data());
  }
  // Opens what seal_all wrote: chunks of 16 KiB + 16.
  void open(ByteView sealed) {
    std::size_t slot = 0;
    for (std::size_t at = 0; at < sealed.size(); at += kBareMessage + 16, slot = (slot + 1) % 16)
      if (!engine.open(state.view().data(), nonce.data(), sealed.data() + at, kBareMessage,
                       sealed.data() + at + kBareMessage, out.data() + slot * kBareMessage))
        std::exit(1);
  }
  Bytes seal_all(ByteView plain) {
    Bytes sealed(plain.size() / kBareMessage * (kBareMessage + 16));
    std::uint8_t* to = sealed.data();
    for (std::size_t at = 0; at < plain.size(); at += kBareMessage, to += kBareMessage + 16)
      engine.seal(state.view().data(), nonce.data(), plain.data() + at, kBareMessage, to, to + kBareMessage);
    return sealed;
  }
};

// The fastest of several rounds each, in turns.
template <class Theirs, class Ours>
void print_ratio(const char* what, double target, std::size_t bytes, Theirs&& theirs, Ours&& ours) {
  double best_theirs = 1e9;
  double best_ours = 1e9;
  for (int round = 0; round < 7; ++round) {
    best_theirs = std::min(best_theirs, seconds(theirs));
    best_ours = std::min(best_ours, seconds(ours));
  }
  const double gigabytes = static_cast<double>(bytes) / 1e9;
  std::printf("%s: %.3f of the bare loop (%.2f of %.2f GB/s), target %.1f\n", what, best_theirs / best_ours,
              gigabytes / best_ours, gigabytes / best_theirs, target);
}

}  // namespace triclave::bench
