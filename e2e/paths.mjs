// The path of each role by keyboard alone: firm, reviewer, payment officer and bank, laboratory, planner, visitor. Every path
// is gone twice: in Chinese on a wide screen with scripts, and in English on a phone without. Nothing is clicked: what cannot be
// reached with Tab, or shows no mark where the keyboard is, fails. Run by `make face`; alone: node paths.mjs [--narrow] [--at PORT].
import { open, play, step, want } from './house.mjs'

const lab = '12310000DEMQ000341'
const stopsMax = 400 // of Tab on one page
const password = 'corridor-demo-only'
const house = await open()
const { at } = house

// Keys is somebody who has no mouse.
class Keys {
  constructor(visitor, script) {
    this.v = visitor
    this.script = script
    this.page = visitor.page
  }

  async go(url) { await this.v.go(url) }

  // to goes on with Tab until the keyboard is on the first element that the selector finds.
  async to(selector) {
    const wanted = this.page.locator(selector).first()
    want(await wanted.count() > 0, `${this.page.url()} has no ${selector}`)
    for (let i = 0; i < stopsMax; i++) {
      if (await wanted.evaluate(e => e === document.activeElement)) {
        const seen = await wanted.evaluate(e => {
          const s = getComputedStyle(e), box = e.getBoundingClientRect()
          return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && box.top < innerHeight && box.bottom > 0
        })
        want(seen, `${this.page.url()}: nothing shows that the keyboard is on ${selector}`)
        return
      }
      await this.page.keyboard.press('Tab')
    }
    throw new Error(`${this.page.url()}: ${selector} is not reached by ${stopsMax} times Tab`)
  }

  async type(selector, text) {
    await this.to(selector)
    await this.page.keyboard.press('ControlOrMeta+a')
    await this.page.keyboard.type(text)
  }

  // enter presses what the selector finds, and waits for the page behind it.
  async enter(selector) {
    await this.to(selector)
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press('Enter')])
  }

  // menu opens a page of the side navigation: on a phone it is opened first, and so is a group that is shut.
  async menu(href) {
    const link = this.page.locator(`nav.side a[href="${href}"]`)
    if (await this.page.locator('.menu').isVisible()) {
      await this.to('.menu')
      await this.page.keyboard.press('Enter')
    }
    if (!await link.isVisible()) {
      await this.to(`nav.side details:has(a[href="${href}"]) > summary`)
      await this.page.keyboard.press('Enter')
    }
    await this.enter(`nav.side a[href="${href}"]`)
  }

  async signIn(base, email) {
    await this.go(base + '/signin')
    await this.page.keyboard.press('Tab')
    want(await this.page.locator('.skip').evaluate(e => e === document.activeElement), 'the first stop is not the way past the menu')
    await this.type('#email', email)
    await this.type('#password', password)
    await this.enter('main form button')
    want(!this.page.url().includes('/signin'), `${email} cannot sign in`)
    return this
  }

  text(selector = 'main') { return this.v.text(selector) }

  // look checks the page; without scripts axe-core cannot run in it, so only its width and the console are.
  async look(name) {
    if (this.script) return this.v.look(name)
    want(await this.v.wider(name) <= 0, `${this.page.url()} scrolls sideways`)
    want(this.v.complaints.length === 0, `${this.page.url()}: ` + this.v.complaints.join('; '))
  }
}

const ways = [
  { lang: 'zh-CN', width: 1440, script: true, holder: '审核人', paid: '已拨付' },
  { lang: 'en-GB', width: 390, script: false, holder: 'reviewer', paid: 'Paid' },
]

async function somebody(way, base, email) {
  const visitor = await house.visitor(way.lang, { script: way.script })
  await visitor.page.setViewportSize({ width: way.width, height: 900 })
  const keys = new Keys(visitor, way.script)
  return email ? keys.signIn(base, email) : keys
}

await play(house, 'every role gets along without a mouse', async () => {
  for (const way of ways.slice(process.argv.includes('--narrow') ? 1 : 0)) {
    const called = `${way.lang.slice(0, 2)} ${way.width}${way.script ? '' : ' without scripts'}`
    let order
    await step(`a firm applies (${called})`, async () => {
      const firm = await somebody(way, at.anhui, 'firm@anhui.example')
      await firm.look(`keys-home-firm-${called}`)
      await firm.go(at.anhui + '/schemes/voucher')
      await firm.enter('.head button.go')
      await firm.type('#f-provider', lab)
      await firm.type('#f-purpose', 'cathode material')
      await firm.type('#f-contract_sum', 'forty')
      await firm.type('#f-invoiced', '48000')
      await firm.enter('#form button[value=file]')
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
      await finance.enter('thead th a')
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
