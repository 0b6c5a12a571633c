// The house under test: starts `corridor demo` in a folder of its own, opens a browser, and checks every page that is
// looked at. Nothing here knows the line itself; see line.mjs.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const binary = process.env.CORRIDOR ?? join(root, 'bin', 'corridor')
const password = 'corridor-demo-only'
export const wide = { width: 1440, height: 900 }
export const narrow = { width: 390, height: 844 }
const readyWithin = 90_000
const pictureMax = 120_000 // ms that a picture of a long page may take on a busy machine

export function want(holds, what) {
  if (!holds) throw new Error(what)
}

// freePorts finds the first of five ports in a row that nobody listens on, below those that Linux gives to who calls.
async function freePorts() {
  const free = port => new Promise(done => {
    const s = createServer().once('error', () => done(false)).once('listening', () => s.close(() => done(true)))
    s.listen(port, '127.0.0.1')
  })
  for (let base = 20_000 + Math.floor(Math.random() * 10_000); base < 32_760; base += 7) {
    const all = await Promise.all([0, 1, 2, 3, 4].map(i => free(base + i)))
    if (all.every(Boolean)) return base
  }
  throw new Error('no five free ports in a row')
}

// step does one step and prints how long it took, with what it has to tell.
export async function step(name, does) {
  const began = Date.now()
  const more = await does()
  console.log(`  ${name}${more ? ': ' + more : ''} (${Date.now() - began} ms)`)
}

// play does the steps, closes the house whatever happens, and ends the run: with 1 where a step did not hold.
export async function play(house, said, does) {
  let failed = false
  try {
    await does()
    console.log(said)
  } catch (e) {
    failed = true
    console.error(e)
  } finally {
    await house.close()
  }
  process.exit(failed ? 1 : 0)
}

const flag = name => process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined

