// Signed notes, checkpoints in them, and keys.
#include "custodian/log/checkpoint.h"
#include "custodian/log/note.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const std::string_view text = as_text(input);
  if (const auto key = LogKey::parse(text)) REQUIRE(LogKey::parse(key->text()).has_value());
  const auto note = custodian::parse_note(text);
  if (!note) return REQUIRE(fuzz::is_one_of(note.error(), {ErrorKind::malformed}));
  REQUIRE(!note->signatures.empty() && note->signatures.size() <= custodian::kMaxNoteSignatures);
  std::string again = note->text + "\n";
  for (const auto& each : note->signatures) again += signature_line(each);
  REQUIRE(again == text);
  const auto checkpoint = custodian::parse_checkpoint(note->text);
  if (!checkpoint) return REQUIRE(fuzz::is_one_of(checkpoint.error(), {ErrorKind::malformed}));
  const std::string text_again = custodian::checkpoint_text(*checkpoint);
  REQUIRE(note->text.substr(0, text_again.size()) == text_again);
}
