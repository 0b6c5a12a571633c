// Booking in a real browser: a firm finds a free slot and books it on a telephone without a script, the laboratory
// answers, checks in and out, and a fault moves a booking. Every page is looked at in both languages. Run by
// `make browser`; alone: node booking.mjs [--shots FOLDER].
import { open, play, step, want } from './house.mjs'

const house = await open()
const at = house.at.shanghai
const lab = '12310000DEMQ000341'

// telephone is a browser of 390 pixels without a script, signed in.
async function telephone(email) {
  const context = await house.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(at + '/signin')
  await page.fill('#email', email)
  await page.fill('#password', 'corridor-demo-only')
  await Promise.all([page.waitForNavigation(), page.click('main form button')])
  return page
}

const press = (page, target) => Promise.all([page.waitForNavigation(), (typeof target === 'string' ? page.locator(target).first() : target).click()])

await play(house, 'booking holds in the browser', async () => {
  let booking, tem
  const anybody = await house.visitor()
  await step('anybody sees what is free, and not who booked', async () => {
    await anybody.go(at + '/instruments')
    await anybody.look('instruments')
    await anybody.press('main table a[href^="/instruments/"]:has-text("120 kV")')
    tem = new URL(anybody.page.url()).pathname
    await anybody.look('instrument')
    await anybody.go(at + `/labs/${lab}`)
    await anybody.look('lab-anybody')
    want(!(await anybody.text()).includes('临港传感器'), 'a name is shown to everybody')
    want((await anybody.page.locator('a.slot.free').count()) > 5, 'nothing is free')
  })

  await step('on a telephone without a script the firm finds a free slot, sees the quote and books it', async () => {
    const page = await telephone('firm@shanghai.example')
    await page.goto(at + '/instruments')
    await press(page, 'main table a[href^="/instruments/"]:has-text("300 kV")')
    await press(page, 'main nav a[rel=next]') // the week after
    await press(page, 'main a.slot.free')
    await page.fill('#samples', '2')
    await page.check('input[name=operator]')
    await press(page, '#ask button')
    const quote = await page.locator('main').innerText()
    want(quote.includes('可以约') && quote.includes('机组操作') && quote.includes('合计'), 'no quote: ' + quote)
    await press(page, 'button[value=book]')
    booking = new URL(page.url()).pathname
    want(booking.startsWith('/bookings/'), 'booking led to ' + page.url())
    want((await page.locator('main').innerText()).includes('待答复'), 'it does not wait for an answer')
    // The same slot of an instrument that is confirmed at once: what is taken is refused with the rule and the first slot.
    await page.goto(at + tem)
    await press(page, 'main a:has-text("约最近的空闲时段")')
    want((await page.locator('#h-quote').innerText()).includes('2026-03-02'), 'the nearest slot is not of today')
    await page.goto(at + tem)
    await press(page, 'main nav a[rel=next]') // far enough ahead that no minute of this run matters
    await press(page, 'main a.slot.free')
    const when = await page.locator('#h-quote').innerText()
    await press(page, 'button[value=book]')
    want((await page.locator('main').innerText()).includes('已确认'), 'it is not confirmed at once')
    const again = await telephone('firm@shanghai.example')
    const [day, hours] = when.split(' ')
    const [from, to] = hours.split('–')
    await again.goto(at + `${tem}/book?day=${day}&from=${from}&to=${to}`)
    const refused = await again.locator('.notice.stop').innerText()
    want(refused.includes('已被预约') && refused.includes('改约'), 'the refusal: ' + refused)
    await press(again, '.notice.stop a')
    want((await again.locator('.notice.ok').innerText()).includes('可以约'), 'the first slot that passes does not pass')
    const over = await again.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0)
    want(over <= 0, `it scrolls sideways by ${over}`)
  })

  const operator = await (await house.visitor()).signIn(at, 'lab@shanghai.example')
  await step('the laboratory answers the request', async () => {
    await operator.go(at + `/labs/${lab}`)
    await operator.look('lab')
    want((await operator.text()).includes('临港传感器'), 'the laboratory does not see who booked')
    await operator.press('.head a:has-text("答复预约")')
    await operator.look('labday')
    await operator.go(at + booking)
    await operator.look('booking-asked')
    await operator.press(`form[action="${booking}/confirm"] button`)
    want((await operator.text()).includes('已确认'), 'it is not confirmed')
  })

  const firm = await (await house.visitor()).signIn(at, 'firm@shanghai.example')
  await step('the firm reads its bookings, waits, books several dates and subscribes to a calendar', async () => {
    await firm.go(at + '/bookings')
    await firm.look('bookings')
    await firm.go(at + booking)
    await firm.look('booking')
    await firm.go(at + tem + '/book?day=2026-03-25&from=09:00&to=10:00')
    await firm.look('book')
    await firm.page.click('summary:has-text("多次")')
    await firm.page.fill('#times', '3')
    await firm.press('button[value=series]')
    await firm.look('book-series')
    want((await firm.page.locator('main .chip.ok').count()) === 3, 'three dates are not booked')
    await firm.go(at + '/calendars')
    await firm.press('main form button.go')
    const secret = await firm.text('#secret')
    await firm.look('calendars')
    const feed = await (await fetch(secret)).text()
    want(feed.includes('BEGIN:VEVENT') && feed.split('BEGIN:VEVENT').length > 4, 'the calendar is empty')
    await firm.press('form[action$="/revoke"] button')
    want((await fetch(secret)).status === 404, 'a revoked calendar still answers')
  })

  await step('the owner tries a blackout, closes the instrument, and the booking that it hits is kept a slot', async () => {
    await operator.go(at + tem + '/settings')
    await operator.look('settings')
    await operator.press('#plan button[value=preview]')
    await operator.look('settings-preview')
    await operator.page.fill('#shut-day', '2026-03-25')
    await operator.page.fill('#shut-from', '08:00')
    await operator.page.fill('#shut-to', '12:00')
    await operator.page.fill('#shut-why', '换灯丝')
    await operator.press('#shut button[value=look]')
    want((await operator.text('#hits')).includes('1'), 'it hits no booking: ' + await operator.text('#hits'))
    await operator.look('settings-hits')
    await operator.press('#shut button[value=close]')
    await firm.go(at + '/bookings')
    await firm.press('tr:has-text("需改期") a')
    await firm.look('booking-displaced')
    await firm.press('form[action$="/accept"] button')
    want((await firm.text()).includes('已确认'), 'the slot is not taken')
  })

  await step('the operator checks in and out on the day', async () => {
    await operator.go(at + booking)
    const when = (await operator.text('#h-is')).slice(0, 10)
    const days = Math.round((Date.parse(when + 'T09:30:00+08:00') - Date.parse(await operator.page.locator('.foot time').getAttribute('datetime'))) / 86_400_000)
    await operator.page.fill('#clock-days', String(days))
    await operator.press('.clock button')
    await operator.signIn(at, 'lab@shanghai.example') // the session has ended meanwhile
    await operator.go(at + `/labs/${lab}/day`)
    await operator.look('labday-busy')
    await operator.press(`form[action="${booking}/check_in"] button`)
    await operator.press(`form[action="${booking}/check_out"] button`)
    want((await operator.text(`tr:has(a[href="${booking}"])`)).includes('已完成'), 'it is not done')
    await operator.go(at + booking)
    await operator.look('booking-done')
    await operator.go(at + `/labs/${lab}/month`)
    await operator.look('labmonth')
  })

  await step('all of it in English', async () => {
    const english = await (await house.visitor('en-GB')).signIn(at, 'lab@shanghai.example')
    for (const [path, name] of [['/instruments', 'instruments'], [tem, 'instrument'], [`/labs/${lab}`, 'lab'], [`/labs/${lab}/day`, 'labday'], [tem + '/settings', 'settings'], [booking, 'booking'], ['/bookings', 'bookings']]) {
      await english.go(at + path)
      await english.look(name + '-en')
    }
  })
})
