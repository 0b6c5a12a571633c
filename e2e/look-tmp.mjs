import { chromium } from 'playwright-core'
const base = 'http://127.0.0.1:9600'
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
for (const lang of process.argv[2].split(',')) for (const w of process.argv[3].split(',').map(Number)) {
  const c = await b.newContext({ viewport: { width: w, height: w > 500 ? 900 : 844 }, locale: lang === 'zh' ? 'zh-CN' : 'en' })
  const p = await c.newPage()
  p.on('console', m => ['error', 'warning'].includes(m.type()) && console.log(lang, w, m.text()))
  await p.goto(base + '/signin?lang=' + lang)
  await p.fill('input[name=email]', 'editor@office.example'); await p.fill('input[name=password]', 'corridor-demo-only')
  await p.click('main button'); 
  for (const a of process.argv.slice(4)) {
    const i = a.indexOf("="); const name = a.slice(0, i), path = a.slice(i + 1)
    await p.goto(base + path); await p.waitForTimeout(150)
    const sw = await p.evaluate(() => document.documentElement.scrollWidth)
    if (sw > w) console.log('SCROLLS', name, lang, w, sw)
    await p.screenshot({ path: `/tmp/desk-shots/${name}-${lang}-${w}.png`, fullPage: name.endsWith('F') })
  }
  await c.close()
}
await b.close()
