// Files: the raw cipher from one to another, and random reads.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "compare_driver.h"
#include "compare_raw.h"
#include "compare_scene.h"

namespace triclave::bench {
namespace {

constexpr std::size_t kPiece = 256 * kKibibyte;
constexpr std::size_t kRead = 4 * kKibibyte;

void require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    require(number_ >= 0, path.c_str());
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number_); }
  int operator*() const { return number_; }
  std::size_t size() const {
    struct stat info {};
    require(::fstat(number_, &info) == 0, "fstat");
    return static_cast<std::size_t>(info.st_size);
  }

 private:
  int number_;
};

// Pieces number `first`, `first` + `step` and so on.
void seal_pieces(const Raw& raw, int in, int out, std::size_t pieces, std::size_t first, std::size_t step) {
  Bytes plain(kPiece), sealed(kPiece + kRawTag);
  for (std::size_t i = first; i < pieces; i += step) {
    require(::pread(in, plain.data(), kPiece, static_cast<off_t>(i * kPiece)) == static_cast<ssize_t>(kPiece), "pread");
    raw.seal(plain, sealed.data(), kPiece);
    require(::pwrite(out, sealed.data(), sealed.size(), static_cast<off_t>(i * sealed.size())) ==
                static_cast<ssize_t>(sealed.size()),
            "pwrite");
  }
}

struct Ranges {
  Scene scene;
  Opener opener = scene.opener();
  std::string path;
  Descriptor plain;
  std::vector<std::uint64_t> offsets;
  std::unique_ptr<Descriptor> sealed;
  std::unique_ptr<OpenObject> from_file, from_memory;
  ByteView map;
  Bytes out = Bytes(kRead);

  explicit Ranges(const Arguments& arguments)
      : path(arguments.text("folder") + "/ranges.sealed"), plain(arguments.text("input"), O_RDONLY) {
    seal();
    std::mt19937_64 random(7);
    offsets.resize(arguments.number("count"));
    for (std::uint64_t& each : offsets) each = random() % (plain.size() / kRead) * kRead;

    from_file = must(opener.object(must(file_source(path))));
    sealed = std::make_unique<Descriptor>(path, O_RDONLY);
    void* const at = ::mmap(nullptr, sealed->size(), PROT_READ, MAP_SHARED | MAP_POPULATE, **sealed, 0);
    require(at != MAP_FAILED, "mmap");
    map = {static_cast<const std::uint8_t*>(at), sealed->size()};
    from_memory = must(opener.object(memory_source(map)));
    check(*from_file);
    check(*from_memory);
    ::unlink(path.c_str());
  }
  Ranges(const Ranges&) = delete;
  Ranges& operator=(const Ranges&) = delete;
  ~Ranges() { ::munmap(const_cast<std::uint8_t*>(map.data()), map.size()); }

  // Written by the MiB, as the plain file was and as a copy or a download would be: the page cache hands out large pieces
  // of such a file faster.
  void seal() {
    Bytes all, piece(kMebibyte);
    auto sink = must(scene.sealer().object(kCompartment, "", memory_sink(all)));
    for (std::size_t at = 0; at < plain.size(); at += piece.size()) {
      const ssize_t got = ::pread(*plain, piece.data(), piece.size(), static_cast<off_t>(at));
      require(got > 0, "pread");
      must(sink->write(ByteView(piece).first(static_cast<std::size_t>(got))));
    }
    must(sink->finish());
    const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
    for (std::size_t at = 0; at < all.size(); at += kMebibyte) {
      const std::size_t size = std::min(kMebibyte, all.size() - at);
      require(::write(*file, all.data() + at, size) == static_cast<ssize_t>(size), "write");
    }
  }
  void check(OpenObject& object) {
    Bytes expected(kRead);
    for (std::size_t i = 0; i < 100; ++i) {
      read_plain(offsets[i], expected);
      if (must(object.read_at(offsets[i], out)) != kRead || out != expected) std::exit(1);
    }
  }
  void read_plain(std::uint64_t offset, Bytes& into) const {
    require(::pread(*plain, into.data(), kRead, static_cast<off_t>(offset)) == static_cast<ssize_t>(kRead), "pread");
  }
};

}  // namespace

Round file(const Arguments& arguments) {
  const std::string in = arguments.text("input"), out = arguments.text("output");
  return [=] {
    const Raw raw;
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
      ::unlink(out.c_str());
      const Descriptor from(in, O_RDONLY), to(out, O_RDWR | O_CREAT | O_TRUNC);
      measure(threads == 1 ? "raw" : "raw_2", from.size(), [&] {
        const std::size_t pieces = from.size() / kPiece;
        if (threads == 1) return seal_pieces(raw, *from, *to, pieces, 0, 1);
        std::thread other([&] { seal_pieces(raw, *from, *to, pieces, 1, 2); });
        seal_pieces(raw, *from, *to, pieces, 0, 2);
        other.join();
      });
    }
    ::unlink(out.c_str());
  };
}

Round ranges(const Arguments& arguments) {
  const auto state = std::make_shared<Ranges>(arguments);
  return [=] {
    Ranges& here = *state;
    measure("pread", here.offsets.size(), [&] {
      for (const std::uint64_t each : here.offsets) here.read_plain(each, here.out);
    });
    measure("file", here.offsets.size(), [&] {
      for (const std::uint64_t each : here.offsets) must(here.from_file->read_at(each, here.out));
    });
    measure("mapped", here.offsets.size(), [&] {
      for (const std::uint64_t each : here.offsets) must(here.from_memory->read_at(each, here.out));
    });
  };
}

}  // namespace triclave::bench
