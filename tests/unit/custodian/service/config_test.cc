#include "custodian/service/config.h"

#include <gmock/gmock.h>

#include "custodian/service/limiter.h"
#include "support/result.h"

namespace triclave::custodian {
namespace {

constexpr std::string_view kText = R"(version: 1
name: "ovh"
log_name: "ovh.example/triclave"
database: "state.db"
listen: "[::1]:8443"
tls { certificate: "ovh.crt" private_key: "ovh.key" client_ca: "/etc/ca.crt" }
)";

Result<Config> read(std::string_view text) { return parse_config(text, "custodian", "/srv"); }

std::string with(std::string_view before, std::string_view after) {
  std::string out(kText);
  out.replace(out.find(before), before.size(), after);
  return out;
}

std::string and_also(std::string_view more) {
  std::string out(kText);
  out.append(more);
  return out;
}

void expect_error(const std::string& text, std::string_view where, ErrorKind kind = ErrorKind::malformed) {
  const auto config = read(text);
  EXPECT_FAILS(config, kind);
  const std::string message = config ? "" : config.error().message;
  std::string place = "custodian:";
  place.append(where).append(": ");
  EXPECT_THAT(message, ::testing::StartsWith(place));
}

TEST(Config, PathsAreOfItsFolder) {
  const auto config = read(kText);
  ASSERT_OK(config);
  EXPECT_EQ(config->state.database, "/srv/state.db");
  EXPECT_EQ(config->state.mark, "/srv/state.db.mark");
  EXPECT_EQ(config->tls.client_ca, "/etc/ca.crt");
  EXPECT_EQ(config->requests.per_second, 100);
  EXPECT_EQ(read(and_also("mark: \"/other/mark\" limits { requests_per_second: 7 }"))->requests.per_second, 7);
}

TEST(Config, ErrorsSayWhere) {
  expect_error(with("version: 1", "version: 2"), "1:1", ErrorKind::unsupported);
  expect_error(with("version: 1", ""), "1:1");
  expect_error(with("\"ovh\"", "\"OVH\""), "2:1");
  expect_error(with("ovh.example/triclave", "two words"), "3:1");
  expect_error(with("\"state.db\"", "\"\""), "4:1");
  expect_error(with("[::1]:8443", "::1:8443"), "5:1");
  expect_error(with("8443", "65536"), "5:1");
  expect_error(with("8443", "8443x"), "5:1");
  expect_error(with("certificate: \"ovh.crt\"", ""), "6:1");
  expect_error(with("name: \"ovh\"", "nane: \"ovh\""), "2:1");
  expect_error(and_also("limits { requests_per_second: 1000001 }"), "7:10");
  expect_error(and_also(std::string(std::size_t{1} << 20, ' ')), "1:1");
}

TEST(Limiter, GivesTokensBackWithTime) {
  Limiter limiter({2, 3});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a", 0));
  EXPECT_FALSE(limiter.take("a", 0));
  EXPECT_TRUE(limiter.take("b", 0));
  EXPECT_TRUE(limiter.take("a", 0.5));
  EXPECT_FALSE(limiter.take("a", 0.5));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a", 100));
  EXPECT_FALSE(limiter.take("a", 100));
  limiter.set({});
  EXPECT_TRUE(limiter.take("a", 100));
}

TEST(Limiter, ForgetsWhoDoesNotComeAgain) {
  Limiter limiter({1, 1});
  EXPECT_TRUE(limiter.take("a", 0));
  for (int i = 0; i < 40000; ++i) limiter.take(std::to_string(i), 0);
  EXPECT_TRUE(limiter.take("a", 1000));
}

}  // namespace
}  // namespace triclave::custodian
