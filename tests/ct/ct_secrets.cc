// usage: valgrind ct_secrets shard|split|combine|canonical|compare|own_key|leak
// Exit status 1: a wrong result; valgrind's own: a branch or an address that depends on a secret.
#include <valgrind/memcheck.h>

#include <cstdio>
#include <string_view>

#include "base/guarded.h"
#include "keys/own_key.h"
#include "keys/shamir.h"

namespace triclave::keys {
namespace {

void poison(ByteView secret) { VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size()); }
void reveal(ByteView secret) { VALGRIND_MAKE_MEM_DEFINED(secret.data(), secret.size()); }

template <class T>
T revealed(T value) {
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
  return value;
}

bool same(const Scalar& a, const Scalar& b) { return revealed(equal_constant_time(a.view(), b.view())); }

std::array<Share, 3> positions(const std::vector<Scalar>& shares) {
  return {Share{1, &shares[0]}, Share{2, &shares[1]}, Share{3, &shares[2]}};
}

bool shard_case() {
  const Scalar secret = random_scalar();
  std::vector<Scalar> coefficients;
  coefficients.push_back(random_scalar());
  poison(secret.view());
  poison(coefficients[0].view());
  const auto shares = shard(secret, coefficients, 3);
  const auto combined = combine(positions(shares), 2);
  return combined && same(*combined, secret);
}

bool split_case() {
  const Scalar secret = random_scalar();
  poison(secret.view());
  const auto shares = split(secret, 2, 3);
  const auto combined = combine(positions(shares), 2);
  return combined && same(*combined, secret);
}

bool combine_case() {
  const Scalar secret = random_scalar();
  const auto shares = split(secret, 3, 3);
  for (const Scalar& share : shares) poison(share.view());
  const auto combined = combine(positions(shares), 3);
  if (!combined || !same(*combined, secret)) return false;
  Scalar wrong = random_scalar();
  poison(wrong.view());
  auto off = positions(shares);
  off[2].value = &wrong;
  return !combine(off, 2);
}

bool canonical_case() {
  const Scalar good = random_scalar();
  Scalar zero;
  Scalar large;
  for (std::uint8_t& byte : large.mutable_view()) byte = 0xFF;
  for (const Scalar* each : {&good, static_cast<const Scalar*>(&zero), static_cast<const Scalar*>(&large)}) {
    poison(each->view());
    if (revealed(is_canonical_nonzero(each->view())) != (each == &good)) return false;
  }
  return true;
}

bool compare_case() {
  const Scalar a = random_scalar();
  const Scalar b = Scalar::copy_of(a.view());
  const Scalar c = random_scalar();
  for (const Scalar* each : {&a, &b, &c}) poison(each->view());
  return same(a, b) && !same(a, c);
}

bool own_key_case() {
  const Scalar bytes = random_scalar();
  Scalar alike;
  for (std::uint8_t& byte : alike.mutable_view()) byte = 0x41;
  poison(bytes.view());
  poison(alike.view());
  const auto key = own_key_from_file(bytes.view());
  if (!key || own_key_from_file(alike.view())) return false;
  const auto seed = xwing_seed(*key);
  return !revealed(equal_constant_time(seed.view(), key->view()));
}

bool leak_case() {
  const Scalar secret = random_scalar();
  poison(secret.view());
  if (secret.view()[0] > 127) std::puts("the secret's first bit is set");
  reveal(secret.view());
  return true;
}

}  // namespace
}  // namespace triclave::keys

int main(int count, char** arguments) {
  using namespace triclave::keys;
  constexpr std::pair<std::string_view, bool (*)()> cases[] = {
      {"shard", shard_case},     {"split", split_case},     {"combine", combine_case}, {"canonical", canonical_case},
      {"compare", compare_case}, {"own_key", own_key_case}, {"leak", leak_case},
  };
  triclave::sodium_ready();
  for (const auto& [name, run] : cases)
    if (count == 2 && arguments[1] == name) return run() ? 0 : 1;
  std::fputs("usage: ct_secrets shard|split|combine|canonical|compare|own_key|leak\n", stderr);
  return 2;
}
