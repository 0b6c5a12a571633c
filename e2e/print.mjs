// What is printed: a letter of a decision, a statement between two jurisdictions and an entry of the public log, made into
// PDF by the browser as its user would. Each says what a paper must by itself, stands on as many sheets as it may, without
// the menu, and its square code, read off the printed sheet, opens the address that is printed beside it. Part of face.mjs;
// needs pdftotext and pdftoppm (poppler-utils).
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import jsQR from 'jsqr'
import { want } from './house.mjs'

const dots = 150 // to the inch, at which a sheet is read

function run(program, ...args) {
  const made = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  want(!made.error, `${program} is missing: apt-get install poppler-utils`)
  want(made.status === 0, made.stderr)
  return made.stdout
}

// codeOn finds a square code on the sheets of a PDF.
function codeOn(file, sheets) {
  for (let n = 1; n <= sheets; n++) {
    run('pdftoppm', '-r', String(dots), '-f', String(n), '-l', String(n), '-gray', '-singlefile', file, file)
    const pgm = readFileSync(file + '.pgm')
    const [head, width, height] = /^P5\s+(\d+)\s+(\d+)\s+\d+\s/.exec(pgm.subarray(0, 64).toString('latin1'))
    const grey = pgm.subarray(head.length), rgba = new Uint8ClampedArray(grey.length * 4)
    for (let i = 0; i < grey.length; i++) rgba.fill(grey[i], 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4)
    const code = jsQR(rgba, Number(width), Number(height))
    if (code) return code.data
  }
  return ''
}

// papers prints what the tour has left behind, in both languages, and says what is wrong.
export async function papers(house, say) {
  let printed = 0
  for (const lang of ['zh-CN', 'en-GB']) {
    const zh = lang === 'zh-CN'
    const finance = await house.visitor(lang)
    await finance.signIn(house.at.anhui, 'finance@anhui.example')
    const page = finance.page
    const links = async (url, match) => {
      await finance.go(house.at.anhui + url)
      const all = await page.evaluate(() => [...document.querySelectorAll('main a[href]')].map(a => a.getAttribute('href')))
      return all.filter(a => match.test(a))
    }
    await finance.go(house.at.anhui + '/cases')
    const order = await page.locator('main a', { hasText: '34-26-0001-8' }).first().getAttribute('href')
    const [letter] = await links(order, /\/letters\/\d+$/)
    const [statement] = await links('/statements', /^\/statements\/\d{6}-\d{6}-\d{4}-\d\d$/)
    for (const [name, path, sheets, says] of [
      ['letter', letter, 2, zh ? ['安徽节点', '34-26-0001-8', '决定', '24,000.00', '依据', '不服怎么办'] : ['Anhui node', '34-26-0001-8', 'decided', '24,000.00', 'basis', 'If you do not agree']],
      ['statement', statement + '/paper', 1, zh ? ['对账单', '340000-310000-2026-04', '付款方', '9,675.00', '差异', '签署', 'sha256:'] : ['statement', '340000-310000-2026-04', 'Payer', '9,675.00', 'Differences', 'Signatures', 'sha256:']],
      ['entry', '/log/entries/109', 2, zh ? ['日志第 109 条', '演示数据'] : ['109', 'Demonstration data']],
    ]) {
      const label = `${lang.slice(0, 2)} printed ${name}`
      await finance.go(house.at.anhui + path)
      const file = join(house.dir, `${lang}-${name}.pdf`)
      await page.pdf({ path: file, format: 'A4' })
      const text = run('pdftotext', '-layout', file, '-').replace(/\s+/g, ' ')
      const whole = text.replaceAll(' ', '')
      for (const s of says) if (!whole.includes(s.replaceAll(' ', ''))) say(label, 'not on the paper', s)
      for (const s of zh ? ['拨快', '退出', '找资源'] : ['Sign out', 'Find resources']) if (whole.includes(s.replaceAll(' ', ''))) say(label, 'the menu is on the paper', s)
      const have = Number(/Pages:\s+(\d+)/.exec(run('pdfinfo', file))[1])
      for (let n = 1; n <= have; n++) if (!whole.includes(`${n}/${have}`)) say(label, 'a sheet without its number', `${n} of ${have}`)
      if (have > sheets) say(label, 'sheets', `${have}, more than ${sheets}`)
      const code = codeOn(file, have)
      if (!code.startsWith(house.at.anhui + '/')) say(label, 'the square code', code || 'cannot be read')
      else if (!whole.includes(code)) say(label, 'the square code is not what is printed beside it', code)
      else want((await page.request.get(code)).ok(), `${code} does not open`)
      printed++
    }
    await page.context().close()
  }
  return `${printed} papers`
}
