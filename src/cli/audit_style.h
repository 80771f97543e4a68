// How the auditor's page looks, on a screen and on paper.
#pragma once

namespace triclave::cli {

inline constexpr const char* kAuditStyle = R"(
:root{--ink:#0f172a;--soft:#64748b;--line:#e2e8f0;--paper:#fff;--ground:#f1f5f9;--teal:#0f766e;--rose:#e11d48}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 "Inter","Segoe UI",system-ui,-apple-system,"Helvetica Neue","DejaVu Sans",Arial,sans-serif}
header{background:linear-gradient(120deg,#042f2e,#0f766e 70%,#0d9488);color:#fff;padding:44px 0 84px}
header div,main,footer{max-width:1120px;margin:0 auto;padding:0 28px}
h1{margin:2px 0 6px;font-size:34px;line-height:1.15;letter-spacing:-.02em;overflow-wrap:anywhere}
.kicker{margin:0;text-transform:uppercase;letter-spacing:.14em;font-size:12px;color:#99f6e4}
.when{margin:0;color:#ccfbf1}
main{margin-top:-52px}
.banner{border-radius:14px;padding:16px 20px;background:var(--paper);box-shadow:0 8px 24px rgba(15,23,42,.10);border-left:6px solid var(--teal)}
.banner.good b{color:var(--teal)}
.banner.warn{border-color:#d97706}.banner.warn b{color:#b45309}
.banner.bad{border-color:var(--rose)}.banner.bad b{color:var(--rose)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:14px;margin:18px 0}
.card{background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:16px 18px}
.card b{display:block;font-size:28px;line-height:1.1;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.card span{color:var(--soft);font-size:13px}
.card.rose b{color:var(--rose)}
section{margin:34px 0;break-inside:auto}
h2{font-size:21px;letter-spacing:-.01em;margin:0 0 2px;break-after:avoid}
h3{font-size:14px;margin:0 0 12px;color:#334155}
.lead{margin:0 0 14px;color:var(--soft);max-width:78ch}
.panel{background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:18px 20px;margin-bottom:14px;break-inside:avoid}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(430px,1fr));gap:14px}
.grid2 .panel{margin:0}.grid2+.scroll,.grid2+.none{margin-top:14px}
.bars{max-width:560px}
.scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:14px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--soft);font-size:12px;padding:12px 14px;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:10px 14px;border-bottom:1px solid #f1f5f9;vertical-align:top;overflow-wrap:anywhere;min-width:104px}
tbody tr:last-child td{border-bottom:0}
td:first-child{min-width:214px}
td small{display:block;color:var(--soft);font-size:12px}
code,.mono{font-family:ui-monospace,"SFMono-Regular","DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:12px}
code.root{font-size:11px}
.pill{display:inline-block;border-radius:99px;padding:2px 10px;font-size:12px;font-weight:600;white-space:nowrap}
.pill.good{background:#ccfbf1;color:#115e59}.pill.bad{background:#ffe4e6;color:#9f1239}.pill.dark{background:#e2e8f0;color:#334155}
.why{color:#9f1239;white-space:pre-wrap}
.none{color:var(--soft);font-style:italic;margin:0}
.panel .none,section>.none{padding:4px 0}
svg{display:block;width:100%;height:auto}
svg text{font-size:12.5px;fill:#334155}
svg .mono{font-size:12px}
svg .count{text-anchor:end;font-weight:600;fill:var(--ink)}
svg .track{fill:#f1f5f9}
svg .grid{stroke:#e2e8f0;stroke-width:1}
svg .tick{text-anchor:end;font-size:11px;fill:#94a3b8}
svg .axis{font-size:11.5px;fill:#64748b}
svg .end{text-anchor:end}
.legend{color:var(--soft);font-size:12.5px;margin:-4px 0 8px}
.legend i{display:inline-block;width:10px;height:10px;border-radius:3px;margin:0 5px 0 10px}
.legend i:first-child{margin-left:0}
.legend .open{background:var(--teal)}.legend .refused{background:var(--rose)}
footer{color:var(--soft);font-size:13px;padding-bottom:48px;border-top:1px solid var(--line);padding-top:18px;margin-top:40px}
footer ul{padding-left:18px;margin:6px 0;overflow-wrap:anywhere}
@media(max-width:560px){.grid2{grid-template-columns:1fr}}
@media print{
@page{margin:14mm}
body{background:#fff;font-size:11.5px}
header{padding:0 0 10px;background:none;color:var(--ink);border-bottom:3px solid var(--teal)}
.kicker{color:var(--teal)}.when{color:var(--soft)}
main{margin-top:14px}
header div,main,footer{max-width:none;padding:0}
.banner{box-shadow:none;border:1px solid var(--line);border-left:6px solid var(--teal)}
.grid2{grid-template-columns:1fr 1fr}
.cards{grid-template-columns:repeat(7,1fr);gap:6px}.card{padding:8px}.card b{font-size:18px}
section{margin:18px 0}.scroll{overflow:visible}
tr{break-inside:avoid}
th,td{padding:5px 8px;font-size:10.5px}td code{font-size:9.5px}td,td:first-child{min-width:0}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
)";

}  // namespace triclave::cli
