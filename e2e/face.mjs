// The face: every page that somebody can reach, in both languages, after the main line was played. Each is checked as it was
// written (html-validate, weight), as it is shown (axe-core on its first and its opened state, the content policy, the console,
// nothing wider than a phone), and measured (how soon it can be used); then the papers are printed (print.mjs). Run by
// `make face`; alone: node face.mjs [--shots FOLDER] [--at PORT of an office that runs already] [--only PATTERN].
// --sample is what `make browser` runs: every page as it was written in both languages, and as it is shown once in each of two
// ways, which take turns from page to page: on a wide screen with scripts, its first and its opened state, in one language; on
// a phone in the other, with scripts its first state, and then without them.
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { HtmlValidate } from 'html-validate'
import { narrow, open, patterns, play, step, want, wide } from './house.mjs'
import { picture } from './picture.mjs'
import { papers } from './print.mjs'

const weightMax = 60_000 // bytes of a page as they travel: itself, its style and its pictures; scripts are islands
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : ''
const sample = process.argv.includes('--sample')
const soft = process.env.KEEP_GOING // prints what is found and goes on

// What html-validate finds and we let stand, each with its reason.
const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    'no-trailing-whitespace': 'off', // templates leave some; it costs nothing once packed
    'attribute-boolean-style': 'off', 'attr-quotes': 'off', // style, not meaning
    'void-style': 'off', 'doctype-style': 'off', // HTML, not XML
    'aria-label-misuse': ['error', { allowAnyNamable: true }], // a list may have a name
    'long-title': 'off', // a title in two languages names the node too
    'no-inline-style': 'error',
    'prefer-native-element': 'off', // role on a native element where an older reader needs it: the week is a table of blocks when narrow
    'no-implicit-button-type': 'off', // a button in a form sends it, which is what ours are for
    'no-redundant-role': 'off', // role="table" stays a table when CSS makes its rows blocks
    'no-implicit-input-type': 'off', // without one it is text
    'valid-id': ['error', { relaxed: true }], // paths of accounts and numbers of entries are ids, and HTML allows them
    'form-dup-name': ['error', { shared: ['radio', 'button', 'submit', 'checkbox'] }], // several of one choice are marked
    'tel-non-breaking': 'off', // numbers of cases are no telephone numbers
    'wcag/h63': 'off', // scope stands on every heading; the rule wants it on layout tables too
  },
})

// Findings of axe-core that stand, by rule and by page, each with its reason.
const standing = {}

const visitors = [
  ['anhui', ''], ['anhui', 'firm'], ['anhui', 'review'], ['anhui', 'finance'], ['anhui', 'release'], ['anhui', 'audit'], ['anhui', 'admin'],
  ['anhui', 'supervise'], ['anhui', 'expert1'], ['anhui', 'science'], ['anhui', 'head'], ['shanghai', 'lab'], ['shanghai', 'admin'], ['shanghai', 'science'],
  ['office', ''], ['office', 'editor'], ['office', 'planner'], ['office', 'admin'],
]

// turn says of a pattern in which of the two ways it is shown in which language.
const turn = known => patterns.indexOf(known) % 2 === 0

const house = await open({ toured: true })
const found = []    // what is wrong: [where, what]
const measured = [] // of each page: pattern, role, language, weight, milliseconds
let read = 0        // pages read as they were written
const kept = {}     // the packed size of each file of ours

// weigh is what a page weighs as it travels.
async function weigh(base, html) {
  let sum = gzipSync(html, { level: 1 }).length
  for (const [, href] of html.matchAll(/<link rel="(?:stylesheet|icon)"[^>]* href="([^"]+)"/g)) {
    kept[href] ??= Number((await fetch(base + href, { headers: { 'Accept-Encoding': 'gzip' } })).headers.get('content-length'))
    sum += kept[href]
  }
  return sum
}

const say = (name, what, how) => { found.push([name, what, how]); if (soft) console.log(`    ${name}: ${what}: ${how}`) }

