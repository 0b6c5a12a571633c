// A laboratory and its user in a real browser: samples are declared, labelled, received, stored and returned, a report is delivered
// and taken; a machine log is brought and settled, the use is rated, and everybody sees the rating, how requests are answered and
// how prices changed. Every page is looked at. Run by `make browser`; alone: node lab.mjs [--shots FOLDER].
import { open, play, step, want } from './house.mjs'

const house = await open()
const node = house.at.shanghai
await play(house, 'the laboratory holds in the browser', async () => {
  const user = await (await house.visitor()).signIn(node, 'firm@shanghai.example')
  const lab = await (await house.visitor()).signIn(node, 'lab@shanghai.example')
  let instrument, samples, org
  await step('the user declares samples and prints their labels', async () => {
    await user.go(node + '/instruments')
    await user.press('main table a[href^="/instruments/"]:has-text("300 kV")')
    instrument = new URL(user.page.url()).pathname.split('/')[2]
    await user.press('a:has-text("申报样品")')
    want(await user.page.locator('#org').count() === 1, user.page.url() + await user.text())
    org = await user.page.inputValue('#org')
    await user.page.fill('#what', '电池隔膜')
    await user.page.fill('#samples', '3')
    await user.press('button:text("申报")')
    want((await user.text()).includes('请声明样品有无危险性'), 'samples without a word on hazards are taken')
    user.complaints.length = 0 // the browser says that the answer was 422
    await user.look('lab-declare')
    await user.page.check('input[name=safe][value=some]')
    await user.page.check('input[name=hazard][value=flammable]')
    await user.page.check('input[name=secret]')
    await user.press('button:text("申报")')
    samples = new URL(user.page.url()).pathname
    want(/^\/samples\/[0-9A-Z]{26}$/.test(samples), 'declaring led to ' + samples)
    await user.look('lab-sample-declared')
    await user.press('a:text("打印标签")')
    want(await user.page.locator('section.label').count() === 3, 'not one label for each piece')
    await user.look('lab-labels')
    await user.go(node + '/samples')
    await user.look('lab-samples')
  })

  await step('the laboratory receives them, delivers a report and returns them', async () => {
    await lab.go(node + '/usage/samples')
    want((await lab.text()).includes('电池隔膜'), 'the laboratory does not see what was declared')
    await lab.look('lab-samples-lab')
    await lab.go(node + samples)
    await lab.page.selectOption('#state', 'received')
    await lab.page.fill('#count', '2')
    await lab.page.fill('#note', '一件破损')
    await lab.press('button:text("记下")')
    await lab.page.selectOption('#kind', 'report')
    await lab.page.setInputFiles('#file', { name: 'report.txt', mimeType: 'text/plain', buffer: Buffer.from('孔径 40 nm') })
    await lab.press('button:text("交付")')
    await lab.page.selectOption('#state', 'returned')
    await lab.press('button:text("记下")')
    await lab.look('lab-sample-lab')
    await user.go(node + samples)
    const [taken] = await Promise.all([user.page.waitForEvent('download'), user.page.click('a:text("report.txt")')])
    want(taken.suggestedFilename() === 'report.txt', 'the report is called ' + taken.suggestedFilename())
    await lab.go(node + samples)
    want(!(await lab.text()).includes('尚无人下载'), 'the laboratory does not see that the report was taken')
    await lab.look('lab-sample-taken')
  })

  await step('a machine log is brought, settled and rated', async () => {
    await lab.go(node + '/usage')
    const now = Date.parse(await lab.page.getAttribute('footer time', 'datetime'))
    const at = days => new Date(now - days * 86_400_000).toISOString().slice(0, 10)
    await lab.look('lab-usage')
    await lab.page.setInputFiles('#file', { name: 'log.csv', mimeType: 'text/csv', buffer: Buffer.from(`instrument,log_no,from,to,direction\n${instrument},E2E-1,${at(3)} 03:00,${at(3)} 05:00,136\nEM-none,2,${at(3)} 03:00,${at(3)} 05:00,\n`) })
    await lab.press('button[value=good]')
    want((await lab.text()).includes('A3'), 'the bad cell is not named')
    await lab.look('lab-import')
    await lab.go(node + '/imports')
    await lab.look('lab-imports')
    await lab.go(`${node}/usage?month=${at(3).slice(0, 7)}`)
    const row = lab.page.locator('tr:has-text("E2E-1")')
    if ((await row.innerText()).includes('待认定')) {
      await row.locator('summary').click()
      await row.locator('input[name=org]').fill(org)
      await row.locator('input[name=price]').fill('2400')
      await row.locator('input[name=why]').fill('对照登记本')
      await lab.press(row.locator('button'))
    }
    await lab.look('lab-usage-month')
    for (const [path, name] of [['/usage/year', 'year'], ['/usage/records', 'records'], ['/usage/charges', 'charges'], ['/usage/ratings', 'ratings-none']]) {
      await lab.go(node + path)
      await lab.look('lab-' + name)
    }
    await user.go(node + '/uses')
    await user.look('lab-uses')
    const use = user.page.locator(`tr:has-text("${at(3).slice(0, 4)}")`).first()
    await use.locator('summary').click()
    await use.locator('select[name=stars]').selectOption('4')
    await use.locator('input[name=words]').fill('数据很好，等得久')
    await user.press(use.locator('button'))
    await user.look('lab-rated')
    await user.go(node + '/bills')
    await user.look('lab-bills')
    await lab.go(node + '/usage/ratings')
    want((await lab.text()).includes('数据很好'), 'the laboratory does not see the rating')
    await lab.look('lab-ratings')
  })

  await step('everybody sees how it is rated, how requests are answered and how prices changed, in both languages', async () => {
    const anybody = await house.visitor()
    await anybody.go(`${node}/instruments/${instrument}`)
    want((await anybody.text()).includes('数据很好'), 'the rating is not shown')
    await anybody.look('lab-instrument')
    await anybody.go(`${node}/instruments/${instrument}?lang=en`)
    await anybody.look('lab-instrument-en')
    await anybody.go(`${node}/instruments/${instrument}/prices`)
    await anybody.look('lab-prices')
    await user.go(node + samples + '?lang=en')
    await user.look('lab-sample-en')
  })
})
