// serve_custodian: the service as a process.
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>

#include "base/try.h"
#include "custodian/service/collector.h"
#include "custodian/service/config.h"
#include "custodian/service/server.h"
#include "custodian/service/service.h"
#include "custodian/service/tls_files.h"
#include "triclave/custodian.h"
#include "triclave/custodian_office.h"

namespace triclave {
namespace {

constexpr std::chrono::seconds kGrace{10};  // for what is under way when the service is told to stop

Result<void> harden(bool allow_root) {
  if (::geteuid() == 0 && !allow_root)
    return fail(
        ErrorKind::invalid_argument,
        "a custodian does not run as root: use an account of its own (the systemd unit has one), or --allow-root");
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // Under a limit a later allocation would fail; then only guarded memory is locked, as everywhere.
  rlimit lockable{};
  if (::getrlimit(RLIMIT_MEMLOCK, &lockable) == 0 && lockable.rlim_cur == RLIM_INFINITY)
    (void)::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
  return {};
}

// Before any thread is started, so that all inherit it.
sigset_t block_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&out, number);
  ::pthread_sigmask(SIG_BLOCK, &out, nullptr);
  return out;
}

// How a witness is asked: over a connection that is made anew after each failure, so that it is not the old one's
// back-off that counts, and that new certificates are taken.
Result<custodian::AskedWitness> asked_witness(const custodian::WitnessPeer& peer) {
  const auto connect = [address = CustodianAddress{{}, peer.key.name(), peer.address, peer.server_ca, {}},
                        files = ClientOptions{peer.certificate, peer.private_key}] {
    return CustodianClient::make(address, files);
  };
  TRICLAVE_TRY_ASSIGN(CustodianClient first, connect());  // says what is wrong with the files
  const auto client = std::make_shared<std::optional<CustodianClient>>(std::move(first));
  return custodian::AskedWitness{
      peer.key, [connect, client](const std::string& request, std::stop_token stop) -> Result<std::string> {
        if (!*client) {
          TRICLAVE_TRY_ASSIGN(*client, connect());
        }
        auto answer = (*client)->cosign(request, std::move(stop));
        if (!answer) client->reset();
        return answer;
      }};
}

// Takes what the configuration says of witnesses, in place of what was said before.
Result<void> set_witnessing(const custodian::Config& config, custodian::Service& service, const ServeOptions& options,
                            std::unique_ptr<custodian::Collector>& collector) {
  std::vector<custodian::AskedWitness> witnesses;
  for (const custodian::WitnessPeer& each : config.witnesses) {
    TRICLAVE_TRY_ASSIGN(custodian::AskedWitness witness, asked_witness(each));
    witnesses.push_back(std::move(witness));
  }
  service.set_watched(config.watched);
  collector = nullptr;  // ends before the next begins: no witness is asked by two
  collector = std::make_unique<custodian::Collector>(service, std::move(witnesses), options.on_witnessing);
  return {};
}

// What may differ without a new start. Certificates are read by themselves; here is said what is wrong with them.
Result<custodian::Config> read_again(const std::filesystem::path& file, const custodian::Config& running) {
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(file));
  if (read.name != running.name || read.log_name != running.log_name || read.listen != running.listen ||
      read.state.database != running.state.database || read.state.mark != running.state.mark ||
      read.tls.certificate != running.tls.certificate || read.tls.private_key != running.tls.private_key ||
      read.tls.client_ca != running.tls.client_ca)
    return fail(ErrorKind::invalid_argument,
                "its own names, addresses and paths change with a restart only; nothing was changed");
  TRICLAVE_TRY(custodian::check_certificates(read.tls));
  return read;
}

custodian::ServiceOptions service_options(const custodian::Config& config, const ServeOptions& options) {
  custodian::ServiceOptions out{config.name, config.log_name, config.requests};
  out.on_trouble = options.on_trouble;
  out.on_fork = options.on_witnessing;
  return out;
}

}  // namespace

Result<void> serve_custodian(const std::filesystem::path& config, std::string_view passphrase,
                             const ServeOptions& options) {
  TRICLAVE_TRY(harden(options.allow_root));
  const sigset_t signals = block_signals();
  TRICLAVE_TRY_ASSIGN(const custodian::Config read, custodian::load_config(config));
  TRICLAVE_TRY_ASSIGN(const auto service,
                      custodian::Service::start(read.state, passphrase, service_options(read, options)));
  std::unique_ptr<custodian::Collector> collector;
  TRICLAVE_TRY(set_witnessing(read, *service, options, collector));
  TRICLAVE_TRY_ASSIGN(const auto server, custodian::Server::start(*service, read.listen, read.tls, options.on_trouble));
  if (options.on_ready) options.on_ready(server->port());
  for (;;) {
    int number = 0;
    if (::sigwait(&signals, &number) != 0) continue;
    if (number != SIGHUP) break;
    const auto reloaded = read_again(config, read).and_then([&](const custodian::Config& now) -> Result<void> {
      TRICLAVE_TRY(set_witnessing(now, *service, options, collector));
      service->set_rate(now.requests);
      return {};
    });
    if (options.on_reload) options.on_reload(reloaded);
  }
  server->stop(kGrace);
  return {};
}

}  // namespace triclave
