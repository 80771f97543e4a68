// Where bytes come from and go to, as Python knows them: paths, buffers, file objects.
#pragma once

#include <memory>
#include <optional>

#include "bind.h"
#include "triclave/io.h"

namespace triclave::python {

// Memory that a Python object lends (bytes, bytearray, memoryview, a numpy array); it cannot be resized meanwhile.
class Buffer {
 public:
  // Raises TypeError, or ValueError where the memory is not in one piece. `what`: what messages call it.
  explicit Buffer(nb::handle object, bool writable, const char* what);
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer();

  ByteView view() const noexcept { return {static_cast<const std::uint8_t*>(buffer_.buf), size()}; }
  MutableBytes bytes() const noexcept { return {static_cast<std::uint8_t*>(buffer_.buf), size()}; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(buffer_.len); }

 private:
  Py_buffer buffer_{};
  bool held_ = false;
};

bool is_path(nb::handle object) noexcept;
std::filesystem::path path_of(nb::handle object);
// Whether it has the buffer protocol.
bool is_buffer(nb::handle object) noexcept;

// A path, a buffer, or a binary file object with read() and, where it can, seek(). `from_here`: the bytes from where the
// file object stands to its end, read forward only; else all its bytes, in any order where it can seek.
std::unique_ptr<Source> source_of(nb::handle object, bool from_here = false);
// A path (all or nothing), or a binary file object with write(), which is flushed at the end and not closed.
std::unique_ptr<Sink> sink_of(nb::handle object);

// Collects bytes straight into a Python bytes object.
class BytesSink final : public Sink {
 public:
  ~BytesSink() override;
  std::size_t size() const noexcept { return used_ + head_.size(); }
  // Room for `size` bytes in all, best exactly. Holds the lock.
  void reserve(std::size_t size);
  Result<void> write(ByteView bytes) override;
  Result<void> finish() override;
  // After finish(). Holds the lock.
  nb::object take();

 private:
  Bytes head_;  // what came before reserve(), or did not fit
  PyObject* object_ = nullptr;
  std::size_t capacity_ = 0, used_ = 0;
  bool finished_ = false;
};

// Tells a callback how many bytes went by since it was last told (as tqdm's update() wants it), and lets Ctrl-C in.
class Watch {
 public:
  explicit Watch(nb::object progress) : progress_(std::move(progress)) {}
  // Called without the lock, by the thread that made the call.
  Result<void> add(std::uint64_t bytes);
  Result<void> flush();
  std::uint64_t total() const noexcept { return total_; }

 private:
  nb::object progress_;  // None or callable
  std::uint64_t total_ = 0, untold_ = 0;
};

// Reads `from` to its end into `to`, which is not finished. `watch` may be told while bytes are read.
Result<std::uint64_t> copy_watched(Source& from, Sink& to, Watch& watch);

// Passes bytes on and tells the watch.
std::unique_ptr<Sink> watched_sink(std::unique_ptr<Sink> inner, Watch& watch);

// Threads that a call may use: one in the child of a fork, where the library's other threads are gone.
unsigned usable_threads(unsigned asked) noexcept;

}  // namespace triclave::python
