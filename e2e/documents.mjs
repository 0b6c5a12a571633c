// Documents in a real browser: several files at once, the review by keyboard, a correction and its undoing, documents side
// by side, the knowledge base for officers and for everybody, and a scheme and its clause leading to each other.
// Run by `make browser`; alone: node documents.mjs [--shots FOLDER].
import { join } from 'node:path'
import { open, root, step, want } from './house.mjs'

const file = name => join(root, 'e2e', 'documents', name + '.txt')
const house = await open()
const { at } = house
let failed = false

try {
  const editor = await (await house.visitor()).signIn(at.office, 'editor@office.example')
  const page = editor.page
  let bulletin

  await step('three files are taken one after the other, with their progress', async () => {
    await editor.go(at.office + '/documents')
    await page.setInputFiles('#file', [file('bulletin'), file('bulletin-2'), file('wire')])
    await page.click('#take button')
    await page.locator('.uploads li.ok').nth(2).waitFor()
    want(await page.locator('.uploads li').count() === 4, 'not every file has a line')
    await editor.look('documents-uploaded')
    await editor.go(at.office + '/documents?sort=oldest')
    await editor.look('documents-sorted')
    want(await page.locator('tbody tr').count() === 3, 'there are not three documents')
    bulletin = new URL(await page.locator('tbody a').first().getAttribute('href'), at.office).href
  })

  await step('the keys lead through the review without leaving the page', async () => {
    await editor.go(bulletin)
    await editor.look('review')
    const on = () => page.locator('.fact.on').getAttribute('id')
    const state = id => page.locator('#' + id).getAttribute('data-state')
    await page.keyboard.press('j')
    const first = await on()
    await page.keyboard.press('j')
    want(await on() !== first, 'j does not lead on')
    await page.keyboard.press('k')
    want(await on() === first, 'k does not lead back')
    const money = await page.locator('article.fact', { hasText: '支持金额' }).first().getAttribute('id')
    while (await on() !== money) await page.keyboard.press('j')
    await page.keyboard.press('a')
    await page.locator(`#${money}[data-state=accepted]`).waitFor()
    want(await on() !== money, 'after an answer the next open finding is not chosen')
    want(new URL(page.url()).pathname === new URL(bulletin).pathname, 'the page was left')
    await page.click(`#${money} h3`, { position: { x: 200, y: 5 } })
    await page.keyboard.press('u')
    await page.locator(`#${money}[data-state=waiting]`).waitFor()
    want(await state(money) === 'waiting', 'u does not undo')
  })

  await step('a finding is corrected, and a wrong period is refused beside its field', async () => {
    await editor.go(bulletin)
    const id = await page.locator('article.fact', { hasText: '支持金额' }).first().getAttribute('id')
    await page.click(`#${id} h3`, { position: { x: 200, y: 5 } })
    await page.keyboard.press('e')
    await page.fill(`#${id}-period`, '去年')
    await page.fill(`#${id}-reason`, '口径统一')
    await page.click(`#${id} button[value=correct]`)
    await page.locator('#problems').waitFor()
    want((await editor.text('#problems')).includes('期间“去年”'), 'the refusal does not name the period')
    editor.complaints.splice(0) // the browser says 422
    await page.fill(`#${id}-period`, '2025-Q1..Q4')
    await page.click(`#${id} button[value=correct]`)
    await page.locator(`#${id}[data-state=accepted]`).waitFor()
    want((await editor.text('#' + id)).includes('原先读作'), 'what was read is not kept beside the correction')
    await editor.look('review-corrected')
    await editor.go(bulletin + '?kind=organisation')
    await editor.look('review-organisations')
    want(await page.locator('article.fact').count() >= 2, 'the organisations are not listed alone')
    await editor.go(bulletin + '?state=accepted')
    want(await page.locator('article.fact[data-state]').count() === 1, 'the filter of states does not hold')
  })

  await step('documents stand side by side', async () => {
    await editor.go(at.office + '/documents/compare')
    await editor.look('compare')
    const told = await editor.text()
    want(told.includes('1.5亿元') && told.includes('服务企业数'), 'what is told twice is missing')
    await editor.press('#pairs a[href*=changes]')
    await editor.look('changes')
    want(await page.locator('ins').count() > 0, 'the change is not shown')
  })

  await step('everything that documents say of one thing', async () => {
    await editor.go(at.office + '/knowledge')
    await editor.look('knowledge')
    await editor.go(at.office + '/knowledge?q=' + encodeURIComponent('支持金额'))
    await editor.look('knowledge-search')
    await editor.press('tbody a')
    await editor.look('subject')
    want((await editor.text()).includes('不能同时成立') || (await editor.text()).includes('缺什么'), 'neither conflict nor gap is shown')
    await editor.go(at.office + '/knowledge/search?q=' + encodeURIComponent('检测平台'))
    want(await page.locator('mark').count() > 0, 'the words are not marked')
    await editor.look('passages')
    await editor.go(at.office + '/knowledge?kind=organisation&q=' + encodeURIComponent('示例大学'))
    await editor.press('tbody a')
    await editor.look('subject-organisation')
  })

  await step('everybody sees what is accepted and published, and no more', async () => {
    const guest = await house.visitor('en-GB')
    await guest.go(at.office + '/knowledge')
    await guest.look('en-knowledge-empty')
    want(await guest.page.locator('tbody tr').count() === 0, 'something is public before it was published')
    await editor.go(bulletin)
    await editor.press('button[value=yes]')
    await guest.go(at.office + '/knowledge')
    want(await guest.page.locator('tbody tr').count() > 0, 'nothing is public after it was published')
    await guest.press('tbody a')
    await guest.look('en-subject')
    want(!(await guest.text()).includes('1.5亿元'), 'the other document is seen')
    const answer = await guest.page.goto(bulletin)
    want(guest.page.url().includes('/signin'), `the document itself answered ${answer.status()}`)
  })

  await step('a scheme and the clause that it carries out lead to each other', async () => {
    const desk = await (await house.visitor()).signIn(at.anhui, 'review@anhui.example')
    await desk.go(at.anhui + '/documents')
    await desk.page.setInputFiles('#file', file('rules'))
    await desk.press('#take button')
    await desk.look('review-rules')
    await desk.press('a[href^="/clauses/"]')
    await desk.look('regulation')
    want((await desk.text()).includes('第三条之一'), 'a clause between two numbers is missing')
    await desk.press('.rests a')
    want(new URL(desk.page.url()).pathname === '/schemes/voucher', 'the clause does not lead to the scheme')
    await desk.look('scheme-with-clauses')
    await desk.press('main a[href^="/clauses/"]')
    want(new URL(desk.page.url()).pathname.startsWith('/clauses/'), 'the scheme does not lead to the clause')
    await desk.go(at.anhui + '/clauses')
    await desk.look('clauses')
  })

  await step('without scripts the same work is done', async () => {
    const context = await house.browser.newContext({ javaScriptEnabled: false, locale: 'zh-CN' })
    await context.addCookies(await page.context().cookies())
    const plain = await context.newPage()
    await plain.goto(bulletin)
    want(await plain.locator('.keys').isHidden(), 'keys are offered without scripts')
    const fact = plain.locator('article.fact[data-state=waiting]').first()
    const id = await fact.getAttribute('id')
    await fact.locator('details.reject summary').click()
    await fact.locator('details.reject input[name=reason]').fill('原文如此，但不是本系统的事')
    await fact.locator('button[value=reject]').click()
    await plain.waitForURL(/done=rejected/)
    want(await plain.locator(`#${id}[data-state=rejected]`).count() === 1, 'the rejection did not arrive')
    await plain.goto(at.office + '/documents')
    await plain.setInputFiles('#file', [file('rules'), file('wire')])
    await plain.locator('#take button').click()
    await plain.waitForURL(/done=uploaded_many/)
  })
  console.log('the documents hold in the browser')
} catch (e) {
  failed = true
  console.error(e)
} finally {
  await house.close()
}
process.exitCode = failed ? 1 : 0
