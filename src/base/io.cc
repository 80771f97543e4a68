// Sources and sinks over descriptors and memory.
#include "triclave/io.h"

#include <algorithm>
#include <cstring>

#include "base/descriptor.h"
#include "base/guarded.h"
#include "base/large_pages.h"
#include "base/try.h"

namespace triclave {
namespace {

class DescriptorSource final : public Source {
 public:
  explicit DescriptorSource(int descriptor) : descriptor_(descriptor) {}

  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    if (offset != position_)
      return fail(ErrorKind::invalid_argument, "a pipe can only be read from front to back; save it to a file first");
    auto got = read_fully(descriptor_, out, "pipe");
    if (got) position_ += *got;
    return got;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  int descriptor_;
  std::uint64_t position_ = 0;
};

class DescriptorSink final : public Sink {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}
  Result<void> write(ByteView bytes) override { return write_fully(descriptor_, bytes, "pipe"); }
  Result<void> finish() override { return {}; }

 private:
  int descriptor_;
};

class MemorySource final : public Source {
 public:
  explicit MemorySource(ByteView bytes) : bytes_(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t length = std::min<std::size_t>(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    if (length != 0) std::memcpy(out.data(), bytes_.data() + offset, length);
    return length;
  }
  ByteView view_at(std::uint64_t offset, std::size_t size) override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return {};
    return bytes_.subspan(static_cast<std::size_t>(offset), size);
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  bool reads_at_once() const noexcept override { return true; }

 private:
  ByteView bytes_;
};

class MemorySink final : public Sink {
 public:
  explicit MemorySink(Bytes& out) : out_(out), start_(out.size()) {}
  ~MemorySink() override {
    if (!finished_) out_.resize(start_);
  }
  Result<void> write(ByteView bytes) override {
    grow(out_, out_.size() + bytes.size());
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<void> finish() override {
    finished_ = true;
    return {};
  }

 private:
  Bytes& out_;
  std::size_t start_;
  bool finished_ = false;
};

class ReplacingSink final : public Sink {
 public:
  explicit ReplacingSink(Bytes& out) : out_(out) {}
  ~ReplacingSink() override {
    if (!finished_) out_.clear();
  }
  Result<void> write(ByteView bytes) override {
    const MutableBytes to = room(bytes.size());
    if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
    return advance(bytes.size());
  }
  MutableBytes room(std::size_t size) override {
    if (size > out_.size() - at_) {
      grow(out_, at_ + size);
      out_.resize(at_ + size);
    }
    return MutableBytes(out_).subspan(at_);
  }
  Result<void> advance(std::size_t size) override {
    at_ += size;
    return {};
  }
  Result<void> finish() override {
    out_.resize(at_);
    finished_ = true;
    return {};
  }

 private:
  Bytes& out_;
  std::size_t at_ = 0;
  bool finished_ = false;
};

class BufferSink final : public Sink {
 public:
  BufferSink(MutableBytes out, std::size_t* used) : out_(out), used_(used) {}
  Result<void> write(ByteView bytes) override {
    if (bytes.size() > out_.size() - at_)
      return fail(ErrorKind::io,
                  "the buffer given for the output is too small: " + std::to_string(out_.size()) + " bytes");
    if (!bytes.empty()) std::memcpy(out_.data() + at_, bytes.data(), bytes.size());
    at_ += bytes.size();
    return {};
  }
  MutableBytes room(std::size_t size) override {
    return size <= out_.size() - at_ ? out_.subspan(at_) : MutableBytes{};
  }
  Result<void> advance(std::size_t size) override {
    at_ += size;
    return {};
  }
  Result<void> finish() override {
    if (used_ != nullptr) *used_ = at_;
    return {};
  }

 private:
  MutableBytes out_;
  std::size_t* used_;
  std::size_t at_ = 0;
};

}  // namespace

MutableBytes Sink::room(std::size_t) { return {}; }
Result<void> Sink::advance(std::size_t) {
  return fail(ErrorKind::invalid_argument, "this sink gave no room to advance in");
}
bool Sink::writes_at_once() const noexcept { return false; }
Result<void> Sink::write_at(std::uint64_t, ByteView) {
  return fail(ErrorKind::invalid_argument, "this sink takes its bytes from front to back only");
}
Result<std::uint64_t> Sink::write_from(Source& from, std::uint64_t offset, std::uint64_t size) {
  // Wiped however this ends.
  struct Buffer {
    explicit Buffer(std::uint64_t most) : bytes(static_cast<std::size_t>(std::min<std::uint64_t>(most, 1024 * 1024))) {}
    ~Buffer() { wipe(bytes); }
    Bytes bytes;
  } buffer(size);
  std::uint64_t done = 0;
  while (done < size) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.bytes.size(), size - done));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, from.read_at(offset + done, MutableBytes(buffer.bytes).first(wanted)));
    TRICLAVE_TRY(write(ByteView(buffer.bytes).first(got)));
    done += got;
    if (got < wanted) break;
  }
  return done;
}
ByteView Source::view_at(std::uint64_t, std::size_t) { return {}; }
bool Source::reads_at_once() const noexcept { return false; }

std::unique_ptr<Source> descriptor_source(int descriptor) { return std::make_unique<DescriptorSource>(descriptor); }
std::unique_ptr<Sink> descriptor_sink(int descriptor) { return std::make_unique<DescriptorSink>(descriptor); }
std::unique_ptr<Source> memory_source(ByteView bytes) { return std::make_unique<MemorySource>(bytes); }
std::unique_ptr<Sink> memory_sink(Bytes& out) { return std::make_unique<MemorySink>(out); }
std::unique_ptr<Sink> replacing_sink(Bytes& out) { return std::make_unique<ReplacingSink>(out); }
std::unique_ptr<Sink> buffer_sink(MutableBytes out, std::size_t* used) {
  return std::make_unique<BufferSink>(out, used);
}

}  // namespace triclave
