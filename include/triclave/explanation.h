// What a policy means, for people who have to judge it: a court, a data protection authority, an auditor. All verdicts
// are about operators, since all keys of one operator act together, and hold for what the registry says of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "triclave/export.h"

namespace triclave {

// Where a statement of the registry comes from.
struct Provenance {
  std::string source;
  std::string date;           // YYYY-MM-DD
  bool illustrative = false;  // an example, not a statement about a real company
};

struct Fact {
  std::string value;
  Provenance from;
};

struct Exposure {
  std::string jurisdiction;  // ISO 3166-1 alpha-2
  std::string why;
  Provenance from;
};

struct Label {
  std::string name;
  std::string expires;   // YYYY-MM-DD, the last day on which it holds; empty: does not expire
  bool expired = false;  // at the time of the explanation
  Provenance from;
};

enum class RecipientRole : std::uint8_t { owner, custodian, storage };
enum class KeyKind : std::uint8_t { file, hsm, passphrase };
enum class KeyFileStatus : std::uint8_t { present, missing, none };  // none: keeps ciphertext and holds no key

struct RecipientFacts {
  std::string name;
  std::string operator_name;
  RecipientRole role = RecipientRole::custodian;
  Fact country;
  Fact owner_country;  // of the ultimate owner
  std::vector<Exposure> exposures;
  std::vector<Label> labels;
  KeyKind key_kind = KeyKind::file;
  bool post_quantum = true;
  Provenance key_from;  // of kind and post_quantum; empty where the registry leaves them to the key file
  KeyFileStatus key_file = KeyFileStatus::none;
  std::string fingerprint;  // of the key at hand, or as pinned; else empty
  // Of a custodian that is asked over the network, else empty.
  std::string endpoint;  // HOST:PORT
  std::string tls_ca;    // as written; empty: the system's own authorities
  std::string log_key;   // C2SP note verifier key
};

struct SignerFacts {
  std::string name;
  bool owner = false, producer = false, authority = false;
  KeyFileStatus key_file = KeyFileStatus::missing;
  std::string fingerprint;
};

// Sets of operators, minimal: no operator can be left out of one.
struct Coalitions {
  std::size_t smallest = 0;                      // operators in the smallest set, exact; 0: none is needed
  std::vector<std::vector<std::string>> listed;  // smallest first
  bool more = false;                             // there are, or may be, more than are listed
};

// What may still be lost.
struct Margin {
  bool opens = false;  // with all that is left
  // Any so many more custodians may be lost, and it still opens; empty: all of them may.
  std::optional<std::size_t> more;
};

struct JurisdictionVerdict {
  std::string jurisdiction;
  std::vector<std::string> compels;  // operators of this compartment's recipients
  std::vector<std::string> stores;   // operators that keep ciphertext and that it can compel
  bool opens = false;                // these together can open the compartment
  bool opens_quantum = false;        // these, with every classical key broken
};

struct RuleVerdict {
  std::string rule;  // "deny_coalition US"
  bool met = false;
  std::string finding;
  std::vector<std::string> recipients;  // that break it
};

struct CompartmentExplanation {
  std::string name;
  std::string access;    // the rule in one normal spelling
  std::string in_words;  // the same, to be read aloud
  std::string authority;
  std::string expires;  // YYYY-MM-DD; empty: never
  std::vector<std::string> recipients;
  Coalitions coalitions;              // that can open it
  Coalitions fatal_losses;            // whose loss leaves nobody who can
  std::size_t operators_to_lose = 0;  // any so many may be lost, the owner among them, and it still opens
  // The same, of custodians only, while the owner keeps its keys; empty: all of them may be lost.
  std::optional<std::size_t> custodians_to_lose;
  std::vector<JurisdictionVerdict> jurisdictions;  // every one that the registry or a rule names
  bool opens_quantum = false;                      // who breaks every classical key, and nothing else
  std::vector<RuleVerdict> rules;
  std::vector<std::string> missing_keys;  // recipients and signers whose key files sealing needs
  bool may_seal = false;                  // every rule met, every key file present
};

struct Explanation {
  std::string dataset;
  std::string origin;  // the file that was read
  std::string date;    // for which labels and expiry were judged
  std::vector<RecipientFacts> recipients;
  std::vector<SignerFacts> signers;
  std::vector<CompartmentExplanation> compartments;

  TRICLAVE_EXPORT std::string to_text() const;
  TRICLAVE_EXPORT std::string to_json() const;
};

}  // namespace triclave
