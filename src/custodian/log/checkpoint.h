// C2SP tlog-checkpoint: a log's head as the text of a signed note.
#pragma once

#include <string>
#include <string_view>

#include "custodian/log/note.h"

namespace triclave::custodian {

std::string checkpoint_text(const Checkpoint& checkpoint);
// Of a note's text. Errors: malformed.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The note; the origin is the signer's name.
std::string sign_checkpoint(const NoteSigner& signer, std::uint64_t size, const Id& root);

// A number as these formats write it: no sign, no leading zero. Errors: malformed.
Result<std::uint64_t> parse_decimal(std::string_view text);
// 32 bytes of base64. Errors: malformed.
Result<Id> parse_hash(std::string_view text);

// Cuts the first line off, without its newline; empty with `ended` where there is none.
std::string_view take_line(std::string_view& text, bool& ended);

}  // namespace triclave::custodian
