#include "custodian/client/status.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "base/names.h"
#include "format/custodian.pb.h"
#include "format/strict.h"

namespace triclave::custodian {
namespace {

constexpr const char* kErrorMetadata = "triclave-error-bin";
constexpr std::size_t kMaxDetail = 16 * 1024;
constexpr std::size_t kMaxWords = 1024;  // bytes of somebody else's words that are shown

// Somebody else's words, without what could confuse a terminal or fill it.
std::string shown(std::string_view words) {
  words = words.substr(0, kMaxWords);
  while (!words.empty() && !is_utf8(words)) words.remove_suffix(1);  // cut inside a character, or not text at all
  return is_text(words, kMaxWords) ? std::string(words) : "its reason cannot be shown";
}

std::optional<Error> detail_of(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find(kErrorMetadata);
  if (found == metadata.end()) return {};
  const auto detail = format::parse_strict<v1::ErrorDetail>(as_bytes({found->second.data(), found->second.size()}),
                                                            kMaxDetail, "the custodian's error");
  if (!detail || detail->kind() < static_cast<std::uint32_t>(ErrorKind::invalid_argument) ||
      detail->kind() > static_cast<std::uint32_t>(ErrorKind::io))
    return {};
  return Error{static_cast<ErrorKind>(detail->kind()), shown(detail->message()), {}};
}

}  // namespace

Error from_status(const grpc::Status& status, const grpc::ClientContext& context, std::string_view name, bool stopped) {
  if (stopped) return {ErrorKind::custodian_unavailable, fmt::format("{} was not waited for", name), {}};
  if (auto detail = detail_of(context)) return {detail->kind, fmt::format("{} refuses: {}", name, detail->message), {}};
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
    return {
        ErrorKind::custodian_unavailable, fmt::format("{} did not answer in time: ask again, or ask it why", name), {}};
  return {ErrorKind::custodian_unavailable,
          fmt::format("{} cannot be asked (gRPC status {}): {}", name, static_cast<int>(status.error_code()),
                      shown(status.error_message())),
          {}};
}

}  // namespace triclave::custodian
