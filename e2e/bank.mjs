// A firm asks three banks for a loan, by keyboard alone: it sees what would be shown and agrees, a desk passes the request on, two banks
// offer and one declines with its reason, none of them reads what another offered, and the firm sees all side by side, takes
// one, and reads what was lent. Part of paths.mjs.
import { step, want } from './house.mjs'

const banks = ['91310115MA0DEMQ78R', '91310115MA0DEMQ86L', '91310115MA0DEMQ94F']
const offers = [
  { loan: '2500000', loan_months: '12', rate: '3.45%', yearly_cost: '90000', terms: 'twelve months, no pledge' },
  { loan: '3000000', loan_months: '24', rate: '4.1%', yearly_cost: '131000', terms: 'patent as pledge' },
  { why_said: 'no branch in the district' }, // declines, for another reason than those that have a code
]

const otherReason = 7 // the last of the codes

export async function bankPath(way, sit, base) {
  let request
  await step('  the firm sees what would be shown, agrees, and asks', async () => {
    const firm = await sit('firm@shanghai.example')
    await firm.go(base + '/schemes/financing-request')
    await firm.enter('.head button.go')
    await firm.type('#f-sum', '3000000')
    await firm.type('#f-months', '12')
    await firm.type('#f-purpose', 'material for an order')
    await firm.type('#f-banks', banks.slice(0, 2).join('\n'))
    await firm.enter('#form button[value=submit]')
    want((await firm.text()).includes(way.zh ? '至少选择三家银行' : 'At least three banks'), 'two banks were enough: ' + await firm.text())
    firm.v.complaints.splice(0) // the browser says that it was refused
    await firm.enter('main a[href$="/disclosure"]')
    await firm.look(`keys-shown-${way.lang.slice(0, 2)}`)
    await firm.enter('form[action$="/disclosure"] button')
    await firm.type('#f-banks', banks.join('\n'))
    await firm.enter('#form button[value=submit]')
    request = new URL(firm.page.url()).pathname
    want((await firm.text('.holder')).includes(way.zh ? '融资服务岗' : 'financing desk'), 'the desk does not have it: ' + await firm.text('.holder'))
  })
  await step('  the desk passes it on', async () => {
    const desk = await sit('desk@shanghai.example')
    await desk.enter(`main a[href="${request}"]`)
    await desk.enter('form[action$="/actions/pass_on"] button')
    want((await desk.text('.notice.ok')).length > 0, 'it is not passed on')
  })
  await step('  a bank scores it by its own sheet, which nobody else reads', async () => {
    const bank = await sit('bank1@shanghai.example')
    await bank.enter(`main a[href="${request}"]`)
    await bank.enter('main a[href$="/disclosure"]')
    await bank.enter('form[action$="/score"] button')
    want(/25/.test(await bank.text('#h-score')), 'no score stands beside what is shown: ' + await bank.text('#h-score'))
    await bank.look(`keys-scored-${way.lang.slice(0, 2)}`)
    const firm = await sit('firm@shanghai.example')
    await firm.go(base + request + '/disclosure')
    const seen = await firm.text()
    want(seen.includes(way.zh ? '按自己的评分表' : 'by a score sheet of its own') && await firm.page.locator('#h-score').count() === 0, 'the firm does not read that it was scored, or reads how')
  })
  for (const [i, offer] of offers.entries()) {
    await step(offer.loan ? `  bank ${i + 1} offers` : `  bank ${i + 1} declines`, async () => {
      const bank = await sit(`bank${i + 1}@shanghai.example`)
      await bank.enter(`main a[href="${request}"]`)
      const form = 'form[action$="/asks/offers"] '
      want(!/3\.45/.test(await bank.text()), 'a bank reads what another offered')
      await bank.choose(form + 'input[name="a.verdict"]')
      if (!offer.loan) await bank.page.keyboard.press('ArrowDown')
      if (!offer.loan) await bank.choose(form + 'select[name="a.why"]', otherReason)
      for (const [name, value] of Object.entries(offer)) await bank.type(form + `[name="a.${name}"]`, value)
      await bank.enter(form + '.act button')
      want((await bank.text('.notice.ok')).length > 0, 'the answer is not taken')
    })
  }
  await step('  the firm sees the answers side by side and takes one', async () => {
    const firm = await sit('firm@shanghai.example')
    await firm.enter(`main a[href="${request}"]`)
    const rows = await firm.page.locator('table.compare tbody tr').allInnerTexts()
    want(rows.length === 3, `${rows.length} answers stand side by side`)
    for (const [i, o] of offers.entries()) want(rows.some(r => r.includes(o.terms ?? o.why_said)), `the words of bank ${i + 1} are not there: ` + rows.join(' | '))
    want(rows[0].includes('90,000.00') && rows[1].includes('131,000.00'), 'the cheaper one does not stand first: ' + rows.join(' | '))
    want(rows.some(r => r.includes('3.45') && r.includes('90,000.00')) && rows.some(r => r.includes('4.1') && r.includes('131,000.00')), 'rate and cost do not stand in a row: ' + rows.join(' | '))
    await firm.look(`keys-offers-${way.lang.slice(0, 2)}`)
    await firm.type('#f-bank', banks[0])
    await firm.enter('#form button[value=choose]')
    want((await firm.text('.holder')).includes(way.zh ? '选定银行' : 'the chosen bank'), 'the bank does not have it: ' + await firm.text('.holder'))
  })
  await step('  the chosen bank enters the loan, and the request is over', async () => {
    const bank = await sit('bank1@shanghai.example')
    await bank.enter(`main a[href="${request}"]`)
    await bank.type('#f-lent_sum', '2500000')
    await bank.type('#f-lent_rate', '3.45%')
    await bank.to('#f-lent_on')
    await bank.page.keyboard.type('04012026') // month, day, year: the browser's own language
    want(await bank.page.locator('#f-lent_on').inputValue() === '2026-04-01', 'the day is ' + await bank.page.locator('#f-lent_on').inputValue())
    await bank.enter('#form button[value=lend]')
    want((await bank.text('.holder')).includes(way.zh ? '已放款' : 'lent'), 'it is not over: ' + await bank.text('.holder'))
    await bank.look(`keys-lent-${way.lang.slice(0, 2)}`)
    const late = await sit('bank2@shanghai.example')
    await late.go(base + request)
    want(!(await late.text()).includes('90,000.00'), 'a bank that was not taken reads what the chosen one offered')
  })
}