// open starts the house. --shots FOLDER keeps a picture of every page that is looked at, --at PORT looks at a house that runs
// already; read names a folder of documents, toured plays the main line in it before it is opened.
export async function open({ read, toured } = {}) {
  const shots = flag('--shots')
  const dir = mkdtempSync(join(tmpdir(), 'corridor-e2e-'))
  const running = flag('--at')
  const base = running ? Number(running) : await freePorts()
  if (toured && !running) {
    const tour = spawnSync(binary, ['demo', '--tour', '--dir', dir, '--base-port', String(base)], { encoding: 'utf8', maxBuffer: 1 << 26 })
    want(tour.status === 0, 'the tour does not hold:\n' + tour.stdout.slice(-2000) + tour.stderr.slice(-2000))
  }
  const child = running ? spawn('sleep', ['infinity']) : spawn(binary, ['demo', '--bare', '--dir', dir, '--base-port', String(base), ...(read ? ['--read', read] : [])], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', b => { said += b })
  child.stderr.on('data', b => { said += b })
  let ended = false
  child.once('exit', code => { ended = true; said += `\n(ended with ${code})` })
  const at = { office: `http://127.0.0.1:${base}`, shanghai: `http://127.0.0.1:${base + 1}`, jiangsu: `http://127.0.0.1:${base + 2}`, zhejiang: `http://127.0.0.1:${base + 3}`, anhui: `http://127.0.0.1:${base + 4}` }
  for (const end = Date.now() + (read ? 4 : 1) * readyWithin; ;) {
    const well = await Promise.all(Object.values(at).map(u => fetch(u + '/healthz').then(r => r.ok, () => false)))
    if (well.every(Boolean)) break
    want(!ended && Date.now() < end, 'the demonstration does not come up:\n' + said)
    await new Promise(r => setTimeout(r, 200))
  }
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  if (shots) mkdirSync(shots, { recursive: true })
  return {
    at, dir, browser,
    // visitor is a browser of its own, with scripts or without; nobody is signed in, or who is in the browser named by as.
    async visitor(lang = 'zh-CN', { script = true, as } = {}) {
      const context = await browser.newContext({ viewport: wide, locale: lang, acceptDownloads: true, javaScriptEnabled: script, storageState: await as?.page.context().storageState() })
      const page = await context.newPage()
      return new Visitor(page, shots)
    },
    corridor: (...args) => spawnSync(binary, args, { encoding: 'utf8' }),
    async close() {
      await browser.close()
      if (!ended) {
        child.kill('SIGTERM')
        await new Promise(r => child.once('exit', r))
      }
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

// Visitor is one person at one browser. Every page that is looked at is checked: no error and nothing refused by the
// content policy in the console, no finding of axe-core, and no scrolling sideways at 390 pixels.
class Visitor {
  constructor(page, shots) {
    this.page = page
    this.shots = shots
    this.complaints = []
    page.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') this.complaints.push(m.text()) })
    page.on('pageerror', e => this.complaints.push(String(e)))
  }

  async signIn(base, email) {
    await this.page.goto(base + '/signin')
    await this.page.fill('#email', email)
    await this.page.fill('#password', password)
    await Promise.all([this.page.waitForNavigation(), this.page.click('main form button')])
    want(!this.page.url().includes('/signin'), `${email} cannot sign in: ` + await this.page.locator('main').innerText())
    return this
  }

  // press presses a button or link and waits for the page behind it.
  async press(selector) {
    const target = typeof selector === 'string' ? this.page.locator(selector).first() : selector
    await Promise.all([this.page.waitForNavigation(), target.click()])
  }

  async go(url) {
    const answer = await this.page.goto(url)
    want(answer.ok(), `${url} answered ${answer.status()}`)
  }

  text(selector = 'main') { return this.page.locator(selector).first().innerText() }

  // axe are the findings of axe-core on the page as it stands.
  async axe() {
    await this.page.evaluate(axe)
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], resultTypes: ['violations'] }))
    return violations
  }

  // over is by how many pixels the page is wider than its window.
  over() { return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) }

  // picture keeps how the page looks in the window as it is, where pictures are kept.
  async picture(name) {
    if (this.shots && name) await this.page.screenshot({ path: join(this.shots, name.replace(/[^a-z0-9]+/gi, '_') + '.png'), fullPage: true, timeout: pictureMax })
  }

  // wider is by how many pixels the page is wider than a phone. With a name, pictures of both widths are kept.
  async wider(name) {
    const page = this.page, was = page.viewportSize()
    await this.picture(name)
    await page.setViewportSize(narrow)
    const over = await this.over()
    await this.picture(name && name + '-390')
    await page.setViewportSize(was)
    return over
  }

  async look(name) {
    const page = this.page
    for (const v of await this.axe()) {
      this.complaints.push(`${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | '))
    }
    const over = await this.wider(name)
    if (over > 0) this.complaints.push(`it scrolls sideways by ${over} pixels at ${narrow.width}`)
    if (this.complaints.length > 0) {
      const all = this.complaints.splice(0)
      if (process.env.KEEP_GOING) console.log(`    ${name} (${page.url()}):\n      ` + all.join('\n      '))
      else throw new Error(`${name} (${page.url()}):\n  ` + all.join('\n  '))
    }
  }
}

// patterns are the addresses of pages, as the table of operations says them: those with fewer wild parts first.
export const patterns = readFileSync(join(root, 'api', 'operations.txt'), 'utf8').split('\n')
  .filter(line => line.startsWith('GET')).map(line => line.split(/\s+/)[1])
  .filter(p => !p.startsWith('/api/') && !p.startsWith('/static/') && !p.startsWith('/log/tile') && !['/healthz', '/health/live', '/health/ready'].includes(p))
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map(pattern => ({ pattern, fits: new RegExp('^' + pattern.replace('{$}', '').replace(/\{[a-z]+\.\.\.\}/g, '.+').replace(/\{[a-z]+\}/g, '[^/]+') + '$') }))
