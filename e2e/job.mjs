// The whole main job in a real browser, across two nodes: a firm of Anhui searches, reads what its voucher would do in both ways of
// paying, orders at a laboratory of Shanghai, which works on a telephone and signs in nowhere but at home; both nodes show the way;
// the firm claims with files, an officer reviews, a list is paid, the month's statement is compared and signed by both, and anybody
// looks whom the nodes trust. Run by `make browser`; alone: node job.mjs [--shots FOLDER].
import { narrow, open, play, step, want } from './house.mjs'
import { somebody } from './keys.mjs'
import { townOf, untroubled } from './town.mjs'

const house = await open()
const { at } = house
const town = townOf(house)
const lab = '12310000DEMQ000341'
const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

// until loads a page again until it says something, and waits for the answer to no letter: what goes by letter comes by itself.
async function until(v, url, text) {
  for (const end = Date.now() + 60_000; ;) {
    await v.go(url)
    const said = await v.text()
    if (said.includes(text) && !said.includes('已发出，等对方节点答复')) return
    want(Date.now() < end, `${url} does not say ${text}: ` + await v.text())
    await v.page.waitForTimeout(200)
  }
}

// sum is what a text says in yuan.
const sum = text => Number(text.replaceAll(',', ''))

await play(house, 'the main job holds in the browser', async () => {
  const anhui = town(at.anhui, 'anhui'), shanghai = town(at.shanghai, 'shanghai')
  let order, no, price

  await step('a firm is granted its yearly voucher', async () => {
    const yearly = await anhui.open('firm', 'voucher-entitlement')
    await anhui.fill('firm', yearly, { asked: '80000', planned_use: '委托检测', bank_account: '6222021000099990000', tax_consent: 'true' })
    await anhui.act('firm', yearly, 'submit')
    await anhui.act('city', yearly, 'recommend')
    await anhui.act('review', yearly, 'grant', { to: '可使用' })
  })

  const firm = await anhui.who('firm')
  await step('it searches by words and reads what the voucher would do in both ways of paying, rule by rule', async () => {
    await firm.go(at.anhui + '/search')
    await until(firm, at.anhui + '/search?q=' + encodeURIComponent('上海 冷冻透射电镜'), '300 kV')
    await firm.look('job-search')
    await firm.press('article.hit h3 a:has-text("300 kV")')
    await firm.look('job-listing')
    await firm.press('a[href$="/deal"]')
    const said = await firm.text()
    for (const words of ['付给企业（通用）', '付给服务机构（通兑）', '现在付', '以后退回', '企业与服务机构不得有关联']) want(said.includes(words), 'the deal does not say ' + words)
    for (const rule of await firm.page.locator('ul.verdicts > li').all()) want(await rule.locator('.basis').count() === 1, 'a rule names no basis: ' + await rule.innerText())
    await firm.look('job-deal')
  })

  await step('it begins the order, takes two days of the instrument, declares its sample and asks', async () => {
    const instrument = new URL(firm.page.url()).pathname.split('/')[2]
    await firm.press('form:has(input[name=scheme][value=voucher-order]) button')
    order = firm.page.url().split('?')[0]
    await firm.go(`${order}/slots/slot?listing=${instrument}&minutes=1200&samples=5&operator=yes`)
    await firm.look('job-slot')
    price = sum((await firm.text('section[aria-labelledby=h-off] tbody td.n')).trim())
    await firm.press('section[aria-labelledby=h-off] tbody button')
    await anhui.fill('firm', order, { provider: lab, service: 'testing', purpose: '正极材料冷冻电镜表征', 'samples.0.sample': '三元正极粉末', 'samples.0.pieces': '5', 'samples.0.hazard': 'toxic', 'samples.0.handling': 'confidential', question: '能否分辨 2 nm 的包覆层？' })
    await firm.look('job-order-draft')
    await anhui.act('firm', order, 'file', { to: '已备案' })
    no = (await firm.text()).match(/34-\d{2}-\d{4}-[0-9X]/)?.[0] ?? (await firm.text('h1')).match(/34-\d{2}-\d{4}-[0-9X]/)[0]
    await until(firm, order, '已保留')
    await firm.look('job-order-held')
  })

  let abroad
  const telephone = async () => {
    const v = await shanghai.who('lab')
    await v.page.setViewportSize(narrow)
    return v
  }
  await step('the laboratory answers and takes the order on a telephone, in Shanghai', async () => {
    const v = await telephone()
    await until(v, at.shanghai + '/cases/abroad', no)
    await v.press(`table tbody a:has-text("${no}")`)
    abroad = v.page.url().split('?')[0]
    const said = await v.text()
    for (const words of ['三元正极粉末', '保密', '能否分辨 2 nm']) want(said.includes(words), 'the laboratory is not shown ' + words)
    await v.page.fill('[name="f.feasible"]', '可以，请充氩密封送样。')
    await v.press('#act button[value=accept]')
    await until(v, abroad, '已受理')
    await v.look('job-abroad-accepted')
    await until(firm, order, '可以，请充氩密封送样。')
  })

  await step('the run is over and it delivers; both nodes show the way across', async () => {
    await anhui.days(3)
    shanghai.leave()
    const v = await telephone()
    await v.go(abroad)
    await v.page.setInputFiles('#f-report', file('report.txt', '冷冻电镜表征报告'))
    await v.press('#act button[value=deliver]')
    await until(v, abroad, '已交付')
    want((await v.text('.duo')).includes('接单'), 'Shanghai does not show the way')
    await v.look('job-abroad-delivered')
    const firm = await anhui.who('firm')
    await until(firm, order, '已交付')
    const way = await firm.text('.duo')
    for (const words of ['备案', '接单', '交付']) want(way.includes(words), 'Anhui does not show the way: ' + words)
    await firm.look('job-way')
  })

  await step('the firm claims with its files and rates; an officer reviews with them beside the rules', async () => {
    const day = (await (await anhui.who('firm')).page.getAttribute('footer time', 'datetime')).slice(0, 10)
    const yuan = String(price)
    const claims = await anhui.who('firm')
    await claims.go(order)
    await claims.page.setInputFiles('#f-contract', { name: 'contract.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\0program') })
    await claims.page.waitForSelector('.field:has(#f-contract) li.bad')
    claims.complaints.splice(0) // the browser says 422
    await claims.page.setInputFiles('#f-contract', file('contract.txt', '技术服务合同'))
    await claims.page.waitForSelector('.field:has(#f-contract) .filelist .chip.ok')
    want(await claims.page.locator('.field:has(#f-contract) li.bad').count() === 0, 'what was refused is still there')
    await claims.look('job-claim-files')
    const v = await anhui.fill('firm', order, { contract: '合同', signed: day, contract_sum: yuan, invoices: '发票', 'invoice_lines.0.seller': lab, 'invoice_lines.0.number': '26312000000024680135', 'invoice_lines.0.line': '1', 'invoice_lines.0.total': yuan, 'invoice_lines.0.amount': yuan, invoiced: yuan, slip: '回单', paid: yuan, other_subsidy: '0', rating: '5' })
    await v.look('job-claim')
    await anhui.act('firm', order, 'claim', { to: '待审核' })
    const review = await anhui.who('review')
    for (const end = Date.now() + 60_000; ;) { // Shanghai answers whether the invoice was used
      await review.go(order)
      if (!(await review.text('section[aria-labelledby=h-approve]')).includes('未知')) break
      want(Date.now() < end, 'the register of invoices does not answer')
      await review.page.waitForTimeout(200)
    }
    const looked = review.page.locator('section[aria-labelledby=h-approve] .askbeside', { hasText: '服务须用于研发创新' })
    want((await looked.innerText()).includes('report.txt'), 'the report does not stand beside the rule that the officer answers')
    await review.look('job-review')
    await anhui.act('review', order, 'approve', { asks: { for_research: 'yes' }, to: '公示中' })
  })

  await step('the notice has run; one officer makes the list, another releases it, the bank pays', async () => {
    await anhui.days(14)
    await until(await anhui.who('finance'), order, '待拨付')
    const finance = await anhui.who('finance')
    await finance.go(at.anhui + '/payments')
    await finance.press('form[action="/payments/lists"] button.go')
    const list = finance.page.url().split('?')[0]
    await finance.press('form[action$="/close"] button')
    const other = await anhui.who('release')
    await other.go(list)
    await other.press('form[action$="/release"] button')
    await other.look('job-list')
    const ref = (await other.text()).match(/FK-34-\d{4}-\d{4}/)[0] + '-001'
    await finance.go(at.anhui + '/payments/answers')
    await finance.page.setInputFiles('#file', { name: 'answers.csv', mimeType: 'text/csv', buffer: Buffer.from(`付款编号,状态,金额\n${ref},已付,${price / 2}\n`) })
    await finance.press('button[value=take]')
    await untroubled(finance, 'the answer of the bank is not taken: ')
    const firm = await anhui.who('firm')
    await until(firm, order, '已拨付')
    await firm.look('job-paid')
    shanghai.leave()
    await until(await shanghai.who('lab'), abroad, '已拨付')
  })

  await step('the month is closed, compared and signed by both', async () => {
    const v = await shanghai.who('lab')
    await until(v, at.shanghai + '/services', no)
    await v.page.fill('[name=billed]', String(price))
    await v.press('form[action="/services"] button.go')
    await v.look('job-services')
    await anhui.days(31)
    shanghai.leave()
    const closer = await anhui.who('release')
    await closer.go(at.anhui + '/statements')
    await closer.press('form[action="/statements"]:has(input[name=period]) button')
    const path = new URL(closer.page.url()).pathname
    // Both sign without a mouse, the second one in English on a telephone.
    for (const [base, email, way] of [
      [at.anhui, 'finance@anhui.example', { lang: 'zh-CN', width: 1440, script: true, agree: '逐笔一致' }],
      [at.shanghai, 'finance@shanghai.example', { lang: 'en-GB', width: 390, script: true, agree: 'every line agrees' }],
    ]) {
      const who = await somebody(house, way, base, email)
      for (const end = Date.now() + 60_000; ;) {
        const answer = await who.page.goto(base + path)
        if (answer.ok() && await who.page.locator(`form[action="${path}/sign"]`).count() === 1) break
        want(Date.now() < end, `${base}${path} cannot be signed`)
        await who.page.waitForTimeout(200)
      }
      who.v.complaints.splice(0) // the statement was not there at first
      want((await who.text()).includes(way.agree), 'the sides do not agree: ' + await who.text())
      await who.enter(`form[action="${path}/sign"] button`)
      await untroubled(who.v, 'it is not signed: ')
      await who.look(`job-signed-${way.width}`)
    }
    const reader = await shanghai.who('finance')
    await until(reader, at.shanghai + path, '双方已签')
    await reader.look('job-statement')
  })

  await step('anybody opens the figure to the order, and sees whom the nodes trust', async () => {
    const v = await house.visitor()
    await until(v, at.office + '/flows', '100.0%') // all that were bought crossed a border
    await v.look('job-flows')
    await v.go(at.office + '/flows/entries?across=1')
    await v.look('job-flow-entries')
    await v.press('main table tbody a')
    want((await v.text()).includes('voucher.approved'), 'the figure does not open to its entry')
    for (const [name, base] of [['anhui', at.anhui], ['shanghai', at.shanghai]]) {
      await v.go(base + '/trust')
      await v.look('job-trust-' + name)
    }
  })
})
