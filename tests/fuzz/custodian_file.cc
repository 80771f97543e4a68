// A custodian's configuration, as people write it: what is accepted has all that a service needs.
#include "base/names.h"
#include "custodian/service/config.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto config = custodian::parse_config(as_text(input), "input", "/folder");
  if (!config) {
    REQUIRE(fuzz::is_one_of(config.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
    return REQUIRE(config.error().message.starts_with("input:"));
  }
  REQUIRE(is_name(config->name) && !config->log_name.empty() && config->listen.find(':') != std::string::npos);
  REQUIRE(!config->state.database.empty() && !config->state.mark.empty());
  REQUIRE(!config->tls.certificate.empty() && !config->tls.private_key.empty() && !config->tls.client_ca.empty());
  for (const LogKey& each : config->watched) REQUIRE(each.type() == LogKey::Type::log);
  for (const custodian::WitnessPeer& each : config->witnesses) {
    REQUIRE(each.key.type() == LogKey::Type::witness && each.address.find(':') != std::string::npos);
    REQUIRE(!each.certificate.empty() && !each.private_key.empty());
  }
  REQUIRE(config->requests.per_second >= 1 && config->requests.burst >= config->requests.per_second);
}
