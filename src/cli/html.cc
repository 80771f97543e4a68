#include "cli/html.h"

#include <fmt/format.h>

#include <algorithm>

namespace triclave::cli {
namespace {

constexpr const char* kLower = "#0f766e";
constexpr const char* kUpper = "#e11d48";
constexpr std::string_view kOthers = "#94a3b8";

// The code point of a mark without width, or one that turns the direction of text, at the start; 0: none stands there.
unsigned hidden_mark(std::string_view text) {
  if (text.size() < 3) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  if ((at(0) & 0xF0) != 0xE0) return 0;
  const unsigned point = (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
  const bool hidden = (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
                      (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF;
  return hidden ? point : 0;
}

// The first bytes of a name too long for its place, not cut within a character.
std::string shortened(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return name.substr(0, end) + "\xE2\x80\xA6";
}

// 1, 2 or 5 times a power of ten, at least `number`.
std::uint64_t round_up(std::uint64_t number) {
  std::uint64_t unit = 1;
  while (unit <= UINT64_MAX / 100 && unit * 10 <= number) unit *= 10;
  for (const std::uint64_t each : std::initializer_list<std::uint64_t>{1, 2, 5, 10})
    if (each * unit >= number) return each * unit;
  return number;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (const unsigned mark = hidden_mark(text.substr(i, 3)); mark != 0) {
      out += fmt::format("[U+{:04X}]", mark);
      i += 2;
      continue;
    }
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_text(std::string_view text) { return "<bdi>" + html_escaped(text) + "</bdi>"; }

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::string html_table(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows,
                       std::string_view nothing) {
  if (rows.empty()) return fmt::format("<p class=\"none\">{}</p>\n", html_escaped(nothing));
  std::string out = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& each : heads) out += "<th>" + html_escaped(each) + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (const std::string& each : row) out += "<td>" + each + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string bar_chart(const std::vector<Bar>& bars, std::string_view colour, bool mono) {
  if (bars.empty()) return "<p class=\"none\">Nothing so far.</p>\n";
  constexpr int kRow = 34;
  constexpr double kWidth = 420;
  std::uint64_t most = 1;
  for (const Bar& each : bars) most = std::max(most, each.count);
  std::string out = fmt::format("<svg class=\"bars\" viewBox=\"0 0 500 {}\" role=\"img\">\n", bars.size() * kRow + 4);
  int y = 0;
  for (const auto& [name, count, others] : bars) {
    const double width = std::max(2.0, kWidth * static_cast<double>(count) / static_cast<double>(most));
    out += fmt::format(
        "<g><title>{}: {}</title><text x=\"0\" y=\"{}\"{}>{}</text>"
        "<rect class=\"track\" x=\"0\" y=\"{}\" width=\"{}\" height=\"9\" rx=\"4.5\"/>"
        "<rect x=\"0\" y=\"{}\" width=\"{:.1f}\" height=\"9\" rx=\"4.5\" fill=\"{}\"/>"
        "<text class=\"count\" x=\"500\" y=\"{}\">{}</text></g>\n",
        html_escaped(name), count, y + 13, mono && !others ? " class=\"mono\"" : "",
        html_escaped(shortened(name, mono ? 24 : 58)), y + 19, kWidth, y + 19, width, others ? kOthers : colour, y + 28,
        grouped(count));
    y += kRow;
  }
  return out + "</svg>\n";
}

std::string column_chart(const std::vector<Column>& columns, std::string_view begin, std::string_view end) {
  if (columns.empty()) return "<p class=\"none\">Nothing so far.</p>\n";
  constexpr double kLeft = 52, kTop = 8, kWidth = 940, kHeight = 190;
  std::uint64_t most = 1;
  for (const Column& each : columns) most = std::max(most, each.lower + each.upper);
  most = round_up(most);
  const double step = kWidth / static_cast<double>(columns.size());
  const double bar = std::min(38.0, step * 0.72);
  const auto height = [&](std::uint64_t number) {
    return kHeight * static_cast<double>(number) / static_cast<double>(most);
  };
  std::string out = "<svg class=\"columns\" viewBox=\"0 0 1000 232\" role=\"img\">\n";
  const std::uint64_t lines = most % 4 == 0 ? 4 : most % 5 == 0 ? 5 : most;
  for (std::uint64_t i = 0; i <= lines; ++i) {
    const std::uint64_t number = most / lines * i;
    const double y = kTop + kHeight - height(number);
    out += fmt::format(
        "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text class=\"tick\" x=\"{}\" "
        "y=\"{:.1f}\">{}</text>\n",
        kLeft, kLeft + kWidth, y, y, kLeft - 8, y + 4, grouped(number));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& each = columns[i];
    if (each.lower + each.upper == 0) continue;
    const double x = kLeft + step * (static_cast<double>(i) + 0.5) - bar / 2;
    const double lower = height(each.lower);
    const double upper = height(each.upper);
    out += fmt::format(
        "<g><title>{}</title><rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>"
        "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/></g>\n",
        html_escaped(each.label), x, kTop + kHeight - lower, bar, lower, kLower, x, kTop + kHeight - lower - upper, bar,
        upper, kUpper);
  }
  return out + fmt::format(
                   "<text class=\"axis\" x=\"{}\" y=\"222\">{}</text><text class=\"axis end\" x=\"{}\" "
                   "y=\"222\">{}</text></svg>\n",
                   kLeft, html_escaped(begin), kLeft + kWidth, html_escaped(end));
}

}  // namespace triclave::cli
