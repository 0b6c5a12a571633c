// The face: every page that somebody can reach, in both languages, after the main line was played. Each is checked as it was
// written (html-validate, weight), as it is shown (axe-core on its first and its opened state, the content policy, the console,
// nothing wider than a phone), and measured (how soon it can be used); then the papers are printed (print.mjs). Run by
// `make face`; alone: node face.mjs [--shots FOLDER] [--at PORT of an office that runs already] [--only PATTERN].
// --sample is what `make browser` runs: every page as it was written in both languages, and as it is shown once in each of two
// ways, which take turns from page to page: on a wide screen with scripts, its first and its opened state, in one language; on
// a phone in the other, with scripts its first state, and then without them. A page that nobody came to fails the run unless
// unreached says why, and so does a page that leads nowhere. A page that cannot be used soon is named at the end.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { gzipSync } from 'node:zlib'
import { HtmlValidate } from 'html-validate'
import { narrow, open, patterns, play, step, want, wide } from './house.mjs'
import { picture } from './picture.mjs'
import { papers } from './print.mjs'

const weightMax = 60_000 // bytes of a page as they travel: itself, its style and its pictures; scripts are islands
const soonMax = 300     // milliseconds until a page can be used: the lowest of three tries
const busy = 2          // load of the machine from which on times say more of it than of a page
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

// Addresses that nobody comes to by links after the main line, by the reason; the runs and tests that are named open them.
const unreached = Object.fromEntries(Object.entries({
  'the main line books nothing and declares no sample: booking.mjs, lab.mjs': ['/bookings/{id}', '/calendars/{file}', '/samples/{id}', '/samples/{id}/label', '/samples/{id}/results/{result}', '/usage/sheets/{id}'],
  'one listing and one instrument are followed, left to chance, and not each leads there: job.mjs, listings.mjs, booking.mjs': ['/listings/{id}/deal', '/listings/{id}/edit', '/instruments/{id}/settings'],
  'nobody of these reviews listings, and no listing has a file: listings.mjs': ['/listings/desk', '/listings/{id}/files/{file}'],
  'an order is offered by its form, which is left once it is asked: job.mjs': ['/cases/{id}/slots/{field}'],
  'a call, a draw, a round, a sealed price, minutes: schemes.mjs and the ways of the packs': ['/calls/{id}', '/cases/{id}/draws', '/cases/{id}/minutes', '/cases/{id}/sealed', '/panels/draw', '/rounds/{round}', '/rounds/{round}/export', '/round-lists/{id}', '/starts/{id}'],
  'a request for a loan: paths.mjs': ['/cases/{id}/disclosure', '/cases/{id}/disclosure/file', '/scores/{id}'],
  'it leads on to a part of the form: forms.mjs': ['/cases/{id}/fill'],
  'nothing was published, posted or objected to: published.mjs, publicnotices_test.go': ['/public-notices/{id}', '/public-notices/{id}/objections/{objection}', '/notices/{id}', '/feeds/{file}'],
  'nobody holds a label, a certificate or a credential: recognition_test.go, credentials_test.go': ['/labels/{id}', '/labels/{id}/document', '/certificates/{label}', '/credentials/given/{id}/file', '/credentials/{id}/file'],
  'no list of codes, no file and no document with clauses was taken in: documents.mjs, listings.mjs': ['/catalogues/{id}', '/imports/{id}', '/clauses/{id}', '/clauses/{id}/{path}', '/documents/compare/changes'],
  'no picture is brought into a case: look_test.go, look_abroad_test.go': ['/cases/{id}/files/{digest}/picture', '/abroad/{id}/files/{digest}/picture'],
  'nothing has to be paid back: paymentpages_test.go': ['/payments/owed/{id}'],
  'no edition is tried: editions.mjs': ['/trials/{id}', '/trials/{id}/sides'],
  'no task has evidence: promises.mjs': ['/tasks/{id}/evidence/{evidence}'],
  'their pages are opened by whom they are about alone: registryperson_test.go': ['/persons/{id}', '/persons/{id}/export'],
  'another house signs people in: provider_test.go': ['/signin/{provider}', '/signin/{provider}/leave'],
  'programs read it, no page leads there': ['/listings/export', '/log/epochs', '/log/records', '/log/entries/{index}/record', '/log/held/{code}/checkpoint', '/log/held/{code}/seen', '/log/held/{code}/entries/{from}'],
}).flatMap(([why, all]) => all.map(pattern => [pattern, why])))

