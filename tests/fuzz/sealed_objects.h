// Objects sealed once under a fixed key, for targets that change them.
#pragma once

#include <array>

#include "envelope/object_sink.h"
#include "envelope/object_source.h"
#include "harness.h"

namespace triclave::fuzz {

struct SealedObjects {
  static constexpr std::array<std::size_t, 5> kSizes = {0, 5, cipher::kChunkSize, 40'000, envelope::kRunSize + 7};
  struct Object {
    Bytes plain;
    Bytes sealed;
  };

  Secret<32> key;
  Signer signer = Signer::generate("producer");
  std::array<Object, 2 * kSizes.size()> objects;  // unsigned and signed

  SealedObjects() {
    std::ranges::fill(key.mutable_view(), std::uint8_t{9});
    for (std::size_t i = 0; i < objects.size(); ++i) {
      Object& object = objects[i];
      object.plain.resize(kSizes[i / 2]);
      for (std::size_t at = 0; at < object.plain.size(); ++at)
        object.plain[at] = static_cast<std::uint8_t>(at * 37 >> 4);
      const bool with_signature = i % 2 != 0;
      const envelope::Header header{{1}, {2}, "stays.csv", "pmsi-2025", {"clinical"}, with_signature};
      auto sink =
          envelope::ObjectSink::start(key, header, {}, with_signature ? &signer : nullptr, memory_sink(object.sealed));
      REQUIRE(sink && (*sink)->write(object.plain) && (*sink)->finish());
    }
  }

  Result<std::unique_ptr<OpenObject>> open(std::unique_ptr<Source> source) const {
    auto frame = envelope::read_frame(*source);
    if (!frame) return tl::unexpected(frame.error());
    return envelope::ObjectSource::start(key, *frame, signer.verifier(), std::move(source));
  }
};

}  // namespace triclave::fuzz
