// Copies commands to the clipboard.
async function copy(command) {
  getSelection().selectAllChildren(command)
  try {
    await navigator.clipboard.writeText(command.textContent)
  } catch {
    document.execCommand('copy') // if the browser doesn't allow clipboard access
  }
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await copy(document.getElementById(button.dataset.copy))
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = 'Copy' }, 2000)
  })
}
