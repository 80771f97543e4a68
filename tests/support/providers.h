// Providers of masks that do what honest ones do not.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "triclave/mask_provider.h"

namespace triclave::testing {

// Answers with a function; has the key id and name of `honest`, to which the function may turn.
class ScriptedProvider final : public MaskProvider {
 public:
  using Script = std::function<Result<void>(MaskProvider& honest, const MaskRequest&, std::stop_token, MutableBytes)>;
  ScriptedProvider(std::unique_ptr<MaskProvider> honest, Script script)
      : honest_(std::move(honest)), script_(std::move(script)) {}

  const Id& key_id() const override { return honest_->key_id(); }
  std::string name() const override { return honest_->name(); }
  Result<void> masks(const MaskRequest& request, std::stop_token stop, MutableBytes out) override {
    return script_(*honest_, request, stop, out);
  }

 private:
  std::unique_ptr<MaskProvider> honest_;
  Script script_;
};

inline std::unique_ptr<MaskProvider> scripted(std::unique_ptr<MaskProvider> honest, ScriptedProvider::Script script) {
  return std::make_unique<ScriptedProvider>(std::move(honest), std::move(script));
}

// Answers honestly but for one bit of item `item`, in its mask or (byte 32 and above) its rho.
inline std::unique_ptr<MaskProvider> lying(std::unique_ptr<MaskProvider> honest, std::size_t item = 0,
                                           std::size_t byte = 0) {
  return scripted(std::move(honest),
                  [=](MaskProvider& inner, const MaskRequest& request, std::stop_token stop, MutableBytes out) {
                    auto answered = inner.masks(request, stop, out);
                    if (const std::size_t at = item * kMaskSize + byte; at < out.size()) out[at] ^= 1;
                    return answered;
                  });
}

// Says that it answered, and wrote nothing.
inline std::unique_ptr<MaskProvider> silent(std::unique_ptr<MaskProvider> honest) {
  return scripted(std::move(honest),
                  [](MaskProvider&, const MaskRequest&, std::stop_token, MutableBytes) { return Result<void>(); });
}

inline std::unique_ptr<MaskProvider> dead(std::unique_ptr<MaskProvider> honest,
                                          ErrorKind kind = ErrorKind::custodian_unavailable) {
  return scripted(std::move(honest), [kind](MaskProvider&, const MaskRequest&, std::stop_token, MutableBytes) {
    return Result<void>(fail(kind, "connection refused"));
  });
}

// Never answers; returns once it is told to stop, and says so in `stopped`.
inline std::unique_ptr<MaskProvider> slow(std::unique_ptr<MaskProvider> honest, std::atomic<bool>& stopped) {
  return scripted(std::move(honest),
                  [&stopped](MaskProvider&, const MaskRequest&, std::stop_token stop, MutableBytes) -> Result<void> {
                    std::mutex mutex;
                    std::condition_variable_any never;
                    std::unique_lock lock(mutex);
                    never.wait(lock, stop, [] { return false; });
                    stopped = true;
                    return fail(ErrorKind::custodian_unavailable, "told to stop");
                  });
}

// Gives its first answer again, whatever it is asked later.
inline std::unique_ptr<MaskProvider> replaying(std::unique_ptr<MaskProvider> honest) {
  return scripted(std::move(honest),
                  [first = Bytes()](MaskProvider& inner, const MaskRequest& request, std::stop_token stop,
                                    MutableBytes out) mutable -> Result<void> {
                    if (first.empty()) {
                      auto answered = inner.masks(request, stop, out);
                      first.assign(out.begin(), out.end());
                      return answered;
                    }
                    std::copy_n(first.begin(), std::min(first.size(), out.size()), out.begin());
                    return {};
                  });
}

// Honest; counts how often it was asked.
inline std::unique_ptr<MaskProvider> counting(std::unique_ptr<MaskProvider> honest, std::atomic<int>& calls) {
  return scripted(std::move(honest),
                  [&calls](MaskProvider& inner, const MaskRequest& request, std::stop_token stop, MutableBytes out) {
                    ++calls;
                    return inner.masks(request, stop, out);
                  });
}

// What was asked, for tests that look at requests.
inline std::unique_ptr<MaskProvider> recording(std::unique_ptr<MaskProvider> honest,
                                               std::vector<MaskRequest>& requests) {
  return scripted(std::move(honest),
                  [&requests](MaskProvider& inner, const MaskRequest& request, std::stop_token stop, MutableBytes out) {
                    requests.push_back(request);
                    return inner.masks(request, stop, out);
                  });
}

}  // namespace triclave::testing
