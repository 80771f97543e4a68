#include "custodian/service/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/try.h"
#include "custodian/log/witness.h"

namespace triclave::custodian {
namespace {

constexpr int kLongest = 64;  // times `every`, between two tries of a witness that fails

}  // namespace

Collector::Collector(Service& service, std::vector<AskedWitness> witnesses, WitnessingChanged changed,
                     std::chrono::milliseconds every)
    : service_(service), witnesses_(std::move(witnesses)), changed_(std::move(changed)), every_(every) {
  // A thread for each, so that one that is silent holds up no other.
  for (const AskedWitness& each : witnesses_)
    threads_.emplace_back([this, &each](const std::stop_token& stop) { run(stop, each); });
}

Collector::~Collector() {
  for (std::jthread& each : threads_) each.request_stop();  // all at once, then they are waited for
}

void Collector::run(const std::stop_token& stop, const AskedWitness& witness) {
  Known known;
  std::optional<ErrorKind> failing;
  bool told = false;
  int wait = 1;
  while (!stop.stop_requested()) {
    const auto collected = collect(stop, witness, known);
    if (stop.stop_requested()) return;
    wait = collected ? 1 : std::min(2 * wait, kLongest);
    std::optional<ErrorKind> now_failing;
    if (!collected) now_failing = collected.error().kind;
    std::unique_lock lock(mutex_);
    if (changed_ && (!told || failing != now_failing)) changed_(witness.key.name(), collected);
    told = true;
    failing = now_failing;
    wake_.wait_for(lock, stop, wait * every_, [] { return false; });
  }
}

//= SPEC LOG-17
Result<void> Collector::collect(const std::stop_token& stop, const AskedWitness& witness, Known& known) {
  for (int tries = 0; tries < 2; ++tries) {
    TRICLAVE_TRY_ASSIGN(const CosignAsk ask, service_.ask_to_cosign(known.size));
    if (ask.size == known.cosigned) return {};
    TRICLAVE_TRY_ASSIGN(const std::string text, witness.ask(ask.request, stop));
    TRICLAVE_TRY_ASSIGN(const CosignAnswer answer, parse_cosign_answer(text));
    if (!answer.other_size) {
      TRICLAVE_TRY_ASSIGN(auto signatures, parse_signature_lines(answer.lines));
      TRICLAVE_TRY(verify_cosignature({ask.checkpoint, std::move(signatures)}, witness.key));
      TRICLAVE_TRY(service_.add_cosignatures(ask.size, answer.lines, witness.key));
      known = {ask.size, ask.size};
      return {};
    }
    if (*answer.other_size > ask.size) {
      known = {};  // it is asked again, should this have been a slip
      return fail(ErrorKind::forged, fmt::format("it has cosigned {} entries of this log, which has {}: an older "
                                                 "database was put back, or the witness lies; find out which",
                                                 *answer.other_size, ask.size));
    }
    known.size = *answer.other_size;
  }
  return fail(ErrorKind::custodian_unavailable, "it names another size each time that it is asked");
}

}  // namespace triclave::custodian
