/** One sheet for every page of ours; system fonts, both colour schemes, one column on a phone. */
export const STYLE = `
:root{--ink:#1c2430;--soft:#5b6675;--line:#dfe4ea;--ground:#f5f6f8;--sheet:#fff;--mark:#b4541a;--code:#f1f3f6}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#98a3b3;--line:#2c3542;--ground:#11161d;--sheet:#19202a;--mark:#f0a35e;--code:#10151c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{width:min(44rem,100% - 1.5rem);margin:clamp(1rem,9vh,6rem) auto 2rem;padding:clamp(1.25rem,5vw,2.75rem);background:var(--sheet);border:1px solid var(--line);border-radius:14px}
.status{margin:0 0 .6rem;display:flex;flex-wrap:wrap;gap:.3rem .7rem;align-items:baseline;color:var(--mark);font-weight:600;letter-spacing:.02em}
.status code{color:var(--soft);font-weight:400}
h1{margin:0 0 1rem;font-size:clamp(1.45rem,4.5vw,2rem);line-height:1.22;letter-spacing:-.01em;text-wrap:balance}
h2{margin:2rem 0 .4rem;font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;color:var(--soft)}
h3{margin:1.4rem 0 .4rem;font-size:1rem}
h3 small{margin-left:.5rem;font-weight:400;color:var(--soft)}
p{margin:.4rem 0;overflow-wrap:anywhere}
p.lead{font-size:1.1rem}
pre,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9rem}
pre{margin:.5rem 0;padding:.8rem 1rem;background:var(--code);border:1px solid var(--line);border-left:3px solid var(--mark);border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all;-webkit-user-select:all;cursor:copy}
.note{color:var(--soft);font-size:.95rem}
footer{margin-top:2.2rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.88rem;overflow-wrap:anywhere}
footer p{margin:.1rem 0}
a{color:inherit}
`.trim().replaceAll('\n', '');
