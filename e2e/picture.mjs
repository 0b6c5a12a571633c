// The picture of the README: an order of Anhui whose work was done in Shanghai, on one line with a side for each node, as its
// firm reads it after the tour. The tour sets the clock, so the picture changes only with the page. Part of face.mjs; alone:
// node picture.mjs [--at PORT of an office that runs already].
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { open, play, root, step, want } from './house.mjs'

const size = { width: 1280, height: 1180 }
const bytesMax = 300_000
const order = '34-26-0004-7'

export async function picture(house) {
  const firm = await (await house.visitor('en-GB')).signIn(house.at.anhui, 'firm@anhui.example')
  await firm.go(house.at.anhui + '/cases')
  await firm.press(firm.page.locator('main a', { hasText: order }).first())
  want(await firm.page.locator('.duo li.b').count() > 1, 'the order does not show what was done in the other node')
  await firm.page.setViewportSize(size)
  const path = join(root, 'docs', 'picture.png')
  await firm.page.screenshot({ path })
  const { size: bytes } = statSync(path)
  want(bytes < bytesMax, `docs/picture.png has ${bytes} bytes`)
  await firm.page.context().close()
  return `docs/picture.png, ${bytes} bytes`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const house = await open({ toured: true })
  await play(house, '', () => step('the picture of the README', () => picture(house)))
}
