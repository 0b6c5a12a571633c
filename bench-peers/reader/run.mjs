// Main text of saved pages: `corridor read` beside @mozilla/readability, in one run over the same files.
//
// The pages are made here, in five layouts of sites, with a known text and known noise around it: menus, breadcrumbs,
// share buttons, recommendations, comments, copyright. Both are given the same bytes, one page at a time;
// the figure is of processor seconds, because others may be at work on the machine. Corridor reads the
// figures, agreements, policies, names and places too, and that is in its time; readability gives the text alone.
// Quality is the share of the characters of the true paragraphs that came out (recall), and of what came out that
// belongs to them (precision). The pages have one author, so the quality says less than the speed.
//
// Usage: node run.mjs CORRIDOR [PAGES]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readability } from '@mozilla/readability';
import { JSDOM } from 'jsdom';

const corridor = process.argv[2];
const pages = Number(process.argv[3] ?? 400);
if (!corridor || !Number.isInteger(pages) || pages < 1) {
  console.error('usage: node run.mjs CORRIDOR [PAGES]');
  process.exit(2);
}

let seed = 7;
const next = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
const pick = (list) => list[next(list.length)];
const places = ['青麓市', '怀远湾', '云渡市', '定川区', '北岭县'];
const things = ['大型科研仪器', '创新券', '检验检测机构', '概念验证中心', '中试平台', '联合实验室'];
const sentence = () => pick([
  () => `${2019 + next(6)}年，${pick(places)}新增${pick(things)}${10 + next(900)}家，同比增长${1 + next(30)}.${next(9)}%。`,
  () => `${pick(places)}科学技术局负责人介绍，全市${pick(things)}已服务企业${1000 + next(8000)}家，兑付金额${1 + next(9)}.${next(9)}亿元。`,
  () => `记者了解到，相关部门将继续围绕${pick(things)}建设，完善跨区域共享机制，推动资源更好地服务中小企业。`,
  () => `“过去做一次测试要跑三个城市，现在在网上就能约到，”一家企业的技术负责人说，“费用也比以前低了不少。”`,
  () => `根据协议，双方将在人才培养、设备开放、成果转化等方面开展合作，共同建设面向未来的创新平台。`,
])();
const paragraph = () => [...new Set(Array.from({ length: 2 + next(4) }, sentence))].join('');
const headline = () => `${pick(places)}${pick(things)}建设取得新进展（${next(1000)}）`;
const links = (n) => Array.from({ length: n }, () => `<li><a href="/${next(9999)}.html">${headline()}</a></li>`).join('');
const menu = `<ul>${['首页', '新闻中心', '政务公开', '互动交流', '专题专栏', '联系我们'].map((m) => `<li><a href="/">${m}</a></li>`).join('')}</ul>`;
const layouts = [
  (t, ps) => `<div id="nav">${menu}</div><div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/n">要闻</a></div><h1>${t}</h1><div class="info">发布时间：2025-03-0${1 + next(9)} 来源：示例日报</div><div class="TRS_Editor">${ps.map((p) => `<p>　　${p}</p>`).join('\n')}</div><div class="share">分享到：微信 微博</div><div class="rel"><h3>相关阅读</h3><ul>${links(8)}</ul></div><div id="foot">版权所有：示例日报社　网站地图</div>`,
  (t, ps) => `<header>${menu}</header><main><article><h1>${t}</h1><p class="meta">2025-04-1${next(9)} 10:20　编辑：甲乙</p>${ps.map((p) => `<p>${p}</p>`).join('')}</article><aside><h2>热门推荐</h2><ol>${links(12)}</ol></aside></main><footer><p>凡本网注明来源的作品，均为本网合法拥有版权或有权使用的作品，未经授权不得转载。</p></footer>`,
  (t, ps) => `<table width="980"><tr><td>${menu}</td></tr><tr><td><b>${t}</b></td></tr><tr><td>${ps.map((p) => `&nbsp;&nbsp;&nbsp;&nbsp;${p}`).join('<br><br>')}</td></tr><tr><td>上一篇：<a href="/1">${headline()}</a><br>下一篇：<a href="/2">${headline()}</a></td></tr></table>`,
  (t, ps) => `<div class="top">${menu}</div><div class="wrap"><div class="left"><h2 class="title">${t}</h2><div class="content">${ps.map((p) => `<div>${p}</div>`).join('')}<div class="ad">广告</div></div><div class="comments"><h3>全部评论</h3><p>好消息，支持一下！</p><p>希望我们这里也能用上。</p></div></div><div class="right"><h3>排行榜</h3><ul>${links(10)}</ul></div></div>`,
  (t, ps) => `<body><section><h1>${t}</h1><section><span>示例发布</span> <em>2025-05-16</em></section>${ps.map((p) => `<section><p><span>${p}</span></p></section>`).join('')}<section><p>扫码关注我们，获取更多资讯</p></section></section><div><p>往期回顾</p>${links(5)}</div>`,
];

