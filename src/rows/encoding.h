// Characters: what a file's bytes mean in UTF-8, and back.
#pragma once

#include <string>
#include <string_view>

#include "triclave/csv.h"

namespace triclave::rows {

bool is_ascii(std::string_view text) noexcept;
// Bytes 0x80 to 0x9F: control characters of Latin-1 that no text has, letters and signs of Windows-1252.
bool has_c1(std::string_view text) noexcept;

// Appends `text`, which is in `encoding` and, where that is UTF-8, well-formed. At most three bytes for each.
void append_utf8(CsvEncoding encoding, std::string_view text, std::string& out);
// Appends well-formed UTF-8 in `encoding`; false where a character is missing there.
bool append_encoded(CsvEncoding encoding, std::string_view utf8, std::string& out);

std::string_view name_of(CsvEncoding encoding) noexcept;

}  // namespace triclave::rows
