// A panel of experts by keyboard alone: a firm applies for a project of the joint fund, a desk has the experts drawn, the first who was
// drawn finds the project at home and judges it alone (the others judge with a mouse, which is sooner done), and the head decides on what
// they said. Part of paths.mjs.
import { step, want } from './house.mjs'
import { Keys } from './keys.mjs'

const poolMax = 7 // experts that the demonstration enters
const judges = 5 // of a project

// sit seats somebody without a mouse, come lets somebody in with one.
export async function panelPath(way, sit, come, base, called) {
  let project
  await step('  the firm applies', async () => {
    const firm = await sit('firm@anhui.example')
    await firm.go(base + '/schemes/joint-fund')
    await firm.enter('.head button.go')
    await firm.choose('#f-topic', 3)
    for (const [name, value] of Object.entries({ title: 'data of robots', leader: 'made up', plan: 'three years', asked: '300000', account: '6222021' })) await firm.type('#f-' + name, value)
    await firm.enter('#form button[value=submit]')
    project = new URL(firm.page.url()).pathname
    want((await firm.text('.holder')).includes(way.zh ? '待形式审查' : 'being checked'), 'the desk does not have it: ' + await firm.text('.holder'))
  })
  await step('  the desk has the experts drawn', async () => {
    const desk = await sit('desk@anhui.example')
    await desk.enter(`main a[href="${project}"]`)
    await desk.choose('form[action$="/actions/draw"] input[name="ask.complete"]')
    await desk.enter('form[action$="/actions/draw"] button')
    await desk.enter(`main a[href="${project}/draws"]`)
    await desk.look(`keys-drawn-${called}`)
  })
  let judged = 0
  await step('  the experts who were drawn judge', async () => {
    for (let n = 1; n <= poolMax; n++) {
      const v = await come(`expert${n}@anhui.example`), link = `main a[href="${project}"]`
      if (await v.page.locator(link).count() === 0) continue // was not drawn
      const form = 'form[action$="/asks/panel"] '
      const marks = Object.fromEntries(['idea', 'plan', 'team'].map(part => [form + `[name="a.score_${part}"]`, String(80 + n)]))
      if (judged++ === 0) {
        const expert = new Keys(v, way.script)
        await expert.enter(link)
        for (const [mark, points] of Object.entries(marks)) await expert.type(mark, points)
        await expert.choose(form + '[name="a.no_conflict"]', 1)
        await expert.enter(form + '.act button')
        await expert.look(`keys-judged-${called}`)
      } else {
        await v.press(link)
        for (const [mark, points] of Object.entries(marks)) await v.page.fill(mark, points)
        await v.page.selectOption(form + '[name="a.no_conflict"]', 'true')
        await v.press(form + '.act button')
      }
      want((await v.text('.notice.ok')).length > 0, 'the opinion is not taken')
    }
    want(judged === judges, `${judged} experts judged`)
  })
  await step('  the head decides', async () => {
    const head = await sit('head@anhui.example')
    await head.enter(`main a[href="${project}"]`)
    await head.enter('form[action$="/actions/approve"] button')
    want((await head.text('.notice.ok')).length > 0, 'the head cannot decide')
  })
}
