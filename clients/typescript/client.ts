// A small client of another make: follows a log and checks receipts.
//
//   client follow URL KEY STATE [WITNESS…]   fetches what the log has grown by, checks that it continues all that STATE has seen, and
//                                            keeps STATE; says which of the witnesses, by their keys, have cosigned it
//   client receipt FILE KEY [WITNESS…]       checks a receipt offline, and cosignatures in it
//
// Node 23 and newer run it as it is (node clients/typescript/client.ts …), Node 22 with --experimental-strip-types, older ones what
// `npx esbuild clients/typescript/client.ts --bundle --platform=node --format=esm --outfile=client.mjs` makes of it.
//
// Exits with 0 when all is true, with 1 and the part that is false otherwise. Nothing of a log that is false is kept.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { bundlePath, bundleWidth, checkReceipt, cosignedAt, Edge, openNote, parseCheckpoint, parseVerifier, readBundle, Refusal } from './log.ts'

const answerMax = 16 << 20, waitMax = 20_000

async function get(url: string): Promise<Buffer> {
  const r = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(waitMax) })
  if (!r.ok) throw new Error(`${url} answered ${r.status}`)
  const b = Buffer.from(await r.arrayBuffer())
  if (b.length > answerMax) throw new Refusal('entries', 'the answer is too large')
  return b
}

// cosigned says of each witness when it cosigned a note, null where it has not.
const cosigned = (note: string, witnesses: string[]) => Object.fromEntries(witnesses.map(w => [w.split('+')[0], cosignedAt(note, w)]))

// kindOf is the kind of a leaf; one of another form has none, and is kept all the same.
function kindOf(leaf: Buffer): string {
  try { return String(JSON.parse(leaf.toString()).kind) } catch { return '' }
}

async function follow(url: string, key: string, state: string, witnesses: string[]): Promise<void> {
  const v = parseVerifier(key)
  const note = (await get(url + '/log/checkpoint')).toString()
  const c = parseCheckpoint(openNote(note, v))
  if (c.origin !== v.name) throw new Refusal('origin', `this is the log ${c.origin}`)
  const edge = existsSync(state) ? Edge.from(JSON.parse(readFileSync(state, 'utf8'))) : new Edge()
  const had = edge.size, kinds: Record<string, number> = {}
  if (c.size < had) throw new Refusal('size', `the log has shrunk from ${had} to ${c.size}`)
  while (edge.size < c.size) {
    const n = Math.floor(edge.size / bundleWidth)
    const leaves = readBundle(await get(`${url}/log/${bundlePath(n, Math.min(c.size - n * bundleWidth, bundleWidth))}`))
    const upTo = Math.min(leaves.length, c.size - n * bundleWidth), from = edge.size - n * bundleWidth
    if (upTo <= from) throw new Refusal('entries', 'a bundle has too few entries')
    for (const leaf of leaves.slice(from, upTo)) {
      edge.append(leaf)
      const kind = kindOf(leaf)
      kinds[kind] = (kinds[kind] ?? 0) + 1
    }
  }
  if (!edge.root().equals(c.root)) throw new Refusal('root', 'the entries, with all that was seen before, do not make the signed root')
  writeFileSync(state + '.new', JSON.stringify(edge))
  renameSync(state + '.new', state)
  console.log(JSON.stringify({ log: c.origin, had, size: c.size, root: c.root.toString('base64'), kinds, cosigned: cosigned(note, witnesses) }))
}

async function main([what, ...args]: string[]): Promise<void> {
  if (what === 'follow' && args.length >= 3) return follow(args[0], args[1], args[2], args.slice(3))
  if (what === 'receipt' && args.length >= 2) {
    const text = readFileSync(args[0], 'utf8'), shown = checkReceipt(text, parseVerifier(args[1]))
    return console.log(JSON.stringify({ ...shown, cosigned: cosigned(text.slice(text.indexOf('\n\n') + 2), args.slice(2)) }))
  }
  throw new Error('client follow URL KEY STATE [WITNESS…] | client receipt FILE KEY [WITNESS…]')
}

main(process.argv.slice(2)).catch(e => {
  console.error(e instanceof Refusal ? `FALSE ${e.message}` : String(e))
  process.exit(1)
})
