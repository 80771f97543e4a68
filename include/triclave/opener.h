// Opening: asks recipients for masks until the policy is met, once per capsule and compartment, then reads any number
// of objects.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/capsule.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/io.h"
#include "triclave/keys.h"
#include "triclave/mask_provider.h"
#include "triclave/policy.h"

namespace triclave {
namespace envelope {
struct DataKeys;
}

// Remembers the highest generation seen of each capsule's compartments, so that an old capsule played back is refused.
class TRICLAVE_EXPORT GenerationMemory {
 public:
  virtual ~GenerationMemory() = default;
  // 0 where nothing was seen. Errors: io, malformed.
  virtual Result<std::uint32_t> highest(const Id& capsule_id, std::string_view compartment) = 0;
  virtual Result<void> remember(const Id& capsule_id, std::string_view compartment, std::uint32_t generation) = 0;
};

// A text file, made where it does not exist, safe against two processes at once. Errors come with the calls.
TRICLAVE_EXPORT std::unique_ptr<GenerationMemory> file_generation_memory(std::filesystem::path file);

// What an object's public header says.
struct ObjectInfo {
  Id capsule_id{};
  std::array<std::uint8_t, 16> object_id{};
  std::string name;
  std::string dataset;
  std::string compartment;
  bool content_signed = false;
  bool embedded_capsule = false;
  std::uint64_t stream_offset = 0;           // where the sealed stream begins in the object, bytes
  std::optional<std::uint64_t> sealed_size;  // bytes of the whole object; empty for a pipe
  std::optional<std::uint64_t> plain_size;   // as the length says; authenticated only by opening
};

// Reads the header of a sealed object; needs no key. `embedded`, where given, receives the embedded capsule record.
// Errors: malformed, unsupported, io.
TRICLAVE_EXPORT Result<ObjectInfo> inspect_object(Source& sealed, Bytes* embedded = nullptr);

// Writes the sealed object with `record` as its embedded capsule, in the place of the one it has, if any, and finishes
// `out`. Every other byte stays as it is. Needs no key and proves nothing. Errors: malformed, unsupported, forged (the
// capsule of another session), io.
TRICLAVE_EXPORT Result<void> replace_capsule(Source& sealed, ByteView record, Sink& out);

// The plaintext of an object: authenticated random access. size() is authenticated. Over a pipe, reads go forward only
// and size() is empty.
class TRICLAVE_EXPORT OpenObject : public Source {
 public:
  virtual const ObjectInfo& info() const noexcept = 0;
  // Decrypts everything into `out` in bounded memory and finishes it; returns the plaintext's bytes. For an object
  // whose content is signed, the signature is checked before the first byte is released; from a pipe that is refused
  // (invalid_argument). Errors: forged, malformed, io.
  virtual Result<std::uint64_t> copy_to(Sink& out) = 0;
  // Checks the content signature without releasing anything; invalid_argument where there is none.
  virtual Result<void> verify_content() = 0;
  // Threads that copy_to() opens with where source and sink bear several (files do) and the content is not signed: 1,
  // the default, is the caller's own, 0 as many as there are processors, never more.
  virtual void set_threads(unsigned threads) = 0;
};

// How one compartment was opened.
struct GatherReport {
  std::vector<std::string> used;  // providers whose shares were combined
  std::vector<Culprit> failed;    // who lied or did not answer, and why
};

// How recipients are asked. Keys in this process are always used; of the others no more are asked than the policy
// needs, the first of the given order before the last, since each release is logged, counts against its permit, and
// outlives the custodian's key. Where one fails another takes its place at once.
struct GatherOptions {
  // Where one has been silent for so long, another is asked as well, and the faster answer wins.
  std::chrono::milliseconds spare_after{500};
  // Who has been silent for so long is cut off, and named among the failed.
  std::chrono::milliseconds deadline{10'000};
  bool ask_everyone = false;  // all at once: the shortest wait, and the most releases
  // Asked by the thread that made the call, ten times a second while it waits; false ends the wait for everybody. How
  // a caller lets Ctrl-C in.
  std::function<bool()> go_on = {};
};

class TRICLAVE_EXPORT Opener {
 public:
  // `policy` and `memory` must outlive the opener. `providers`: in the order in which they are asked.
  static Opener make(const Policy& policy, std::vector<std::unique_ptr<MaskProvider>> providers,
                     GenerationMemory* memory = nullptr, const GatherOptions& options = {});

  Opener(Opener&&) noexcept;
  Opener& operator=(Opener&&) noexcept;
  ~Opener();

  // Makes a detached capsule known; checks its signatures and generations. Of two records of one capsule the one with
  // the higher generation counts. Errors: malformed, unsupported, forged.
  Result<CapsuleInfo> add_capsule(ByteView record);
  bool knows(const Id& capsule_id) const;

  // Opens a sealed object: reads its header, finds its capsule (embedded or added), gathers the compartment's key
  // unless it is at hand. Errors: all kinds; quorum_short names every recipient that failed and why.
  Result<std::unique_ptr<OpenObject>> object(std::unique_ptr<Source> sealed);

  // Opens many small objects that stand in memory, with keys derived for several at once: opened[i] is the plaintext of
  // sealed[i]. Where one is refused, its answer is its error, as object() and copy_to() give it, nothing of it is
  // released, and the others are opened all the same. Content signatures are checked. `opened` is overwritten, its
  // memory is used again.
  void objects(std::span<const ByteView> sealed, std::vector<Result<Bytes>>& opened);

  // Gathers the keys of these compartments (all of the capsule's where empty) in one round, and keeps them.
  Result<GatherReport> unlock(const Id& capsule_id, std::span<const std::string> compartments = {});

  // Opens `compartment` with each minimal coalition of the policy that the providers at hand can form, apart from each
  // other; returns one report a coalition, an error where one of them fails. Proves recovery before a source is
  // deleted.
  Result<std::vector<GatherReport>> rehearse(const Id& capsule_id, std::string_view compartment);

  // A new capsule record in which `compartments` (all where empty) are wrapped for `to`'s recipients under `to`'s
  // policies, signed by the owner. Objects stay as they are. Errors: as for object(); policy_refused;
  // invalid_argument (a recipient's key that an earlier generation used, not the capsule's owner).
  Result<Bytes> rewrap(const Id& capsule_id, const Policy& to, const Signer& owner,
                       std::span<const std::string> compartments = {});

 private:
  friend struct envelope::DataKeys;
  struct Impl;
  explicit Opener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace triclave
