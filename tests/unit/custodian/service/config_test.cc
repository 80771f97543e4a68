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

constexpr std::string_view kLogKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

std::string witness_key() {
  const auto log = LogKey::parse(kLogKey);
  return LogKey::make("orange.example/witness", LogKey::Type::witness, log->public_key())->text();
}
std::string watching(std::string_view key) { return and_also("watch: \"" + std::string(key) + "\"\n"); }
std::string asking(const std::string& key, std::string_view more = "certificate: \"c\" private_key: \"k\"",
                   std::string_view address = "orange:8443") {
  return and_also("witness { address: \"" + std::string(address) + "\" key: \"" + key + "\" " + std::string(more) +
                  " }\n");
}

TEST(Config, Witnesses) {
  EXPECT_EQ(read(watching(kLogKey))->watched.at(0).text(), kLogKey);
  const auto config = read(asking(witness_key()));
  ASSERT_OK(config);
  const WitnessPeer& peer = config->witnesses.at(0);
  EXPECT_EQ(peer.key.text(), witness_key());
  EXPECT_EQ(peer.address, "orange:8443");
  EXPECT_EQ(peer.server_ca, "");
  EXPECT_EQ(peer.certificate, "/srv/c");
  EXPECT_EQ(peer.private_key, "/srv/k");
}

TEST(Config, ErrorsOfWitnessesSayWhere) {
  expect_error(watching("example.com/foo"), "7:1");
  expect_error(watching("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), "7:1");
  expect_error(watching(witness_key()), "7:1");
  std::string twice = watching(kLogKey);
  twice += twice.substr(twice.rfind("watch"));
  expect_error(twice, "8:1");
  expect_error(asking(std::string(kLogKey)), "7:34");
  expect_error(asking(witness_key(), "certificate: \"c\" private_key: \"k\"", "orange"), "7:11");
  expect_error(asking(witness_key(), "certificate: \"c\" private_key: \"k\"", "orange:0"), "7:11");
  expect_error(asking(witness_key(), "certificate: \"c\""), "7:1");
  twice = asking(witness_key());
  twice += twice.substr(twice.rfind("witness {"));
  expect_error(twice, "8:34");
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
