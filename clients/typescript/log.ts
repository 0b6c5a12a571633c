// What a follower of a Corridor log checks, written from docs/federation.md alone: signed notes (C2SP signed-note), checkpoints
// (tlog-checkpoint), entry bundles (tlog-tiles), Merkle trees and receipts. It trusts one thing: the verifier key that it is given.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto'

export class Refusal extends Error {
  // The first word names what is false: key, checkpoint, signature, witness, origin, size, root, entries, leaf, proof, commitment,
  // record, sum, form.
  constructor(part: string, message: string) { super(`${part}: ${message}`) }
}

const sha256 = (...parts: (Uint8Array | string)[]): Buffer => {
  const h = createHash('sha256')
  for (const p of parts) h.update(p)
  return h.digest()
}

export interface Verifier { name: string, id: Buffer, key: Buffer }

const ofLog = 1, ofWitness = 4 // algorithms: Ed25519, and Ed25519 cosignature/v1

// parseVerifier reads a verifier key: name+hash+base64(algorithm || Ed25519 public key); the hash is the first four bytes of
// SHA-256(name || "\n" || algorithm || key).
export function parseVerifier(text: string, algorithm = ofLog): Verifier {
  const cut = text.trim().split('+')
  const [name, hash] = cut
  const raw = Buffer.from(cut.slice(2).join('+'), 'base64')
  if (!name || raw.length !== 33 || raw[0] !== algorithm) throw new Refusal('key', `this is no Ed25519 verifier key of a ${algorithm === ofLog ? 'log' : 'witness'}`)
  const id = sha256(name, '\n', raw).subarray(0, 4)
  if (id.toString('hex') !== hash) throw new Refusal('key', 'the hash in the key is not its own')
  return { name, id, key: raw.subarray(1) }
}

// An Ed25519 public key in SubjectPublicKeyInfo is this prefix and the 32 bytes.
const publicKey = (v: Verifier) => createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), v.key]), format: 'der', type: 'spki' })

// signatureOf finds what a note carries of a key: the signature without the number of the key, or nothing.
function signatureOf(note: string, v: Verifier): { text: string, sig?: Buffer } {
  const at = note.lastIndexOf('\n\n')
  if (at < 0) throw new Refusal('checkpoint', 'this is no signed note')
  const text = note.slice(0, at + 1)
  for (const line of note.slice(at + 2).split('\n')) {
    const [dash, name, value] = line.split(' ')
    if (dash !== '—' || name !== v.name || value === undefined) continue
    const sig = Buffer.from(value, 'base64')
    if (sig.subarray(0, 4).equals(v.id)) return { text, sig: sig.subarray(4) }
  }
  return { text }
}

// openNote returns the text of a note that the key has signed. Signatures of others are passed over.
export function openNote(note: string, v: Verifier): string {
  const { text, sig } = signatureOf(note, v)
  if (sig === undefined) throw new Refusal('signature', `the note is not signed by ${v.name}`)
  if (!verifySignature(null, Buffer.from(text), publicKey(v), sig)) throw new Refusal('signature', 'the signature is false')
  return text
}

// cosignedAt says when a witness cosigned a checkpoint (C2SP tlog-cosignature v1): eight bytes of seconds, then the signature over
// "cosignature/v1", that time and the text. null: it has not. A false one is refused.
export function cosignedAt(note: string, witnessKey: string): Date | null {
  const v = parseVerifier(witnessKey, ofWitness)
  const { text, sig } = signatureOf(note, v)
  if (sig === undefined) return null
  if (sig.length !== 72) throw new Refusal('witness', `the cosignature of ${v.name} is cut short`)
  const at = sig.readBigUInt64BE(0)
  if (!verifySignature(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), publicKey(v), sig.subarray(8))) throw new Refusal('witness', `the cosignature of ${v.name} is false`)
  return new Date(Number(at) * 1000)
}

export interface Checkpoint { origin: string, size: number, root: Buffer }

export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root] = text.split('\n')
  const n = Number(size), r = Buffer.from(root ?? '', 'base64')
  if (!origin || !Number.isSafeInteger(n) || n < 0 || String(n) !== size || r.length !== 32) throw new Refusal('checkpoint', 'this is no checkpoint')
  return { origin, size: n, root: r }
}

export const leafHash = (leaf: Uint8Array): Buffer => sha256(Buffer.from([0]), leaf)
const nodeHash = (l: Uint8Array, r: Uint8Array): Buffer => sha256(Buffer.from([1]), l, r)

// Edge is the right edge of a Merkle tree (RFC 6962): the roots of its whole subtrees, the largest first. What is appended to a
// verified edge and makes a signed root continues all that was verified before, so this is the check of consistency.
export class Edge {
  size: number
  parts: { level: number, hash: Buffer }[]
  constructor(size = 0, parts: { level: number, hash: Buffer }[] = []) {
    this.size = size
    this.parts = parts
  }

