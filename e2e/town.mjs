// A town of the house: the pages of cases as the people of one node use them.
import { want } from './house.mjs'

// untroubled wants no refusal on the page; the text of one is read only where there is one, because reading waits for it.
export async function untroubled(v, what) {
  if (await v.page.locator('#problems').count() > 0) want(false, what + await v.text('#problems'))
}

// townOf makes towns of a house: a town is one node with its people; each is signed in once until the clock is moved.
export const townOf = house => (base, domain) => {
  let here = {}
  const who = async name => here[name] ??= await (await house.visitor()).signIn(base, `${name}@${domain}.example`)
  return {
    who,
    // leave forgets who is signed in: sessions end when the clock is moved, wherever it was.
    leave() { here = {} },
    async open(name, scheme) {
      const v = await who(name)
      await v.go(`${base}/schemes/${scheme}`)
      await v.press('.head button.go')
      return v.page.url().split('?')[0]
    },
    // fill types into the form of a case and saves it.
    async fill(name, url, fields) {
      const v = await who(name)
      await v.go(url)
      for (const [field, value] of Object.entries(fields)) {
        const control = v.page.locator(`[name="f.${field}"]`).first()
        if (await control.evaluate(e => e.tagName) === 'SELECT') await control.selectOption(value)
        else if (await control.getAttribute('type') === 'file') await control.setInputFiles({ name: field + '.txt', mimeType: 'text/plain', buffer: Buffer.from(value) })
        else await control.fill(value)
      }
      await v.press('#form p.act button:not([name])')
      await untroubled(v, `${name} cannot fill in: `)
      return v
    },
    // act takes a step by its button, with answers and a reason; the stage that follows is read from what stands now.
    async act(name, url, action, { asks = {}, reason, to } = {}) {
      const v = await who(name)
      const form = v.page.locator(`form[action$="/actions/${action}"]`)
      for (const end = Date.now() + 30_000; ;) { // what a clock or a neighbour has to do first may take a moment
        await v.go(url)
        if (await form.count() === 1 || Date.now() > end) break
        await v.page.waitForTimeout(300)
      }
      want(await form.count() === 1, `the page does not offer ${action} to ${name}`)
      for (const [rule, yes] of Object.entries(asks)) await form.locator(`[name="ask.${rule}"][value=${yes}]`).check()
      if (reason) await form.locator('textarea[name=reason]').fill(reason)
      await v.press(form.locator('button').last())
      await untroubled(v, `${action} by ${name} is refused: `)
      if (to) {
        const now = (await v.text('section.holder div')).split('\n').at(-1).split('：')[0] // the stage, before what can be done in it
        want(now.includes(to), `${action} does not lead to ${to}: ${now}`)
      }
      return v
    },
    async answer(name, url, ask, { seat, verdict, reason, ...fields }) {
      const v = await who(name)
      await v.go(url)
      const form = v.page.locator(`form[action$="/asks/${ask}"]`).filter({ has: v.page.locator(seat ? `[name=seat][value="${seat}"]` : '[name=seat]') }).first()
      if (await form.locator('xpath=ancestor::details').count()) await form.locator('xpath=ancestor::details/summary').click()
      if (verdict) await form.locator(`[name="a.verdict"][value=${verdict}]`).check()
      for (const [field, value] of Object.entries(fields)) await form.locator(`[name="a.${field}"]`).fill(value)
      if (reason) await form.locator('textarea[name=reason]').fill(reason)
      await v.press(form.locator('button').last())
      await untroubled(v, `${name} cannot answer: `)
      return v
    },
    async days(n) {
      const v = await house.visitor()
      await v.go(base + '/')
      await v.page.fill('#clock-days', String(n))
      await v.press('.clock button')
      await v.page.waitForTimeout(2500) // what is due happens within two looks at the clock
      here = {}
    },
  }
}
