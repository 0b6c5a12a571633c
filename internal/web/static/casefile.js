// A file of a case is checked as it is chosen: it goes to the node at once, and what the node says of it (type, size, scanner, whether
// another case has used it) stands beside the field before anything is saved. Without this file the form sends all files with itself.
(() => {
  'use strict'
  const size = n => n < 1024 ? `${n} B` : n < 1048576 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1048576).toFixed(1)} MiB`
  const make = (tag, text, set = {}) => {
    const e = Object.assign(document.createElement(tag), set)
    if (text) e.textContent = text
    return e
  }

  for (const form of document.querySelectorAll('form[data-files]')) {
    const at = form.dataset.files
    const [checking, checked, scanned, used, refused, drop] = form.dataset.says.split('|')
    let under = 0 // files that are under way
    let then = null // the button that was pressed meanwhile

    const listOf = input => {
      let list = input.parentElement.querySelector('.filelist')
      if (!list) {
        list = make('ul', '', { className: 'filelist' })
        input.before(list)
      }
      list.setAttribute('aria-live', 'polite')
      return list
    }

    // taken turns a row into what the page of the node would show: the form names the file by its digest.
    const taken = (row, input, file, answer) => {
      const kept = make('input', '', { type: 'hidden', name: input.name + '.kept', value: answer.digest })
      const link = make('a', file.name, { href: `${at}/${answer.digest}` })
      const says = make('span', `${size(answer.size)} · ${answer.type} · ${answer.digest.slice(0, 8)}…`, { className: 'small' })
      const state = make('span', [checked, answer.scanned ? scanned : ''].filter(Boolean).join(' · '), { className: 'chip ok' })
      const label = make('label', '', { className: 'choice' })
      label.append(make('input', '', { type: 'checkbox', name: input.name + '.drop', value: answer.digest }), ` ${drop} `, make('span', file.name, { className: 'sr' }))
      row.className = ''
      row.replaceChildren(kept, link, ' ', says, ' ', state, ' ', label)
      if (answer.used) row.append(make('span', used, { className: 'error' }))
    }

    const bring = (input, file, row) => new Promise(done => {
      const bar = row.querySelector('progress')
      const x = new XMLHttpRequest()
      x.open('POST', `/api/v1${at}?name=${encodeURIComponent(file.name)}`)
      x.setRequestHeader('Content-Type', 'application/octet-stream')
      x.setRequestHeader('Accept-Language', document.documentElement.lang)
      x.upload.onprogress = e => { if (e.lengthComputable) { bar.max = e.total; bar.value = e.loaded } }
      x.upload.onload = () => bar.removeAttribute('value') // it has arrived and is looked at
      x.onloadend = () => {
        let answer = {}
        try { answer = JSON.parse(x.responseText) } catch { /* no answer at all */ }
        if (x.status >= 200 && x.status < 300) taken(row, input, file, answer)
        else {
          row.className = 'bad'
          row.replaceChildren(make('b', file.name), ' ', make('span', refused + (answer.detail || x.status), { className: 'error' }))
        }
        done()
      }
      x.send(file)
    })

    form.addEventListener('change', async e => {
      const input = e.target
      if (!(input instanceof HTMLInputElement) || input.type !== 'file' || input.files.length === 0) return
      const list = listOf(input)
      const all = [...input.files]
      for (const old of list.querySelectorAll('li.bad')) old.remove()
      if (!input.multiple) list.replaceChildren() // another one replaces it
      input.value = '' // it goes by itself, and not a second time with the form
      under++
      for (const file of all) {
        const row = make('li')
        row.append(make('b', file.name), ' ', make('progress', '', { value: 0, ariaLabel: file.name }), ' ', make('span', checking + '…', { className: 'small' }))
        list.append(row)
        await bring(input, file, row)
      }
      under--
      if (under === 0 && then) form.requestSubmit(then)
    })

    form.addEventListener('submit', e => {
      if (under === 0) return
      e.preventDefault() // it is sent once all files are there
      then = e.submitter
    })
  }
})()
