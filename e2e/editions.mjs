// An edition in a real browser: brought in by an officer, checked, tried on the registry, adopted by a second officer, told to
// the firm that has a draft, moved to on its first day, and ended early by two. Run by `make browser`; alone: node editions.mjs
// [--shots FOLDER].
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, play, root, step, want } from './house.mjs'

const house = await open()
const { at } = house

// next is the voucher of 2026 as an edition of 2027: more people may work in the firm, and a field has another name.
const swaps = [['edition: 2026-1', 'edition: 2027-1'], ['[2026-01-01, 2026-12-31]', '[2027-01-01, 2027-12-31]'], ['{value: 500, basis: sme', '{value: 6000, basis: sme'],
  ['firm.staff: 501}', 'firm.staff: 6001}'], ['firm.staff: 500}', 'firm.staff: 6000}'], ['firm.staff: 5200}', 'firm.staff: 7200}'], ['purpose:', 'aim:'], ['[purpose,', '[aim,'],
  [', purpose', ', aim'], ['form.purpose', 'form.aim'], ['unknown purpose', 'unknown aim'], ['{value: 30 d,', '{value: 900 d,'],
  ['\nparams:', '\nmigrate: {from: 2026-1, fields: {purpose: aim}}\n\nparams:']]
const next = spoilt => ['scheme.yaml', 'form.yaml', 'tests.yaml', 'README.md'].map(name => {
  let text = readFileSync(join(root, 'schemes/cn-340000/voucher/2026', name), 'utf8')
  for (const [a, b] of swaps) text = text.replaceAll(a, b)
  if (spoilt && name === 'scheme.yaml') text = text.replace('  revoke|send_back: release held\n', '')
  return { name, mimeType: 'text/yaml', buffer: Buffer.from(text) }
})

const signedIn = async (who, lang) => (await house.visitor(lang)).signIn(at.anhui, `${who}@anhui.example`)

async function days(n) {
  const v = await house.visitor()
  await v.go(at.anhui + '/')
  await v.page.fill('#clock-days', String(n))
  await v.press('.clock button')
  await v.page.waitForTimeout(2500)
}

await play(house, 'an edition holds in the browser', async () => {
  let draft, edition
  await step('a firm has a draft under the edition of this year', async () => {
    await days(290) // a draft is kept for thirty days, so it is begun near the end of the year
    const firm = await signedIn('firm')
    await firm.go(at.anhui + '/schemes/voucher')
    await firm.press('.head button.go')
    draft = firm.page.url().split('?')[0]
    await firm.page.fill('[name="f.purpose"]', '正极材料表征')
    await firm.press('#form p.act button:not([name])')
    await firm.look('draft-before')
  })

  await step('a pack in which money would be stranded is refused with its line', async () => {
    const desk = await signedIn('desk')
    await desk.go(at.anhui + '/editions')
    await desk.look('editions')
    await desk.page.locator('input[type=file]').setInputFiles(next(true))
    await desk.press('button[value=check]')
    want((await desk.text('main')).includes('money.stranded'), 'the damaged pack is not refused by its code')
    desk.complaints.splice(0) // the browser reports every refused form
    await desk.look('edition-refused')
  })

  await step('the whole pack is proposed and tried on the registry', async () => {
    const desk = await signedIn('desk')
    await desk.go(at.anhui + '/editions')
    await desk.page.locator('input[type=file]').setInputFiles(next(false))
    await desk.press('button[value=propose]')
    edition = desk.page.url().split('?')[0]
    want(/\/editions\/[0-9A-Z]+$/.test(edition), 'the proposal has no page: ' + edition)
    for (const end = Date.now() + 60_000; ;) {
      await desk.go(edition)
      if (await desk.page.locator('a[href^="/trials/"]').count() > 0 && (await desk.text('main')).includes('完成')) break
      want(Date.now() < end, 'the trial does not end')
      await desk.page.waitForTimeout(500)
    }
    await desk.look('edition-proposed')
    want(await desk.page.locator('form[action$="/adopt"] button').count() === 0, 'who proposed it could adopt it')
  })

  await step('a second officer adopts it; the firm is told what changes in its draft', async () => {
    const head = await signedIn('head')
    await head.go(edition)
    await head.press('form[action$="/adopt"] button')
    await head.look('edition-adopted')
    const firm = await signedIn('firm')
    await firm.go(at.anhui + '/notices')
    want((await firm.text('main')).includes('自 2027-01-01 起适用 2027-1 版'), 'the firm is not told of the edition that follows')
    await firm.look('notice-of-edition')
  })

  await step('on its first day the draft comes over, with what was typed', async () => {
    await days(18)
    const firm = await signedIn('firm', 'en-GB')
    await firm.go(draft)
    want((await firm.text('main')).includes('The draft came over to the edition in force'), 'the draft has not moved')
    want(await firm.page.locator('[name="f.aim"]').first().inputValue() === '正极材料表征', 'what was typed did not come along')
    await firm.look('draft-after-en')
  })

  await step('it is ended early by two officers; the draft can no longer be submitted', async () => {
    const desk = await signedIn('desk')
    await desk.go(edition)
    const form = desk.page.locator('form[action$="/end"]')
    if (await form.locator('xpath=ancestor::details').count()) await form.locator('xpath=ancestor::details/summary').click()
    const today = (await desk.page.locator('form[action$="/end"] input[type=date]').getAttribute('min')) || '2027-02-01'
    await form.locator('input[type=date]').fill(today > '2027-02-01' ? today : '2027-02-01')
    await form.locator('textarea').fill('预算用完')
    await desk.press('form[action$="/end"] button')
    await desk.look('edition-end-proposed')
    const head = await signedIn('head')
    await head.go(edition)
    await head.press('form[action$="/end/confirm"] button')
    const firm = await signedIn('firm')
    await firm.go(at.anhui + '/notices')
    want((await firm.text('main')).includes('草稿不能再提交'), 'the firm is not told of the end')
    await firm.look('notice-of-end')
  })
})
