/** What the browser itself tells the page: the address, pictures dropped and pasted, the Escape key; and the tab's title. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** The part of the address behind `#`: `operator`, `direct`, or nothing for the group. */
export type View = 'group' | 'direct' | 'operator'

export function useView(): [View, (view: View) => void] {
  const [view, setView] = useState(readView)
  useEffect(() => {
    const onChange = () => setView(readView())
    window.addEventListener('hashchange', onChange)
    return () => window.removeEventListener('hashchange', onChange)
  }, [])
  const go = (next: View) => {
    location.hash = next === 'group' ? '' : next
  }
  return [view, go]
}

function readView(): View {
  const name = location.hash.slice(1)
  return name === 'operator' || name === 'direct' ? name : 'group'
}

/** Whether pictures are being dragged over the page. */
export function useDrop(off: boolean, drop: (files: Iterable<File>) => void): boolean {
  const [over, setOver] = useState(false)
  const handler = useRef(drop)
  handler.current = drop
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const busy = () => off || document.querySelector('dialog[open]') !== null
    const onDragOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      // Never leave the page for a picture that was dropped beside the mark.
      event.preventDefault()
      if (busy()) return
      setOver(true)
      clearTimeout(timer)
      timer = setTimeout(() => setOver(false), 200)
    }
    const onDrop = (event: DragEvent) => {
      if (!event.dataTransfer?.files.length) return
      event.preventDefault()
      setOver(false)
      if (!busy()) handler.current(event.dataTransfer.files)
    }
    window.addEventListener('dragover', onDragOver)
    window.addEventListener('drop', onDrop)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('dragover', onDragOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [off])
  return over
}

export function usePaste(off: boolean, paste: (files: Iterable<File>) => void): void {
  const handler = useRef(paste)
  handler.current = paste
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = event.clipboardData?.files
      if (off || !files?.length || document.querySelector('dialog[open]')) return
      event.preventDefault()
      handler.current(files)
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [off])
}

export function useEscape(on: boolean, leave: () => void): void {
  const handler = useRef(leave)
  handler.current = leave
  useLayoutEffect(() => {
    if (!on) return
    const onKeyDown = ({ key }: KeyboardEvent) => key === 'Escape' && handler.current()
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [on])
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
}
