// What is offered, in a real browser without JavaScript: anybody reads the catalogue and one listing; a laboratory enters an instrument,
// is told what is wrong beside each field, submits, publishes, changes and copies it, and checks a sheet; the office of the region
// reviews; a program reads the catalogue as DCAT-AP, valid by the published shapes. See house.mjs.
import { validate } from './dcat.mjs'
import { open, play, step, want } from './house.mjs'

const house = await open()
const node = house.at.shanghai

await play(house, 'listings hold in the browser', async () => {
  const anybody = await house.visitor()
  await step('anybody reads what is offered, kind by kind, in both languages', async () => {
    await anybody.go(node + '/listings')
    await anybody.look('l-listings')
    for (const kind of ['instrument', 'data', 'compute', 'finance', 'demand', 'scenario', 'expert', 'technology', 'service', 'lab', 'facility']) {
      await anybody.go(`${node}/listings?kind=${kind}`)
      want(await anybody.page.locator('table.pile tbody tr').count() > 0, `nothing of the kind ${kind}`)
    }
    await anybody.go(`${node}/listings?kind=instrument`)
    await anybody.press('table.pile tbody th a')
    want(!(await anybody.text()).includes('000-00000000'), 'a private telephone number is public')
    await anybody.look('l-listing')
    await anybody.go(anybody.page.url() + '?lang=en')
    await anybody.look('l-listing-en')
  })

  const lab = await (await house.visitor()).signIn(node, 'lab@shanghai.example')
  const page = lab.page
  let listing
  await step('a laboratory enters an instrument; what is wrong stands beside its field', async () => {
    await lab.go(node + '/listings/mine')
    await lab.look('l-mine')
    await lab.go(node + '/listings/new')
    await lab.look('l-kinds')
    await lab.press('table.pile a[href*="kind=instrument"]')
    want(await page.inputValue('#f-region') === '310115', 'the region of the owner is not filled in')
    await page.fill('#f-name', '低温探针台')
    await page.fill('#f-inner_id', 'E2E-1')
    await page.fill('#f-worth', '很贵')
    await lab.press('form button.go:text("登记")')
    want(await page.locator('#f-worth-e').count() === 1, 'the wrong sum is not named beside its field')
    lab.complaints.length = 0 // the browser says that the answer was 422
    await lab.look('l-new-refused')
    await page.fill('#f-worth', '180万')
    await lab.press('form button.go:text("登记")')
    listing = new URL(page.url()).pathname
    want(/^\/listings\/[0-9A-Z]{26}$/.test(listing), `entering led to ${listing}`)
    await lab.press('button:text("提交单位审核")')
    await lab.press('button:text("发布")')
    want((await lab.text()).includes('请填写'), 'an instrument without its fields is published')
    lab.complaints.length = 0 // the browser says that the answer was 422
    await lab.look('l-not-yet')
  })

  await step('with all that its kind needs it is published, changed and copied; each version says what changed', async () => {
    await lab.go(node + listing + '/edit')
    for (const [id, value] of [['model', 'CRX-4K'], ['manufacturer', 'Lake Shore'], ['technical', '4.5 K 至 350 K'], ['function', '变温电学测试'], ['service_content', '变温 IV 测试'], ['fee', '企业 400 元/小时'],
      ['begin_date', '2023-05-01'], ['contact', '值班室'], ['phone', '021-00000000'], ['price_hour', '400']]) await page.fill('#f-' + id, value)
    for (const [id, value] of [['class', '010700'], ['status', '1'], ['share', '2'], ['duty_free', 'no']]) await page.selectOption('#f-' + id, value)
    await page.check('#f-service_way input[value="3"]')
    await page.fill('#note', '补齐发布所需信息')
    await lab.look('l-edit')
    await lab.press('form button.go:text("保存")')
    await lab.press('button:text("发布")')
    want((await lab.text()).includes('已发布'), 'it is not published')
    await lab.go(node + listing + '/edit')
    await page.fill('#f-price_hour', '450')
    await lab.press('form button.go:text("保存")')
    want(await page.locator('table.pile ins:text("450.00")').count() > 0, 'the history does not say what changed')
    await lab.look('l-history')
    await anybody.go(node + listing)
    want(!(await anybody.text()).includes('值班室'), 'the contact is public')
    await lab.press('button:text("复制为新的一项")')
    want(page.url().includes('/edit'), 'a copy is not there to be changed')
  })

  await step('a sheet is checked, and each bad cell named', async () => {
    await lab.go(node + '/listings/import')
    await page.selectOption('#kind', 'service')
    await page.setInputFiles('#file', { name: 'services.csv', mimeType: 'text/csv', buffer: Buffer.from('服务名称,服务类别,服务说明,价格说明,所在地区划,联系人,联系电话,起价\n隔膜检测,检验检测,孔径,面议,310115,值班室,021-0,很多\n') })
    await lab.press('button[value=check]')
    want((await lab.text()).includes('H2'), 'the bad cell is not named')
    want(/imports\/[0-9A-Z]{26}/.test(page.url()), 'what came of the file has no address to come back to')
    await lab.look('l-import')
    await lab.go(node + '/imports')
    want((await lab.text()).includes('services.csv'), 'the file is not in the list of what was brought')
  })

  await step('the office of the region reviews', async () => {
    const officer = await (await house.visitor()).signIn(node, 'desk@shanghai.example')
    await officer.go(node + '/listings/desk?state=published')
    await officer.look('l-desk')
  })

  await step('a program reads the catalogue of every node, valid by the shapes of DCAT-AP', async () => {
    for (const at of [house.at.shanghai, house.at.jiangsu, house.at.zhejiang, house.at.anhui]) {
      const said = await validate(at)
      want(said.listings > 50 && said.pages > 1, `${at}: ${JSON.stringify(said)}`)
    }
  })
})
