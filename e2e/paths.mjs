// The path of each role by keyboard alone: firm, reviewer, payment officers, auditor, laboratory, planner, administrator, editor,
// supervisor, experts, head, banks, visitor. Every path is gone in two ways, in Chinese on a wide screen with scripts and in English on a
// phone without; with --all in all eight, as `make face` does. Experts go the first way alone without it. Nothing
// is clicked: what cannot be reached with Tab, or shows no mark where the keyboard is, fails. Alone: node paths.mjs [--all [--way 'en
// 390']] [--at PORT]; --way goes those alone whose name begins so. One way takes seven to ten minutes on two processors that others use,
// too; all eight more than an hour.
import { bankPath } from './bank.mjs'
import { deskPaths } from './desks.mjs'
import { open, play, step, want } from './house.mjs'
import { somebody as sit } from './keys.mjs'
import { panelPath } from './panel.mjs'

const lab = '12310000DEMQ000341'
const house = await open()
const { at } = house

const ways = []
for (const lang of ['zh-CN', 'en-GB']) {
  for (const width of [1440, 390]) {
    for (const script of [true, false]) {
      if ((lang === 'zh-CN') === (width === 1440) && script === (width === 1440) || process.argv.includes('--all')) ways.push({ lang, width, script, zh: lang === 'zh-CN' })
    }
  }
}

const calledOf = way => `${way.lang.slice(0, 2)} ${way.width}${way.script ? '' : ' without scripts'}`
const only = process.argv.includes('--way') ? process.argv[process.argv.indexOf('--way') + 1] : ''
const gone = ways.filter(way => calledOf(way).startsWith(only))
want(gone.length > 0, `no way is called ${only}`)

// asks files a voucher for the firm, of 48,000 yuan if nothing else is typed, and says where its case is.
async function asks(firm, sum = '48000') {
  await firm.go(at.anhui + '/schemes/voucher')
  await firm.enter('.head button.go')
  await firm.type('#f-provider', lab)
  await firm.type('#f-purpose', 'cathode material')
  await firm.type('#f-contract_sum', sum)
  await firm.type('#f-invoiced', '48000')
  await firm.enter('#form button[value=file]')
  return firm.page.url().split('?')[0]
}

const somebody = (way, base, email) => sit(house, way, base, email)

// entered is somebody who has a mouse, too.
const entered = async (way, base, email) => (await sit(house, way)).v.signIn(base, email)

await play(house, 'every role gets along without a mouse', async () => {
  for (const [n, way] of gone.entries()) {
    const called = calledOf(way)
    let order
    await step(`a firm applies (${called})`, async () => {
      const firm = await somebody(way, at.anhui, 'firm@anhui.example')
      await firm.look(`keys-home-firm-${called}`)
      await asks(firm, 'forty')
      firm.v.complaints.splice(0) // the browser says 422
      want(await firm.page.locator('.field.bad').count() > 0, 'a sum in words was not refused at its field')
      await firm.enter('#problems a').catch(() => {}) // to the field, on the same page
      await firm.type('#f-contract_sum', '48000')
      await firm.enter('#form button[value=file]')
      order = firm.page.url().split('?')[0]
      want((await firm.text('.holder')).length > 0, 'nobody holds the case')
      await firm.go(at.anhui + '/')
      want(await firm.page.locator(`main a[href="${new URL(order).pathname}"]`).count() > 0, 'home does not show the case')
    })
    await step(`a reviewer approves what home shows (${called})`, async () => {
      const reviewer = await somebody(way, at.anhui, 'review@anhui.example')
      await reviewer.look(`keys-home-review-${called}`)
      await reviewer.enter(`main a[href="${new URL(order).pathname}"]`)
      await reviewer.enter('form[action$="/actions/approve"] button')
      want((await reviewer.text('dl.sum')).includes('24,000.00'), 'the sum payable is not shown')
    })
    await step(`a payment officer pays (${called})`, async () => {
      const finance = await somebody(way, at.anhui, 'finance@anhui.example')
      await finance.enter(`main a[href="${new URL(order).pathname}"]`)
      await finance.enter('form[action$="/actions/pay"] button')
      await finance.look(`keys-paid-${called}`)
      await finance.go(at.anhui + '/books')
      await finance.sort()
      want(await finance.page.locator('th[aria-sort=ascending]').count() === 1, 'the books are not sorted')
    })
    await step(`an auditor finds it in the journal (${called})`, async () => {
      const auditor = await somebody(way, at.anhui, 'audit@anhui.example')
      await auditor.go(at.anhui + '/journal')
      await auditor.type('main form input[name=act]', 'case.pay')
      await auditor.enter('main form button.btn')
      want(await auditor.page.locator('tbody tr').count() > 0, 'the journal has no payment')
    })
    await step(`a laboratory looks at its day (${called})`, async () => {
      const worker = await somebody(way, at.shanghai, 'lab@shanghai.example')
      await worker.look(`keys-home-lab-${called}`)
      await worker.menu('/usage')
      await worker.look(`keys-usage-${called}`)
    })
    await step(`a planner reads the tasks (${called})`, async () => {
      const planner = await somebody(way, at.office, 'planner@office.example')
      await planner.menu('/tasks')
      await planner.look(`keys-tasks-${called}`)
    })
    await deskPaths((base, email) => somebody(way, base, email), at, called, n, async () => {
      const order = await asks(await somebody(way, at.anhui, 'firm@anhui.example'))
      const reviewer = await somebody(way, at.anhui, 'review@anhui.example')
      await reviewer.go(order)
      await reviewer.enter('form[action$="/actions/approve"] button')
    })
    if (n === 0 || process.argv.includes('--all')) await step(`experts judge a project, and the head decides (${called})`, () => panelPath(way, email => somebody(way, at.anhui, email), email => entered(way, at.anhui, email), at.anhui, called))
    await step(`a firm asks three banks, sees their answers side by side and takes one (${called})`, () => bankPath(way, email => somebody(way, at.shanghai, email), at.shanghai))
    await step(`a visitor searches, opens a figure and changes the language (${called})`, async () => {
      const guest = await somebody(way, at.anhui)
      await guest.go(at.anhui + '/')
      await guest.type('#find', 'XRD')
      await guest.enter('form.find button')
      want((await guest.page.locator('.hit').count()) > 0, 'nothing is found')
      await guest.go(at.anhui + '/')
      await guest.enter('.figs a')
      want(guest.page.url().includes('/figures/'), 'the figure does not open')
      const was = await guest.page.locator('html').getAttribute('lang')
      await guest.enter('.lang a:not([aria-current])')
      want(await guest.page.locator('html').getAttribute('lang') !== was, 'the language is not changed')
    })
  }
})
