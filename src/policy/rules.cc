#include "policy/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/try.h"
#include "policy/codes.h"

namespace triclave::policy {
namespace {

// The file's and a compartment's, with the largest tree, stay below the 16 KiB of a compartment's policy.
constexpr int kMaxCountries = 250;
constexpr int kMaxLabels = 32;

using List = std::vector<std::string>;

template <class Check>
Result<List> read_list(const auto& stated, const char* field, const Place& place, int most, Check check,
                       std::string_view what) {
  List out;
  for (int i = 0; i < stated.size(); ++i) {
    if (i == most) return place.error_at(field, i, fmt::format("more than {} are too many", most));
    if (!check(stated[i])) return place.error_at(field, i, fmt::format("'{}' is not {}", stated[i], what));
    if (std::find(out.begin(), out.end(), stated[i]) != out.end())
      return place.error_at(field, i, fmt::format("{} stands twice", stated[i]));
    out.push_back(stated[i]);
  }
  return out;
}

Result<void> check_count(std::uint32_t count, const char* field, const Place& place) {
  if (count > kMaxLeaves) return place.error(field, "no tree has more than 64 recipients");
  return {};
}

List join(const List& a, const List& b) {
  std::set<std::string> out(a.begin(), a.end());
  out.insert(b.begin(), b.end());
  return {out.begin(), out.end()};
}

std::optional<std::string> stricter_region(const std::string& a, const std::string& b) {
  if (a.empty() || a == b) return b;
  if (b.empty() || in_region(a, b)) return a;
  if (in_region(b, a)) return b;
  return std::nullopt;
}

}  // namespace

Result<Rules> read_rules(const v1::Rules& stated, const Place& place) {
  constexpr std::string_view kCountry = "an ISO 3166-1 alpha-2 country code, such as FR or US";
  Rules out;
  TRICLAVE_TRY_ASSIGN(out.deny_coalition,
                      read_list(stated.deny_coalition(), "deny_coalition", place, kMaxCountries, is_country, kCountry));
  TRICLAVE_TRY_ASSIGN(out.require_label, read_list(stated.require_label(), "require_label", place, kMaxLabels, is_label,
                                                   "a label: 1 to 64 printable ASCII characters without spaces"));
  out.region = stated.region();
  if (!out.region.empty() && out.region != kEea && !is_country(out.region))
    return place.error("region", fmt::format("'{}' is neither EEA nor {}", out.region, kCountry));
  TRICLAVE_TRY(check_count(stated.min_operators(), "min_operators", place));
  TRICLAVE_TRY(check_count(stated.min_countries(), "min_countries", place));
  out.min_operators = stated.min_operators();
  out.min_countries = stated.min_countries();
  return out;
}

Result<std::optional<std::chrono::sys_days>> read_expiry(const std::string& date, const Place& place) {
  if (date.empty()) return std::nullopt;
  const auto day = parse_date(date);
  if (!day) return place.error("expires", fmt::format("'{}' is not a date YYYY-MM-DD", date));
  return day;
}

std::optional<Rules> merge(const Rules& a, const Rules& b) {
  auto region = stricter_region(a.region, b.region);
  if (!region) return std::nullopt;
  return Rules{join(a.deny_coalition, b.deny_coalition), join(a.require_label, b.require_label), std::move(*region),
               std::max(a.min_operators, b.min_operators), std::max(a.min_countries, b.min_countries)};
}

}  // namespace triclave::policy
