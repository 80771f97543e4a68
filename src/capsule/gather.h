// Gathering: providers are asked side by side, no more of them than the policies need (ask_plan.h); each answer is
// checked against its commitments; whoever lies is named and put aside; who tarries gets company, and is cut off in the
// end. As soon as the policies are met the others are told to stop.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capsule/record.h"
#include "keys/shamir.h"
#include "triclave/mask_provider.h"
#include "triclave/opener.h"

namespace triclave::capsule {

using Providers = std::span<const std::unique_ptr<MaskProvider>>;

// The verified shares of one compartment, one for each leaf in written order; an empty one is unknown.
struct CompartmentShares {
  const WrapCompartment* compartment = nullptr;
  std::vector<std::unique_ptr<keys::Scalar>> shares;

  std::vector<const keys::Scalar*> known() const;
};

struct Gathered {
  std::vector<CompartmentShares> compartments;  // in the order asked for
  GatherReport report;
};

enum class Until {
  policy_is_met,     // the fastest honest answers win
  everyone_answered  // for a rehearsal
};

// Asks for `compartments` of one wrap. Never fails as a whole: what is missing shows in the shares and in the report.
Gathered gather(const Capsule& capsule, const Wrap& wrap, std::span<const std::string> compartments,
                Providers providers, const std::function<std::string(const Id&)>& name_of, Until until,
                const GatherOptions& options = {});

}  // namespace triclave::capsule
