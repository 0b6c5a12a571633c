// The agreements of the published documents, in a real browser: accepted one by one in the review, entered with their
// places, followed from the sentence to the proposed task, to the confirmed one and to its colour, in both languages.
// The documents are not part of the project: CORRIDOR_DOCS names their folder. Without it nothing is run, and that is said.
// Only numbers are printed. Run by `make browser`; alone: node published.mjs [--shots FOLDER].
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, play, step, want } from './house.mjs'

const docs = process.env.CORRIDOR_DOCS
if (!docs) {
  console.log('NOT RUN: the agreements of the published documents, from sentence to colour: CORRIDOR_DOCS is not set. It names a folder with documents (*.txt).')
  process.exit(0)
}
const folder = mkdtempSync(join(tmpdir(), 'corridor-docs-'))
const names = readdirSync(docs).filter(n => n.endsWith('.txt'))
want(names.length > 0, `CORRIDOR_DOCS=${docs} holds no *.txt`)
for (const n of names) cpSync(join(docs, n), join(folder, n))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const house = await open({ read: folder })
const office = house.at.office

const signed = async email => (await house.visitor()).signIn(office, email)
const unfold = async (who, id) => {
  await who.page.locator('details', { has: who.page.locator(`#${id}`) }).first().evaluate(d => { d.open = true })
  return who.page.locator(`#${id}`)
}

