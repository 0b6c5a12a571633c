// The browser runs, two at a time: each has a house and a browser of its own, and while one waits for a page the other uses
// the second processor. The longest begin first. What a run has to say is printed whole once it has ended; a table says at the end
// what each cost. Where nothing may be left out (CORRIDOR_REQUIRE, as .ci/run sets it) a picture of every page is kept in artefacts/pages.
// Run by `make browser`; alone: node all.mjs [--jobs N] [NAME…].
import { spawn } from 'node:child_process'

const kept = process.env.CORRIDOR_REQUIRE ? ['--shots', '../artefacts/pages'] : []

const runs = [
  ['face', '--sample', ...kept], // every page, as it was written and as it is shown
  ['line'], ['paths'], ['schemes'], ['promises'], ['booking'], ['documents'], ['payments'], ['published'], ['editions'], ['lab'], ['listings'],
  ['forms'], ['abroad'], ['job'],
]

const args = process.argv.slice(2)
const jobs = args[0] === '--jobs' ? Number(args.splice(0, 2)[1]) : 2
const wanted = args.length > 0 ? runs.filter(([name]) => args.includes(name)) : [...runs]
if (wanted.length === 0 || !(jobs > 0)) {
  console.error('there is no such run; there are ' + runs.map(([name]) => name).join(', '))
  process.exit(2)
}
const began = Date.now(), took = []

async function next() {
  for (let run; (run = wanted.shift());) {
    const [name, ...flags] = run, start = Date.now()
    const child = spawn(process.execPath, [name + '.mjs', ...flags], { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const s of [child.stdout, child.stderr]) s.setEncoding('utf8').on('data', text => { said += text })
    const code = await new Promise(done => child.once('close', done))
    took.push({ name, code, seconds: Math.round((Date.now() - start) / 1000) })
    console.log(`== ${[name, ...flags].join(' ')}${code ? ': FAILED' : ''}\n${said.trimEnd()}`)
  }
}

await Promise.all(Array.from({ length: jobs }, next))
const failed = took.filter(t => t.code !== 0).map(t => t.name)
console.log(`== browser: ${Math.round((Date.now() - began) / 1000)} s; ` + took.sort((a, b) => b.seconds - a.seconds).map(t => `${t.name} ${t.seconds}`).join(', '))
if (failed.length > 0) console.error('FAILED: ' + failed.join(', '))
process.exit(failed.length > 0 ? 1 : 0)
