// Where bytes come from and go to. Sealing and opening speak to these two interfaces only, so that files, pipes, object
// stores and a caller's own buffers are one kind of thing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"

namespace triclave {

// Bytes to read. Calls may come from one thread at a time.
class TRICLAVE_EXPORT Source {
 public:
  virtual ~Source() = default;

  // Fills `out` from `offset` (bytes); returns how many bytes were read, less than out.size() only at the end.
  // Where size() is empty (a pipe), offsets must continue where the last read ended: else invalid_argument.
  virtual Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) = 0;

  // The same bytes where they stand, if the source has them in memory; empty where it does not (the default). They must
  // not change while they are looked at.
  virtual ByteView view_at(std::uint64_t offset, std::size_t size);

  // Total bytes; empty where nobody knows before the end.
  virtual std::optional<std::uint64_t> size() const = 0;

  // Whether read_at() and view_at() may be called by several threads at once. The default is no.
  virtual bool reads_at_once() const noexcept;
};

// Bytes to write, all or nothing where the medium allows: nothing stands under its final name before finish()
// returns success, and a sink destroyed before that leaves nothing behind.
class TRICLAVE_EXPORT Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> write(ByteView bytes) = 0;

  // Memory of the sink's own for the next `size` bytes, so that they need not be copied: whoever gets some (at least
  // `size` bytes; empty where the sink has none, the default) fills it from its front and tells how much by advance().
  virtual MutableBytes room(std::size_t size);
  // Also moves past what write_at() wrote.
  virtual Result<void> advance(std::size_t size);

  // Whether bytes may come out of order, and from several threads at once: `offset` counts from where the next write()
  // would go, which stays there until advance(). The default is no, and then invalid_argument.
  virtual bool writes_at_once() const noexcept;
  virtual Result<void> write_at(std::uint64_t offset, ByteView bytes);

  // Writes up to `size` bytes of `from`, beginning at `offset`; returns how many there were, less only at its end. What
  // passes through memory is wiped. Errors: those of both.
  virtual Result<std::uint64_t> write_from(Source& from, std::uint64_t offset, std::uint64_t size);

  virtual Result<void> finish() = 0;
};

// A regular file, read where it stands. Errors: io.
TRICLAVE_EXPORT Result<std::unique_ptr<Source>> file_source(const std::filesystem::path& path);

// What happens where a file has the name already.
enum class Existing : std::uint8_t { replace, refuse };

// A new file at `path`, mode 0600: fsync'ed and given its name by finish(). Before that it has none, or a hidden one
// (".NAME.0123456789ab.partial") where the file system knows no files without. Errors: io, invalid_argument (something
// else than a regular file stands there, or any with Existing::refuse).
TRICLAVE_EXPORT Result<std::unique_ptr<Sink>> file_sink(const std::filesystem::path& path,
                                                        Existing existing = Existing::replace);

// Removes the hidden names of this process's unfinished files. For the signal handler of a program that is about to end
// (async-signal-safe): sinks in use then fail.
TRICLAVE_EXPORT void remove_partial_files() noexcept;

// An open descriptor, not closed: a pipe or a terminal. What was written to a pipe cannot be taken back.
TRICLAVE_EXPORT std::unique_ptr<Source> descriptor_source(int descriptor);
TRICLAVE_EXPORT std::unique_ptr<Sink> descriptor_sink(int descriptor);

// The caller's own memory; the bytes must outlive the source.
TRICLAVE_EXPORT std::unique_ptr<Source> memory_source(ByteView bytes);
// Appends to `out`, which must outlive the sink; on an unfinished end `out` is as it was.
TRICLAVE_EXPORT std::unique_ptr<Sink> memory_sink(Bytes& out);
// Replaces what `out` holds, and writes straight into its memory where that suffices: a `Bytes` that is kept from call
// to call costs neither copies nor fresh pages. Empty on an unfinished end.
TRICLAVE_EXPORT std::unique_ptr<Sink> replacing_sink(Bytes& out);
// Fills the caller's memory, which must outlive the sink; `used`, where given, receives the bytes written at finish().
// Errors of its calls: io (no room left).
TRICLAVE_EXPORT std::unique_ptr<Sink> buffer_sink(MutableBytes out, std::size_t* used = nullptr);

}  // namespace triclave
