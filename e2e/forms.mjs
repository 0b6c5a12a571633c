// Forms in a real browser, with scripts and without: filled in part by part, saved with what is wrong, found by name,
// checked, submitted, sent back for more. Every page that is looked at is checked (see house.mjs). Run by `make browser`;
// alone: node forms.mjs [--shots FOLDER].
import { open, play, step, want } from './house.mjs'

const house = await open()
const { at } = house

async function type(v, fields) {
  for (const [f, value] of Object.entries(fields)) await v.page.fill(`[name="f.${f}"]`, value)
}

await play(house, 'forms hold in the browser', async () => {
  for (const script of [false, true]) {
    const with_ = script ? 'with scripts' : 'without scripts'
    const firm = await (await house.visitor(script ? 'zh-CN' : 'en-GB', { script })).signIn(at.anhui, 'firm@anhui.example')
    let url
    await step(`${with_}: a form is filled in part by part and goes on where one stopped`, async () => {
      await firm.go(at.anhui + '/schemes/voucher')
      await firm.press('.head button.go')
      url = firm.page.url().split('?')[0]
      await firm.press('.head a.go')
      want(firm.page.url().startsWith(url + '/fill/1'), 'the first part is ' + firm.page.url())
      if (script) await firm.look('fill-1')
      await type(firm, { purpose: '电池材料表征' })
      await firm.page.fill('[name="f.provider.q"]', '12310000DEMQ000341')
      await firm.page.press('[name="f.provider.q"]', 'Enter') // the enter key searches
      await firm.page.waitForSelector('[name="f.provider.take"]')
      want(await firm.page.inputValue('[name="f.purpose"]') === '电池材料表征', 'what was typed is gone after a search')
      if (script) await firm.look('fill-found')
      await firm.press('[name="f.provider.take"]')
      want(await firm.page.inputValue('[name="f.provider"]') === '12310000DEMQ000341', 'the code that was taken does not stand in the field')
      await firm.press('button[name=go][value=next]')
      want(firm.page.url().startsWith(url + '/fill/2'), 'then comes ' + firm.page.url())
      await type(firm, { contract_sum: '四万八', invoiced: '48000' })
      await firm.press('button[name=go][value=leave]')
      await firm.press('.head a.go')
      want(firm.page.url().startsWith(url + '/fill/2'), 'one goes on at ' + firm.page.url())
      want(await firm.page.inputValue('[name="f.contract_sum"]') === '四万八', 'what could not be read is gone: ' + await firm.page.inputValue('[name="f.contract_sum"]'))
      want(await firm.page.locator('#problems a[href="#f-contract_sum"]').count() === 1, 'the error is not listed on top')
      if (script) await firm.look('fill-wrong')
    })
    await step(`${with_}: checked, with what it would bring`, async () => {
      await firm.go(url + '/check')
      if (script) await firm.look('check-wrong')
      await firm.go(url + '/fill/2')
      await type(firm, { contract_sum: '48000' })
      await firm.press('button[name=go][value=next]')
      want(firm.page.url().startsWith(url + '/check'), 'after the last part comes ' + firm.page.url())
      want((await firm.text()).includes('24,000.00'), 'the check does not say what it would bring')
      if (script) await firm.look('check')
      await firm.go(url + '/changes')
      if (script) await firm.look('changes')
      await firm.go(url + '/people')
      await firm.page.fill('#m-address', 'nobody@anhui.example')
      await firm.press('form.narrow button')
      want(await firm.page.locator('#problems').count() === 1, 'nobody can be invited')
      firm.complaints.splice(0) // the browser says 422 in its console, as it should
      if (script) await firm.look('people')
    })
  }

  const firm = await (await house.visitor()).signIn(at.anhui, 'firm@anhui.example')
  let url
  await step('a case is sent back: what is asked for, until when, and what is left of the time', async () => {
    await firm.go(at.anhui + '/schemes/voucher-entitlement')
    await firm.press('.head button.go')
    url = firm.page.url().split('?')[0]
    await firm.go(url + '/fill')
    await type(firm, { asked: '80000', planned_use: '材料表征', bank_account: '6222000000000000' })
    await firm.page.selectOption('[name="f.tax_consent"]', 'true')
    await firm.press('button[name=go][value=next]')
    await firm.press('form[action$="/actions/submit"] button')
    want(await firm.page.locator('#problems').count() === 0, 'it cannot be submitted: ' + await firm.text())
    const officer = await (await house.visitor()).signIn(at.anhui, 'city@anhui.example')
    await officer.go(url)
    await officer.page.check('form[action$="/actions/ask_more"] [name=wanted][value=planned_use]')
    await officer.page.fill('#reason-ask_more', '请说明用途与费用构成')
    await officer.look('ask-more')
    await officer.press('form[action$="/actions/ask_more"] button')
    await firm.go(url)
    want(await firm.page.locator('.returned a[href="#f-planned_use"]').count() === 1, 'the field that is asked for is not named on top')
    await firm.look('returned')
    await firm.go(url + '/fill')
    await firm.look('fill-returned')
    await firm.go(url + '?lang=en')
    await firm.look('returned-en')
  })
})
