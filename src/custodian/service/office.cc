// triclave/custodian_office.h over what the service is made of.
#include "base/try.h"
#include "base/unix_time.h"
#include "custodian/service/authority.h"
#include "custodian/service/config.h"
#include "custodian/service/judge.h"
#include "custodian/service/officer.h"
#include "keys/key_storage.h"
#include "triclave/custodian_office.h"
#include "triclave/io.h"

namespace triclave {
namespace {

constexpr std::size_t kMaxPem = 1024 * 1024;

Result<CustodianKey> shown(const custodian::HeldKey& key) {
  TRICLAVE_TRY_ASSIGN(Recipient recipient, Recipient::from_public_key(Kem::xwing, key.public_key, key.name));
  const auto time = [](std::uint64_t seconds) { return std::chrono::sys_seconds{std::chrono::seconds{seconds}}; };
  return CustodianKey{std::move(recipient), key.owner, key.dataset, key.epoch, time(key.created), time(key.destroyed)};
}

// A certificate is for everybody, its key is not.
Result<void> write_pair(const std::filesystem::path& folder, const std::string& name,
                        const custodian::Certified& made) {
  const auto certificate = folder / (name + ".crt");
  TRICLAVE_TRY(keys::write_private_file(folder / (name + ".key"), made.key.view()));
  TRICLAVE_TRY(keys::write_private_file(certificate, as_bytes(made.certificate)));
  std::error_code failed;
  std::filesystem::permissions(certificate, static_cast<std::filesystem::perms>(0644), failed);
  return {};
}

}  // namespace

Result<void> init_custodian(const std::filesystem::path& config, const Protection& protection) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  return custodian::State::create(read.state, protection);
}

Result<void> backup_custodian(const std::filesystem::path& config, const std::filesystem::path& backup) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  TRICLAVE_TRY_ASSIGN(const custodian::State state, custodian::State::open(read.state));
  return state.backup(backup);
}

Result<void> restore_custodian(const std::filesystem::path& config, const std::filesystem::path& backup,
                               std::chrono::sys_seconds now, const std::filesystem::path& former_mark) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  // A request that was answered before the loss says at most this time.
  const auto last = now + custodian::kClockSkew;
  return custodian::State::restore(backup, read.state, unix_seconds(last), former_mark);
}

Result<std::uint64_t> check_custodian(const std::filesystem::path& config) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  TRICLAVE_TRY_ASSIGN(const custodian::State state, custodian::State::open(read.state));
  return state.check();
}

Result<std::vector<CustodianKey>> custodian_keys(const std::filesystem::path& config) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  TRICLAVE_TRY_ASSIGN(const custodian::State state, custodian::State::open(read.state));
  TRICLAVE_TRY_ASSIGN(const auto keys, state.keys());
  std::vector<CustodianKey> out;
  for (const custodian::HeldKey& key : keys) {
    TRICLAVE_TRY_ASSIGN(CustodianKey each, shown(key));
    out.push_back(std::move(each));
  }
  return out;
}

struct CustodianOffice::Impl {
  custodian::Officer officer;
};

CustodianOffice::CustodianOffice(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CustodianOffice::CustodianOffice(CustodianOffice&&) noexcept = default;
CustodianOffice& CustodianOffice::operator=(CustodianOffice&&) noexcept = default;
CustodianOffice::~CustodianOffice() = default;

Result<CustodianOffice> CustodianOffice::open(const std::filesystem::path& config, std::string_view passphrase) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  TRICLAVE_TRY_ASSIGN(custodian::Officer officer, custodian::Officer::with(read.state, passphrase, read.log_name));
  return CustodianOffice(std::unique_ptr<Impl>(new Impl{std::move(officer)}));
}

std::string CustodianOffice::log_key() const { return impl_->officer.signer().key().text(); }

Result<std::string> CustodianOffice::witness_key() const {
  return impl_->officer.witness_key().map([](const LogKey& key) { return key.text(); });
}

Result<CustodianKey> CustodianOffice::create_key(const Verifier& owner, std::string_view dataset, std::string name,
                                                 std::chrono::sys_seconds now) {
  return impl_->officer.create_key(owner.id(), dataset, std::move(name), now).and_then(shown);
}

Result<CustodianKey> CustodianOffice::destroy_key(const Id& key, std::chrono::sys_seconds now) {
  return impl_->officer.destroy_key(key, now).and_then(shown);
}

Result<void> CustodianOffice::approve(ByteView permit_record, std::chrono::sys_seconds now) {
  return impl_->officer.approve(permit_record, now);
}

Result<void> CustodianOffice::raise_floor(const Id& capsule, std::uint32_t generation) {
  return impl_->officer.raise_floor(capsule, generation);
}

Result<void> make_trial_authority(const std::filesystem::path& folder, const std::string& name,
                                  std::chrono::sys_seconds from, std::chrono::sys_seconds until) {
  TRICLAVE_TRY_ASSIGN(const auto made, custodian::make_authority(name, {from, until}));
  return write_pair(folder, "ca", made);
}

Result<void> make_trial_certificate(const std::filesystem::path& folder, const CertificateRequest& request,
                                    std::chrono::sys_seconds from, std::chrono::sys_seconds until) {
  if (request.name.find('/') != std::string::npos || request.name.starts_with('.'))
    return fail(ErrorKind::invalid_argument,
                "a certificate's name is also its files': without a slash or a dot in front");
  custodian::Certified authority;
  TRICLAVE_TRY_ASSIGN(const SecretBytes certificate, keys::read_secret_file(folder / "ca.crt", kMaxPem));
  authority.certificate = as_text(certificate.view());
  TRICLAVE_TRY_ASSIGN(authority.key, keys::read_private_file(folder / "ca.key"));
  const auto usage = request.for_server ? custodian::Usage::server : custodian::Usage::client;
  TRICLAVE_TRY_ASSIGN(const auto made,
                      custodian::certify(authority, request.name, usage, request.hosts, {from, until}));
  return write_pair(folder, request.name, made);
}

}  // namespace triclave
