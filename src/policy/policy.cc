#include "triclave/policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/names.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "policy/codes.h"
#include "policy/columns.h"
#include "policy/compartments.h"
#include "policy/policy_text.h"
#include "policy/registry.h"
#include "policy/sovereignty.h"
#include "triclave/io.h"

namespace triclave {
namespace {

constexpr std::uint32_t kVersion = 1;

std::chrono::sys_days day_of(std::chrono::system_clock::time_point now) {
  return std::chrono::floor<std::chrono::days>(now);
}

Result<void> check_head(const policy::PolicyText& text) {
  const auto file = policy::place_of(text);
  if (text.file.version() > kVersion)
    return file.error(
        "version", fmt::format("version {} is newer than this program, which reads 1; update it", text.file.version()),
        ErrorKind::unsupported);
  if (text.file.version() != kVersion) return file.error("version", "a policy file begins with version: 1");
  if (!is_name(text.file.dataset()))
    return file.error("dataset", "name the dataset: 1 to 64 characters of a-z, 0-9, '.', '_' and '-'");
  return {};
}

tl::unexpected<Error> keys_missing(std::string_view compartment, const std::vector<std::string>& names) {
  return fail(ErrorKind::invalid_argument,
              fmt::format("compartment {}: key files are missing: {}; put them where the policy file says", compartment,
                          fmt::join(names, ", ")));
}

}  // namespace

struct Policy::Impl {
  struct Part {
    policy::Compartment compartment;
    std::optional<policy::Sovereignty> sovereignty;
    std::vector<std::string> missing_keys;
    Bytes wire;  // empty while key files are missing
  };

  // Names of those whose key files sealing this compartment needs and does not find.
  std::vector<std::string> missing_keys(const policy::Compartment& compartment) const;
  Bytes wire(const policy::Compartment& compartment) const;
  Result<const Part*> find(std::string_view compartment) const;

