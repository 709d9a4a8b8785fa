/** How the bot is doing, for whoever runs it: model, device, lessons, whom it knows, health. */
import { useEffect, useState } from 'preact/hooks'
import type { ConceptStatus, PlatformStatus, QueueStatus, Status } from '../../status.ts'
import { api } from '../state/api.ts'
import { bytes, dateOf, percent, span, t } from '../texts/index.ts'
import { Icon } from './icons.tsx'

/** Milliseconds. */
const every = 3000
const s = t.status

export function Operator({ as }: { as: string }) {
  const [status, setStatus] = useState<Status>()
  const [wrong, setWrong] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    let gone = false
    const look = async () => {
      if (document.visibilityState === 'visible')
        await api.status<Status>(as).then(
          found => {
            setStatus(found)
            setWrong('')
          },
          error => setWrong((error as Error).message),
        )
      if (!gone) timer = setTimeout(look, every)
    }
    look()
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [as])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached
    <section class="operator" aria-label={s.title} tabIndex={0}>
      {wrong !== '' && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {status && <Panels status={status} />}
    </section>
  )
}

function Panels({ status: { model, device, platforms, queue, concepts, health } }: { status: Status }) {
  const versions = Object.entries(health.versions).map(([name, version]) => `${name} ${version}`)
  return (
    <div class="panels">
      <section class="panel">
        <h2>{s.model}</h2>
        <p class="figure">{model.name}</p>
        {model.drawnWorldOnly && <p class="aside">{s.drawnWorld}</p>}
        <Facts
          facts={[
            [s.fingerprint, model.fingerprint.slice(0, 16)],
            [s.folder, model.folder],
          ]}
        />
      </section>
      <section class="panel">
        <h2>{s.device}</h2>
        <p class="figure">{device.name}</p>
        <p class="aside">{device.reason}</p>
      </section>
      <section class="panel">
        <h2>{s.health}</h2>
        <Facts
          facts={[
            [s.uptime, span(health.uptimeSeconds)],
            [s.memory, bytes(health.memory.bot)],
            [s.engineMemory, health.memory.engine === undefined ? '' : bytes(health.memory.engine)],
            [s.stall, `${Math.round(health.stallMs)} ms`],
            [s.disk, bytes(health.disk.free)],
            [s.versions, versions.join(' · ')],
          ]}
        />
      </section>
      <section class="panel panel-wide">
        <h2>{s.platforms}</h2>
        {platforms.length === 0 ? <p class="aside">{s.platformsNone}</p> : <Platforms platforms={platforms} />}
      </section>
      <section class="panel panel-wide">
        <h2>{s.queue}</h2>
        {queue.length === 0 ? <p class="aside">{s.queueEmpty}</p> : <Queue queue={queue} />}
      </section>
      <section class="panel panel-wide">
        <h2>{s.concepts}</h2>
        {concepts.length === 0 ? (
          <p class="aside">{s.conceptsEmpty}</p>
        ) : (
          <ul class="concepts">
            {concepts.map(concept => (
              <Concept key={concept.id} concept={concept} />
            ))}
          </ul>
        )}
      </section>
    </div>
  )
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value.replaceAll('/', '/\u200b')}</dd>
          </div>
        ))}
    </dl>
  )
}

function Platforms({ platforms }: { platforms: readonly PlatformStatus[] }) {
  return (
    <ul class="rows">
      {platforms.map(({ name, connected, places, invite }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span class={connected ? 'tag tag-running' : 'tag tag-away'}>{connected ? s.connected : s.disconnected}</span>
          <span class="aside">{s.places(places)}</span>
          {invite !== undefined && (
            <a class="row-end" href={invite} target="_blank" rel="noreferrer">
              {s.invite}
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}

function Queue({ queue }: { queue: readonly QueueStatus[] }) {
  return (
    <ol class="rows">
      {queue.map(({ id, name, by, state, position, share, secondsLeft }) => (
        <li key={id}>
          <strong>{name}</strong>
          <span class="aside">{s.askedBy(by)}</span>
          <span class={`tag tag-${state}`}>
            {state === 'running'
              ? s.running
              : state === 'consent'
                ? s.consent
                : position === 1
                  ? s.next
                  : s.position(position ?? 0)}
          </span>
          {share !== undefined && (
            <span class="row-end">
              <Meter label={t.progress(name)} share={share} />
              <span>{secondsLeft === undefined ? percent(share) : t.timeLeft(span(secondsLeft))}</span>
            </span>
          )}
        </li>
      ))}
    </ol>
  )
}

function Concept({ concept }: { concept: ConceptStatus }) {
  const { id, name, kind, ownerName, version, taught, description, scores, facts, sample, foreign } = concept
  const about = [version > 1 ? s.version(version) : '', facts > 0 ? s.facts(facts) : '', foreign ? s.foreign : '']
  return (
    <li class={foreign ? 'concept concept-foreign' : 'concept'}>
      {sample ? (
        <img src={`/samples/${encodeURIComponent(id)}?version=${version}`} alt={s.sampleOf(name)} />
      ) : (
        <span class="no-sample" role="img" aria-label={s.noSample}>
          <Icon name="album" />
        </span>
      )}
      <div>
        <h3>
          {name} <small>{kind === 'pet' ? t.pet : kind === 'person' ? t.person : kind}</small>
        </h3>
        {description && <p>{description}</p>}
        <p class="score">
          <span>
            {s.recognition} <strong>{percent(scores.kept)}</strong>
          </span>
          <Meter label={`${s.recognition}: ${name}`} share={scores.kept} />
          <span class="aside">{s.before(percent(scores.start))}</span>
        </p>
        <p class="aside">{[s.taughtBy(ownerName, dateOf(taught)), ...about].filter(Boolean).join(' · ')}</p>
      </div>
    </li>
  )
}

function Meter({ label, share }: { label: string; share: number }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the browser's own meter takes no style
    <span
      class="bar"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * share)}
    >
      <span class="bar-done" style={{ width: `${Math.max(1, 100 * share)}%` }} />
    </span>
  )
}
