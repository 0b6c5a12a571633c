// Several files go one after the other, each with its progress and what became of it. Without this file the form sends
// them all at once.
(() => {
  'use strict'
  const form = document.querySelector('form[data-upload]')
  if (!form) return
  const [done, refused, reading, finished] = form.dataset.upload.split('|')
  const list = form.querySelector('.uploads')
  const input = form.querySelector('input[type=file]')

  const send = (file, row) => new Promise(resolve => {
    const data = new FormData()
    data.append('file', file)
    const x = new XMLHttpRequest()
    const bar = row.querySelector('progress')
    x.open('POST', '/api/v1/documents')
    x.setRequestHeader('Accept-Language', document.documentElement.lang)
    x.upload.onprogress = e => { if (e.lengthComputable) { bar.max = e.total; bar.value = e.loaded } }
    x.upload.onload = () => { row.querySelector('span').textContent = reading + '…'; bar.removeAttribute('value') }
    x.onloadend = () => {
      let answer = {}
      try { answer = JSON.parse(x.responseText) } catch { /* no answer at all */ }
      bar.remove()
      const ok = x.status >= 200 && x.status < 300
      row.className = ok ? 'ok' : 'bad'
      const says = row.querySelector('span')
      says.textContent = ok ? `${done}: ${answer.total}` : `${refused}: ${answer.detail || x.status}`
      if (ok) {
        const link = document.createElement('a')
        link.href = '/documents/' + answer.id
        link.textContent = row.querySelector('b').textContent
        row.querySelector('b').replaceChildren(link)
      }
      resolve(ok)
    }
    x.send(data)
  })

  form.addEventListener('submit', async e => {
    if (input.files.length < 2) return // one file, or a text: the form does it
    e.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    list.replaceChildren()
    list.hidden = false
    const rows = [...input.files].map(f => {
      const row = document.createElement('li')
      const name = document.createElement('b')
      name.textContent = f.name
      const bar = document.createElement('progress')
      bar.value = 0
      bar.setAttribute('aria-label', f.name)
      row.append(name, ' ', bar, ' ', document.createElement('span'))
      list.append(row)
      return row
    })
    for (let i = 0; i < rows.length; i++) await send(input.files[i], rows[i])
    const end = document.createElement('li')
    const again = document.createElement('a')
    again.href = '/documents'
    again.textContent = finished
    end.append(again)
    list.append(end)
    button.disabled = false
    input.value = ''
  })
})()