  append(leaf: Uint8Array): void {
    let at = { level: 0, hash: leafHash(leaf) }
    while (this.parts.length > 0 && this.parts[this.parts.length - 1].level === at.level) {
      at = { level: at.level + 1, hash: nodeHash(this.parts.pop()!.hash, at.hash) }
    }
    this.parts.push(at)
    this.size++
  }

  root(): Buffer {
    if (this.parts.length === 0) return sha256()
    return this.parts.map(p => p.hash).reduceRight((right, left) => nodeHash(left, right))
  }

  toJSON() { return { size: this.size, parts: this.parts.map(p => ({ level: p.level, hash: p.hash.toString('base64') })) } }

  static from(j: { size: number, parts: { level: number, hash: string }[] }): Edge {
    return new Edge(j.size, j.parts.map(p => ({ level: p.level, hash: Buffer.from(p.hash, 'base64') })))
  }
}

export const bundleWidth = 256

// bundlePath is the address of an entry bundle: groups of three digits, all but the last with an x before it.
export function bundlePath(n: number, width: number): string {
  let path = String(n % 1000).padStart(3, '0')
  for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000)) path = 'x' + String(n % 1000).padStart(3, '0') + '/' + path
  return 'tile/entries/' + path + (width < bundleWidth ? `.p/${width}` : '')
}

// readBundle cuts a bundle into leaves: each is its length in two bytes, big-endian, and its bytes.
export function readBundle(b: Buffer): Buffer[] {
  const out: Buffer[] = []
  for (let at = 0; at < b.length;) {
    if (at + 2 > b.length || at + 2 + b.readUInt16BE(at) > b.length) throw new Refusal('entries', 'a bundle is cut short')
    const n = b.readUInt16BE(at)
    out.push(b.subarray(at + 2, at + 2 + n))
    at += 2 + n
  }
  return out
}

// checkInclusion checks that a leaf stands at an index of a tree; the proof goes from the leaf to the root (RFC 9162, 2.1.3.2).
export function checkInclusion(c: Checkpoint, index: number, leaf: Buffer, proof: Buffer[]): void {
  if (index >= c.size) throw new Refusal('proof', 'the index lies outside the tree')
  let fn = index, sn = c.size - 1, at = leaf
  for (const p of proof) {
    if (sn === 0) throw new Refusal('proof', 'the proof is too long')
    if (fn % 2 === 1 || fn === sn) {
      at = nodeHash(p, at)
      while (fn % 2 === 0 && fn !== 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2) }
    } else at = nodeHash(at, p)
    fn = Math.floor(fn / 2); sn = Math.floor(sn / 2)
  }
  if (sn !== 0 || !at.equals(c.root)) throw new Refusal('proof', 'the leaf does not stand in the signed tree')
}

export interface Shown { origin: string, index: number, size: number, leaf: { kind: string, day: string, fields: Record<string, unknown> }, record?: string }

// checkReceipt checks a receipt by the log's key, asking nobody.
export function checkReceipt(text: string, v: Verifier): Shown {
  const at = text.indexOf('\n\n')
  const lines = text.slice(0, Math.max(at, 0)).split('\n')
  if (at < 0 || lines[0] !== 'corridor receipt v1') throw new Refusal('form', 'this is no receipt')
  const all = lines.slice(1).map(l => [l.slice(0, l.indexOf(' ')), l.slice(l.indexOf(' ') + 1)])
  const one = (name: string): string | undefined => all.find(([n]) => n === name)?.[1]
  const need = (name: string): string => one(name) ?? (() => { throw new Refusal('form', `the receipt has no ${name}`) })()
  const c = parseCheckpoint(openNote(text.slice(at + 2), v))
  if (need('log') !== c.origin || c.origin !== v.name) throw new Refusal('origin', 'the receipt is of another log')
  const leaf = need('leaf'), hash = leafHash(Buffer.from(leaf))
  if (need('leaf-hash') !== 'sha256:' + hash.toString('base64')) throw new Refusal('leaf', 'the leaf was changed')
  const index = Number(need('index'))
  checkInclusion(c, index, hash, all.filter(([n]) => n === 'proof').map(([, p]) => Buffer.from(p, 'base64')))
  const said = JSON.parse(leaf)
  const digest = (what: string, salt: string, record: Uint8Array): string => 'sha256:' + sha256(`corridor/${what}/1\n`, Buffer.from(salt, 'base64'), record).toString('base64')
  const salt = one('salt'), recordSalt = one('record-salt')
  if (salt !== undefined && digest('commitment', salt, Buffer.from(need('private'))) !== said.commitment) throw new Refusal('commitment', 'the private record is not the one that was committed to')
  let record: string | undefined
  if (recordSalt !== undefined) {
    const raw = Buffer.from(need('record'), 'base64')
    if (digest('record', recordSalt, raw) !== said.record) throw new Refusal('record', 'the public record is not the one that was committed to')
    record = raw.toString()
  }
  const below = text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1)
  if (need('sum') !== 'sha256:' + sha256(below).toString('hex')) throw new Refusal('sum', 'something in the receipt was changed')
  return { origin: c.origin, index, size: c.size, leaf: said, record }
}