await play(house, 'published: every step held', async () => {
  const editor = await signed('editor@office.example')
  let planner = await signed('planner@office.example')
  const entered = new Map() // the path of an agreement, and in which document it stands
  await step('every agreement is accepted in the review', async () => {
    let all = [] // the demonstration serves while it still takes documents in
    for (const until = Date.now() + 60_000; all.length < names.length && Date.now() < until;) {
      await editor.go(office + '/documents?sort=oldest')
      all = await editor.page.locator('tbody a[href^="/documents/"]').evaluateAll(list => [...new Set(list.map(a => a.getAttribute('href').split(/[?#]/)[0]))])
      if (all.length < names.length) await editor.page.waitForTimeout(300)
    }
    want(all.length === names.length, `${names.length} documents were given and ${all.length} taken`)
    let looked = false, sum = 0
    for (const [i, path] of all.entries()) {
      let accepted = 0, back = 0
      const refused = new Set()
      for (let part = 1; ; part++) {
        const here = `${office}${path}?kind=agreement&part=${part}`
        await editor.go(here)
        const more = await editor.page.locator('nav.pager a[href*="part=' + (part + 1) + '"]').count() > 0
        if (!looked && await editor.page.locator('article.fact').count() > 1) {
          await editor.look('d-review')
          looked = true
        }
        for (;;) {
          await editor.go(here)
          const waiting = editor.page.locator('article.fact[data-state=waiting]')
          let at = 0
          while (at < await waiting.count() && refused.has(part + await waiting.nth(at).getAttribute('id'))) at++
          if (at >= await waiting.count()) break
          const fact = waiting.nth(at)
          const id = part + await fact.getAttribute('id')
          await editor.press(fact.locator('button[value=accept]').first())
          const became = new URL(editor.page.url()).pathname
          if (became.startsWith('/agreements/')) {
            accepted++
            sum++
            entered.set(became, i + 1)
          } else {
            want(await editor.page.locator('#problems').count() > 0, `document ${i + 1}: accepting ${id} neither entered an agreement nor said why`)
            editor.complaints.splice(0) // the browser says 422
            refused.add(id)
            back++
          }
        }
        if (!more) break
      }
      console.log(`    document ${i + 1}: ${accepted} agreements entered${back ? `, ${back} sent back for a person to mend (fewer than two parties)` : ''}`)
    }
    want(entered.size > 0, 'no agreement was entered')
    want(entered.size === sum, `${sum} agreements were accepted and ${entered.size} stand in the register`)
    await editor.go(office + '/agreements')
    await editor.look('d-register')
    return `${entered.size} agreements in ${all.length} documents`
  })

  let best, most = 0
  await step('each stands with its place, and its words are proposed as tasks', async () => {
    let proposals = 0, without = 0
    for (const path of entered.keys()) {
      await planner.go(office + path)
      want(await planner.page.locator('mark.agreement').count() === 1, `${path} does not show its source`)
      await planner.go(office + path + '/propose')
      const rows = await planner.page.locator('fieldset.planrow').count()
      const proposed = await planner.page.locator('fieldset.planrow mark.promise').count()
      want(rows >= proposed, 'a proposal has no row')
      proposals += proposed
      if (proposed === 0) without++
      const due = await planner.page.locator('fieldset.planrow input[type=date]').evaluateAll(all => all.filter(x => x.value !== '').length)
      if (proposed + due > most) [best, most] = [path, proposed + due]
    }
    want(best, 'no text proposes a task')
    return `${proposals} proposals; ${without} agreements promise nothing that can be read`
  })

  let task, sentence
  await step('a person edits one proposal and confirms it', async () => {
    await planner.go(office + best)
    await planner.look('d-agreement')
    await planner.go(office + best + '/propose')
    await planner.look('d-proposed')
    const rows = await planner.page.locator('fieldset.planrow').count()
    for (let i = 1; i < rows; i++) {
      const skip = planner.page.locator(`[name="tasks.${i}.skip"]`)
      if (await skip.count() > 0) await skip.check()
    }
    sentence = await planner.page.locator('#plan [name="tasks.0.sentence"]').inputValue()
    await planner.page.fill('#tasks-0-due', '2026-02-27')
    await planner.page.locator('#plan details').first().evaluate(d => { d.open = true })
    await planner.page.fill('#tasks-0-indicator', '项目')
    await planner.page.fill('#tasks-0-target', '3')
    await planner.page.fill('#tasks-0-unit', '个')
    await planner.page.fill('#tasks-0-milestones', '2026-02-10 初稿')
    await planner.press('#plan button.go')
    want(await planner.page.locator('article.task').count() === 1, 'there is not one task: ' + (await planner.page.locator('#problems').count() ? await planner.text('#problems') : ''))
    await planner.press('article.task h3 a')
    task = new URL(planner.page.url()).pathname
    want((await planner.text('mark.promise')).trim() === sentence.trim(), 'the task shows another sentence than the one that was proposed')
    await planner.press('blockquote.source ~ p a')
    want(new URL(planner.page.url()).pathname === best, 'the sentence does not lead back to its agreement')
    return ''
  })

  const colour = async (who, name, ...words) => {
    await who.go(office + task)
    const said = await who.text('.lamp')
    want(words.some(w => said.includes(w)), `the lamp says ${said}, and not ${words[0]}`)
    await who.look('d-task-' + name)
  }
  await step('its colour follows from the day: late, moved by agreement of all, submitted, done', async () => {
    await colour(planner, 'late', '已逾期', '刚过期')
    let form = await unfold(planner, 'change')
    await form.locator('[name=due]').fill('2026-06-30')
    await form.locator('[name=reason]').fill('文件之后另行商定')
    await planner.press(form.locator('button'))
    for (const email of ['editor@office.example', 'head@office.example', 'admin@office.example']) { // one person answers for one party
      const other = email.startsWith('editor') ? editor : await signed(email)
      await other.go(office + task)
      const yes = other.page.locator('#h-ch ~ .month button[value=yes]')
      if (await yes.count() > 0) await other.press(yes.first())
    }
    await colour(planner, 'on-time', '按期')
    want((await planner.text('.kv')).includes('2026-02-27'), 'the first due day is gone')
    form = await unfold(planner, 'done')
    await form.locator('[name=evidence]').fill('验收记录')
    await planner.press(form.locator('button.go'))
    await colour(editor, 'submitted', '等待核验')
    await editor.page.fill('#f-note', '属实')
    await editor.press('#verify button.go')
    await colour(planner, 'done', '办结')
  })

  await step('the same in English', async () => {
    const english = await house.visitor('en-GB')
    await english.signIn(office, 'planner@office.example')
    for (const [name, path] of [['register', '/agreements'], ['agreement', best], ['proposed', best + '/propose'], ['task', task], ['tasks', '/tasks?q=' + encodeURIComponent('项目')], ['leader', '/tasks/leader']]) {
      await english.go(office + path)
      await english.look('d-en-' + name)
    }
    want((await english.text()).includes('Late'), 'the page is not in English')
  })
})
