// What a call that failed means.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <string_view>

#include "triclave/error.h"

namespace triclave::custodian {

// To the caller of `name`, a custodian: its own words where it refused, else that it cannot be asked. `stopped`: the
// caller ended the call.
Error from_status(const grpc::Status& status, const grpc::ClientContext& context, std::string_view name, bool stopped);

}  // namespace triclave::custodian
