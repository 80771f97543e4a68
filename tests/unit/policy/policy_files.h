// Policy files for tests, put together from parts.
#pragma once

#include <string>

#include "support/result.h"
#include "triclave/policy.h"

namespace triclave::policy::testing {

inline std::string quoted(const std::string& text) { return '"' + text + '"'; }
inline std::string fact(const std::string& value) { return "{ value: " + quoted(value) + " illustrative: true }"; }

// An entry of the registry; an operator of the same name runs it unless `more` says otherwise. `country` is the
// owner's, too.
struct Entry {
  std::string name;
  std::string country = "FR";
  std::string more = {};
  std::string role = "CUSTODIAN";
  std::string operator_name = name;
  std::string owner_country = country;

  std::string text() const {
    const std::string key = role == "STORAGE" ? "" : " key_file: " + quoted(name + ".pub");
    return "recipients { name: " + quoted(name) + " role: " + role + " operator: " + quoted(operator_name) + key +
           " country " + fact(country) + " owner_country " + fact(owner_country) + " " + more + " }\n";
  }
};

inline std::string exposed(const std::string& jurisdiction) {
  return "exposure { jurisdiction: " + quoted(jurisdiction) + " why: \"a subsidiary\" illustrative: true } ";
}
inline std::string labelled(const std::string& name, const std::string& expires = {}) {
  return "labels { name: " + quoted(name) + (expires.empty() ? "" : " expires: " + quoted(expires)) +
         " illustrative: true } ";
}
inline std::string key_kind(const std::string& kind, const std::string& more = {}) {
  return "key_kind { value: " + kind + " " + more + " illustrative: true } ";
}

inline const std::string kOwnerSigner = "signers { name: \"office\" key_file: \"office.pub\" roles: OWNER }\n";

// One compartment "c" with this access expression and these further fields, and these recipients.
inline std::string policy_text(const std::string& access, std::initializer_list<Entry> entries,
                               const std::string& compartment = {}, const std::string& file = {}) {
  std::string out = "version: 1\ndataset: \"d\"\n" + file + "\ncompartments { name: \"c\" access: " + quoted(access) +
                    " " + compartment + " }\n";
  for (const Entry& entry : entries) out += entry.text();
  return out + kOwnerSigner;
}

inline Result<Policy> read(const std::string& text, const std::filesystem::path& folder = "/nonexistent") {
  return Policy::parse(text, "test.policy", folder);
}

// Noon, UTC.
inline std::chrono::system_clock::time_point noon(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         std::chrono::hours(12);
}
inline const auto kNow = noon(2026, 7, 1);

// What the text's compartment "c" means.
inline CompartmentExplanation explained(const std::string& text) {
  const auto policy = read(text);
  EXPECT_OK(policy);
  return policy ? policy->explain(kNow).compartments.at(0) : CompartmentExplanation();
}

}  // namespace triclave::policy::testing
