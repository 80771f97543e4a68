#include "custodian/service/config.h"

#include <algorithm>
#include <set>

#include "base/names.h"
#include "base/try.h"
#include "custodian/log/note.h"
#include "format/custodian_file.pb.h"
#include "format/text_proto.h"
#include "triclave/io.h"

namespace triclave::custodian {
namespace {

using format::Place;

constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kDefaultRate = 100;  // requests a second
constexpr std::uint32_t kMaxRate = 1'000'000;
constexpr std::size_t kMaxPath = 4096;
constexpr int kMaxWitnesses = 16;  // each has a thread; a checkpoint has room for 63

Result<std::filesystem::path> path_of(const std::string& written, const Place& place, const char* field,
                                      const std::filesystem::path& folder) {
  if (written.empty()) return place.error(field, std::string(field) + " is missing: name a file");
  if (!is_text(written, kMaxPath)) return place.error(field, "this is no name of a file");
  return folder / written;
}

// HOST:PORT, a host in brackets where it has colons itself.
bool is_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0 || !is_text(text, kMaxPath)) return false;
  const std::string_view host = text.substr(0, colon), port = text.substr(colon + 1);
  if (host.find(':') != host.npos && (host.front() != '[' || host.back() != ']')) return false;
  return !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoul(std::string(port)) <= 65535;
}

Result<void> check_names(const v1::CustodianFile& file, const Place& place) {
  if (file.version() > kVersion)
    return place.error("version", "this program knows version 1; use a newer one", ErrorKind::unsupported);
  if (file.version() != kVersion) return place.error("version", "a custodian's file begins with `version: 1`");
  if (!is_name(file.name())) return place.error("name", "name: 1 to 64 characters of [a-z0-9._-], as policies call it");
  if (!is_key_name(file.log_name()))
    return place.error("log_name",
                       "log_name: text without spaces and plus signs that nobody else's log has, such as "
                       "custodian.example/triclave");
  if (!is_address(file.listen())) return place.error("listen", "listen: HOST:PORT, such as 0.0.0.0:8443 or [::]:8443");
  return {};
}

// Each key once, so that it is clear which counts.
Result<LogKey> key_of(const std::string& written, LogKey::Type type, const std::set<std::string>& others) {
  TRICLAVE_TRY_ASSIGN(LogKey key, LogKey::parse(written));
  if (key.type() != type)
    return fail(ErrorKind::malformed, key.name() + (type == LogKey::Type::log ? " is a witness's key, not a log's"
                                                                              : " is a log's key, not a witness's"));
  if (others.contains(key.name())) return fail(ErrorKind::malformed, key.name() + " stands here twice");
  return key;
}

Result<std::vector<LogKey>> watched_by(const v1::CustodianFile& file, const Place& place) {
  std::vector<LogKey> out;
  std::set<std::string> names;
  for (int i = 0; i < file.watch_size(); ++i) {
    auto key = key_of(file.watch(i), LogKey::Type::log, names);
    if (!key) return place.error_at("watch", i, key.error().message);
    names.insert(key->name());
    out.push_back(std::move(*key));
  }
  return out;
}

Result<std::vector<WitnessPeer>> witnesses_of(const v1::CustodianFile& file, const Place& place,
                                              const std::filesystem::path& folder) {
  if (file.witness_size() > kMaxWitnesses) return place.error_at("witness", kMaxWitnesses, "at most 16 witnesses");
  std::vector<WitnessPeer> out;
  std::set<std::string> names;
  for (int i = 0; i < file.witness_size(); ++i) {
    const v1::WitnessService& written = file.witness(i);
    const Place inside = place.inside("witness", i);
    auto key = key_of(written.key(), LogKey::Type::witness, names);
    if (!key) return inside.error("key", key.error().message);
    names.insert(key->name());
    if (!is_address(written.address()) || written.address().ends_with(":0"))
      return inside.error("address", "address: HOST:PORT of the witness's service");
    WitnessPeer peer{std::move(*key), written.address(), {}, {}, {}};
    if (!written.server_ca().empty()) {
      TRICLAVE_TRY_ASSIGN(peer.server_ca, path_of(written.server_ca(), inside, "server_ca", folder));
    }
    TRICLAVE_TRY_ASSIGN(peer.certificate, path_of(written.certificate(), inside, "certificate", folder));
    TRICLAVE_TRY_ASSIGN(peer.private_key, path_of(written.private_key(), inside, "private_key", folder));
    out.push_back(std::move(peer));
  }
  return out;
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view origin, const std::filesystem::path& folder) {
  format::TextProto parsed;
  v1::CustodianFile file;
  TRICLAVE_TRY(format::parse_text_proto(text, origin, "a custodian's configuration", parsed, file));
  const Place place = Place::of_file(parsed, *v1::CustodianFile::descriptor());
  TRICLAVE_TRY(check_names(file, place));
  Config out;
  out.name = file.name();
  out.log_name = file.log_name();
  out.listen = file.listen();
  TRICLAVE_TRY_ASSIGN(out.state.database, path_of(file.database(), place, "database", folder));
  out.state.mark = out.state.database.native() + ".mark";
  if (!file.mark().empty()) {
    TRICLAVE_TRY_ASSIGN(out.state.mark, path_of(file.mark(), place, "mark", folder));
  }
  const Place tls = place.inside("tls");
  TRICLAVE_TRY_ASSIGN(out.tls.certificate, path_of(file.tls().certificate(), tls, "certificate", folder));
  TRICLAVE_TRY_ASSIGN(out.tls.private_key, path_of(file.tls().private_key(), tls, "private_key", folder));
  TRICLAVE_TRY_ASSIGN(out.tls.client_ca, path_of(file.tls().client_ca(), tls, "client_ca", folder));
  const std::uint32_t rate = file.limits().requests_per_second();
  if (rate > kMaxRate) return place.inside("limits").error("requests_per_second", "at most 1,000,000");
  out.requests.per_second = rate == 0 ? kDefaultRate : rate;
  out.requests.burst = 2 * out.requests.per_second;
  TRICLAVE_TRY_ASSIGN(out.watched, watched_by(file, place));
  TRICLAVE_TRY_ASSIGN(out.witnesses, witnesses_of(file, place, folder));
  return out;
}

Result<Config> load_config(const std::filesystem::path& file) {
  TRICLAVE_TRY_ASSIGN(const auto source, file_source(file));
  Bytes text(static_cast<std::size_t>(std::min<std::uint64_t>(source->size().value_or(0), format::kMaxTextProto + 1)));
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source->read_at(0, text));
  text.resize(got);
  return parse_config(as_text(text), file.native(), file.parent_path());
}

}  // namespace triclave::custodian
