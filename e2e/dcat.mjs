// The catalogue for programs against the published shapes of DCAT-AP 3.0.1: every page of a node's catalogue, as Turtle and as
// JSON-LD, read by libraries that are not ours. `validate` returns how many listings it named and throws on a violation.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import rdf from '@zazuko/env-node'
import jsonld from 'jsonld'
import { Parser } from 'n3'
import SHACLValidator from 'rdf-validate-shacl'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'dcat-ap-3')
const turtle = text => rdf.dataset(new Parser({ factory: rdf }).parse(text))
const shapes = turtle(readFileSync(join(folder, 'shapes.ttl'), 'utf8'))
for (const q of turtle(readFileSync(join(folder, 'range.ttl'), 'utf8'))) shapes.add(q)

// pages follows the catalogue to its end by the Link of each answer.
async function pages(url, read) {
  const all = rdf.dataset()
  let n = 0
  for (let next = url; next; n++) {
    const answer = await fetch(next)
    if (!answer.ok) throw new Error(`${next} answered ${answer.status}`)
    for (const q of await read(await answer.text())) all.add(q)
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1]
  }
  return { all, n }
}

const fromJSONLD = async text => turtle(await jsonld.toRDF(JSON.parse(text), { format: 'application/n-quads' }))

export async function validate(site) {
  const a = await pages(site + '/catalogue.ttl', turtle)
  const b = await pages(site + '/catalogue.jsonld', fromJSONLD)
  if (a.all.size !== b.all.size) throw new Error(`${a.all.size} statements as Turtle and ${b.all.size} as JSON-LD`)
  const validator = new SHACLValidator(shapes, { factory: rdf })
  const damaged = rdf.dataset([...a.all].filter(q => !(q.predicate.value === 'http://purl.org/dc/terms/title' && q.subject.value.endsWith('/catalogue'))))
  if ((await validator.validate(damaged)).conforms) throw new Error('a catalogue without a title is not found to be wrong')
  const report = await validator.validate(a.all)
  const bad = report.results.filter(r => r.severity?.value.endsWith('#Violation'))
  if (bad.length > 0) {
    throw new Error(bad.slice(0, 10).map(r => `${r.focusNode?.value} ${r.path?.value}: ${r.message.map(m => m.value).join(' ')} (${r.sourceConstraintComponent?.value})`).join('\n'))
  }
  const kinds = ['dcat:dataset', 'dcat:service', 'dcat:resource'].map(p => 'http://www.w3.org/ns/dcat#' + p.slice(5))
  return { pages: a.n, statements: a.all.size, listings: [...a.all].filter(q => kinds.includes(q.predicate.value)).length, warnings: report.results.length - bad.length }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await validate(process.argv[2]))
