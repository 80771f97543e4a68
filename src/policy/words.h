// The words that explanations and their JSON use.
#pragma once

#include <string_view>

#include "triclave/explanation.h"

namespace triclave::policy {

constexpr std::string_view word(RecipientRole role) noexcept {
  return role == RecipientRole::owner ? "owner" : role == RecipientRole::custodian ? "custodian" : "storage";
}
constexpr std::string_view word(KeyKind kind) noexcept {
  return kind == KeyKind::file ? "file" : kind == KeyKind::hsm ? "hsm" : "passphrase";
}
constexpr std::string_view word(KeyFileStatus status) noexcept {
  return status == KeyFileStatus::present ? "present" : status == KeyFileStatus::missing ? "missing" : "none";
}

}  // namespace triclave::policy
