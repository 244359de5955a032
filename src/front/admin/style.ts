import { STYLE } from '../../core/pages/style.ts';

/** The sheet of every page of ours, wider, with tables and a chart. No colour says anything that words do not. */
export const STATUS_STYLE = `${STYLE}
:root{--good:#1a7f4b;--info:#2f6fb0;--warn:#8a6100;--bad:#b3261e;--wash:rgba(47,111,176,.14)}
@media(prefers-color-scheme:dark){:root{--good:#5ccb93;--info:#7db4ea;--warn:#e2b84d;--bad:#ff8f85;--wash:rgba(125,180,234,.18)}}
main{width:min(72rem,100% - 1.5rem);margin:0 auto 1rem;padding:clamp(1rem,3vw,2rem)}
.top{width:min(72rem,100% - 1.5rem);margin:clamp(.8rem,3vh,2rem) auto .8rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;justify-content:space-between}
.top h1{margin:0;font-size:1.45rem}
.top p{margin:0;color:var(--soft);font-size:.92rem}
#state::before{content:"";display:inline-block;width:.55rem;height:.55rem;border-radius:50%;margin-right:.45rem;background:var(--soft)}
[data-live=yes] #state::before{background:var(--good)}
[data-live=no] #state{color:var(--bad);font-weight:600}
[data-live=no] #state::before{background:var(--bad)}
[data-live=no] main{opacity:.55}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.8rem;margin:0}
.tiles div{padding:.7rem .9rem;border:1px solid var(--line);border-radius:10px;background:var(--code)}
.tiles dt{color:var(--soft);font-size:.82rem}
.tiles dd{margin:0;font-size:1.55rem;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.tiles dd small{display:block;font-size:.82rem;font-weight:400;color:var(--soft);line-height:1.4}
figure{margin:1.4rem 0 0}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.1rem 1rem;color:var(--soft);font-size:.85rem;margin-bottom:.3rem}
svg{display:block;width:100%}
.chart{height:7.5rem;border-bottom:1px solid var(--line)}
.area{fill:var(--wash)}.line{fill:none;stroke:var(--info);stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.failed{fill:none;stroke:var(--bad);stroke-width:2;vector-effect:non-scaling-stroke;stroke-dasharray:4 3}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}
th,td{padding:.42rem 1.5rem .42rem 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:500;font-size:.82rem;white-space:nowrap}
tbody th{font-weight:600;min-width:9rem}td{overflow-wrap:normal}tr>:last-child{padding-right:0}
td.n,th.n{text-align:right}
.bar{height:.5rem;width:9rem;max-width:100%;border-radius:3px;margin:.35rem 0 .1rem;background:var(--line)}
.c2{fill:var(--good)}.c3{fill:var(--info)}.c4{fill:var(--warn)}.c5,.c0{fill:var(--bad)}.c1{fill:var(--soft)}
.good{color:var(--good);font-weight:600}.warn{color:var(--warn);font-weight:600}.bad{color:var(--bad);font-weight:600}
.soft{color:var(--soft)}
.w{min-width:13rem}.w:empty{min-width:0}td:not(.n):last-child{min-width:6rem}
.of{font-weight:400;overflow-wrap:anywhere}
`.trim().replaceAll('\n', '');

/**
 * Asks for the numbers again and again and puts them in the place of the old ones. Not while the page is hidden, nor while
 * somebody is selecting text in it. Without it the page loads itself anew (its `noscript`).
 */
export const STATUS_SCRIPT = `
const main = document.querySelector('main'), state = document.getElementById('state'), root = document.documentElement;
const tell = (live, text) => { root.dataset.live = live; if (state.textContent !== text) state.textContent = text; };
const look = async () => {
  if (!document.hidden && getSelection().type !== 'Range') {
    try {
      const answer = await fetch('/live', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = document.createElement('template');
      fresh.innerHTML = await answer.text();
      main.replaceChildren(fresh.content);
      tell('yes', 'Live');
    } catch {
      tell('no', 'No answer: the front is gone, or cannot be reached. These numbers are old.');
    }
  }
  setTimeout(look, 2000);
};
setTimeout(look, 1000);
`.trim();