const dir = mkdtempSync(join(tmpdir(), 'bench-reader-'));
const files = [];
let bytes = 0;
for (let i = 0; i < pages; i++) {
  const truth = Array.from({ length: 5 + next(12) }, paragraph);
  const title = headline();
  const html = `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>${title}_示例网</title><style>p{margin:0}</style></head>${layouts[i % layouts.length](title, truth)}<script>var a=${i};</script></html>`;
  const path = join(dir, `${String(i).padStart(5, '0')}.html`);
  writeFileSync(path, html);
  bytes += Buffer.byteLength(html);
  files.push({ path, html, truth: truth.join('') });
}

const bare = (s) => s.replace(/[\s　\u00a0]/g, '');
// Trigrams found in both: an order of magnitude finer than paragraphs, and blind to how lines are cut.
const grams = (s) => {
  const m = new Map();
  for (let i = 0; i + 3 <= s.length; i++) m.set(s.slice(i, i + 3), (m.get(s.slice(i, i + 3)) ?? 0) + 1);
  return m;
};
function quality(texts) {
  let hit = 0, want = 0, got = 0;
  texts.forEach((text, i) => {
    const a = grams(bare(files[i].truth)), b = grams(bare(text));
    for (const [g, n] of a) { want += n; hit += Math.min(n, b.get(g) ?? 0); }
    for (const n of b.values()) got += n;
  });
  return { recall: hit / want, precision: hit / got };
}
function row(name, seconds, texts) {
  const q = quality(texts);
  console.log(`${name.padEnd(34)} ${(bytes / 1e6 / seconds).toFixed(2).padStart(8)} ${(pages / seconds).toFixed(0).padStart(11)} ${(100 * q.recall).toFixed(1).padStart(8)} ${(100 * q.precision).toFixed(1).padStart(10)}`);
}
const cores = cpus();
const version = (m) => JSON.parse(readFileSync(new URL(`node_modules/${m}/package.json`, import.meta.url))).version;
console.log(`${cores[0].model}, ${cores.length} cores; node ${process.version}, readability ${version('@mozilla/readability')}, jsdom ${version('jsdom')}`);
console.log(`${pages} pages, ${(bytes / 1e6).toFixed(2)} MB\n`);
console.log(`${''.padEnd(34)} ${'MB/CPU-s'.padStart(8)} ${'pages/CPU-s'.padStart(11)} ${'recall %'.padStart(8)} ${'precision %'.padStart(10)}`);

const out = join(dir, 'out.jsonl');
const run = spawnSync('sh', ['-c', '"$0" read --json --jobs 1 "$1" >"$2" && times', corridor, dir, out], { env: { ...process.env, GOMAXPROCS: '1' } });
if (run.status !== 0) {
  console.error(String(run.stderr));
  process.exit(1);
}
// The second line of times is what the children took: user and system, as 0m1.23s.
const seconds = String(run.stdout).trim().split('\n')[1].split(' ').reduce((sum, t) => sum + 60 * parseFloat(t) + parseFloat(t.slice(t.indexOf('m') + 1)), 0);
row('corridor read, with all facts', seconds, readFileSync(out, 'utf8').trim().split('\n').map((line) =>
  JSON.parse(line).articles.map((a) => a.paragraphs.map((p) => p.text).join('')).join('')));

const parse = (html) => new Readability(new JSDOM(html).window.document).parse()?.textContent ?? '';
for (const f of files.slice(0, 20)) parse(f.html); // warm
const before = process.cpuUsage();
const texts = files.map((f) => parse(readFileSync(f.path, 'utf8')));
const used = process.cpuUsage(before);
row('readability + jsdom', (used.user + used.system) / 1e6, texts);
rmSync(dir, { recursive: true });
