// Codes that a policy is written in: countries, labels, dates.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace triclave::policy {

inline constexpr std::string_view kEea = "EEA";

// Two capital letters.
bool is_country_shape(std::string_view code) noexcept;
// An officially assigned ISO 3166-1 alpha-2 code. A wrong code in deny_coalition would silently deny nobody.
bool is_country(std::string_view code) noexcept;
// A member of the European Economic Area: the 27 of the EU, Iceland, Liechtenstein, Norway.
bool is_eea(std::string_view code) noexcept;
// Whether `country` lies in `region`: EEA or a country's code.
bool in_region(std::string_view country, std::string_view region) noexcept;

// 1 to 64 printable ASCII characters without spaces.
bool is_label(std::string_view text) noexcept;

// YYYY-MM-DD, a day of the Gregorian calendar from 1970 on; empty where it is not one.
std::optional<std::chrono::sys_days> parse_date(std::string_view text) noexcept;
std::string format_date(std::chrono::sys_days day);

}  // namespace triclave::policy
