// An opener and what it stands on.
#pragma once

#include <memory>
#include <span>

#include "ids.h"
#include "triclave/opener.h"
#include "turn.h"

namespace triclave::python {

struct PyOpener {
  PyOpener(std::shared_ptr<const Policy> p, std::unique_ptr<GenerationMemory> m, Opener o)
      : policy(std::move(p)), memory(std::move(m)), opener(std::move(o)) {}

  std::shared_ptr<const Policy> policy;
  std::unique_ptr<GenerationMemory> memory;  // may be none
  Opener opener;
  Turns turns;
};

// One for each of the policy's custodians that has an endpoint; `custodians` is a triclave.Custodians. Holds the lock.
std::vector<std::unique_ptr<MaskProvider>> network_providers(const Policy& policy, nb::handle custodians);

// As triclave.GatherReport, and as a tuple of triclave.Culprit.
nb::object as_report(const GatherReport& report);
nb::object as_culprits(std::span<const Culprit> culprits);

}  // namespace triclave::python
