// The raw cipher: ipsec-mb called directly, in the messages of 64 KiB that it likes best. Where the build has none, the
// best engine's own functions.
#pragma once

#ifdef TRICLAVE_HAVE_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "common.h"

namespace triclave::bench {

inline constexpr std::size_t kRawMessage = 65536;
inline constexpr std::size_t kRawTag = 16;

class Raw {
 public:
  static constexpr std::array<std::uint8_t, 12> kNoNonce{};

#ifdef TRICLAVE_HAVE_IPSEC_MB
  Raw() : manager_(alloc_mb_mgr(0)) {
    init_mb_mgr_auto(manager_, nullptr);
    manager_->gcm256_pre(Bytes(32).data(), &key_);
  }
  ~Raw() { free_mb_mgr(manager_); }
  void seal_message(const std::uint8_t* in, std::size_t size, std::uint8_t* out, std::uint8_t* tag,
                    const std::uint8_t* nonce = kNoNonce.data()) const {
    gcm_context_data context;
    manager_->gcm256_enc(&key_, &context, out, in, size, nonce, nullptr, 0, tag, kRawTag);
  }
  void open_message(const std::uint8_t* in, std::size_t size, const std::uint8_t* tag, std::uint8_t* out,
                    const std::uint8_t* nonce = kNoNonce.data()) const {
    gcm_context_data context;
    std::array<std::uint8_t, kRawTag> computed;
    manager_->gcm256_dec(&key_, &context, out, in, size, nonce, nullptr, 0, computed.data(), kRawTag);
    if (std::memcmp(computed.data(), tag, kRawTag) != 0) std::exit(1);
  }
#else
  Raw() = default;
  void seal_message(const std::uint8_t* in, std::size_t size, std::uint8_t* out, std::uint8_t* tag,
                    const std::uint8_t* nonce = kNoNonce.data()) const {
    bare_.engine.seal(bare_.state.view().data(), nonce, in, size, out, tag);
  }
  void open_message(const std::uint8_t* in, std::size_t size, const std::uint8_t* tag, std::uint8_t* out,
                    const std::uint8_t* nonce = kNoNonce.data()) const {
    if (!bare_.engine.open(bare_.state.view().data(), nonce, in, size, tag, out)) std::exit(1);
  }
#endif
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  // Whole messages. `message`: bytes of each; sealed ones have their tags behind them.
  void seal(ByteView plain, std::uint8_t* sealed, std::size_t message = kRawMessage) const {
    for (std::size_t at = 0; at < plain.size(); at += message, sealed += message + kRawTag)
      seal_message(plain.data() + at, message, sealed, sealed + message);
  }
  // Into `out` from its front again and again, as one who opens row group after row group does.
  void open(const std::uint8_t* sealed, std::size_t plain_size, MutableBytes out,
            std::size_t message = kRawMessage) const {
    for (std::size_t at = 0; at < plain_size; at += message, sealed += message + kRawTag)
      open_message(sealed, message, sealed + message, out.data() + at % out.size());
  }

 private:
#ifdef TRICLAVE_HAVE_IPSEC_MB
  IMB_MGR* manager_;
  alignas(64) gcm_key_data key_;
#else
  Bare bare_;
#endif
};

}  // namespace triclave::bench
