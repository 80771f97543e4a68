// A sealing session and what it stands on.
#pragma once

#include <memory>

#include "ids.h"
#include "python_io.h"
#include "triclave/sealer.h"

namespace triclave::python {

struct PySealer {
  std::shared_ptr<const Policy> policy;
  std::shared_ptr<const Signer> producer;
  Sealer sealer;
};

}  // namespace triclave::python
