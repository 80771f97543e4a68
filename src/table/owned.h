// Owners of the C interfaces' structures: whoever holds one releases it.
#pragma once

#include <utility>

#include "triclave/arrow.h"

namespace triclave::table {

// T: ArrowSchema, ArrowArray or ArrowArrayStream. Empty (release is null) until it is filled through get().
template <class T>
class Owned {
 public:
  Owned() = default;
  // Takes what `from` holds and leaves it released, as the standard moves such structures.
  explicit Owned(T& from) noexcept : value_(from) { from.release = nullptr; }
  Owned(Owned&& other) noexcept : Owned(other.value_) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Owned() {
    if (value_.release != nullptr) value_.release(&value_);
  }

  T* get() noexcept { return &value_; }
  T& operator*() noexcept { return value_; }
  T* operator->() noexcept { return &value_; }
  const T& operator*() const noexcept { return value_; }
  const T* operator->() const noexcept { return &value_; }
  explicit operator bool() const noexcept { return value_.release != nullptr; }

 private:
  T value_{};
};

using OwnedSchema = Owned<ArrowSchema>;
using OwnedArray = Owned<ArrowArray>;
using OwnedStream = Owned<ArrowArrayStream>;

}  // namespace triclave::table
