/* SPDX-License-Identifier: GPL-3.0-or-later
 * The style sheet of the HTML report: dark on white, system fonts, for a screen, a phone, paper.
 */
#include "report/html.h"

const char *const rv_html_style[] = {
    /* page */
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0;background:#fff;color:#1b2026;"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}"
    "main{max-width:1120px;margin:0 auto;padding:28px 32px 48px}"
    "header{border-bottom:2px solid #1b2026;padding-bottom:12px;margin-bottom:4px}"
    "h1{font-size:22px;line-height:1.25;font-weight:650;margin:0 0 2px}"
    "header p{margin:0;overflow-wrap:anywhere}"
    "header .subject{font-size:17px}"
    "nav{font-size:13px;margin:10px 0 0;display:flex;flex-wrap:wrap;gap:2px 16px}"
    "nav a{color:#3d5a75;text-decoration:none}nav a:hover{text-decoration:underline}"
    "section{margin-top:30px}"
    "h2{font-size:16px;font-weight:650;margin:0 0 8px;padding-bottom:4px;"
    "border-bottom:1px solid #c9ced4}"
    "h3{font-size:14.5px;font-weight:650;margin:18px 0 4px}"
    "p{margin:0 0 8px;max-width:78ch;overflow-wrap:anywhere}"
    "ul{margin:0 0 8px;padding-left:19px;max-width:84ch}li{margin:2px 0;overflow-wrap:anywhere}"
    ".small,ul.small,dl.small{font-size:12.5px;color:#5a636d}"
    ".lead{font-size:16.5px;line-height:1.5}"
    ".warning b:first-child{color:#8a5a00}.problem,.problem b:first-child{color:#b00d1e}",
    /* facts */
    "dl{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:3px 18px;margin:0}"
    "dt{color:#5a636d}dd{margin:0;max-width:84ch;overflow-wrap:anywhere}"
    "dl.pairs{grid-template-columns:max-content 1fr max-content 1fr}"
    "dl+p{margin-top:12px}"
    "dl.small{gap:1px 14px;grid-template-columns:minmax(64px,max-content) 1fr}"
    "#symbols dl{grid-template-columns:max-content 1fr max-content 1fr}"
    "dl.small dt{max-width:260px;overflow-wrap:anywhere}"
    "dl.questions{display:block}dl.questions dt{color:inherit;font-weight:600;margin-top:8px}",
    /* tables */
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:13.5px;line-height:1.35;min-width:100%;"
    "font-variant-numeric:tabular-nums}"
    "th,td{padding:4px 10px 4px 0;text-align:left;vertical-align:top}"
    "thead th{font-weight:600;color:#39424c;border-bottom:1px solid #8d959e;vertical-align:bottom;"
    "white-space:nowrap}"
    "thead small{display:block;font-weight:400;font-size:12px;color:#5a636d}"
    "tbody td{border-bottom:1px solid #eceef1}"
    ".n{text-align:right;white-space:nowrap}thead .n{padding-right:30px}"
    ".t{min-width:86px}.id{color:#7b848e;font-size:12px;width:1%}"
    ".m{display:inline-block;min-width:20px;padding-left:1px;text-align:left}"
    "tbody small{display:block;font-size:11.5px;line-height:1.3;color:#656e78;font-weight:400}"
    "tbody .n small{padding-right:20px}.n .why{white-space:normal;min-width:9em}"
    "td:not(.n) small{max-width:34em;overflow-wrap:anywhere}"
    ".e{color:#656e78;font-weight:400}"
    ".abnormal .v{color:#c1121f;font-weight:700}.abnormal .m{color:#c1121f;font-weight:700}"
    ".borderline .v,.borderline .m{color:#8a5a00;font-weight:600}"
    ".state .v{color:#656e78}.abnormal.state .v{color:#c1121f}"
    "tr.group th{padding-top:10px;font-weight:600;border-bottom:1px solid #d9dde2}"
    "tr.group th::before{content:'';display:inline-block;width:9px;height:9px;margin-right:7px;"
    "background:#7b848e}"
    "tr.right th::before{background:#b4511f}tr.left th::before{background:#1d5d90}",
    /* lists beside each other: for, against, missing */
    ".lists{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:0 28px}"
    ".lists h3{font-size:13px;color:#5a636d;margin-top:8px}",
    /* plots */
    "figure{margin:18px 0 26px;break-inside:avoid}"
    "figure p{max-width:none}figcaption{margin-bottom:2px}figcaption "
    "span{color:#5a636d;font-size:12.5px;margin-left:8px}"
    "svg{display:block;width:100%;min-width:720px;height:auto;background:#fff}"
    "svg path{fill:none}"
    "svg text{font:120px system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;fill:#1b2026}"
    "svg .grid{stroke:#e6e9ec;stroke-width:8}svg .base{stroke:#d3d8dd;stroke-width:7;"
    "stroke-dasharray:20 30}"
    "svg .stimulus{stroke:#8d959e;stroke-width:9}"
    "svg .trace{stroke:#30363d;stroke-width:13;stroke-linejoin:round}"
    "svg.right .trace{stroke:#a4461a}svg.left .trace{stroke:#1d5d90}"
    "svg .sweeps{stroke:#30363d;stroke-width:7;opacity:.14}"
    "svg .rejected{stroke:#7b848e;stroke-width:8;opacity:.5;stroke-dasharray:30 40}"
    "svg .tail{stroke:#5a636d;stroke-width:10;stroke-dasharray:60 45}"
    "svg .mark{stroke:#7a1fa2;stroke-width:12}svg .se{stroke:#7a1fa2;stroke-width:16}"
    "svg .through{stroke:#7a1fa2;stroke-width:9;stroke-dasharray:70 40}"
    "svg .letter{fill:#7a1fa2;font-size:110px;font-weight:600;text-anchor:middle}"
    "svg .before{text-anchor:end}svg .after{text-anchor:start}"
    "svg .tick{text-anchor:middle;fill:#5a636d;font-size:110px}"
    "svg .unit{fill:#5a636d;font-size:110px}svg .scale{stroke:#1b2026;stroke-width:18}"
    "svg .site{font-weight:650;font-size:130px}svg .line{fill:#4a535d;font-size:115px}"
    "svg .sweep{text-anchor:end;fill:#5a636d;font-size:105px}",
    /* phone */
    "@media(max-width:640px){main{padding:18px 16px 32px}h1{font-size:19px}"
    "dl,dl.small,dl.pairs{display:block}#symbols dl{grid-template-columns:max-content "
    "1fr}figcaption span{display:block;margin-left:0}dt{margin-top:6px;font-size:12.5px}"
    "dl.small dt{max-width:none}dl.questions dt{font-size:inherit}.lists{display:block}}",
    /* paper */
    "@page{margin:14mm 13mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:8pt "
    "sans-serif;color:#5a636d}}"
    "@media print{body{font-size:9.6pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    "main{max-width:none;padding:0}nav{display:none}section{margin-top:16pt}"
    "h1{font-size:15pt}header .subject{font-size:11pt}h2{font-size:11pt;break-after:avoid}"
    "h3{font-size:10pt;break-after:avoid}.lead{font-size:10.5pt}table{font-size:8.6pt}"
    "th,td{padding:2pt 6pt 2pt 0}thead .n{padding-right:22px}tbody small,thead "
    "small{font-size:7.4pt}"
    ".small,ul.small,dl.small{font-size:8pt}.scroll{overflow:visible}"
    "tr{break-inside:avoid}tr.group{break-after:avoid}thead{display:table-header-group}"
    "svg{min-width:0}figure{margin:8pt 0 12pt}p,li{orphans:3;widows:3}}",
    NULL,
};