// reread checks a page as it was written.
async function reread(url, name, html, policy) {
  const report = await validator.validateString(html)
  for (const r of report.results) {
    for (const m of r.messages.slice(0, 5)) say(name, 'html-validate', `${m.ruleId}: ${m.message} (line ${m.line}: ${html.split('\n')[m.line - 1]?.slice(Math.max(0, m.column - 60), m.column + 60)})`)
  }
  const weight = await weigh(url.origin, html)
  if (weight > weightMax) say(name, 'weight', `${weight} bytes`)
  if (!/default-src '(none|self)'/.test(policy) || /unsafe/.test(policy)) say(name, 'content policy', policy || 'there is none')
  for (const [inline] of html.matchAll(/<script(?![^>]* src=)[^>]*>|<style|<[a-z][^>]* (?:style|on[a-z]+)="[^"]*"/g)) say(name, 'inline code', inline)
  return weight
}

// complain puts down what axe-core found on a page, how much wider than a phone it is, and what the console said: what the
// content policy refuses is said there too.
function complain(visitor, name, how, violations, over) {
  for (const v of violations) if (!standing[v.id]) say(name, 'axe' + how, `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | '))
  if (over > 0) say(name, 'narrow' + how, `it scrolls sideways by ${over} pixels at 390`)
  for (const c of visitor.complaints.splice(0)) say(name, 'console' + how, c)
}

// inspect checks a page as it is shown on a wide screen, as it comes and with everything opened.
async function inspect(visitor, url, name, weight) {
  const page = visitor.page
  await visitor.go(url.href)
  const took = await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd))
  measured.push({ name, weight, took })
  for (const opened of [false, true]) {
    if (opened && !await page.evaluate(() => { const all = [...document.querySelectorAll('details:not([open])')]; for (const d of all) d.open = true; return all.length })) break
    const found = await visitor.axe()
    complain(visitor, name, opened ? ', opened' : '', found, await visitor.wider(opened ? '' : name))
  }
}

// carry checks a page as it is shown on a phone: with scripts, and to somebody whose browser runs none.
async function carry(visitor, plain, url, name) {
  for (const who of [visitor, plain]) {
    await who.page.setViewportSize(narrow)
    await who.go(url.href)
    const found = who === plain ? [] : await who.axe()
    complain(who, name, who === plain ? ', a phone without scripts' : ', a phone', found, await who.over())
    if (who === visitor) await who.page.setViewportSize(wide)
  }
}

// sweep looks at one page of each pattern that nobody has looked at in this language, and at the home page of everybody. plain
// is the same person with scripts turned off.
async function sweep(visitor, plain, base, seen, who, lang) {
  const queue = ['/', ...patterns.map(p => p.pattern).filter(p => !p.includes('{'))]
  const asked = new Set()
  while (queue.length > 0) {
    const url = new URL(queue.shift(), base)
    const known = patterns.find(p => p.fits.test(url.pathname))
    const home = url.pathname === '/'
    if (!known || asked.has(known.pattern) || only && !known.pattern.startsWith(only) && !home || !home && seen.has(known.pattern)) continue
    const answer = await visitor.page.request.get(url.href, { maxRedirects: 0, headers: { 'Accept-Language': lang } })
    want(answer.status() < 500, `${url} answered ${answer.status()}`)
    if (!answer.ok() || !(answer.headers()['content-type'] ?? '').startsWith('text/html')) {
      if (answer.ok()) asked.add(known.pattern) // a file
      continue
    }
    asked.add(known.pattern)
    seen.add(known.pattern)
    const html = await answer.text()
    if (!only || !home || only === '/{$}') {
      const name = `${lang.slice(0, 2)} ${who || 'visitor'} ${known.pattern}`
      const weight = await reread(url, name, html, answer.headers()['content-security-policy'] ?? '')
      read++
      const phone = sample && !home && turn(known) === (lang === 'en-GB')
      await (phone ? carry(visitor, plain, url, name) : inspect(visitor, url, name, weight))
    }
    for (const [, to] of html.slice(html.indexOf('<main')).matchAll(/ href="(\/[^"#]*)/g)) queue.push(to.replaceAll('&amp;', '&'))
  }
}

await play(house, 'the face holds', async () => {
  for (const lang of ['zh-CN', 'en-GB']) {
    await step(`every page that somebody can reach, ${lang}`, async () => {
      const seen = new Set(), before = measured.length, begun = read
      for (const [node, who] of visitors) {
        const visitor = await house.visitor(lang)
        if (who) await visitor.signIn(house.at[node], `${who}@${node}.example`)
        const plain = await house.visitor(lang, { script: false, as: visitor })
        await sweep(visitor, plain, house.at[node], seen, who && `${who}@${node}`, lang)
        await Promise.all([visitor, plain].map(v => v.page.context().close()))
      }
      const never = patterns.filter(p => !seen.has(p.pattern)).map(p => p.pattern)
      return `${read - begun} pages read, ${measured.length - before} of them opened wide; ${never.length} addresses are files or were not reached: ${never.join(' ')}`
    })
  }
  if (!only) await step('what is printed', () => papers(house, say))
  if (sample && !only) await step('the picture of the README', () => picture(house))
  measured.sort((a, b) => b.weight - a.weight)
  const times = measured.map(m => m.took).sort((a, b) => a - b)
  console.log(`  heaviest: ${measured.slice(0, 3).map(m => `${m.name} ${m.weight}`).join(', ')}; usable after ${times[times.length >> 1]} ms in the middle, ${times[Math.floor(times.length * 0.99)]} ms at the 99th of a hundred, ${times.at(-1)} ms at most`)
  if (process.argv.includes('--table')) writeFileSync(process.argv[process.argv.indexOf('--table') + 1], JSON.stringify({ measured, found }, null, 1))
  const lines = found.map(([where, what, how]) => `${where}: ${what}: ${how}`)
  if (lines.length > 0 && !soft) throw new Error(`${lines.length} findings:\n  ` + lines.slice(0, 40).join('\n  '))
  if (!only) want(read > 200, `only ${read} pages were looked at`)
})
