// C2SP signed-note: text that keys have signed, with the two kinds of signature that a custodian's log has (Ed25519,
// and the cosignature of a witness, C2SP tlog-cosignature).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "triclave/audit.h"

namespace triclave::custodian {

inline constexpr std::size_t kMaxNote = 256 * 1024;  // bytes
inline constexpr std::size_t kMaxNoteSignatures = 64;

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // behind the key's id
};

struct Note {
  std::string text;  // with its last newline
  std::vector<NoteSignature> signatures;
};

// Whether a name may stand for a key: UTF-8 without controls, spaces of any kind and plus.
bool is_key_name(std::string_view name);

// Errors: malformed.
Result<Note> parse_note(std::string_view text);
// One line for each signature.
Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines);
std::string signature_line(const NoteSignature& signature);

// Whether `key` has signed the note as a log does. Errors: forged (it has not, or a signature that claims to be its
// own does not verify).
Result<void> verify_note(const Note& note, const LogKey& key);
// The time of the latest cosignature by `key`. Errors: as verify_note.
Result<std::uint64_t> verify_cosignature(const Note& note, const LogKey& key);

// The private half of a LogKey.
class NoteSigner {
 public:
  static constexpr std::size_t kSeedSize = 32;
  // Errors: invalid_argument (the name).
  static Result<NoteSigner> make(std::string name, LogKey::Type type, const Secret<kSeedSize>& seed);

  const LogKey& key() const noexcept { return key_; }
  // The line that goes below the text; type log.
  std::string sign(std::string_view text) const;
  // The line that a witness adds to a checkpoint; type witness.
  std::string cosign(std::string_view text, std::uint64_t time) const;

 private:
  NoteSigner(LogKey key, Secret<64> ed25519) : key_(std::move(key)), ed25519_(std::move(ed25519)) {}
  Bytes raw_signature(std::string_view message) const;

  LogKey key_;
  Secret<64> ed25519_;  // libsodium's form: seed, then public key
};

}  // namespace triclave::custodian
