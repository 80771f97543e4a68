// The data keys of a sealing or opening session, for the stages that seal other things than byte objects with them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cipher/input_key.h"
#include "envelope/frame.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave::envelope {

struct DataKeys {
  // nullptr where the session has no such compartment, or has not opened it. Valid as long as the session.
  static const cipher::InputKey* find(const Sealer& sealer, std::string_view compartment);
  static const cipher::InputKey* find(const Opener& opener, const Id& capsule_id, std::string_view compartment);

  static const std::string& dataset(const Sealer& sealer);
  // Errors: invalid_argument (no such capsule at hand).
  static Result<std::string> dataset(const Opener& opener, const Id& capsule_id);

  // Makes a frame's capsule known where it carries one, and checks that dataset and compartments are the capsule's.
  // Errors: forged, invalid_argument (the capsule is kept elsewhere and not at hand), and those of add_capsule.
  static Result<void> admit(Opener& opener, const Frame& frame);

  struct Closed {
    std::string compartment;
    Error why;
  };
  // Gathers the keys of those `compartments` that can be opened, in one round; returns the others, with reasons.
  // Errors: forged (an old capsule), invalid_argument (no such compartment), io.
  static Result<std::vector<Closed>> unlock(Opener& opener, const Id& capsule_id,
                                            std::span<const std::string> compartments, GatherReport* report = nullptr);
};

}  // namespace triclave::envelope
