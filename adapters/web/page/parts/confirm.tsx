/** A small button that is pressed twice: what it does cannot be taken back. */
import { useState } from 'preact/hooks'
import { t } from '../texts/index.ts'
import { Icon, type IconName } from './icons.tsx'

interface ConfirmProps {
  readonly icon: IconName
  readonly label: string
  readonly act: () => void
}

export function ConfirmTool({ icon, label, act }: ConfirmProps) {
  const [armed, setArmed] = useState(false)
  return (
    <button
      type="button"
      class={armed ? 'tool tool-armed' : 'tool'}
      aria-label={armed ? `${t.really} ${label}` : label}
      title={label}
      onBlur={() => setArmed(false)}
      onClick={() => (armed ? act() : setArmed(true))}
    >
      {armed ? t.really : <Icon name={icon} />}
    </button>
  )
}
