// Keys for the review of a document. The page works without this file; it only saves the hand a way to the mouse.
(() => {
  'use strict'
  const facts = () => [...document.querySelectorAll('.fact[id^="f"]')]
  let current = null

  function select(fact, scroll = true) {
    document.querySelectorAll('.fact.on').forEach(f => f.classList.remove('on'))
    document.querySelectorAll('.src.on').forEach(m => m.classList.remove('on'))
    current = fact && fact.id
    if (!fact) return
    fact.classList.add('on')
    const mark = document.getElementById('s' + fact.id.slice(1))
    const shown = mark && (mark.closest('.src') || mark)
    if (shown) shown.classList.add('on')
    if (scroll) {
      fact.scrollIntoView({ block: 'nearest' })
      // Only the column of the source scrolls, not the page.
      const source = shown && shown.closest('.source')
      if (source && source.scrollHeight > source.clientHeight) {
        source.scrollTop += shown.getBoundingClientRect().top - source.getBoundingClientRect().top - source.clientHeight / 3
      }
    }
  }

  const here = () => document.getElementById(current)

  function move(step, wanted = () => true) {
    const all = facts()
    let i = all.indexOf(here())
    for (i += i < 0 && step < 0 ? all.length + 1 : step; i >= 0 && i < all.length; i += step) {
      if (wanted(all[i])) return select(all[i])
    }
  }

  const waits = f => f.dataset.state === 'waiting'

  // send posts a form and puts the answer's page in the place of ours, so that nothing flickers and the place is kept.
  async function send(form, button) {
    const data = new URLSearchParams(new FormData(form))
    if (button && button.name) data.set(button.name, button.value)
    const after = current
    let answer = await fetch(form.action, { method: 'POST', body: data })
    if (new URL(answer.url).pathname !== location.pathname && answer.redirected) answer = await fetch(location.href)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.getElementById('review')
    if (!fresh) return location.assign(answer.url)
    const top = document.querySelector('.source') && document.querySelector('.source').scrollTop
    document.getElementById('review').replaceWith(document.adoptNode(fresh))
    const source = document.querySelector('.source')
    if (source) source.scrollTop = top
    ready()
    current = after
    select(here(), false)
    if (answer.ok && here() && !waits(here())) move(1, waits)
    else if (!answer.ok && here()) focusIn(here().querySelector('details[open]'))
  }

  function focusIn(details) {
    if (!details) return
    details.open = true
    const field = details.querySelector('input:not([type=hidden]), textarea, select')
    if (field) field.focus()
  }

  const act = {
    j: () => move(1), k: () => move(-1), n: () => move(1, waits),
    a: f => { const b = f.querySelector('button[value=accept]'); if (b) send(b.form, b) },
    u: f => { const form = f.querySelector('form.undo'); if (form) send(form) },
    e: f => focusIn(f.querySelector('details.correct')),
    r: f => focusIn(f.querySelector('details.reject')),
    o: f => { location.hash = '#s' + f.id.slice(1) },
  }

  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    if (e.target.closest('input, textarea, select')) {
      if (e.key === 'Escape') e.target.blur()
      return
    }
    const does = act[e.key]
    if (!does) return
    if (!here()) move(1)
    if (!here()) return
    e.preventDefault()
    does(here())
  })

  document.addEventListener('click', e => {
    const fact = e.target.closest('.fact[id^="f"]')
    if (fact) select(fact, false)
  })

  // Forms of a fact that are sent by hand keep the place, too.
  document.addEventListener('submit', e => {
    const fact = e.target.closest('.fact[id^="f"]')
    if (!fact || !fact.querySelector('form')) return
    const button = e.submitter
    const agreement = fact.querySelector('.src.agreement')
    if (agreement && button && button.value !== 'reject') return // it opens in the register
    e.preventDefault()
    current = fact.id
    send(e.target, button)
  })

  function ready() {
    document.querySelectorAll('.keys').forEach(k => { k.hidden = false })
  }
  ready()
  const asked = location.hash.match(/^#f\d+$/) && document.getElementById(location.hash.slice(1))
  if (asked) {
    select(asked, false)
    if (!waits(asked)) move(1, waits)
  }
})()
