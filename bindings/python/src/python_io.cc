#include "python_io.h"

#include <algorithm>
#include <cstring>

#include "turn.h"

namespace triclave::python {
namespace {

constexpr std::uint64_t kTellAfter = std::uint64_t{4} << 20;
constexpr std::uint64_t kCopiedAtOnce = std::uint64_t{64} << 20;

class BufferSource final : public Source {
 public:
  explicit BufferSource(Buffer buffer) : buffer_(std::move(buffer)), inner_(memory_source(buffer_.view())) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override { return inner_->read_at(offset, out); }
  ByteView view_at(std::uint64_t offset, std::size_t size) override { return inner_->view_at(offset, size); }
  std::optional<std::uint64_t> size() const override { return inner_->size(); }
  bool reads_at_once() const noexcept override { return true; }

 private:
  Buffer buffer_;
  std::unique_ptr<Source> inner_;
};

class WatchedSink final : public Sink {
 public:
  WatchedSink(std::unique_ptr<Sink> inner, Watch& watch) : inner_(std::move(inner)), watch_(watch) {}
  Result<void> write(ByteView bytes) override {
    if (auto told = watch_.add(bytes.size()); !told) return told;
    return inner_->write(bytes);
  }
  MutableBytes room(std::size_t size) override { return inner_->room(size); }
  Result<void> advance(std::size_t size) override {
    if (auto told = watch_.add(size); !told) return told;
    return inner_->advance(size);
  }
  bool writes_at_once() const noexcept override { return inner_->writes_at_once(); }
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override { return inner_->write_at(offset, bytes); }
  Result<void> finish() override {
    if (auto told = watch_.flush(); !told) return told;
    return inner_->finish();
  }

 private:
  std::unique_ptr<Sink> inner_;
  Watch& watch_;
};

}  // namespace

Buffer::Buffer(nb::handle object, bool writable, const char* what) {
  if (!PyObject_CheckBuffer(object.ptr())) {
    PyErr_Format(PyExc_TypeError, "%s must be bytes, a numpy array or another object with the buffer protocol, not %R", what,
                 reinterpret_cast<PyObject*>(Py_TYPE(object.ptr())));
    throw nb::python_error();
  }
  if (PyObject_GetBuffer(object.ptr(), &buffer_, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) != 0) {
    PyErr_Clear();
    PyErr_Format(PyExc_ValueError,
                 writable ? "%s must be writable memory in one piece (numpy.ascontiguousarray() makes a copy that is)"
                          : "%s must be memory in one piece (numpy.ascontiguousarray() makes a copy that is)",
                 what);
    throw nb::python_error();
  }
  held_ = true;
}

Buffer::Buffer(Buffer&& other) noexcept : buffer_(other.buffer_), held_(std::exchange(other.held_, false)) {}

Buffer::~Buffer() {
  if (!held_ || !Py_IsInitialized()) return;
  const Locked lock;
  PyBuffer_Release(&buffer_);
}

bool is_path(nb::handle object) noexcept {
  return PyUnicode_Check(object.ptr()) || PyObject_HasAttrString(object.ptr(), "__fspath__");
}

std::filesystem::path path_of(nb::handle object) {
  PyObject* encoded = nullptr;
  if (PyUnicode_FSConverter(object.ptr(), &encoded) == 0) throw nb::python_error();
  const nb::bytes bytes = nb::steal<nb::bytes>(encoded);
  return std::string(bytes.c_str(), bytes.size());
}

bool is_buffer(nb::handle object) noexcept { return PyObject_CheckBuffer(object.ptr()) != 0; }

// The source of a buffer, for source_of() in file_object.cc.
std::unique_ptr<Source> buffer_source(Buffer buffer) { return std::make_unique<BufferSource>(std::move(buffer)); }

BytesSink::~BytesSink() {
  if (object_ == nullptr || !Py_IsInitialized()) return;
  const Locked lock;
  Py_CLEAR(object_);
}

void BytesSink::reserve(std::size_t size) {
  object_ = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size));
  if (object_ == nullptr) throw nb::python_error();
  capacity_ = size;
  Bytes head;
  head.swap(head_);
  if (auto written = write(head); !written) raise(written.error());
}

Result<void> BytesSink::write(ByteView bytes) {
  if (head_.empty() && bytes.size() <= capacity_ - used_) {
    if (!bytes.empty()) std::memcpy(PyBytes_AsString(object_) + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  } else {
    head_.insert(head_.end(), bytes.begin(), bytes.end());
  }
  return {};
}

Result<void> BytesSink::finish() {
  finished_ = true;
  return {};
}

nb::object BytesSink::take() {
  if (!finished_) raise({ErrorKind::invalid_argument, "the bytes are not complete", {}});
  if (used_ == capacity_ && head_.empty() && object_ != nullptr) return nb::steal(std::exchange(object_, nullptr));
  Bytes all;
  if (object_ != nullptr) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(PyBytes_AsString(object_));
    all.assign(first, first + used_);
  }
  all.insert(all.end(), head_.begin(), head_.end());
  return nb::bytes(all.data(), all.size());
}

Result<void> Watch::add(std::uint64_t bytes) {
  total_ += bytes;
  untold_ += bytes;
  return untold_ < kTellAfter ? Result<void>() : flush();
}

Result<void> Watch::flush() {
  const std::uint64_t told = std::exchange(untold_, 0);
  return locked([&]() -> Result<void> {
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (told != 0 && !progress_.is_none()) progress_(told);
    return {};
  });
}

Result<std::uint64_t> copy_watched(Source& from, Sink& to, Watch& watch) {
  std::uint64_t done = 0;
  while (true) {
    const auto copied = to.write_from(from, done, kCopiedAtOnce);
    if (!copied) return copied;
    done += *copied;
    if (auto told = watch.add(*copied); !told) return tl::unexpected(told.error());
    if (*copied < kCopiedAtOnce) break;
  }
  if (auto told = watch.flush(); !told) return tl::unexpected(told.error());
  return done;
}

std::unique_ptr<Sink> watched_sink(std::unique_ptr<Sink> inner, Watch& watch) {
  return std::make_unique<WatchedSink>(std::move(inner), watch);
}

unsigned usable_threads(unsigned asked) noexcept { return forks() == 0 ? asked : 1; }

}  // namespace triclave::python
