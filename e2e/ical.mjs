// Reads a calendar with ical.js and prints what is not cancelled, in UTC, by time: `node ical.mjs ADDRESS`. The tests of the
// bookings run it in several zones; `--here` only says that the library is installed.
import ICAL from 'ical.js'

const [address] = process.argv.slice(2)
if (address !== '--here') {
  const utc = t => t.toJSDate().toISOString().replace('.000Z', 'Z')
  const calendar = new ICAL.Component(ICAL.parse(await (await fetch(address)).text()))
  const lines = []
  for (const c of calendar.getAllSubcomponents('vevent')) {
    if (c.getFirstPropertyValue('status') === 'CANCELLED') continue
    const e = new ICAL.Event(c)
    lines.push(`${utc(e.startDate)} ${utc(e.endDate)}`)
  }
  for (const c of calendar.getAllSubcomponents('vfreebusy')) {
    for (const p of c.getAllProperties('freebusy')) for (const x of p.getValues()) lines.push(`${utc(x.start)} ${utc(x.getEnd())}`)
  }
  console.log(lines.sort().join('\n'))
}
