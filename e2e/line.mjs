// The line of the first step in a real browser, in Chinese, and once round the pages in English. Run by `make browser`; alone:
// node line.mjs [--shots FOLDER].
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, play, root, step, want } from './house.mjs'

const bulletin = readFileSync(join(root, 'internal', 'demo', 'documents', 'bulletin.txt'), 'utf8')
const lab = '12310000DEMQ000341'
const house = await open()
const { at } = house

await play(house, 'the line holds in the browser', async () => {
  const anybody = await house.visitor()
  let agreement, paid, receipt

  await step('anybody reads the home page of every node and a page that does not exist', async () => {
    for (const [name, base] of Object.entries(at)) {
      await anybody.go(base + '/')
      await anybody.look('home-' + name)
    }
    const answer = await anybody.page.goto(at.office + '/nowhere')
    want(answer.status() === 404, `a page that does not exist answered ${answer.status()}`)
    anybody.complaints.splice(0) // the browser says 404 in its console, as it should
    await anybody.look('not-found')
    await anybody.go(at.office + '/signin')
    await anybody.look('signin')
  })

  const editor = await (await house.visitor()).signIn(at.office, 'editor@office.example')
  await step('the editor takes in a document and accepts one agreement', async () => {
    await editor.go(at.office + '/documents')
    await editor.look('documents-empty')
    await editor.page.fill('#name', 'bulletin.txt')
    await editor.page.fill('#text', bulletin)
    await editor.press('#take button')
    await editor.look('document')
    // A mark is cut where another begins inside it, so the pieces are read together.
    const marks = (await editor.page.locator('.read .source mark.agreement').allInnerTexts()).join('')
    want(marks.includes('签署'), 'the agreement is not marked in the source')
    const fact = editor.page.locator('article.fact', { hasText: '协议：' }).first()
    await editor.press(fact.locator('button[value=accept]').first())
    agreement = new URL(editor.page.url()).pathname
    want(agreement.startsWith('/agreements/'), `accepting led to ${agreement}`)
  })

  const planner = await (await house.visitor()).signIn(at.office, 'planner@office.example')
  await step('the planner sets up two tasks; one turns red when its day passes', async () => {
    await planner.go(at.office + agreement)
    await planner.look('agreement')
    await planner.page.fill('#tasks-0-title', '公布首批开放仪器目录')
    await planner.page.fill('#tasks-0-due', '2026-03-31')
    await planner.page.fill('#tasks-1-title', '开通跨省预约')
    await planner.page.fill('#tasks-1-due', '2020-01-01') // before the day of signing
    await planner.press('#plan button.go')
    want((await planner.text('#problems')).includes('签订日'), 'a due day before the signing was not refused')
    planner.complaints.splice(0) // the browser says 422
    await planner.look('agreement-refused')
    await planner.page.fill('#tasks-1-due', '2026-06-30')
    await planner.press('#plan button.go')
    want(await planner.page.locator('article.task').count() === 2, 'there are not two tasks')
    want(await planner.page.locator('.lamp.stop').count() === 0, 'a lamp is red before its day')
    await planner.page.fill('#clock-days', '30')
    await planner.press('.clock button')
    await planner.go(at.office + '/tasks?agreement=' + agreement.split('/').pop())
    await planner.look('tasks')
    want(await planner.page.locator('article.task .lamp.stop').count() === 1, 'the first lamp is not red')
  })

  const firm = await (await house.visitor()).signIn(at.anhui, 'firm@anhui.example')
  const fill = async who => {
    await who.go(at.anhui + '/schemes/voucher')
    await who.press('.head button.go')
    await who.page.fill('#f-provider', lab)
    await who.page.fill('#f-purpose', '正极材料冷冻电镜表征（演示）')
    await who.page.fill('#f-contract_sum', '四万八')
    await who.page.fill('#f-invoiced', '48000')
    await who.press('#form button.go')
    want(await who.page.locator('.field.bad').count() === 1, 'a sum in words was not refused at its field')
    who.complaints.splice(0)
  }
  await step('a firm applies; what is wrong is said at its field', async () => {
    await firm.go(at.anhui + '/schemes')
    await firm.look('schemes')
    await firm.go(at.anhui + '/schemes/voucher')
    await firm.look('scheme')
    await fill(firm)
    await firm.look('case-form-refused')
    await firm.page.fill('#f-contract_sum', '48000')
    await firm.press('#form button[value=file]')
    await firm.look('case-filed')
    want((await firm.text('.holder')).includes('审核人'), 'the holder strip does not name the reviewer')
    paid = firm.page.url().split('?')[0]
    await firm.go(at.anhui + '/cases')
    await firm.look('cases')
  })

  await step('a firm that does not qualify is told which rule, what was seen and what would pass', async () => {
    const big = await (await house.visitor()).signIn(at.anhui, 'big@anhui.example')
    await fill(big)
    await big.page.fill('#f-contract_sum', '48000')
    await big.press('#form button[value=file]')
    big.complaints.splice(0)
    const why = await big.text('#problems')
    want(why.includes('职工人数') && why.includes('5200'), 'the refusal does not say why: ' + why)
    await big.look('case-refused')
  })

  await step('one officer approves, another pays', async () => {
    const reviewer = await (await house.visitor()).signIn(at.anhui, 'review@anhui.example')
    await reviewer.look('home-reviewer')
    await reviewer.go(at.anhui + '/queue')
    await reviewer.look('queue')
    await reviewer.press('table tbody a')
    await reviewer.look('case-review')
    await reviewer.press('form[action$="/actions/approve"] button')
    want((await reviewer.text('dl.sum')).includes('24,000.00'), 'the sum payable is not shown')
    await reviewer.look('case-approved')
    const finance = await (await house.visitor()).signIn(at.anhui, 'finance@anhui.example')
    await finance.go(paid)
    await finance.look('case-finance')
    await finance.press('form[action$="/actions/pay"] button')
    await finance.look('case-paid')
    await finance.go(at.anhui + '/books')
    want((await finance.text('tfoot')).includes('0.00'), 'the books do not add up to nought')
    await finance.look('books')
    await finance.press('table tbody a')
    await finance.look('entries')
  })

  await step('the firm downloads the receipt and checks it offline; one changed byte makes it fail', async () => {
    await firm.go(paid)
    const waiting = firm.page.waitForEvent('download')
    await firm.page.locator('a.proof').first().click()
    receipt = join(house.dir, 'receipt.txt')
    await (await waiting).saveAs(receipt)
    const key = join(house.dir, 'anhui.pub')
    writeFileSync(key, await (await fetch(at.anhui + '/log/key')).text())
    const right = house.corridor('verify', receipt, '--key', key)
    want(right.status === 0, 'the receipt does not verify: ' + right.stdout + right.stderr)
    const bytes = readFileSync(receipt)
    bytes[60] ^= 1
    writeFileSync(receipt, bytes)
    want(house.corridor('verify', receipt, '--key', key).status !== 0, 'a changed receipt verifies')
  })

  await step('Shanghai has verified the payment', async () => {
    for (const end = Date.now() + 60_000; ;) {
      await anybody.go(at.shanghai + '/neighbours')
      const row = await anybody.text('tbody tr:has-text("安徽")')
      if (/[1-9]\d* 条/.test(row) && row.includes('同步')) break
      want(Date.now() < end, 'Shanghai does not follow Anhui: ' + row)
      await anybody.page.waitForTimeout(300)
    }
    await anybody.look('neighbours')
  })

  await step('the figure opens to the entry, beside what the document said', async () => {
    await editor.signIn(at.office, 'editor@office.example') // the session ended while the clock was moved
    await editor.go(at.office + '/documents')
    await editor.look('documents')
    await editor.press('table tbody a')
    const fact = editor.page.locator('article.fact', { hasText: '1笔' }).first()
    await fact.locator('select').first().selectOption('vouchers-paid')
    await fact.locator('button[value=accept]').first().click() // the page decides in place, without being loaded again
    await editor.page.locator('article.fact[data-state=accepted]', { hasText: '1笔' }).waitFor()
    await editor.look('document-decided')
    await editor.page.locator('#names button[value=accept]').click()
    await editor.page.locator('#names button[value=accept]').waitFor({ state: 'detached' })
    want(await editor.page.locator('#names button[value=accept]').count() === 0, 'the names still wait')
    await anybody.go(at.office + '/figures')
    await anybody.look('figures')
    await anybody.go(at.office + '/figures/vouchers-paid')
    want((await anybody.text('.figs .v')).startsWith('1'), 'the figure is not one')
    want((await anybody.text('blockquote')).includes('已拨付创新券1笔'), 'the figure does not stand beside the report')
    await anybody.look('figure')
    await anybody.press('#entries a.proof')
    want(anybody.page.url().startsWith(at.anhui + '/log/entries/'), 'the entry opens at ' + anybody.page.url())
    await anybody.look('log-entry')
    const entry = anybody.page.url()
    await anybody.go(at.anhui + '/log')
    await anybody.look('log')
    await firm.go(entry)
    want((await firm.text()).includes('34-26-'), 'the firm is not led from the entry to its case')
  })

  await step('the auditor reads the journal; anybody reads systems and registry', async () => {
    const auditor = await (await house.visitor()).signIn(at.anhui, 'audit@anhui.example')
    await auditor.go(at.anhui + '/journal')
    await auditor.look('journal')
    await anybody.go(at.anhui + '/systems')
    await anybody.look('systems')
    await anybody.go(at.anhui + '/registry')
    await anybody.look('registry')
    await anybody.press('table tbody a')
    await anybody.look('organisation')
  })

  await step('the administrator keeps people, jobs, neighbours and the registry', async () => {
    const admin = await (await house.visitor()).signIn(at.anhui, 'admin@anhui.example')
    await admin.go(at.anhui + '/people')
    await admin.look('people')
    await admin.page.fill('#i-email', 'new@anhui.example')
    await admin.page.fill('#i-name', '新来的审计员（演示）')
    await admin.page.selectOption('#i-role', 'auditor')
    await admin.press('#invite button')
    const link = (await admin.text('pre')).trim()
    await admin.look('people-invited')
    await admin.go(at.anhui + '/people')
    await admin.press('table tbody a')
    await admin.look('person')
    for (const path of ['account', 'jobs', 'neighbours', 'registry/import', 'authorities', 'enrol']) {
      await admin.go(at.anhui + '/' + path)
      await admin.look('admin-' + path.replace('/', '-'))
    }
    await admin.press('form button.go')
    await admin.look('admin-enrol-begun')
    const fresh = await house.visitor()
    await fresh.go(link)
    await fresh.look('welcome')
    await fresh.page.fill('#password', 'a password for a demonstration')
    await fresh.press('main form button')
    await firm.signIn(at.anhui, 'firm@anhui.example')
    await firm.go(at.anhui + '/notices')
    await firm.look('notices')
    await firm.go(at.anhui + '/registry/91340100MA0DEMQ19B')
    await firm.look('organisation-own')
  })

  await step('once round in English', async () => {
    const guest = await house.visitor('en-GB')
    for (const [name, path] of [['home', '/'], ['signin', '/signin'], ['schemes', '/schemes'], ['scheme', '/schemes/voucher'], ['figures', '/figures'],
      ['log', '/log'], ['log-entry', '/log/entries/0'], ['neighbours', '/neighbours'], ['systems', '/systems?state=works'], ['registry', '/registry']]) {
      await guest.go(at.anhui + path)
      want(await guest.page.locator('html').getAttribute('lang') === 'en', `${path} is not in English`)
      await guest.look('en-' + name)
    }
    for (const [name, path] of [['agreements', '/agreements'], ['agreement', agreement], ['tasks', '/tasks'], ['figure', '/figures/vouchers-paid']]) {
      await guest.go(at.office + path)
      await guest.look('en-' + name)
    }
    const officer = await (await house.visitor('en-GB')).signIn(at.anhui, 'finance@anhui.example')
    for (const [name, path] of [['home-finance', '/'], ['cases', '/cases'], ['books', '/books'], ['queue', '/queue']]) {
      await officer.go(at.anhui + path)
      await officer.look('en-' + name)
    }
    await officer.go(paid)
    await officer.look('en-case')
    const reader = await (await house.visitor('en-GB')).signIn(at.office, 'editor@office.example')
    await reader.go(at.office + '/documents')
    await reader.press('table tbody a')
    await reader.look('en-document')
    await reader.press('.lang a:not([aria-current])')
    want(await reader.page.locator('html').getAttribute('lang') === 'zh-CN', 'the language link does not lead to Chinese')
  })
})
