// Somebody who has no mouse: what cannot be reached with Tab, or shows no mark where the keyboard is, fails.
import { want } from './house.mjs'

const stopsMax = 400 // of Tab on one page
const password = 'corridor-demo-only'

// Keys is somebody who has no mouse.
export class Keys {
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

  // choose marks one of several, or takes the nth line of a list.
  async choose(selector, nth) {
    await this.to(selector)
    if (nth) for (let i = 0; i < nth; i++) await this.page.keyboard.press('ArrowDown')
    else await this.page.keyboard.press('Space')
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

  // sort sorts the first list of the page by its first column: by its heading, or on a phone by the way that is folded above it.
  async sort() {
    if (await this.page.locator('thead th a').first().isVisible()) return this.enter('thead th a')
    await this.to('.sortby summary')
    await this.page.keyboard.press('Enter')
    await this.enter('.sortby a')
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

// somebody sits down in front of a browser of their own, as the way says, and signs in.
export async function somebody(house, way, base, email) {
  const visitor = await house.visitor(way.lang, { script: way.script })
  await visitor.page.setViewportSize({ width: way.width, height: 900 })
  const keys = new Keys(visitor, way.script)
  return email ? keys.signIn(base, email) : keys
}
