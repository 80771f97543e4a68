// A sealed object in, plaintext out: any range of it, each chunk authenticated before it is released.
#pragma once

#include <memory>
#include <optional>

#include "base/workers.h"
#include "cipher/cobblestone.h"
#include "envelope/frame.h"
#include "triclave/keys.h"
#include "triclave/opener.h"

namespace triclave::envelope {

class ObjectSource final : public OpenObject {
 public:
  // Reads the prefix behind `frame` and checks its commitment. `producer` signed the capsule. Errors: forged,
  // malformed, io.
  static Result<std::unique_ptr<OpenObject>> start(const cipher::InputKey& data_key, const Frame& frame,
                                                   const Verifier& producer, std::unique_ptr<Source> sealed);
  ~ObjectSource() override;

  const ObjectInfo& info() const noexcept override { return info_; }
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override;
  std::optional<std::uint64_t> size() const override;
  Result<std::uint64_t> copy_to(Sink& out) override;
  Result<void> verify_content() override;
  void set_threads(unsigned threads) override { workers_ = Workers(threads); }

 private:
  ObjectSource(cipher::Message message, ObjectInfo info, const Id& header_hash, const Verifier& producer,
               std::unique_ptr<Source> sealed);

  // The sealed bytes of up to `count` chunks from `first`, in `buffer` or where the source has them.
  Result<ByteView> sealed_run(std::uint64_t first, std::size_t count, Bytes& buffer);
  // Decrypts what sealed_run gave into `out` or, where that is null, into plain_, where a single chunk may stand
  // already; returns the plaintext's bytes.
  Result<std::size_t> open_run(std::uint64_t first, std::size_t count, ByteView sealed, std::uint8_t* out);
  // Both.
  Result<std::size_t> open_chunks(std::uint64_t first, std::size_t count, std::uint8_t* out);
  Result<std::size_t> read_range(std::uint64_t offset, MutableBytes out);
  Result<std::size_t> read_forward(std::uint64_t offset, MutableBytes out);
  std::uint64_t chunks_offset() const;
  // The first `runs` runs on several threads: each is written only where all of it is authentic.
  Result<void> copy_runs(std::uint64_t first, std::size_t runs, Sink& out);

  cipher::Message message_;
  ObjectInfo info_;
  Id header_hash_;
  std::optional<Verifier> producer_;  // where the content is signed
  std::unique_ptr<Source> sealed_;
  Bytes run_;    // ciphertext
  Bytes plain_;  // wiped at the end
  std::optional<std::uint64_t> kept_first_;
  ByteView kept_;  // in plain_: the chunks from kept_first_, where there is one
  std::uint64_t position_ = 0;  // over a pipe: where the next read must begin
  Id verified_root_{};          // of the content, once its signature has verified
  Workers workers_;
  bool end_checked_ = false;  // the last chunk has been authenticated
};

// What is said where a stream's keys do not fit.
tl::unexpected<Error> foreign_stream(ErrorKind kind);

// The public header as ObjectInfo; sizes where `sealed_size` is known. Errors: malformed (no plaintext has this
// length).
Result<ObjectInfo> object_info(const Frame& frame, std::optional<std::uint64_t> sealed_size);

}  // namespace triclave::envelope
