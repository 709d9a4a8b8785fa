/** Faces: the bot's own, and the initial of everybody else. Decoration; the name always stands beside it. */
import type { WirePerson } from '../../wire.ts'

/** The familiar's head; `server/bundle.ts` has it as the page's icon. */
export function Mascot() {
  return (
    <svg class="mascot" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path class="mascot-fur" d="M10 8q2-4 6-1l11 9h10l11-9q4-3 6 1 3 9 1 22a24 24 0 1 1-46 0Q7 17 10 8Z" />
      <path class="mascot-ear" d="M14 13q6 3 9 7-6 2-9 7-2-7 0-14ZM50 13q-6 3-9 7 6 2 9 7 2-7 0-14Z" />
      <g class="mascot-eyes">
        <ellipse class="mascot-iris" cx="22" cy="36" rx="6.500" ry="7.500" />
        <ellipse class="mascot-iris" cx="42" cy="36" rx="6.500" ry="7.500" />
        <ellipse class="mascot-pupil" cx="22" cy="36" rx="2.400" ry="6.400" />
        <ellipse class="mascot-pupil" cx="42" cy="36" rx="2.400" ry="6.400" />
        <circle class="mascot-glint" cx="24" cy="33" r="1.500" />
        <circle class="mascot-glint" cx="44" cy="33" r="1.500" />
      </g>
      <path class="mascot-nose" d="m28.500 46.500 3.500 3.500 3.500-3.500Z" />
      <path class="mascot-whiskers" d="M6 44l9-1M6 50l9-2M58 44l-9-1M58 50l-9-2" />
    </svg>
  )
}

export function Avatar({ person }: { person?: WirePerson }) {
  if (!person) return <span class="avatar avatar-bot">{<Mascot />}</span>
  const [initial] = new Intl.Segmenter().segment(person.name)
  return (
    <span class={`avatar hue-${person.colour}`} aria-hidden="true">
      {initial?.segment.toUpperCase()}
    </span>
  )
}
