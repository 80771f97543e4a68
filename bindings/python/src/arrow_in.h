// Columns from Python: whatever has __arrow_c_stream__ or __arrow_c_array__ (the Arrow PyCapsule Interface).
#pragma once

#include "bind.h"
#include "triclave/arrow.h"

namespace triclave::python {

// A stream that is released when this goes. Streams may call Python, and are released without the lock or with it.
class OwnedStream {
 public:
  OwnedStream() = default;
  explicit OwnedStream(ArrowArrayStream* from) : stream_(*from) { from->release = nullptr; }
  OwnedStream(OwnedStream&& other) noexcept : stream_(std::exchange(other.stream_, {})) {}
  OwnedStream& operator=(OwnedStream&&) = delete;
  ~OwnedStream() {
    if (stream_.release != nullptr) stream_.release(&stream_);
  }
  ArrowArrayStream* get() noexcept { return &stream_; }

 private:
  ArrowArrayStream stream_{};
};

template <class Struct>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Struct* from) : value_(*from) { from->release = nullptr; }
  Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, {})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Owned() {
    if (value_.release != nullptr) value_.release(&value_);
  }
  Struct* get() noexcept { return &value_; }
  const Struct& operator*() const noexcept { return value_; }
  const Struct* operator->() const noexcept { return &value_; }

 private:
  Struct value_{};
};
using OwnedSchema = Owned<ArrowSchema>;
using OwnedArray = Owned<ArrowArray>;

// Raises TypeError where the object has neither method. Holds the lock.
OwnedStream stream_of(nb::handle columns);

// Text and binary views, which polars and newer Arrow libraries make and sealed tables do not have, as text and binary
// with 64 bit offsets. Whether a schema has any; the schema without; a batch of it without.
bool has_views(const ArrowSchema& schema);
Result<OwnedSchema> schema_without_views(const ArrowSchema& schema);
// `array` is of `schema`, the one with views, and is taken over. Its views are checked before they are followed.
Result<OwnedArray> array_without_views(const ArrowSchema& schema, OwnedArray array);

}  // namespace triclave::python
