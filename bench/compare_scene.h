// Whom the measurements seal for: a dataset with one compartment, whose key all of a number of recipients open
// together.
#pragma once

#include <stdlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common.h"
#include "triclave/mask_provider.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave::bench {

inline constexpr const char* kCompartment = "clinical";

// A folder of its own, gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "triclave-bench-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) std::exit(1);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Scene {
 public:
  // 1 to 64 recipients.
  explicit Scene(std::size_t recipients = 3) {
    constexpr std::size_t kMostOfOneNode = 16;
    const std::string fact = "{ value: \"FR\" illustrative: true }";
    std::string registry, access;
    for (std::size_t i = 0; i < recipients; ++i) {
      std::string name = "custodian-";
      name += std::to_string(i);
      identities_.push_back(Identity::generate(name));
      write(name + ".pub", identities_.back().recipient().to_text());
      registry += "recipients { name: \"" + name + "\" role: CUSTODIAN operator: \"" + name + "\" key_file: \"" + name +
                  ".pub\" country " + fact + " owner_country " + fact + " }\n";
      access += i == 0 ? "all(" : i % kMostOfOneNode == 0 ? "), all(" : ", ";
      access += name;
    }
    write("pipeline.pub", producer_.public_text());
    write("hospital.pub", owner_.public_text());
    const std::string text = "version: 1\ndataset: \"bench\"\ndefault_compartment: \"clinical\"\n" +
                             ("compartments { name: \"clinical\" access: \"all(" + access + "))\" }\n") + registry +
                             "signers { name: \"pipeline\" key_file: \"pipeline.pub\" roles: PRODUCER }\n"
                             "signers { name: \"hospital\" key_file: \"hospital.pub\" roles: OWNER }\n";
    policy_ = std::make_unique<Policy>(must(Policy::parse(text, "bench.policy", folder_.path())));
    sealer_ = std::make_unique<Sealer>(must(Sealer::make(*policy_, producer_)));
  }

  const Policy& policy() const { return *policy_; }
  const Sealer& sealer() const { return *sealer_; }
  // May be called once: the keys go with it.
  Opener locked_opener() {
    std::vector<std::unique_ptr<MaskProvider>> providers;
    for (Identity& each : identities_) providers.push_back(key_provider(std::move(each)));
    return Opener::make(*policy_, std::move(providers));
  }
  Opener opener() {
    Opener out = locked_opener();
    must(out.add_capsule(sealer_->capsule()));
    must(out.unlock(sealer_->capsule_id()));
    return out;
  }

 private:
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << content;
  }

  Folder folder_;
  Signer owner_ = Signer::generate("hospital");
  Signer producer_ = Signer::generate("pipeline");
  std::vector<Identity> identities_;
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Sealer> sealer_;
};

}  // namespace triclave::bench
