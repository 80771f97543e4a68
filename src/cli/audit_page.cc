#include "cli/audit_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/audit_style.h"
#include "cli/html.h"
#include "cli/text.h"

namespace triclave::cli {
namespace {

constexpr std::size_t kMostColumns = 92;
constexpr std::size_t kMostBars = 8;

std::string day_text(std::uint64_t day) {
  const std::string all = utc(day * kDay);
  return all.substr(0, all.find(' '));
}

// An id: its beginning, with the whole of it for who points at it.
std::string id_html(const Bytes& id) {
  if (id.empty()) return "<span class=\"none\">unknown</span>";
  const std::string all = hex(id);
  return fmt::format("<code title=\"{}\">{}</code>", all, all.substr(0, 16));
}

std::string text_or_none(const std::string& text) {
  return text.empty() ? "<span class=\"none\">none</span>" : html_text(text);
}

std::string card(std::string_view number, std::string_view label, std::string_view tone = "") {
  return fmt::format("<div class=\"card {}\"><b>{}</b><span>{}</span></div>\n", tone, number, label);
}

std::string section(std::string_view title, std::string_view explained, const std::string& content) {
  return fmt::format("<section><h2>{}</h2><p class=\"lead\">{}</p>\n{}</section>\n", title, explained, content);
}

std::string panel(std::string_view title, const std::string& content) {
  return fmt::format("<div class=\"panel\"><h3>{}</h3>\n{}</div>\n", title, content);
}

bool holds(const AuditPage& page) {
  return std::all_of(page.verdicts.begin(), page.verdicts.end(),
                     [](const LogVerdict& each) { return each.audit.has_value(); });
}

std::string banner(const AuditPage& page) {
  const auto bad = static_cast<std::size_t>(
      std::count_if(page.verdicts.begin(), page.verdicts.end(), [](const LogVerdict& each) { return !each.audit; }));
  if (bad != 0)
    return fmt::format(
        "<div class=\"banner bad\"><b>{} of {} logs cannot be believed.</b> No figure below comes from "
        "{}; what failed stands under Proofs.</div>\n",
        bad, page.verdicts.size(), bad == 1 ? "it" : "them");
  if (page.comparison && page.comparison->unmatched_count != 0)
    return fmt::format(
        "<div class=\"banner warn\"><b>The logs hold, but {} not stand in {} of them.</b> Each one wants an "
        "explanation; they are listed under Comparison.</div>\n",
        page.comparison->unmatched_count == 1 ? std::string("one opening does")
                                              : grouped(page.comparison->unmatched_count) + " openings do",
        page.at_least);
  return fmt::format(
      "<div class=\"banner good\"><b>{}</b> Every entry, every tile, the root and the custodian's signature "
      "were computed again{}.</div>\n",
      page.verdicts.size() == 1 ? "The log holds." : "All logs hold.",
      page.comparison ? fmt::format(", and each opening stands in at least {} logs", page.at_least) : "");
}

std::string cards(const Tally& tally) {
  const auto sum = [&](LogEntryKind kind) {
    std::uint64_t out = 0;
    for (const LogCounts& each : tally.logs) out += each.kinds[static_cast<std::size_t>(kind)];
    return out;
  };
  std::string out = "<div class=\"cards\">\n";
  out += card(grouped(tally.openings), "openings");
  out += card(grouped(tally.releases), "releases by custodians");
  out += card(grouped(tally.requesters.distinct()), "requesters");
  out += card(grouped(tally.datasets.distinct()), "datasets");
  out += card(grouped(tally.refusals), "refusals", tally.refusals != 0 ? "rose" : "");
  out += card(grouped(sum(LogEntryKind::key_created)), "keys created");
  out += card(grouped(sum(LogEntryKind::key_destroyed)), "keys destroyed");
  return out + "</div>\n";
}

std::string proofs(const AuditPage& page) {
  std::vector<std::vector<std::string>> rows;
  for (const LogVerdict& each : page.verdicts) {
    const std::string name = html_text(each.name) + "<small>" + html_text(each.shown) + "</small>";
    if (!each.audit) {
      rows.push_back({name, "<span class=\"pill bad\">does not hold</span>", "", "", "", "",
                      "<span class=\"why\">" + html_text(each.audit.error().text()) + "</span>"});
      continue;
    }
    const Audit& audit = *each.audit;
    rows.push_back({name, "<span class=\"pill good\">holds</span>", grouped(audit.checkpoint.size),
                    grouped(audit.tiles), grouped(audit.receipts + audit.checkpoints), grouped(audit.cosignatures),
                    fmt::format("<code class=\"root\">{}</code>", hex(audit.checkpoint.root))});
  }
  return section(
      "Proofs",
      "A log is a Merkle tree whose root its custodian signs. It cannot leave out or change an entry that it "
      "once proved to somebody without breaking one of these.",
      html_table({"Log", "Result", "Entries", "Files computed", "Kept proofs", "Cosignatures", "Root, or what failed"},
                 rows, "No log was given."));
}

std::string by_day(const Tally& tally) {
  if (tally.days.empty()) return "<p class=\"none\">Nothing so far.</p>\n";
  const std::uint64_t first = tally.days.begin()->first;
  const std::uint64_t last = tally.days.rbegin()->first;
  const std::uint64_t span = last - first + 1;
  const std::uint64_t width = (span + kMostColumns - 1) / kMostColumns;
  std::vector<Column> columns(static_cast<std::size_t>((span + width - 1) / width));
  for (const auto& [day, counts] : tally.days) {
    Column& column = columns[static_cast<std::size_t>((day - first) / width)];
    column.lower += counts.openings;
    column.upper += counts.refusals;
  }
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].label =
        fmt::format("{}{}: {} openings, {} refusals", day_text(first + i * width),
                    width == 1 ? "" : fmt::format(" and {} days more", width - 1), columns[i].lower, columns[i].upper);
  return "<div class=\"legend\"><i class=\"open\"></i>openings <i class=\"refused\"></i>refusals" +
         (width == 1 ? std::string("; one column a day") : fmt::format("; one column for {} days", width)) +
         "</div>\n" + column_chart(columns, day_text(first), day_text(last));
}

std::string openings(const Tally& tally) {
  std::string out = "<div class=\"panel wide\"><h3>By day</h3>\n" + by_day(tally) + "</div>\n<div class=\"grid2\">\n";
  out += panel("By dataset", bar_chart(tally.datasets.top(kMostBars), "#0f766e"));
  out += panel("By purpose", bar_chart(tally.purposes.top(kMostBars), "#4338ca"));
  out += panel("By requester (pseudonyms)", bar_chart(tally.requesters.top(kMostBars), "#b45309", true));
  out += panel("By compartment", bar_chart(tally.compartments.top(kMostBars), "#0369a1"));
  return section(
      "Openings",
      "One opening is one gathering of masks by one requester, however many custodians took part. A requester "
      "is shown by the id of its key.",
      out + "</div>\n");
}

std::string custodians(const Tally& tally) {
  std::vector<std::vector<std::string>> rows;
  for (const LogCounts& each : tally.logs) {
    std::vector<std::string> row{html_text(each.name)};
    for (std::size_t kind = 1; kind < each.kinds.size(); ++kind) row.push_back(grouped(each.kinds[kind]));
    rows.push_back(std::move(row));
  }
  return section("Custodians", "How many entries of each kind the logs hold.",
                 html_table({"Log", "Releases", "Refusals", "Keys created", "Keys destroyed", "Permits approved",
                             "Permits revoked", "Starts"},
                            rows, "No log holds."));
}

std::string comparison(const AuditPage& page) {
  if (!page.comparison) return {};
  std::vector<std::vector<std::string>> rows;
  for (const UnmatchedSession& each : page.comparison->unmatched) {
    std::string dataset = html_text(each.entry.dataset + ": " + listed_as_given(each.entry.compartments));
    std::string who = each.refused_by.empty() ? std::string()
                                              : "<small>refused by " + html_text(listed(each.refused_by)) + "</small>";
    rows.push_back({utc(each.entry.time), id_html(each.session), id_html(each.entry.requester), dataset,
                    html_text(listed(each.released_by)) + who});
  }
  return section(
      "Comparison",
      fmt::format("{} openings were looked for in all logs; {} in fewer than {}, or twice in one. A custodian "
                  "may hide what it gave, a requester whom it asked, or a gathering failed half-way.",
                  grouped(page.comparison->sessions),
                  page.comparison->unmatched_count == 1 ? std::string("one stands")
                                                        : grouped(page.comparison->unmatched_count) + " stand",
                  page.at_least),
      html_table({"Time", "Session", "Requester", "What was opened", "Released by"}, rows,
                 "Each opening stands in as many logs as it should."));
}

std::string refusals(const Tally& tally) {
  std::vector<std::vector<std::string>> rows;
  for (const Event& each : tally.last_refusals)
    rows.push_back({utc(each.entry.time), html_text(each.log), id_html(each.entry.requester),
                    text_or_none(each.entry.dataset), html_text(each.entry.reason)});
  return section("Refusals", "What custodians were asked and did not give: by kind, and the newest ones.",
                 "<div class=\"grid2\">" + panel("By kind", bar_chart(tally.refusal_kinds.top(kMostBars), "#e11d48")) +
                     "</div>\n" +
                     html_table({"Time", "Log", "Requester", "Dataset", "Reason"}, rows, "Nobody was refused."));
}

std::string events(const Tally& tally) {
  std::vector<std::vector<std::string>> keys, permits, starts;
  for (const Event& each : tally.keys) {
    const bool made = each.entry.kind == LogEntryKind::key_created;
    keys.push_back({utc(each.entry.time), html_text(each.log),
                    made ? "<span class=\"pill good\">created</span>" : "<span class=\"pill dark\">destroyed</span>",
                    id_html(each.entry.key_id), html_text(each.entry.dataset), grouped(each.entry.epoch),
                    id_html(each.entry.owner)});
  }
  for (const Event& each : tally.permits) {
    const bool revoked = each.entry.kind == LogEntryKind::permit_revoked;
    permits.push_back(
        {utc(each.entry.time), html_text(each.log),
         revoked ? "<span class=\"pill bad\">revoked</span>" : "<span class=\"pill good\">approved</span>",
         id_html(each.entry.permit_id), text_or_none(each.entry.reason)});
  }
  for (const Event& each : tally.starts)
    starts.push_back({utc(each.entry.time), html_text(each.log), text_or_none(each.entry.reason)});
  std::string rest;
  if (tally.left_out != 0)
    rest = fmt::format("<p class=\"none\">{} further events are not shown.</p>\n", grouped(tally.left_out));
  return section("Keys", "A key that was destroyed, in every copy, masks nothing any more.",
                 html_table({"Time", "Log", "What", "Key", "Dataset", "Epoch", "Owner"}, keys,
                            "No key was created or destroyed.")) +
         section("Permits", "Second approvals by the custodians' own officers, and revocations.",
                 html_table({"Time", "Log", "What", "Permit", "Note"}, permits, "No permit was approved or revoked.")) +
         section("Starts", "When the services began to run, or were restored from a backup.",
                 html_table({"Time", "Log", "Note"}, starts, "No start was logged.")) +
         rest;
}

std::string footer(const AuditPage& page) {
  std::string keys;
  for (const LogVerdict& each : page.verdicts) keys += "<li><code>" + html_text(each.key) + "</code></li>\n";
  return fmt::format(
      "<footer><p>Made by <b>triclave audit report</b> on {}. This page loads nothing and runs nothing. It is not "
      "signed: "
      "whoever doubts it takes the logs themselves and these keys, and runs <code>triclave audit verify</code>.</p>\n"
      "<ul>{}</ul>\n<p>What a log cannot say: what became of data after it was opened, and what a custodian did "
      "outside "
      "its log before anybody kept a proof.</p></footer>\n",
      html_text(page.made), keys);
}

}  // namespace

std::string audit_page(const AuditPage& page) {
  const Tally& tally = page.tally;
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>{0}</title>\n<style>{1}</style></head>\n"
      "<body><header><div><p class=\"kicker\">Triclave audit report</p><h1>{2}</h1><p "
      "class=\"when\">{3}</p></div></header>\n<main>\n",
      html_escaped(page.title), kAuditStyle, html_text(page.title),
      tally.first == 0 ? std::string("No entry so far") : "From " + utc(tally.first) + " to " + utc(tally.last));
  out += banner(page);
  if (holds(page) || !tally.logs.empty()) out += cards(tally);
  out += proofs(page);
  if (!tally.logs.empty()) {
    out += openings(tally) + comparison(page) + refusals(tally) + events(tally);
    out += custodians(tally);
  }
  return out + "</main>\n" + footer(page) + "</body></html>\n";
}

}  // namespace triclave::cli
