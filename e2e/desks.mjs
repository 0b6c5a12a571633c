// The desks by keyboard alone: an administrator invites a person, an editor takes a finding of a document, an officer makes and closes a
// payment list and another releases it, a supervisor looks over the desks. Part of paths.mjs; sit seats somebody at a node, n tells the
// ways apart.
import { step, want } from './house.mjs'

export async function invitePath(sit, base, n) {
  const admin = await sit(base, 'admin@anhui.example'), address = `keys${n}@anhui.example`
  await admin.menu('/people')
  await admin.type('#i-email', address)
  await admin.type('#i-name', `auditor ${n}`)
  await admin.choose('#i-role', 1)
  want(await admin.page.locator('#i-role').inputValue() === 'auditor', 'the second role is not the auditor')
  await admin.enter('main form[action="/people"][method=post] button')
  want((await admin.text()).includes(address), 'the invitation is not shown')
  await admin.look(`keys-invited-${n}`)
}

export async function findingPath(sit, base, n) {
  const editor = await sit(base, 'editor@office.example')
  await editor.menu('/documents')
  await editor.type('#name', `keys-${n}.txt`)
  await editor.type('#text', `截至2026年2月底，全省已受理申请${20 + n}件，支持金额${n + 1}.2万元。`)
  await editor.enter('#take button')
  const fact = 'article.fact:has-text("支持金额")'
  await editor.to(fact + ' button[value=accept]')
  await editor.page.keyboard.press('Enter')
  await editor.page.locator(fact + '[data-state=accepted]').first().waitFor()
  await editor.look(`keys-finding-${n}`)
}

export async function listPath(sit, base, n, approved) {
  const firm = await sit(base, 'firm@anhui.example')
  await firm.go(base + '/payees')
  await firm.type('#holder', 'Chaohu Battery (demo)')
  await firm.type('#bank', 'demo bank')
  await firm.type('#account', `6217 0000 1234 56${70 + n}`)
  await firm.enter('form[action="/payees"] button')
  await approved()
  const finance = await sit(base, 'finance@anhui.example')
  await finance.go(base + '/payees')
  await finance.enter('button[value=confirm]')
  await finance.go(base + '/payments')
  await finance.enter('form[action="/payments/lists"] button.go')
  const list = finance.page.url().split('?')[0]
  await finance.enter('form[action$="/close"] button')
  want(await finance.page.locator('form[action$="/release"]').count() === 0, 'who made the list may release it')
  const other = await sit(base, 'release@anhui.example')
  await other.menu('/payments/lists')
  await other.enter(`main a[href="${new URL(list).pathname}"]`)
  await other.enter('form[action$="/release"] button')
  want(await other.page.locator('main a[href*="/file?format=csv"]').count() > 0, 'the released list has no file')
  await other.look(`keys-released-${n}`)
}

export async function supervisePath(sit, base, n) {
  const supervisor = await sit(base, 'supervise@anhui.example')
  await supervisor.menu('/office')
  await supervisor.look(`keys-office-${n}`)
  await supervisor.enter('.figs a')
  want(supervisor.page.url().includes('/queue'), 'what waits does not open')
}

// deskPaths goes all of them once.
export async function deskPaths(sit, { anhui, office }, called, n, approved) {
  await step(`an administrator invites a person (${called})`, () => invitePath(sit, anhui, n))
  await step(`an editor takes a finding (${called})`, () => findingPath(sit, office, n))
  await step(`an officer closes a payment list, another releases it (${called})`, () => listPath(sit, anhui, n, approved))
  await step(`a supervisor looks over the desks (${called})`, () => supervisePath(sit, anhui, n))
}
