// Each pack in a real browser, as the people of its node use it: a voucher with an order under it, an appeal, a joint
// acceptance, from the draft to the end. Every page that is looked at is checked (see house.mjs). Run by `make browser`;
// alone: node schemes.mjs [--shots FOLDER].
import { open, play, step, want } from './house.mjs'
import { townOf, untroubled } from './town.mjs'

const house = await open()
const { at } = house
const town = townOf(house)

await play(house, 'every pack holds in the browser', async () => {
  const anhui = town(at.anhui, 'anhui'), shanghai = town(at.shanghai, 'shanghai')
  const lab = '12310000DEMQ000341'
  let entitlement, order

  await step('a yearly voucher is asked for, recommended by the city and granted by the province', async () => {
    entitlement = await anhui.open('firm', 'voucher-entitlement')
    await (await anhui.who('firm')).look('entitlement-draft')
    await anhui.fill('firm', entitlement, { asked: '80000', planned_use: '委托检测', bank_account: '6222021', tax_consent: 'true' })
    await anhui.act('firm', entitlement, 'submit', { to: '已提交' })
    await anhui.act('city', entitlement, 'recommend', { to: '市级已推荐' })
    await (await anhui.act('review', entitlement, 'grant', { to: '可使用' })).look('entitlement-granted')
  })

  await step('an order under it is filed, accepted, delivered, claimed and approved', async () => {
    const firm = await anhui.who('firm')
    await firm.go(entitlement)
    await firm.press('form:has(input[name=scheme][value=voucher-order]) button')
    order = firm.page.url().split('?')[0]
    await (await anhui.fill('firm', order, { provider: lab, service: 'testing', quote: '60000', purpose: '正极材料表征' })).look('order-draft')
    await anhui.act('firm', order, 'file', { to: '已备案' })
    await anhui.act('lab', order, 'accept', { to: '已受理' })
    await anhui.fill('lab', order, { report: '报告' })
    await anhui.act('lab', order, 'deliver', { to: '已交付' })
    await anhui.fill('firm', order, { contract: '合同', signed: '2026-03-02', contract_sum: '60000', invoices: '发票', 'invoice_lines.0.seller': lab, 'invoice_lines.0.number': '26312000000012345678', 'invoice_lines.0.line': '1', 'invoice_lines.0.total': '60000', 'invoice_lines.0.amount': '60000', invoiced: '60000', slip: '回单', paid: '60000', other_subsidy: '0', rating: '5' })
    await anhui.act('firm', order, 'claim', { to: '待审核' })
    await (await anhui.act('review', order, 'approve', { asks: { for_research: 'yes' }, to: '公示中' })).look('order-noticed')
  })

  let appeal
  await step('a firm appeals without its name; units are asked at once', async () => {
    appeal = await anhui.open('firm', 'enterprise-appeal')
    await anhui.fill('firm', appeal, { kind: 'permits', question: '检测资质认定迟迟没有结果', confidential: 'true' })
    await (await anhui.act('firm', appeal, 'submit', { to: '已收件' })).look('appeal-submitted')
    await (await anhui.fill('window', appeal, { unit: '340000.science', level: 'ordinary', co_units: '340000.planning\n340000.fire' })).look('appeal-dispatch')
    await anhui.act('window', appeal, 'dispatch', { to: '已派单' })
    const science = await anhui.act('science', appeal, 'take', { to: '办理中' })
    await science.look('appeal-unit')
    want(!(await science.text()).includes('巢湖'), 'the unit reads the name of a firm that wishes to stay unnamed')
    await anhui.fill('science', appeal, { answer_text: '已协调补齐材料', root_cause: 'process' })
    await (await anhui.answer('planning', appeal, 'cohandling', { opinion: '用地无异议' })).look('appeal-co-unit')
  })

  await step('a silent unit is answered for; the voucher is paid after its notice', async () => {
    await anhui.days(14)
    await (await anhui.answer('supervise', appeal, 'cohandling', { seat: '340000.fire', opinion: '不涉及消防', reason: '逾期未复' })).look('appeal-instead')
    await anhui.act('science', appeal, 'answer', { to: '已答复' })
    await anhui.fill('firm', appeal, { satisfaction: '4' })
    await (await anhui.act('firm', appeal, 'confirm', { to: '已办结' })).look('appeal-closed')
    await (await anhui.act('finance', order, 'mark_paid', { to: '已拨付' })).look('order-paid')
    const firm = await anhui.act('firm', entitlement, 'hand_back', { to: '清理中' })
    await firm.look('entitlement-handed-back')
  })

  let works
  await step('departments inspect finished works at once; only who found a failure looks again', async () => {
    works = await shanghai.open('firm', 'joint-acceptance')
    await (await shanghai.who('firm')).look('acceptance-draft')
    await shanghai.fill('firm', works, { project_code: '2025-310115-40-01-000000', risk: 'low', permit_no: 'X1', 'buildings.0.name': '一号厂房', 'buildings.0.area': '12000', drawings: '竣工图', survey: '测量' })
    await shanghai.act('firm', works, 'submit', { to: '待受理' })
    await shanghai.fill('window', works, { departments: '310000.planning\n310000.fire' })
    await shanghai.act('window', works, 'accept', { asks: { works_done: 'yes', fire_asked: 'yes' }, to: '联合验收中' })
    await shanghai.answer('planning', works, 'inspection', { verdict: 'passed' })
    const fire = await shanghai.who('fire')
    await fire.go(works)
    await fire.look('acceptance-department')
    await shanghai.answer('fire', works, 'inspection', { verdict: 'failed', failed_items: '防火门缺失' })
    await (await shanghai.act('housing', works, 'order_fix', { to: '整改中' })).look('acceptance-rectify')
    await shanghai.fill('firm', works, { rectified: '已安装' })
    await shanghai.act('firm', works, 'reinspect', { to: '联合验收中' })
    await shanghai.answer('fire', works, 'inspection', { verdict: 'passed' })
    await (await shanghai.act('housing', works, 'conclude', { to: '验收通过' })).look('acceptance-passed')
  })

  await step('experts are drawn for a project; one steps off, the others judge each alone', async () => {
    const project = await anhui.open('firm', 'joint-fund')
    await anhui.fill('firm', project, { topic: 'ai', title: '具身智能数据集', leader: '虚构负责人', plan: '三年方案', asked: '300000', account: '6222021' })
    await anhui.act('firm', project, 'submit', { to: '待形式审查' })
    await (await anhui.act('desk', project, 'draw', { asks: { complete: 'yes' }, to: '专家评审中' })).look('draw-case-officer')
    const desk = await anhui.who('desk')
    await desk.go(project + '/draws')
    await desk.look('draw-officer')
    const english = await (await house.visitor('en-GB')).signIn(at.anhui, 'firm@anhui.example')
    await english.go(project + '/draws')
    await english.look('draw-firm-en')
    await desk.go(at.anhui + '/experts')
    await desk.look('experts')
    await english.go(project)
    await english.look('draw-case-firm-en')
    let first = true
    for (let n = 1; n <= 7; n++) {
      const v = await anhui.who('expert' + n)
      if (!(await v.page.goto(project)).ok()) { v.complaints.splice(0); continue } // was not drawn
      if (first) {
        await v.look('draw-expert')
        await v.page.locator('details:has(form[action$="/strike"]) summary').click()
        await v.page.locator('form[action$="/strike"] textarea').fill('与负责人合作过')
        await v.press('form[action$="/strike"] button')
        first = false
        n = 0 // the one who steps in may have been passed already
        continue
      }
      const form = v.page.locator('form[action$="/asks/panel"]')
      if (await form.count() === 0) continue // has answered
      for (const part of ['idea', 'plan', 'team']) await form.locator(`[name="a.score_${part}"]`).fill(String(80 + n))
      await form.locator('[name="a.no_conflict"]').selectOption('true')
      await v.press(form.locator('button').last())
      await untroubled(v, 'an expert cannot answer: ')
    }
    await (await anhui.act('head', project, 'approve', { to: '公示中' })).look('draw-approved')
    const anybody = await house.visitor()
    await anybody.go(at.anhui + '/log')
    const entry = anybody.page.locator('a[href^="/log/entries/"]', { hasText: /./ })
    want(await entry.count() > 0, 'the log shows no entry')
  })

  await step('every scheme of a node has a page with its drawing, in both languages', async () => {
    for (const lang of ['zh-CN', 'en-GB']) {
      const v = await house.visitor(lang)
      for (const scheme of ['voucher-entitlement', 'voucher-order', 'enterprise-appeal', 'joint-acceptance', 'future-talent']) {
        await v.go(`${at.shanghai}/schemes/${scheme}`)
        await v.look(`scheme-${scheme}-${lang.slice(0, 2)}`)
        want(await v.page.locator('svg.diagram desc').count() === 1, `${scheme} is not drawn`)
      }
    }
  })

  await step('the order closes when its audit window ends, and the entitlement after it', async () => {
    await anhui.days(366)
    const firm = await anhui.who('firm')
    for (const [url, name] of [[order, 'order'], [entitlement, 'entitlement']]) {
      for (const end = Date.now() + 60_000; ;) {
        await firm.go(url)
        const now = await firm.text('section.holder div')
        if (now.includes('已办结') || now.includes('已关闭')) break
        want(Date.now() < end, `the ${name} stands in ${now}`)
        await firm.page.waitForTimeout(500)
      }
      await firm.look(name + '-closed')
    }
  })
})