  std::string origin, dataset, default_compartment;
  std::filesystem::path folder;
  policy::Registry registry;
  std::vector<Part> parts;
  std::vector<Verifier> producers;
  std::vector<policy::ColumnClaims> claims;
};

std::vector<std::string> Policy::Impl::missing_keys(const policy::Compartment& compartment) const {
  std::vector<std::string> out;
  const auto need = [&](bool present, const std::string& name) {
    if (!present && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  for (const std::size_t i : compartment.recipients)
    need(registry.recipients()[i].key.has_value(), registry.recipients()[i].facts.name);
  for (std::size_t i = 0; i < registry.signers().size(); ++i)
    if (const auto& signer = registry.signers()[i]; signer.facts.owner || compartment.authority == i)
      need(signer.key.has_value(), signer.facts.name);
  return out;
}

Bytes Policy::Impl::wire(const policy::Compartment& compartment) const {
  policy::CompartmentPolicy out;
  if (compartment.authority) out.authority = registry.signers()[*compartment.authority].key->id();
  out.rules = compartment.rules;
  // The first second of the day after.
  if (compartment.expires)
    out.expires = static_cast<std::uint64_t>(
        std::chrono::seconds((*compartment.expires + std::chrono::days(1)).time_since_epoch()).count());
  out.tree = compartment.tree;
  return policy::serialize_compartment_policy(out);
}

Result<const Policy::Impl::Part*> Policy::Impl::find(std::string_view compartment) const {
  for (const Part& part : parts)
    if (part.compartment.name == compartment) return &part;
  std::vector<std::string> names;
  for (const Part& part : parts) names.push_back(part.compartment.name);
  return fail(ErrorKind::invalid_argument,
              fmt::format("dataset {} has no compartment of that name, only {}", dataset, fmt::join(names, ", ")));
}

Result<Policy> Policy::load(const std::filesystem::path& file) {
  TRICLAVE_TRY_ASSIGN(const auto source, file_source(file));
  // One byte above the limit is enough for parse() to refuse it.
  Bytes text(static_cast<std::size_t>(std::min<std::uint64_t>(source->size().value_or(0), format::kMaxTextProto + 1)));
  TRICLAVE_TRY_ASSIGN(const std::size_t size, source->read_at(0, text));
  return parse(as_text(ByteView(text).first(size)), file.string(), file.parent_path());
}

Result<Policy> Policy::parse(std::string_view text, std::string_view origin, const std::filesystem::path& folder) {
  TRICLAVE_TRY_ASSIGN(const auto parsed, policy::parse_policy_text(text, origin));
  TRICLAVE_TRY(check_head(*parsed));
  auto impl = std::make_unique<Impl>();
  impl->origin = origin;
  impl->folder = folder;
  impl->dataset = parsed->file.dataset();
  impl->default_compartment = parsed->file.default_compartment();
  TRICLAVE_TRY_ASSIGN(impl->registry, policy::Registry::read(*parsed, folder));
  for (const auto& signer : impl->registry.signers())
    if (signer.facts.producer && signer.key) impl->producers.push_back(*signer.key);
  TRICLAVE_TRY_ASSIGN(auto compartments, policy::read_compartments(*parsed, impl->registry));
  for (const policy::Compartment& each : compartments) impl->claims.push_back({each.name, each.columns});
  for (policy::Compartment& each : compartments) impl->parts.push_back({std::move(each), {}, {}, {}});

  policy::Work work;
  for (std::size_t i = 0; i < impl->parts.size(); ++i) {
    Impl::Part& part = impl->parts[i];
    auto judged = policy::Sovereignty::judge(part.compartment, impl->registry, work);
    if (!judged)
      return policy::place_of(*parsed)
          .inside("compartments", static_cast<int>(i))
          .error("access", judged.error().message, judged.error().kind);
    part.sovereignty = std::move(*judged);
    part.missing_keys = impl->missing_keys(part.compartment);
    if (part.missing_keys.empty()) part.wire = impl->wire(part.compartment);
  }
  return Policy(std::move(impl));
}

Policy::Policy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Policy::Policy(Policy&&) noexcept = default;
Policy& Policy::operator=(Policy&&) noexcept = default;
Policy::~Policy() = default;

const std::string& Policy::dataset() const noexcept { return impl_->dataset; }

std::vector<std::string> Policy::compartments() const {
  std::vector<std::string> out;
  for (const Impl::Part& part : impl_->parts) out.push_back(part.compartment.name);
  return out;
}

Result<std::string> Policy::compartment_of_column(std::string_view column) const {
  const std::string_view claimant = policy::claimant(impl_->claims, column);
  if (!claimant.empty()) return std::string(claimant);
  if (!impl_->default_compartment.empty()) return impl_->default_compartment;
  return fail(ErrorKind::invalid_argument,
              fmt::format("{}: no compartment claims the column \"{}\"; name it in a compartment's columns, or set "
                          "default_compartment",
                          impl_->origin, column));
}

const Verifier* Policy::owner() const noexcept {
  for (const auto& signer : impl_->registry.signers())
    if (signer.facts.owner) return signer.key ? &*signer.key : nullptr;
  return nullptr;
}

std::span<const Verifier> Policy::producers() const noexcept { return impl_->producers; }

const Recipient* Policy::recipient(const Id& key_id) const noexcept {
  const auto found = impl_->registry.recipient(key_id);
  return found ? &*impl_->registry.recipients()[*found].key : nullptr;
}

std::string Policy::recipient_name(const Id& key_id) const {
  const auto found = impl_->registry.recipient(key_id);
  return found ? impl_->registry.recipients()[*found].facts.name : to_hex(ByteView(key_id).first(8));
}

std::vector<CustodianAddress> Policy::custodians() const {
  std::vector<CustodianAddress> out;
  for (const auto& [facts, key] : impl_->registry.recipients())
    if (key && !facts.endpoint.empty())
      out.push_back({key->id(), facts.name, facts.endpoint,
                     facts.tls_ca.empty() ? std::filesystem::path() : impl_->folder / facts.tls_ca, facts.log_key});
  return out;
}

bool Policy::is_owner_key(const Id& key_id) const noexcept {
  const auto found = impl_->registry.recipient(key_id);
  return found && impl_->registry.recipients()[*found].facts.role == RecipientRole::owner;
}

Result<Bytes> Policy::compartment_policy(std::string_view compartment) const {
  TRICLAVE_TRY_ASSIGN(const Impl::Part* part, impl_->find(compartment));
  if (!part->missing_keys.empty()) return keys_missing(part->compartment.name, part->missing_keys);
  return part->wire;
}

//= SPEC POL-04
Result<void> Policy::check_sealing(std::string_view compartment, std::chrono::system_clock::time_point now) const {
  TRICLAVE_TRY_ASSIGN(const Impl::Part* part, impl_->find(compartment));
  std::vector<std::string> broken;
  std::vector<Culprit> culprits;
  for (const RuleVerdict& verdict : part->sovereignty->rules(day_of(now))) {
    if (verdict.met) continue;
    broken.push_back(fmt::format("{} ({})", verdict.rule, verdict.finding));
    for (const std::string& name : verdict.recipients)
      culprits.push_back({name, "breaks " + verdict.rule, ErrorKind::policy_refused});
  }
  if (!broken.empty())
    return fail(ErrorKind::policy_refused,
                fmt::format("compartment {} may not be sealed, its policy breaks its own rules: {}",
                            part->compartment.name, fmt::join(broken, "; ")),
                std::move(culprits));
  if (!part->missing_keys.empty()) return keys_missing(part->compartment.name, part->missing_keys);
  return {};
}

Result<Margin> Policy::margin(std::string_view compartment, std::span<const std::string> lost) const {
  TRICLAVE_TRY_ASSIGN(const Impl::Part* part, impl_->find(compartment));
  policy::Work work;
  return part->sovereignty->margin(
      [&](std::size_t leaf) {
        const std::string& name = impl_->registry.recipients()[part->compartment.recipients[leaf]].facts.name;
        return std::find(lost.begin(), lost.end(), name) != lost.end();
      },
      work);
}

Explanation Policy::explain(std::chrono::system_clock::time_point now) const {
  const auto today = day_of(now);
  Explanation out{impl_->dataset, impl_->origin, policy::format_date(today), {}, {}, {}};
  for (const auto& recipient : impl_->registry.recipients()) {
    out.recipients.push_back(recipient.facts);
    for (Label& label : out.recipients.back().labels)
      label.expired = !label.expires.empty() && *policy::parse_date(label.expires) < today;
  }
  for (const auto& signer : impl_->registry.signers()) out.signers.push_back(signer.facts);
  for (const Impl::Part& part : impl_->parts) {
    CompartmentExplanation each = part.sovereignty->explain(today);
    each.missing_keys = part.missing_keys;
    each.may_seal = part.missing_keys.empty() && std::all_of(each.rules.begin(), each.rules.end(),
                                                             [](const RuleVerdict& verdict) { return verdict.met; });
    out.compartments.push_back(std::move(each));
  }
  return out;
}

}  // namespace triclave
