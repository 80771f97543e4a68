// triclave bench: how fast sealing and opening are on this machine.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "base/try.h"
#include "cli/command.h"
#include "cli/text.h"
#include "triclave/engine.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSize = std::size_t{64} << 20;  // more than most caches hold

struct BenchOptions : CommonOptions {
  double seconds = 10;
};

// A folder for the public keys of a policy that nobody else will ever see; gone afterwards.
class Folder {
 public:
  static Result<Folder> make() {
    std::error_code wrong;
    std::string name = (fs::temp_directory_path(wrong) / "triclave-bench-XXXXXX").native();
    if (wrong || ::mkdtemp(name.data()) == nullptr)
      return fail(ErrorKind::io, "cannot make a folder for temporary files: name another place in TMPDIR");
    return Folder(name);
  }
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  Result<void> write(const char* name, const std::string& content) const {
    std::ofstream out(path_ / name, std::ios::binary);
    out << content << std::flush;
    if (!out) return fail(ErrorKind::io, "cannot write into " + path_.native() + ": name another place in TMPDIR");
    return {};
  }

 private:
  explicit Folder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

constexpr const char* kPolicy = R"(version: 1
dataset: "bench"
compartments { name: "bench" access: "bench" }
recipients {
  name: "bench" role: CUSTODIAN operator: "bench" key_file: "recipient.pub"
  country { value: "FR" illustrative: true } owner_country { value: "FR" illustrative: true }
}
signers { name: "bench" key_file: "signer.pub" roles: OWNER roles: PRODUCER }
)";

// The fastest of all rounds, GB/s.
struct Speeds {
  double seal = 0, open = 0, memcpy = 0;
};

template <class Work>
Result<void> time_into(double& best, Work&& work) {
  const auto start = Clock::now();
  TRICLAVE_TRY(work());
  const double spent = std::chrono::duration<double>(Clock::now() - start).count();
  best = std::max(best, static_cast<double>(kSize) / 1e9 / std::max(spent, std::numeric_limits<double>::min()));
  return {};
}

Result<Speeds> measure(const Sealer& sealer, Opener& opener, double seconds) {
  // Touched before the clock starts: fresh memory costs more than any cipher.
  const Bytes plain(kSize, 7);
  Bytes sealed(kSize + kSize / 512, 1), opened(kSize, 1);
  Speeds out;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  do {
    std::size_t used = 0;
    TRICLAVE_TRY(time_into(out.seal, [&]() -> Result<void> {
      TRICLAVE_TRY_ASSIGN(const auto object, sealer.object("bench", "", buffer_sink(sealed, &used)));
      TRICLAVE_TRY(object->write(plain));
      return object->finish();
    }));
    TRICLAVE_TRY(time_into(out.open, [&]() -> Result<void> {
      TRICLAVE_TRY_ASSIGN(const auto object, opener.object(memory_source(ByteView(sealed).first(used))));
      TRICLAVE_TRY(object->read_at(0, opened));
      return {};
    }));
    TRICLAVE_TRY(time_into(out.memcpy, [&]() -> Result<void> {
      std::memcpy(opened.data(), plain.data(), kSize);
      return {};
    }));
  } while (Clock::now() < end);
  return out;
}

Result<Outcome> bench(const BenchOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Folder folder, Folder::make());
  const Signer signer = Signer::generate("bench");
  Identity identity = Identity::generate("bench");
  TRICLAVE_TRY(folder.write("recipient.pub", identity.recipient().to_text()));
  TRICLAVE_TRY(folder.write("signer.pub", signer.public_text()));
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::parse(kPolicy, "bench.policy", folder.path()));
  TRICLAVE_TRY_ASSIGN(const Sealer sealer, Sealer::make(policy, signer));
  std::vector<std::unique_ptr<MaskProvider>> providers;
  providers.push_back(key_provider(std::move(identity)));
  Opener opener = Opener::make(policy, std::move(providers));
  TRICLAVE_TRY(opener.add_capsule(sealer.capsule()));
  TRICLAVE_TRY(opener.unlock(sealer.capsule_id()));
  TRICLAVE_TRY_ASSIGN(const Speeds best, measure(sealer, opener, options.seconds));

  const double seal = best.seal / best.memcpy, open = best.open / best.memcpy;
  Outcome out;
  out.text = line("engine", engine_name()) +
             line("seal", fmt::format("{:.2f} GB/s, {:.2f} of memcpy", best.seal, seal)) +
             line("open", fmt::format("{:.2f} GB/s, {:.2f} of memcpy", best.open, open)) +
             line("memcpy", fmt::format("{:.2f} GB/s", best.memcpy));
  out.json = {{"engine", engine_name()},
              {"bytes", kSize},
              {"seal_gb_per_second", best.seal},
              {"open_gb_per_second", best.open},
              {"memcpy_gb_per_second", best.memcpy},
              {"seal_of_memcpy", seal},
              {"open_of_memcpy", open}};
  return out;
}

}  // namespace

void add_bench(CLI::App& app, Program& program) {
  add_command<BenchOptions>(
      app, program, "bench", "Measure sealing and opening on this machine",
      [](CLI::App& command, BenchOptions& options) {
        command.add_option("--seconds", options.seconds, "How long (default: 10)")
            ->check(CLI::Range(0.0, 3600.0))
            ->type_name("SECONDS");
        command.footer(
            "64 MiB from memory to memory with one thread, again and again; the fastest counts. Needs 200 MB of\n"
            "memory and no keys: it makes its own and forgets them.");
      },
      bench);
}

}  // namespace triclave::cli
