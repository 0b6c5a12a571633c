// How soon a page can be used: twenty pages of six people, each opened several times in a real browser, as rows of a table.
//   node speed.mjs [--at PORT of an office that runs already] [--times N]
// "answered" is the first byte; "interactive" is DOM interactive; "usable" is the first frame after the document and its scripts were
// read, when the page is drawn and a key or a click is answered. Milliseconds since the navigation began, the middle one and the longest.
// The first opening of each page is not counted: it puts the style into the browser's memory. Nothing is asserted: a machine that is busy
// with other things is slow.
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { open, play, step } from './house.mjs'

const times = process.argv.includes('--times') ? Number(process.argv[process.argv.indexOf('--times') + 1]) : 7
const asked = [
  ['anhui', '', ['/', '/search?q=电镜', '/figures', '/flows', '/public-notices']],
  ['anhui', 'firm', ['/', '/cases', '/notices', '/bookings', '/account']],
  ['anhui', 'review', ['/', '/queue', '/cases']],
  ['anhui', 'admin', ['/registry', '/neighbours', '/trust']],
  ['shanghai', 'lab', ['/', '/instruments']],
  ['office', 'planner', ['/', '/tasks']],
]
const house = await open({ toured: true })
const rows = []

await play(house, '', async () => {
  await step('pages are opened', async () => {
    for (const [node, who, paths] of asked) {
      const visitor = await house.visitor()
      if (who) await visitor.signIn(house.at[node], `${who}@${node}.example`)
      await visitor.page.addInitScript(() => {
        addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => setTimeout(() => { globalThis.usable = performance.now() })))
      })
      for (const path of paths) {
        const seen = []
        for (let i = 0; i <= times; i++) {
          await visitor.go(house.at[node] + path)
          await visitor.page.waitForFunction(() => globalThis.usable)
          const t = await visitor.page.evaluate(() => {
            const n = performance.getEntriesByType('navigation')[0]
            return [n.responseStart, n.domInteractive, globalThis.usable, n.transferSize]
          })
          if (i > 0) seen.push(t)
        }
        const of = column => seen.map(t => t[column]).sort((a, b) => a - b)
        const said = column => `${Math.round(of(column)[seen.length >> 1])}, ${Math.round(of(column).at(-1))}`
        rows.push([`${path}`, who ? `${who}@${node}` : `a visitor at ${node}`, seen[0][3], said(0), said(1), said(2)])
      }
      await visitor.page.context().close()
    }
    return `${rows.length}, each ${times} times`
  })
  console.log('\n| page | who | bytes | answered, ms | interactive, ms | usable, ms |\n|---|---|---|---|---|---|')
  for (const r of rows) console.log(`| \`${r[0]}\` | ${r.slice(1).join(' | ')} |`)
  const model = readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1]
  console.log(`\n${model}, ${cpus().length} processors, load ${loadavg()[0].toFixed(1)} at the end, ${house.browser.browserType().name()} ${house.browser.version()}`)
})
