#include "policy/address.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "base/names.h"
#include "base/text_codec.h"
#include "base/try.h"

namespace triclave::policy {
namespace {

constexpr std::size_t kMaxHost = 253;   // bytes, as the domain name system has it
constexpr std::size_t kMaxPath = 4096;  // bytes
constexpr std::size_t kMaxLogKey = 512;
constexpr std::uint8_t kEd25519 = 0x01;  // C2SP signed-note's number of the algorithm

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && text[0] != '0' && port <= 65535;
}

// HOST:PORT, where HOST is a name, an IPv4 address, or an IPv6 address in brackets.
bool is_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0 || colon > kMaxHost || colon + 1 == text.size()) return false;
  std::string_view host = text.substr(0, colon);
  std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    allowed = "0123456789abcdefABCDEF:.";
  }
  return !host.empty() && host.find_first_not_of(allowed) == host.npos && is_port(text.substr(colon + 1));
}

// NAME+HASH+BASE64 of C2SP signed-note: the base64 is the algorithm's number, then the key, and HASH the first four
// bytes of H(NAME || LF || these), in hex.
bool is_log_key(std::string_view text) {
  const std::size_t first = text.find('+'), second = text.find('+', first == text.npos ? text.npos : first + 1);
  if (second == text.npos || text.size() > kMaxLogKey) return false;
  const std::string_view name = text.substr(0, first);
  const auto key = from_base64(text.substr(second + 1));
  if (!is_text(name, kMaxLogKey) || name.find(' ') != name.npos || !key || key->size() != 33 ||
      key->front() != kEd25519)
    return false;
  const Id hash = sha256(as_bytes(std::string(name) + '\n' + std::string(as_text(*key))));
  return text.substr(first + 1, second - first - 1) == to_hex(ByteView(hash).first(4));
}

}  // namespace

Result<void> read_address(const v1::RegistryEntry& entry, const Place& place, RecipientFacts& out) {
  const auto refuse = [&](const char* field, std::string_view why) -> Result<void> { return place.error(field, why); };
  if (entry.endpoint().empty()) {
    for (const auto& [field, value] : {std::pair{"tls_ca", entry.tls_ca()}, std::pair{"log_key", entry.log_key()}})
      if (!value.empty()) return refuse(field, "it says nothing without an endpoint, where the custodian is asked");
    return {};
  }
  if (out.role != RecipientRole::custodian) return refuse("endpoint", "only a CUSTODIAN is asked over the network");
  if (!is_endpoint(entry.endpoint()))
    return refuse("endpoint", "an endpoint is HOST:PORT, as the custodian's certificate names the host");
  if (!entry.tls_ca().empty() && !is_text(entry.tls_ca(), kMaxPath))
    return refuse("tls_ca", "name the PEM file with the certificate of who signs the custodian's own");
  if (entry.log_key().empty())
    return refuse("endpoint", "give the log_key beside it: an answer counts only if it stands in the custodian's log");
  if (!is_log_key(entry.log_key()))
    return refuse("log_key",
                  "this is no Ed25519 verifier key NAME+HASH+BASE64; copy it from the custodian's `triclave "
                  "custodian log-key`");
  out.endpoint = entry.endpoint();
  out.tls_ca = entry.tls_ca();
  out.log_key = entry.log_key();
  return {};
}

}  // namespace triclave::policy
