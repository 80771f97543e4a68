#include "cli/text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace triclave::cli {

std::string utc(std::uint64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (seconds > 253402300799 || ::gmtime_r(&time, &parts) == nullptr) return fmt::format("{} s after 1970", seconds);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", parts);
}

std::string hex(ByteView bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

Result<Bytes> from_hex(std::string_view text) {
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, out[i], 16);
    if (error != std::errc() || end != text.data() + 2 * i + 2) return fail(ErrorKind::malformed, "not hexadecimal");
  }
  if (text.size() % 2 != 0) return fail(ErrorKind::malformed, "not hexadecimal");
  return out;
}

std::string listed(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return listed_as_given(names);
}

std::string listed_as_given(const std::vector<std::string>& names) {
  if (names.size() < 2) return names.empty() ? "nobody" : names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string line(std::string_view label, std::string_view value) { return fmt::format("  {:<14} {}\n", label, value); }

Json to_json(const std::vector<Culprit>& culprits) {
  Json out = Json::array();
  for (const Culprit& each : culprits)
    out.push_back({{"who", each.who}, {"why", each.why}, {"kind", to_string(each.kind)}});
  return out;
}

Json to_json(const CapsuleInfo& capsule) {
  Json compartments = Json::array();
  for (const CapsuleCompartment& each : capsule.compartments) {
    Json recipients = Json::array();
    for (const Id& id : each.recipients) recipients.push_back(hex(id));
    compartments.push_back({{"name", each.name},
                            {"generation", each.generation},
                            {"tree", each.tree},
                            {"recipients", std::move(recipients)},
                            {"expires", each.expires}});
  }
  return {{"capsule_id", hex(capsule.id)},
          {"dataset", capsule.dataset},
          {"producer", hex(capsule.producer)},
          {"owner", hex(capsule.owner)},
          {"compartments", std::move(compartments)}};
}

Json to_json(const GatherReport& report) { return {{"used", report.used}, {"failed", to_json(report.failed)}}; }

std::string to_text(const GatherReport& report) {
  std::string out = line("opened by", listed(report.used));
  for (const Culprit& each : report.failed) out += line("not by", each.who + ": " + each.why);
  return out;
}

std::string to_text(const CapsuleInfo& capsule) {
  std::string out = line("capsule", hex(capsule.id)) + line("dataset", capsule.dataset) +
                    line("producer", hex(capsule.producer)) + line("owner", hex(capsule.owner));
  for (const CapsuleCompartment& each : capsule.compartments) {
    out += line("compartment", fmt::format("{}, generation {}", each.name, each.generation));
    out += line("  opens by", each.tree);
    if (each.expires != 0) out += line("  expires", utc(each.expires));
    for (const Id& id : each.recipients) out += line("  key", hex(id));
  }
  return out;
}

}  // namespace triclave::cli
