// From a sentence to a task to a colour, in a real browser: an agreement that is read in a document, the tasks that its
// words promise, reports, evidence, verification by another, a change that all parties agree to, supervision; then the
// plan with its lists in every view. Run by `make browser`; alone: node promises.mjs [--shots FOLDER].
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, play, root, step, want } from './house.mjs'

const bulletin = readFileSync(join(root, 'internal', 'demo', 'documents', 'bulletin.txt'), 'utf8')
const house = await open()
const { at } = house

const office = at.office
const signed = async email => (await house.visitor()).signIn(office, email)

await play(house, 'promises: every step held', async () => {
  const anybody = await house.visitor()
  await step('anybody follows the practical projects, the plan and every view of its tasks', async () => {
    for (const [name, path] of [['practical', '/practical'], ['plans', '/plans'], ['all-tasks', '/tasks'], ['board', '/tasks?view=board'], ['timeline', '/tasks?view=timeline'],
      ['map', '/tasks?view=map'], ['matrix', '/tasks?view=matrix'], ['late', '/tasks?view=late'], ['leader', '/tasks/leader'], ['events', '/events'], ['party', '/parties?key=310000'], ['agreements', '/agreements']]) {
      await anybody.go(office + path)
      await anybody.look('p-' + name)
    }
    want(await anybody.page.locator('svg.gantt').count() === 0, 'a timeline stands on the register')
    await anybody.go(office + '/tasks?view=timeline')
    want(await anybody.page.locator('svg.gantt rect.bar').count() > 15, 'the timeline has too few bars')
    await anybody.go(office + '/plans')
    await anybody.press('table.pile a[href^="/lists/"]')
    await anybody.look('p-list')
  })

  const editor = await signed('editor@office.example')
  let planner = await signed('planner@office.example')
  let agreement, task
  await step('an agreement is read in a document and accepted', async () => {
    await editor.go(office + '/documents')
    await editor.page.fill('#name', 'bulletin.txt')
    await editor.page.fill('#text', bulletin)
    await editor.press('#take button')
    const fact = editor.page.locator('article.fact', { hasText: '协议：' }).first()
    await editor.press(fact.locator('button[value=accept]'))
    agreement = new URL(editor.page.url()).pathname
    want(agreement.startsWith('/agreements/'), `accepting led to ${agreement}`)
  })

  await step('its words are proposed as tasks, each beside its sentence; a vague one is sent back with a hint', async () => {
    await planner.go(office + agreement)
    await planner.look('p-agreement')
    await planner.press('.head a.go')
    await planner.look('p-proposed')
    const rows = await planner.page.locator('fieldset.planrow').count()
    want(rows >= 2, 'nothing was proposed')
    want(await planner.page.locator('fieldset.planrow mark.promise').count() > 0, 'no sentence stands beside a proposal')
    for (let i = 1; i < rows; i++) {
      const skip = planner.page.locator(`[name="tasks.${i}.skip"]`)
      if (await skip.count() > 0) await skip.check()
    }
    await planner.page.fill('#tasks-0-title', '加强合作')
    await planner.page.fill('#tasks-0-due', '2026-03-31')
    await planner.press('#plan button.go')
    want((await planner.text('#problems')).includes('加强'), 'a vague task was not sent back')
    planner.complaints.splice(0) // the browser says 422
    await planner.look('p-vague')
    await planner.page.fill('#tasks-0-title', '公布首批开放仪器目录')
    await planner.page.locator('#plan details').first().evaluate(d => { d.open = true })
    await planner.page.fill('#tasks-0-indicator', '目录内仪器')
    await planner.page.fill('#tasks-0-target', '120')
    await planner.page.fill('#tasks-0-unit', '台')
    await planner.press('#plan button.go')
    want(await planner.page.locator('article.task').count() === 1, 'there is not one task')
    await planner.press('article.task h3 a')
    task = new URL(planner.page.url()).pathname
    want(await planner.page.locator('mark.promise').count() === 1, 'the task does not show its sentence')
    await planner.look('p-task')
  })

  const unfold = async (who, name) => {
    await who.page.locator('details', { has: who.page.locator(`#${name}`) }).first().evaluate(d => { d.open = true })
    return who.page.locator(`#${name}`)
  }
  await step('the month is reported, a change is agreed to by both sides, and the first day stays', async () => {
    let form = await unfold(planner, 'progress')
    await form.locator('[name=done]').fill('目录征求了意见')
    await form.locator('[name=reached]').fill('60')
    await form.locator('[name=problem]').fill('两地口径不一')
    await planner.press(form.locator('button'))
    form = await unfold(planner, 'change')
    await form.locator('[name=due]').fill('2026-04-30')
    await planner.look('p-change-form')
    await form.locator('[name=reason]').fill('等接口')
    await planner.press(form.locator('button'))
    await editor.go(office + task)
    await editor.press('#h-ch ~ .month button[value=yes]')
    want((await editor.text('.kv')).includes('2026-03-31'), 'the first due day is gone')
    await editor.look('p-changed')
  })

  await step('who leads cannot verify; another says it is done', async () => {
    await planner.go(office + task)
    const form = await unfold(planner, 'done')
    await form.locator('[name=evidence]').fill('目录已在网上公布')
    await planner.press(form.locator('button.go'))
    want(await planner.page.locator('#verify').count() === 0, 'who submitted is asked to verify')
    await editor.go(office + task)
    await editor.look('p-submitted')
    await editor.page.fill('#f-note', '抽查属实')
    await editor.press('#verify button.go')
    want((await editor.text('.lamp')).includes('办结'), 'the task is not done')
    await editor.look('p-done')
  })

  await step('a late task is supervised; the clock raises it, and the lead answers', async () => {
    await planner.go(office + '/tasks?q=' + encodeURIComponent('联合攻关需求'))
    await planner.press('article.task h3 a')
    const late = new URL(planner.page.url()).pathname
    await planner.page.fill('#clock-days', '40')
    await planner.press('.clock button')
    planner = await signed('planner@office.example') // sessions do not last so long
    await planner.go(office + late)
    const form = await unfold(planner, 'supervise')
    await form.locator('[name=reason]').fill('榜单还没有发')
    await planner.press(form.locator('button'))
    want((await planner.text('#h-su ~ .month')).includes('催办'), 'it was not urged')
    const shanghai = await signed('shanghai@office.example')
    await shanghai.go(office + late)
    await shanghai.page.locator('#h-su ~ .month input[name=answer]').first().fill('月底前发布')
    await shanghai.press(shanghai.page.locator('#h-su ~ .month button').first())
    await shanghai.look('p-supervised')
    await shanghai.go(office + '/tasks?view=late')
    want((await shanghai.text('#h-list ~ .bar')).length > 0, 'nobody holds what is late')
    await shanghai.look('p-late-after')
  })

  await step('a view and a calendar are kept; the calendar answers until it is revoked', async () => {
    await planner.go(office + '/tasks?light=red')
    await planner.page.fill('#view-name', '红灯')
    await planner.press('form[action="/views"] button')
    want((await planner.text('#h-keep ~ ul')).includes('红灯'), 'the view is not kept')
    await planner.go(office + '/tasks?light=open')
    await planner.press('form[action="/feeds"] button')
    const feed = await planner.text('.notice code')
    await planner.look('p-feed')
    const answer = await fetch(feed)
    want(answer.ok && (await answer.text()).includes('BEGIN:VEVENT'), 'the calendar does not answer')
    await planner.go(office + '/tasks')
    await planner.press('form[action$="/revoke"] button')
    want((await fetch(feed)).status === 404, 'a revoked calendar answers')
  })

  await step('an agreement with its own text is entered, and signed under its digest', async () => {
    await planner.go(office + '/agreements/new')
    await planner.look('p-new')
    await planner.page.fill('#a-title', '浏览器测试协议（虚构）')
    await planner.page.fill('#a-parties', '310000、999999')
    await planner.page.fill('#a-text', '双方将于2026年底前建成联合平台。')
    await planner.press('main form button.go')
    want((await planner.text('#problems')).includes('999999'), 'an unknown party was taken')
    planner.complaints.splice(0)
    await planner.page.fill('#a-parties', '310000、340000')
    await planner.press('main form button.go')
    await planner.press('form[action$="/sign"] button')
    const head = await signed('head@office.example')
    await head.go(planner.page.url().split('?')[0])
    await head.press('form[action$="/sign"] button')
    want(await head.page.locator('a.proof').count() === 2, 'there are not two signatures with receipts')
    await head.look('p-signed')
    await head.page.locator('#amend details').evaluate(d => { d.open = true })
    await head.page.fill('#am-text', '双方将于2027年6月底前建成联合平台。')
    await head.page.fill('#am-reason', '工期顺延')
    await head.look('p-amend-form')
    await head.press('#amend form button.go')
    await planner.go(head.page.url().split('?')[0])
    want((await planner.text('#amend del')).includes('2026年底') && (await planner.text('#amend ins')).includes('2027年6月底'), 'the two texts do not stand beside each other')
    await planner.look('p-amend-open')
    await planner.press('#amend button.go')
    want((await planner.text('#amend')).includes('已生效'), 'the text that both signed is not in force')
    await planner.look('p-amended')
  })

  await step('the same pages in English', async () => {
    const english = await house.visitor('en-GB')
    for (const [name, path] of [['plans', '/plans'], ['tasks', '/tasks'], ['task', task], ['agreement', agreement], ['timeline', '/tasks?view=timeline'], ['board', '/tasks?view=board'], ['late', '/tasks?view=late'],
      ['leader', '/tasks/leader'], ['practical', '/practical'], ['party', '/parties?key=310000']]) {
      await english.go(office + path + (path.includes('?') ? '&' : '?') + 'lang=en')
      await english.look('p-en-' + name)
    }
  })
})
