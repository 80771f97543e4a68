#include "known_messages.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "whole.h"

namespace triclave::cipher {
namespace {

// Test cases 1, 2 and 10 of Wycheproof's c2sp_chunked_encryption_aes_256_gcm_test.json, made by filippo.io/cobblestone.
constexpr const char* kKey = "59454c4c4f57205355424d4152494e452059454c4c4f57205355424d4152494e";
struct Short {
  const char* name;
  std::string_view context;
  std::string_view plain;
  const char* sealed;
};
constexpr Short kShort[] = {
    {"empty message", "", "",
     "43a2e39431cbae0389d3fc86adf46f7c3a24de88d9311617e53f3164cc1d5dc738a66b97f0bf786565c31799c2f463d50a7e10046011dc6f"
     "c3c939e3a5db7affb6191551669554fb"},
    {"short message, single chunk", "", "chunked",
     "a1a1b56f6db58cd1ede0c5c9db62aef20d3f96a6c594bb9252bb38122de91236502b42a1d7fcab820ffa292940d2f86add212cfa42c38df1"
     "9d3cc9139ee61a5990d3db57433514229beea49a8a72bd"},
    {"short message with context containing a null byte", std::string_view("test\0context", 12), "chunked",
     "12ede102c3ef730da4f3d4dbfaf11003683238315befe73b21ebb2246ac19f3a7d50abd2a5a365f7652bda670814dbc883ce618256d2d513"
     "bd238c2c0dded7614d52bef77bc04273656df97a294323"},
};

Bytes sha512(ByteView bytes) {
  Bytes out(crypto_hash_sha512_BYTES);
  crypto_hash_sha512(out.data(), bytes.data(), bytes.size());
  return out;
}

Bytes inflate_all(ByteView packed) {
  Bytes out(1 << 23);  // the longest case has 4 MiB
  uLongf size = out.size();
  EXPECT_EQ(uncompress(out.data(), &size, packed.data(), static_cast<uLong>(packed.size())), Z_OK);
  out.resize(size);
  return out;
}

KnownMessage from_json(const nlohmann::json& test) {
  KnownMessage out;
  out.name = "tcId " + std::to_string(test["tcId"].get<int>()) + ", " + test["comment"].get<std::string>();
  out.key = unhex(test["key"].get<std::string>());
  out.context = unhex(test["ctx"].get<std::string>());
  out.sealed = inflate_all(unhex(test["ct"].get<std::string>()));
  out.valid = test["result"] == "valid";
  out.plain_size = test.value("msgLength", std::size_t{0});
  out.plain_sha512 = unhex(test.value("msgSha512", std::string()));
  out.flags = test["flags"].get<std::vector<std::string>>();
  return out;
}

std::vector<KnownMessage> load() {
  std::vector<KnownMessage> out;
  for (const Short& each : kShort) {
    const ByteView plain = as_bytes(each.plain);
    const ByteView context = as_bytes(each.context);
    out.push_back({each.name,
                   unhex(kKey),
                   Bytes(context.begin(), context.end()),
                   unhex(each.sealed),
                   true,
                   plain.size(),
                   sha512(plain),
                   {}});
  }
  const char* folder = std::getenv("TRICLAVE_VECTORS");
  if (folder == nullptr) return out;
  const auto path = std::string(folder) + "/c2sp_chunked_encryption_aes_256_gcm_test.json";
  std::ifstream file(path);
  EXPECT_TRUE(file) << "TRICLAVE_VECTORS is set, but there is no " << path;
  const auto json = nlohmann::json::parse(file);
  for (const auto& group : json["testGroups"])
    for (const auto& test : group["tests"]) out.push_back(from_json(test));
  EXPECT_EQ(out.size(), std::size(kShort) + json["numberOfTests"].get<std::size_t>());
  return out;
}

}  // namespace

bool KnownMessage::has(const std::string& flag) const { return std::ranges::count(flags, flag) != 0; }

const std::vector<KnownMessage>& known_messages() {
  static const std::vector<KnownMessage> all = load();
  return all;
}

}  // namespace triclave::cipher
