// A payment day in a real browser, zh and en, 1440 and 390: what is open to a firm, its account, two vouchers approved,
// a list made, closed, released by another officer, the bank's answers with a bad row, one payment returned and paid again,
// the books beside lists and answers, budgets. Run by `make browser`; alone: node payments.mjs [--shots FOLDER].
import { open, play, step, want } from './house.mjs'

const lab = '12310000DEMQ000341'
const account = '6217 0000 1234 5678'
const house = await open()
const { at } = house
const anhui = at.anhui

const signIn = async (email, lang) => (await house.visitor(lang)).signIn(anhui, email)
const csv = rows => ({ name: 'answers.csv', mimeType: 'text/csv', buffer: Buffer.from('付款编号,状态,金额（元）,收款账号,原因\n' + rows.join('\n') + '\n') })

await play(house, 'payments hold in the browser', async () => {
  const firm = await signIn('firm@anhui.example')
  const finance = await signIn('finance@anhui.example')
  const cases = []
  let list

  await step('a firm sees what every open scheme means for it, and begins', async () => {
    await firm.go(anhui + '/')
    await firm.look('pay-home')
    await firm.go(anhui + '/open')
    want((await firm.text()).includes('看来符合'), 'no scheme seems to fit')
    await firm.look('pay-open')
    await firm.press('section[aria-labelledby="s-voucher"] form button')
    want(firm.page.url().includes('/cases/'), 'beginning led to ' + firm.page.url())
  })

  await step('two vouchers are filed and approved', async () => {
    const review = await signIn('review@anhui.example')
    for (const sum of ['48000', '20000']) {
      if (cases.length > 0) {
        await firm.go(anhui + '/schemes/voucher')
        await firm.press('.head button.go')
      }
      await firm.page.fill('#f-provider', lab)
      await firm.page.fill('#f-purpose', '正极材料冷冻电镜表征（演示）')
      await firm.page.fill('#f-contract_sum', sum)
      await firm.page.fill('#f-invoiced', sum)
      await firm.press('#form button[value=file]')
      cases.push(firm.page.url().split('?')[0])
      await review.go(cases.at(-1))
      await review.press('section[aria-labelledby="h-approve"] button')
    }
  })

  await step('nobody can be paid without an account; the firm gives one and a desk confirms it', async () => {
    await finance.go(anhui + '/payments')
    want((await finance.text()).includes('没有收款账户'), 'a missing account is not said')
    await finance.look('pay-no-account')
    await firm.go(anhui + '/payees')
    await firm.page.fill('#holder', '巢湖电池材料有限公司（演示）')
    await firm.page.fill('#bank', '演示银行合肥分行')
    await firm.page.fill('#account', '12')
    await firm.press('form[action="/payees"] button')
    want(await firm.page.locator('.field.bad').count() === 1, 'a number of two digits was not refused at its field')
    firm.complaints.splice(0)
    await firm.page.fill('#account', account)
    await firm.press('form[action="/payees"] button')
    await firm.look('pay-payee')
    await finance.go(anhui + '/payees')
    await finance.look('pay-payees')
    await finance.press('button[value=confirm]')
  })

  await step('one officer makes and closes a list, another releases it', async () => {
    await finance.go(anhui + '/payments')
    await finance.look('pay-gather')
    await finance.press('form[action="/payments/lists"] button.go')
    list = finance.page.url().split('?')[0]
    await finance.look('pay-list-open')
    await finance.press('form[action$="/close"] button')
    want((await finance.text()).includes('两人办理'), 'the maker may release')
    await finance.look('pay-list-closed')
    const other = await signIn('release@anhui.example')
    await other.go(list)
    await other.press('form[action$="/release"] button')
    await other.look('pay-list-released')
    await other.go(list + '/letter')
    await other.look('pay-letter')
    const [file] = await Promise.all([other.page.waitForEvent('download'), other.page.goto(list + '/file?format=csv&encoding=gb18030').catch(() => {})])
    want((await file.suggestedFilename()).startsWith('FK-34-'), 'the file is called ' + await file.suggestedFilename())
    await other.go(anhui + '/payments/lists')
    await other.look('pay-lists')
    await other.go(anhui + '/payments/unanswered')
    await other.look('pay-unanswered')
  })

  await step('the bank answers: one paid, one returned, one row that is nobody\'s', async () => {
    await finance.go(list)
    const no = (await finance.text('h1')).trim()
    const rows = [`${no}-001,已付,24000,,`, `${no}-002,退票,10000,,账号与户名不符`, `${no}-009,已付,5,,`]
    for (const act of ['check', 'take']) {
      await finance.go(anhui + '/payments/answers')
      await finance.page.setInputFiles('#file', csv(rows))
      await finance.press(`button[value=${act}]`)
      want((await finance.text()).includes('不是任何已签发清单上的付款编号'), 'the bad row is not named')
      await finance.look('pay-answers-' + act)
    }
    await firm.go(cases[0])
    want((await firm.text()).includes('已拨付'), 'the case is not paid')
    await firm.look('pay-case')
    await finance.go(anhui + '/payments')
    want((await finance.text()).includes('被银行退过款'), 'the returned account is not named')
    await finance.look('pay-returned')
  })

  await step('the firm corrects its account and is paid by a later list', async () => {
    await firm.go(anhui + '/payees')
    await firm.page.fill('#holder', '巢湖电池材料有限公司（演示）')
    await firm.page.fill('#bank', '演示银行合肥分行')
    await firm.page.fill('#account', '6217 0000 9999 0001')
    await firm.press('form[action="/payees"] button')
    await finance.go(anhui + '/payees')
    await finance.press('button[value=confirm]')
    await finance.go(anhui + '/payments')
    await finance.press('form[action="/payments/lists"] button.go')
    want((await finance.text()).includes('621700009990001') || (await finance.text()).includes('6217000099990001'), 'the new account is not on the list')
  })

  await step('books, lists and answers agree; the budget says when it ends', async () => {
    await finance.go(anhui + '/payments/reconcile')
    want((await finance.text()).includes('账簿与回执相符'), 'they do not agree')
    await finance.look('pay-reconcile')
    await finance.go(anhui + '/payments/owed')
    await finance.look('pay-owed')
    await finance.go(anhui + '/budgets')
    await finance.look('pay-budgets')
  })

  await step('the same pages in English', async () => {
    const english = await signIn('finance@anhui.example', 'en-GB')
    for (const [name, path] of [['gather', '/payments'], ['lists', '/payments/lists'], ['answers', '/payments/answers'], ['payees', '/payees'], ['reconcile', '/payments/reconcile'], ['budgets', '/budgets']]) {
      await english.go(anhui + path)
      await english.look('pay-en-' + name)
    }
    await english.go(list)
    await english.look('pay-en-list')
    const clerk = await signIn('firm@anhui.example', 'en-GB')
    await clerk.go(anhui + '/open')
    await clerk.look('pay-en-open')
  })
})
