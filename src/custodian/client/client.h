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

  // One call by a method of the stub.
  template <class Request, class Answer>
  Result<Answer> call(grpc::Status (v1::Custodian::Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
                      const Request& request, const std::stop_token& stop);

  CustodianAddress address;
  std::chrono::milliseconds deadline{};
  std::unique_ptr<v1::Custodian::Stub> stub;
};

}  // namespace triclave