const visitors = [
  ['anhui', ''], ['anhui', 'firm'], ['anhui', 'review'], ['anhui', 'finance'], ['anhui', 'release'], ['anhui', 'audit'], ['anhui', 'admin'],
  ['anhui', 'supervise'], ['anhui', 'expert1'], ['anhui', 'science'], ['anhui', 'head'], ['shanghai', 'lab'], ['shanghai', 'bank1'], ['shanghai', 'admin'], ['shanghai', 'science'],
  ['office', ''], ['office', 'editor'], ['office', 'planner'], ['office', 'admin'],
]

// turn says of a pattern in which of the two ways it is shown in which language.
const turn = known => patterns.indexOf(known) % 2 === 0

const house = await open({ toured: true })
const found = []    // what is wrong: [where, what]
const measured = [] // of each page: pattern, role, language, weight, milliseconds
const late = []     // pages that took too long, with the load of the machine
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

// soon opens a page and says after how many milliseconds it can be used: a measure that is told and fails nothing. One that takes too
// long is opened twice more where nothing else keeps the machine busy.
async function soon(visitor, href, name) {
  const opened = async () => {
    await visitor.go(href)
    return visitor.page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd))
  }
  let took = await opened()
  for (let again = 0; again < 2 && took > soonMax && loadavg()[0] < busy; again++) took = Math.min(took, await opened())
  if (took > soonMax) late.push(`${name} ${took} at a load of ${loadavg()[0].toFixed(1)}`)
  return took
}

// inspect checks a page as it is shown on a wide screen, as it comes and with everything opened.
async function inspect(visitor, url, name, weight) {
  const page = visitor.page
  const took = await soon(visitor, url.href, name)
  measured.push({ name, weight, took })
  for (const opened of [false, true]) {
    if (opened && !await page.evaluate(() => { const all = [...document.querySelectorAll('details:not([open])')]; for (const d of all) d.open = true; return all.length })) break
    const found = await visitor.axe()
    if (sample && !opened) await visitor.picture(name)
    complain(visitor, name, opened ? ', opened' : '', found, await visitor.wider(opened || sample ? '' : name))
  }
}

// carry checks a page as it is shown on a phone: with scripts, and to somebody whose browser runs none.
async function carry(visitor, plain, url, name) {
  for (const who of [visitor, plain]) {
    await who.page.setViewportSize(narrow)
    await who.go(url.href)
    if (who === visitor) await who.picture(name + '-390')
    const found = who === plain ? [] : await who.axe()
    complain(who, name, who === plain ? ', a phone without scripts' : ', a phone', found, await who.over())
    if (who === visitor) await who.page.setViewportSize(wide)
  }
}

