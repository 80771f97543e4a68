// Walking and reading a folder without ever following a symbolic link out of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "triclave/error.h"

namespace triclave::store {

enum class Missing : std::uint8_t { fail, create };

// Opens the folder that holds the object `key` beneath `root`, step by step. No step follows a link, so that nothing
// outside the root is reached whoever writes there at the same time. Errors: io.
Result<Descriptor> open_folder_of(int root, std::string_view key, Missing missing);

// A key's last part.
std::string_view last_part(std::string_view key) noexcept;

// The names that sort next after `after`, at most `most`, ascending by bytes; folders end in "/", and sort as that.
// Only regular files and folders count; unfinished files (base/files.h) do not. Memory holds `most` names, however many
// the folder has. Errors: io.
Result<std::vector<std::string>> next_names(int folder, const std::string& after, std::size_t most,
                                            std::string_view shown);

}  // namespace triclave::store
