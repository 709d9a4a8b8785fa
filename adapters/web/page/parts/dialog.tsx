/** A modal dialog: the browser's own, which keeps the focus inside, closes with Escape and gives the focus back. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface DialogProps {
  readonly label: string
  readonly close: () => void
  readonly class?: string
  readonly onKeyDown?: (event: KeyboardEvent) => void
  readonly children: ComponentChildren
}

export function Dialog({ label, close, class: name = '', onKeyDown, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current!
    const before = document.activeElement
    element.showModal()
    return () => {
      // Not by `close`, after which Chromium has the focus back in a text box and yet loses what is typed there.
      queueMicrotask(() => before instanceof HTMLElement && before.focus())
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`dialog ${name}`}
      aria-label={label}
      onKeyDown={onKeyDown}
      onCancel={event => {
        event.preventDefault()
        close()
      }}
      // A click on the backdrop is one on the dialog itself.
      onClick={event => event.target === dialog.current && close()}
    >
      {children}
    </dialog>
  )
}
