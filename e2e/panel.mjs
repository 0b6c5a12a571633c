// A panel of experts by keyboard alone: a firm applies for a project of the joint fund, a desk has the experts drawn, each who was drawn
// finds the project at home and judges it alone, and the head decides on what they said. Part of paths.mjs.
import { step, want } from './house.mjs'

const poolMax = 7 // experts that the demonstration enters
const judges = 5 // of a project

export async function panelPath(way, sit, base, called) {
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
  await step('  each expert who was drawn judges', async () => {
    for (let n = 1; n <= poolMax; n++) {
      const expert = await sit(`expert${n}@anhui.example`)
      if (await expert.page.locator(`main a[href="${project}"]`).count() === 0) continue // was not drawn
      await expert.enter(`main a[href="${project}"]`)
      const form = 'form[action$="/asks/panel"] '
      for (const part of ['idea', 'plan', 'team']) await expert.type(form + `[name="a.score_${part}"]`, String(80 + n))
      await expert.choose(form + '[name="a.no_conflict"]', 1)
      await expert.enter(form + '.act button')
      want((await expert.text('.notice.ok')).length > 0, 'the opinion is not taken')
      if (judged++ === 0) await expert.look(`keys-judged-${called}`)
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
