#include "triclave/error.h"

#include <gtest/gtest.h>

#include "base/try.h"

namespace triclave {
namespace {

TEST(Error, KindsHaveTheirDocumentedNamesAndNumbers) {
  const std::pair<ErrorKind, std::string_view> kinds[] = {{ErrorKind::invalid_argument, "invalid_argument"},
                                                          {ErrorKind::malformed, "malformed"},
                                                          {ErrorKind::unsupported, "unsupported"},
                                                          {ErrorKind::forged, "forged"},
                                                          {ErrorKind::policy_refused, "policy_refused"},
                                                          {ErrorKind::permit_refused, "permit_refused"},
                                                          {ErrorKind::quorum_short, "quorum_short"},
                                                          {ErrorKind::custodian_unavailable, "custodian_unavailable"},
                                                          {ErrorKind::io, "io"}};
  int number = 1;  // exit codes of the program hang on these
  for (const auto& [kind, name] : kinds) {
    EXPECT_EQ(to_string(kind), name);
    EXPECT_EQ(static_cast<int>(kind), number++);
  }
}

TEST(Error, TextListsCulpritsOneALine) {
  const Error error{
      ErrorKind::quorum_short,
      "1 of 2 answered",
      {{"ovh", "no answer", ErrorKind::custodian_unavailable}, {"orange", "wrong mask", ErrorKind::forged}}};
  EXPECT_EQ(error.text(), "1 of 2 answered\n  ovh: no answer\n  orange: wrong mask");
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::invalid_argument, "odd");
  return number / 2;
}
Result<int> quarter(int number) {
  TRICLAVE_TRY_ASSIGN(const int once, half(number));
  TRICLAVE_TRY(half(once));
  return half(once);
}

TEST(Try, PassesErrorsOnAndValuesThrough) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(5).error().kind, ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave
