// Python's file objects as sources and sinks. Bytes cross as Python bytes, never as views of the library's memory, which
// a file object could keep.
#include <algorithm>
#include <cstring>

#include "python_io.h"

namespace triclave::python {

std::unique_ptr<Source> buffer_source(Buffer buffer);

namespace {

constexpr std::size_t kReadAtOnce = std::size_t{16} << 20;

// A Python object that another thread may let go.
class Held {
 public:
  explicit Held(nb::handle object) : object_(nb::borrow(object)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (!Py_IsInitialized()) {
      object_.release();
      return;
    }
    const Locked lock;
    object_.reset();
  }
  const nb::object& operator*() const { return object_; }

 private:
  nb::object object_;
};

[[noreturn]] void raise_type(const char* format, nb::handle object) {
  PyErr_Format(PyExc_TypeError, format, reinterpret_cast<PyObject*>(Py_TYPE(object.ptr())));
  throw nb::python_error();
}

std::uint64_t number_of(const nb::object& object, const char* format) {
  if (!nb::isinstance<nb::int_>(object)) raise_type(format, object);
  const auto out = PyLong_AsUnsignedLongLong(object.ptr());
  if (PyErr_Occurred() == nullptr) return out;
  PyErr_Clear();
  throw nb::value_error("a method of the file object gave a number that cannot be");
}

bool is_seekable(const nb::object& file) {
  if (nb::hasattr(file, "seekable")) return nb::object(file.attr("seekable")()).is(Py_True);
  return nb::hasattr(file, "seek");
}

class FileSource final : public Source {
 public:
  FileSource(const nb::object& file, bool from_here) : file_(file) {
    seekable_ = !from_here && is_seekable(file);
    if (seekable_) size_ = number_of(file.attr("seek")(0, 2), "seek() of the file object gave %R and not a number");
  }

  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    return locked([&]() -> Result<std::size_t> {
      if (seekable_) {  // others may have moved it
        (*file_).attr("seek")(offset);
      } else if (offset != position_) {
        return fail(ErrorKind::invalid_argument, "this file object cannot seek: it is read from front to back");
      }
      std::size_t done = 0;
      while (done < out.size()) {
        const std::size_t got = read_some(out.subspan(done));
        if (got == 0) break;
        done += got;
      }
      position_ = offset + done;
      return done;
    });
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  std::size_t read_some(MutableBytes out) {
    const std::size_t wanted = std::min(out.size(), kReadAtOnce);
    const nb::object piece = (*file_).attr("read")(wanted);
    if (!is_buffer(piece)) raise_type("read() of the file object gave %R and not bytes: open it in binary mode", piece);
    const Buffer bytes(piece, false, "what read() gave");
    if (bytes.size() > wanted) throw nb::value_error("read() of the file object gave more bytes than it was asked for");
    if (bytes.size() != 0) std::memcpy(out.data(), bytes.view().data(), bytes.size());
    return bytes.size();
  }

  Held file_;
  bool seekable_ = false;
  std::optional<std::uint64_t> size_;
  std::uint64_t position_ = 0;
};

class FileSink final : public Sink {
 public:
  explicit FileSink(const nb::object& file) : file_(file) {}

  Result<void> write(ByteView bytes) override {
    return locked([&]() -> Result<void> {
      while (!bytes.empty()) {
        const nb::object written = (*file_).attr("write")(nb::bytes(bytes.data(), bytes.size()));
        if (!nb::isinstance<nb::int_>(written)) break;  // who says nothing has taken all
        const auto taken = number_of(written, "write() of the file object gave %R and not a number");
        if (taken == 0 || taken > bytes.size()) throw nb::value_error("write() of the file object did not take the bytes");
        bytes = bytes.subspan(taken);
      }
      return {};
    });
  }
  Result<void> finish() override {
    return locked([&]() -> Result<void> {
      if (nb::hasattr(*file_, "flush")) (*file_).attr("flush")();
      return {};
    });
  }

 private:
  Held file_;
};

}  // namespace

std::unique_ptr<Source> source_of(nb::handle object, bool from_here) {
  if (is_path(object)) return unwrap(file_source(path_of(object)));
  if (is_buffer(object)) return buffer_source(Buffer(object, false, "what is read"));
  if (!nb::hasattr(object, "read")) raise_type("needs a path, bytes or a binary file object with read(), not %R", object);
  return std::make_unique<FileSource>(nb::borrow(object), from_here);
}

std::unique_ptr<Sink> sink_of(nb::handle object) {
  if (is_path(object)) return unwrap(file_sink(path_of(object)));
  if (!nb::hasattr(object, "write")) raise_type("needs a path or a binary file object with write(), not %R", object);
  return std::make_unique<FileSink>(nb::borrow(object));
}

}  // namespace triclave::python
