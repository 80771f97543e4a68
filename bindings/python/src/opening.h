// An opener and what it stands on.
#pragma once

#include <chrono>
#include <memory>
#include <span>

#include "ids.h"
#include "triclave/opener.h"
#include "turn.h"

namespace triclave::python {

struct PyOpener {
  std::shared_ptr<const Policy> policy;
  std::unique_ptr<GenerationMemory> memory;  // may be none
  std::shared_ptr<bool> gave_up;             // whether Ctrl-C ended the wait for custodians
  Opener opener;
  Turns turns = {};
};

// The outcome of `work`, in which keys may be gathered, when it is this thread's turn. After Ctrl-C it fails, even where
// something opened without those who were waited for.
template <class Work>
auto gathering(PyOpener& self, Work&& work) {
  return in_turn(self.turns, [&]() -> decltype(work()) {
    *self.gave_up = false;
    auto out = work();
    if (*self.gave_up) return fail(ErrorKind::io, "interrupted while custodians were waited for");
    return out;
  });
}

// One for each of the policy's custodians that has an endpoint; `custodians` is a triclave.Custodians. Holds the lock.
std::vector<std::unique_ptr<MaskProvider>> network_providers(const Policy& policy, nb::handle custodians);
// How long each of them has to answer.
std::chrono::milliseconds deadline_of(nb::handle custodians);

// As triclave.GatherReport, and as a tuple of triclave.Culprit.
nb::object as_report(const GatherReport& report);
nb::object as_culprits(std::span<const Culprit> culprits);

}  // namespace triclave::python