// walk follows the links of one page of each address that somebody comes to, and says which of them nobody came to before, with the
// home page. What is an empty list to one leads another further. A page whose main part leads nowhere is put down.
async function walk(visitor, base, who, reached) {
  const queue = ['/', ...patterns.map(p => p.pattern).filter(p => !p.includes('{'))], asked = new Set(), pages = []
  while (queue.length > 0) {
    const url = new URL(queue.shift(), base)
    const known = patterns.find(p => p.fits.test(url.pathname))
    if (!known || asked.has(known.pattern)) continue
    const answer = await visitor.page.request.get(url.href, { maxRedirects: 0 })
    want(answer.status() < 500, `${url} answered ${answer.status()}`)
    if (!answer.ok()) continue
    asked.add(known.pattern)
    const first = !reached.has(known.pattern)
    reached.add(known.pattern)
    if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) continue // a file
    if (first || url.pathname === '/') pages.push({ known, url })
    const html = await answer.text()
    const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'))
    if (!/<a [^>]*href=|<form/.test(main)) say(`${who} ${known.pattern}`, 'dead end', 'its main part has no link and no form')
    for (const [, to] of html.slice(html.indexOf('<main')).matchAll(/ href="(\/[^"#]*)/g)) queue.push(to.replaceAll('&amp;', '&'))
  }
  return pages
}

const named = (node, who) => who ? `${who}@${node}` : `a visitor at ${node}`

// walks are the pages that each visitor is the first to come to, and what nobody comes to.
async function walks() {
  const reached = new Set(), all = []
  for (const [node, who] of visitors) {
    const visitor = await house.visitor()
    if (who) await visitor.signIn(house.at[node], `${who}@${node}.example`)
    const pages = await walk(visitor, house.at[node], named(node, who), reached)
    all.push({ node, who, pages: pages.filter(p => p.known.pattern.startsWith(only)) })
    await visitor.page.context().close()
  }
  for (const { pattern } of patterns) {
    if (!reached.has(pattern) && !unreached[pattern]) say(pattern, 'not reached', 'nobody comes to it by links, and nothing says why')
    if (reached.has(pattern) && unreached[pattern]) console.log(`  ${pattern} is reached, though the list says that nobody comes to it`)
  }
  return { all, reached }
}

// look looks at a page in one language. plain is the same person with scripts turned off.
async function look(visitor, plain, { known, url }, who, lang) {
  const answer = await visitor.page.request.get(url.href, { maxRedirects: 0, headers: { 'Accept-Language': lang } })
  want(answer.ok(), `${url} answered ${answer.status()}`)
  const name = `${lang.slice(0, 2)} ${who} ${known.pattern}`
  const weight = await reread(url, name, await answer.text(), answer.headers()['content-security-policy'] ?? '')
  read++
  const phone = sample && url.pathname !== '/' && turn(known) === (lang === 'en-GB')
  await (phone ? carry(visitor, plain, url, name) : inspect(visitor, url, name, weight))
}

await play(house, 'the face holds', async () => {
  let ways
  await step('who comes to which page by links', async () => {
    ways = await walks()
    return `${ways.reached.size} of ${patterns.length} addresses; nobody comes to ${patterns.map(p => p.pattern).filter(p => !ways.reached.has(p)).join(' ')}`
  })
  for (const lang of ['zh-CN', 'en-GB']) {
    await step(`every page that somebody can reach, ${lang}`, async () => {
      const before = measured.length, begun = read
      for (const { node, who, pages } of ways.all.filter(w => w.pages.length > 0)) {
        const visitor = await house.visitor(lang)
        if (who) await visitor.signIn(house.at[node], `${who}@${node}.example`)
        const plain = await house.visitor(lang, { script: false, as: visitor })
        for (const page of pages) await look(visitor, plain, page, named(node, who), lang)
        await Promise.all([visitor, plain].map(v => v.page.context().close()))
      }
      return `${read - begun} pages read, ${measured.length - before} of them opened wide`
    })
  }
  if (!only) await step('what is printed', () => papers(house, say))
  if (sample && !only) await step('the picture of the README', () => picture(house))
  measured.sort((a, b) => b.weight - a.weight)
  const times = measured.map(m => m.took).sort((a, b) => a - b)
  console.log(`  heaviest: ${measured.slice(0, 3).map(m => `${m.name} ${m.weight}`).join(', ')}; usable after ${times[times.length >> 1]} ms in the middle, ${times[Math.floor(times.length * 0.99)]} ms at the 99th of a hundred, ${times.at(-1)} ms at most`)
  if (late.length > 0) console.log(`  more than ${soonMax} ms took ${late.join(', ')}`)
  if (process.argv.includes('--table')) writeFileSync(process.argv[process.argv.indexOf('--table') + 1], JSON.stringify({ measured, found }, null, 1))
  const lines = found.map(([where, what, how]) => `${where}: ${what}: ${how}`)
  if (lines.length > 0 && !soft) throw new Error(`${lines.length} findings:\n  ` + lines.slice(0, 40).join('\n  '))
  if (!only) want(read > 200, `only ${read} pages were looked at`)
})
