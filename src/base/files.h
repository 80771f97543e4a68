// Files beneath a folder that is held open: sources over them, and sinks that show a file under its name only when it
// is whole.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "triclave/io.h"

namespace triclave {

// A source over an open file. `shown`: what messages call it. Errors: io, invalid_argument (not a regular file).
Result<std::unique_ptr<Source>> regular_file_source(Descriptor file, std::string shown);

// How an unfinished file is kept. Without a name it vanishes with the process, however that ends; `hidden_name` is for
// file systems that cannot do this (and for tests).
enum class Unfinished : std::uint8_t { without_name, hidden_name };

// A sink for `name` in `folder`, mode 0600. Errors: io, invalid_argument (something that is not a regular file has the
// name, or, with Existing::refuse, anything).
Result<std::unique_ptr<Sink>> whole_file_sink(Descriptor folder, std::string name, std::string shown, Existing existing,
                                              Unfinished unfinished = Unfinished::without_name);

// ".NAME.0123456789ab.partial": what an unfinished file is called where it needs a name. A crash may leave it behind.
bool is_partial_name(std::string_view name) noexcept;

// Makes what happened to a folder's names survive a crash.
Result<void> sync_folder(int folder, std::string_view shown);
// The folder that `file` is in, and the same of it.
Result<Descriptor> open_folder_of(const std::filesystem::path& file);
Result<void> sync_folder_of(const std::filesystem::path& file);

}  // namespace triclave
