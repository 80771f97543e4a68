// What a CustodianClient holds.
#pragma once

#include <stop_token>

#include "custodian/client/connection.h"
#include "format/custodian.grpc.pb.h"
#include "triclave/custodian.h"

namespace triclave {

struct CustodianClient::Impl {
  // As the public calls; the answer as it came.
  Result<v1::ReleaseAnswer> release(const v1::ReleaseRequest& request, const std::stop_token& stop);

  CustodianAddress address;
  std::chrono::milliseconds deadline{};
  custodian::Connection connection;
};

}  // namespace triclave
