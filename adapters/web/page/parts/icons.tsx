/** The page's icons: strokes on a 24 × 24 grid, in the colour of the text around them. */
import type { ComponentChildren } from 'preact'

const drawings = {
  attach: <path d="M4 16.5 9 11l4.5 4.5M12 14l2.5-2.5L20 17M4 5h16v14H4zM15.5 8.8v.4" />,
  send: <path d="M4 12 20 4l-5.5 16-3-6.5zM11.500 13.500 20 4" />,
  reply: <path d="M9 6 4 11l5 5M4 11h9q7 0 7 7" />,
  trash: <path d="M5 7h14M9.500 7V4.500h5V7M7 7l1 13h8l1-13M10.500 11v5.500M13.500 11v5.500" />,
  download: <path d="M12 4v11M7.500 11 12 15.500 16.500 11M5 20h14" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  menu: <path d="M4 7h16M4 12h16M4 17h16" />,
  album: <path d="M7 4h13v13H7zM7 14l4-4 3.500 3.500M13 12l2.500-2.500 4.500 4.500M4 7.500V20h12.500" />,
  pulse: <path d="M3 12h4l2.500-6.500 4 13L16 12h5" />,
  hidden: (
    <path d="M4 4l16 16M9.500 6.300A9 9 0 0 1 21 12a12 12 0 0 1-2.600 3.400M6 8a12 12 0 0 0-3 4 9.600 9.600 0 0 0 12 5.200M10 10.300a2.600 2.600 0 0 0 3.700 3.600" />
  ),
  group: (
    <path d="M9 11a3.200 3.200 0 1 0 0-6.400A3.200 3.200 0 0 0 9 11M3 19q0-5 6-5t6 5M15.500 5a3 3 0 0 1 0 5.800M17.500 14.300q3.500.8 3.500 4.700" />
  ),
  plus: <path d="M12 5v14M5 12h14" />,
  down: <path d="m6 10 6 6 6-6" />,
  up: <path d="m6 15 6-6 6 6" />,
  left: <path d="m15 5-7 7 7 7" />,
  right: <path d="m9 5 7 7-7 7" />,
  check: <path d="m5 12.500 4.500 4.500L19 7.500" />,
  alert: <path d="M12 4 2.800 20h18.400zM12 10v4.500M12 17.200v.3" />,
  clock: <path d="M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17M12 7.500V12l3 2" />,
  pause: <path d="M9 6v12M15 6v12" />,
  sparkle: (
    <path d="M12 3.500 13.800 9l5.700 2-5.700 2L12 18.500 10.200 13l-5.700-2 5.700-2zM19 16.500v4M17 18.500h4" />
  ),
} satisfies Record<string, ComponentChildren>

export type IconName = keyof typeof drawings

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {drawings[name]}
    </svg>
  )
}
