// triclave custodian ca: certificates for trials.
#include <filesystem>

#include "base/try.h"
#include "cli/custodian.h"
#include "triclave/custodian_office.h"

namespace triclave::cli {
namespace {

struct TrialOptions : CommonOptions {
  std::string folder;
  std::string server, client;
  std::vector<std::string> hosts = {"localhost", "127.0.0.1"};
  int days = 90;
};

Result<Outcome> certificates(const TrialOptions& options) {
  const auto from = now() - std::chrono::minutes(5);  // clocks differ
  const auto until = now() + std::chrono::days(options.days);
  Outcome out{"", Json{{"files", Json::array()}}};
  const auto made = [&](const std::string& name) {
    out.text += options.folder + "/" + name + ".crt, .key\n";
    out.json["files"].push_back(name);
  };
  std::error_code failed;
  std::filesystem::create_directories(options.folder, failed);
  if (!std::filesystem::exists(std::filesystem::path(options.folder) / "ca.crt", failed)) {
    TRICLAVE_TRY(make_trial_authority(options.folder, "Triclave trial authority", from, until));
    made("ca");
  }
  if (!options.server.empty()) {
    TRICLAVE_TRY(make_trial_certificate(options.folder, {options.server, true, options.hosts}, from, until));
    made(options.server);
  }
  if (!options.client.empty()) {
    TRICLAVE_TRY(make_trial_certificate(options.folder, {options.client, false, {}}, from, until));
    made(options.client);
  }
  return out;
}

}  // namespace

void add_custodian_trial(CLI::App& group, Program& program) {
  add_command<TrialOptions>(
      group, program, "ca", "Make certificates for a trial: an authority of one's own, services, clients",
      [](CLI::App& command, TrialOptions& options) {
        command.add_option("FOLDER", options.folder, "Where ca.crt and ca.key are, or will be")->required();
        command.add_option("--server", options.server, "Make a service's certificate, NAME.crt and NAME.key")
            ->type_name("NAME");
        command.add_option("--host", options.hosts, "Names and IPv4 addresses of the service (default: localhost)")
            ->type_name("HOST...");
        command.add_option("--client", options.client, "Make a client's certificate")->type_name("NAME");
        command.add_option("--days", options.days, "How long they hold (default: 90)")
            ->check(CLI::Range(1, 3650))
            ->type_name("N");
      },
      certificates);
}

}  // namespace triclave::cli
