// What a CustodianClient holds.
#pragma once

#include <memory>
#include <stop_token>

#include "format/custodian.grpc.pb.h"
#include "triclave/custodian.h"

namespace triclave {

struct CustodianClient::Impl {
  // As the public calls; the answer as it came.
  Result<v1::ReleaseAnswer> release(const v1::ReleaseRequest& request, const std::stop_token& stop);

  CustodianAddress address;
  std::chrono::milliseconds deadline{};
  std::unique_ptr<v1::Custodian::Stub> stub;
};

}  // namespace triclave
