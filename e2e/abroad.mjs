// The order across the border in a real browser: a firm of Anhui has ordered, the laboratory signs in at Shanghai alone, takes the
// order, is refused without a report and delivers with one. Run by `make browser`; alone: node abroad.mjs [--shots FOLDER].
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, play, step, want } from './house.mjs'

const house = await open()
const { at } = house

// program is somebody who uses the interface for programs.
const program = async (base, email) => {
  const ask = async (method, path, body, token) => {
    const answer = await fetch(base + path, { method, headers: { 'Content-Type': 'application/json', 'Accept-Language': 'zh', ...(token ? { Authorization: 'Bearer ' + token } : {}) }, body: body && JSON.stringify(body) })
    const said = await answer.json()
    want(answer.ok, `${method} ${path}: ${answer.status} ${said.code} ${said.detail}`)
    return said
  }
  const { token } = await ask('POST', '/api/v1/sign-in', { email, password: 'corridor-demo-only' })
  return (method, path, body) => ask(method, path, body, token)
}

await play(house, 'the order crosses the border in the browser', async () => {
  let no
  await step('a firm of Anhui orders from a laboratory of Shanghai', async () => {
    const firm = await program(at.anhui, 'firm@anhui.example')
    const yearly = await firm('POST', '/api/v1/cases', { scheme: 'voucher-entitlement', org: '91340100MA0DEMQ19B' })
    await firm('PUT', `/api/v1/cases/${yearly.id}/form`, { fields: { asked: '80000', planned_use: '委托检测', bank_account: '6222021', tax_consent: 'true' } })
    for (const [email, action] of [['firm', 'submit'], ['city', 'recommend'], ['review', 'grant']]) {
      await (await program(at.anhui, `${email}@anhui.example`))('POST', `/api/v1/cases/${yearly.id}/actions/${action}`, {})
    }
    const order = await firm('POST', '/api/v1/cases', { scheme: 'voucher-order', parent: yearly.id })
    await firm('PUT', `/api/v1/cases/${order.id}/form`, { fields: { provider: '12310000DEMQ000341', service: 'testing', quote: '60000', purpose: '正极材料冷冻电镜表征' } })
    no = (await firm('POST', `/api/v1/cases/${order.id}/actions/file`, {})).no
  })

  const lab = await (await house.visitor()).signIn(at.shanghai, 'lab@shanghai.example')
  // until loads a page again until it says something, and waits for the answer to no letter.
  const until = async (url, text) => {
    for (const end = Date.now() + 60_000; ;) {
      await lab.go(url)
      const said = await lab.text()
      if (said.includes(text) && !said.includes('已发出，等对方节点答复')) return
      want(Date.now() < end, `${url} does not say ${text}`)
      await lab.page.waitForTimeout(200)
    }
  }
  let page
  await step('the laboratory finds it on its home page and in the list', async () => {
    await until(at.shanghai + '/', no)
    await lab.go(at.shanghai + '/cases/abroad?state=ended')
    await lab.look('cases-abroad-none')
    await lab.go(at.shanghai + '/cases/abroad')
    await lab.look('cases-abroad')
    await lab.press(`table tbody a:has-text("${no}")`)
    page = lab.page.url().split('?')[0]
    await lab.look('case-abroad')
  })

  await step('it takes the order, is refused without a report, and delivers with one', async () => {
    await lab.press('#act button[value=accept]')
    await until(page, '已受理')
    await lab.press('#act button[value=deliver]')
    await until(page, '对方节点没有办理')
    await lab.look('case-abroad-refused')
    const file = join(house.dir, 'report.txt')
    writeFileSync(file, '冷冻电镜表征报告')
    await lab.page.setInputFiles('#f-report', file)
    await lab.press('#act button[value=deliver]')
    await until(page, 'report.txt')
    await lab.look('case-abroad-delivered')
  })

  await step('the same in English', async () => {
    const guest = await (await house.visitor('en-GB')).signIn(at.shanghai, 'lab@shanghai.example')
    for (const [name, url] of [['en-cases-abroad', at.shanghai + '/cases/abroad'], ['en-case-abroad', page]]) {
      await guest.go(url)
      await guest.look(name)
    }
    const admin = await (await house.visitor()).signIn(at.anhui, 'admin@anhui.example')
    await admin.go(at.anhui + '/letters?kind=case.')
    want((await admin.text()).includes('办理步骤'), 'the letters do not show the laboratory\'s steps')
    await admin.look('letters-cases')
  })
})
