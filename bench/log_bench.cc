// A custodian's log of a million entries: appending, proofs, and a whole audit of its copy.
//
// usage: bench_log [ENTRIES [FOLDER]]      the folder, for the database and the copy, must not exist
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/integers.h"
#include "custodian/log/entry.h"
#include "custodian/log/log_table.h"
#include "support/must.h"

namespace {

using namespace triclave;
using namespace triclave::custodian;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 64;  // entries of one commit, as a busy service has them

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The most memory that the process had at once, in MiB.
double peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Bytes entry_of(std::uint64_t index) {
  LogEntry out;
  out.kind = LogEntryKind::release;
  out.time = 1767225600 + index / 10;
  out.key_id = Bytes(32, 1);
  out.request_hash = Bytes(32, 2);
  out.answer_hash = Bytes(32, 3);
  const auto number = big_endian(index);
  out.session = Bytes(32, 4);
  std::copy(number.begin(), number.end(), out.session.begin());
  out.permit_id = Bytes(16, 5);
  out.requester = Bytes(32, static_cast<std::uint8_t>(index % 40));
  out.dataset = "pmsi-2025";
  out.compartments = {"clinical", "identifiers"};
  out.purpose = "epidemiology of diabetes";
  out.masks = 2;
  return must(serialize_log_entry(out));
}

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t entries = count > 1 ? std::stoull(arguments[1]) : 1000000;
  const std::filesystem::path folder = count > 2 ? arguments[2] : "bench_log.tmp";
  std::filesystem::create_directory(folder);
  const Database database = must(Database::create(folder / "state.db"));
  must(database.run(kLogSchema));
  LogTable log = must(LogTable::open(database));
  Secret<32> seed;
  const NoteSigner signer = must(NoteSigner::make("bench.example/triclave", LogKey::Type::log, seed));

  auto start = Clock::now();
  for (std::uint64_t i = 0; i < entries; i += kBatch) {
    Transaction change = must(Transaction::begin(database));
    for (std::uint64_t j = i; j < std::min(entries, i + kBatch); ++j) must(log.append(entry_of(j)));
    must(log.sign(signer));
    must(change.commit());
  }
  const double appended = seconds_since(start);
  fmt::print("append   {:8.0f} entries/s, {} a commit ({:.1f} s)\n", static_cast<double>(entries) / appended, kBatch,
             appended);

  constexpr int kProofs = 2000;
  std::vector<double> times;
  for (int i = 0; i < kProofs; ++i) {
    const std::uint64_t index = static_cast<std::uint64_t>(i) * 48271 * 31 % entries;
    start = Clock::now();
    const std::string proof = must(log.proof(index));
    times.push_back(seconds_since(start));
    must(verify_log_proof(signer.key(), must(log.entry(index)), proof));
  }
  std::sort(times.begin(), times.end());
  fmt::print("proof    median {:.3f} ms, 99 % {:.3f} ms, slowest {:.3f} ms\n", times[kProofs / 2] * 1e3,
             times[kProofs * 99 / 100] * 1e3, times.back() * 1e3);

  start = Clock::now();
  LogTableFiles files(log);
  must(copy_log(files, folder / "copy"));
  fmt::print("copy     {:.1f} s\n", seconds_since(start));

  start = Clock::now();
  const auto copy = log_folder(folder / "copy");
  const Audit audit = must(audit_log(*copy, signer.key()));
  fmt::print("verify   {:.1f} s for {} entries, {} files\n", seconds_since(start), audit.checkpoint.size, audit.tiles);
  fmt::print("memory   {:.0f} MiB at most, all of the above in one process\n", peak_memory());
  std::filesystem::remove_all(folder);
  return 0;
}
