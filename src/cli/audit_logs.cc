#include "cli/audit_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/try.h"
#include "cli/files.h"
#include "triclave/policy.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyFile = 4096;
constexpr std::size_t kMaxKept = 1024 * 1024;

Result<std::string> read_text(const std::string& path, std::size_t most) {
  return read_whole(path, most).map([](const Bytes& bytes) { return std::string(as_text(bytes)); });
}

// A custodian's service.
class ServiceFiles final : public LogFiles {
 public:
  explicit ServiceFiles(CustodianClient client) : client_(std::move(client)) {}
  Result<Bytes> read(const std::string& path) override { return client_.log_file(path); }

 private:
  CustodianClient client_;
};

Result<std::unique_ptr<LogFiles>> service_files(CustodianAddress address, const LogOptions& options) {
  TRICLAVE_TRY_ASSIGN(const ClientOptions client, client_options(options.client));
  TRICLAVE_TRY_ASSIGN(CustodianClient made, CustodianClient::make(std::move(address), client));
  return std::make_unique<ServiceFiles>(std::move(made));
}

Result<std::unique_ptr<LogFiles>> open_log(const std::string& name, const LogOptions& options,
                                           const std::vector<CustodianAddress>& custodians) {
  std::error_code none;
  if (fs::is_directory(name, none)) return log_folder(name);
  const auto known = std::find_if(custodians.begin(), custodians.end(),
                                  [&](const CustodianAddress& each) { return each.name == name; });
  if (known != custodians.end()) return service_files(*known, options);
  if (name.find(':') != name.npos) return service_files({{}, name, name, options.tls_ca, {}}, options);
  return fail(
      ErrorKind::invalid_argument,
      fmt::format("{} is neither a folder with a log, nor HOST:PORT of a service, nor a custodian that --policy "
                  "says how to reach",
                  name));
}

// The first line of its checkpoint, which nothing proves yet.
Result<std::string> claimed_name(LogFiles& files, const std::string& shown) {
  auto note = files.read("checkpoint");
  if (!note) return fail(note.error().kind, fmt::format("no log can be read from {}: {}", shown, note.error().message));
  const std::string_view text = as_text(*note);
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

void declare_logs(CLI::App& command, LogOptions& options, int at_least, int at_most) {
  command
      .add_option("LOG", options.logs,
                  "Folder with a copy of a log, custodian of the policy, or HOST:PORT of a service")
      ->required()
      ->expected(at_least, at_most);
  command
      .add_option("--log-key", options.log_keys,
                  "A log's public key, or a file that holds it; one for each log, in any order")
      ->type_name("KEY");
  command.add_option("--policy", options.policy, "Policy whose registry names custodians and their logs' keys")
      ->type_name("FILE");
  command.add_option("--tls-ca", options.tls_ca, "PEM file of who certifies a service given by HOST:PORT")
      ->type_name("FILE");
  declare_client(command, options.client);
}

Result<LogKey> read_log_key(const std::string& text, LogKey::Type type) {
  std::error_code none;
  std::string key = text;
  if (fs::is_regular_file(text, none)) {
    TRICLAVE_TRY_ASSIGN(key, read_text(text, kMaxKeyFile));
    key = key.substr(0, key.find('\n'));
  }
  TRICLAVE_TRY_ASSIGN(LogKey out, LogKey::parse(key));
  if (out.type() != type)
    return fail(ErrorKind::invalid_argument, fmt::format("{} is a {}'s key, and a {}'s is wanted here", out.name(),
                                                         out.type() == LogKey::Type::log ? "log" : "witness",
                                                         type == LogKey::Type::log ? "log" : "witness"));
  return out;
}

Result<std::vector<LogKey>> read_log_keys(const std::vector<std::string>& texts, LogKey::Type type) {
  std::vector<LogKey> out;
  for (const std::string& each : texts) {
    TRICLAVE_TRY_ASSIGN(LogKey key, read_log_key(each, type));
    out.push_back(std::move(key));
  }
  return out;
}

Result<std::vector<NamedLog>> open_logs(const LogOptions& options) {
  TRICLAVE_TRY_ASSIGN(auto keys, read_log_keys(options.log_keys, LogKey::Type::log));
  std::vector<CustodianAddress> custodians;
  if (!options.policy.empty()) {
    TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
    custodians = policy.custodians();
    for (const CustodianAddress& each : custodians) {
      if (each.log_key.empty()) continue;
      TRICLAVE_TRY_ASSIGN(LogKey key, LogKey::parse(each.log_key));
      keys.push_back(std::move(key));
    }
  }
  std::vector<NamedLog> out;
  for (const std::string& each : options.logs) {
    TRICLAVE_TRY_ASSIGN(auto files, open_log(each, options, custodians));
    TRICLAVE_TRY_ASSIGN(const std::string name, claimed_name(*files, each));
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const LogKey& one) { return one.name() == name; });
    // Where there is one log and one key, the key says whose log it has to be.
    if (key == keys.end() && !(keys.size() == 1 && options.logs.size() == 1))
      return fail(
          ErrorKind::invalid_argument,
          fmt::format("no key is known for the log {} in {}: give --log-key, or a --policy whose registry has it", name,
                      each));
    out.push_back({each, std::move(files), key == keys.end() ? keys.front() : *key});
  }
  return out;
}

Result<std::vector<Kept>> read_kept(const std::vector<std::string>& paths) {
  std::vector<Kept> out;
  const auto add = [&](const std::string& path) -> Result<void> {
    TRICLAVE_TRY_ASSIGN(std::string text, read_text(path, kMaxKept));
    out.push_back({path, std::move(text)});
    return {};
  };
  for (const std::string& each : paths) {
    std::error_code failed;
    if (!fs::is_directory(each, failed)) {
      TRICLAVE_TRY(add(each));
      continue;
    }
    std::vector<std::string> files;
    for (auto at = fs::directory_iterator(each, failed); !failed && at != fs::directory_iterator();
         at.increment(failed))
      if (at->is_regular_file(failed)) files.push_back(at->path().native());
    if (failed) return fail(ErrorKind::io, fmt::format("cannot read the folder {}: {}", each, failed.message()));
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) TRICLAVE_TRY(add(file));
  }
  return out;
}

}  // namespace triclave::cli
