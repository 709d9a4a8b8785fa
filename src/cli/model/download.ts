/** Downloading a model from a terminal: its licence shown and asked about, then a bar; plain lines where it is no terminal. */
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import type { Downloaded, DownloadProgress } from '../../../engine/checkpoints/hub/download.ts'
import type { Licence } from '../../../engine/checkpoints/hub/listing.ts'
import { hubSettings } from '../../../engine/checkpoints/hub/settings.ts'
import { obtainModel } from '../../../engine/models/obtain.ts'
import type { HubSource } from '../../../engine/models/resolve.ts'
import { createProgressBar, duration, type ProgressBar } from '../../demo/progress-bar.ts'
import { ask } from './ask.ts'

export interface DownloadChoices {
  /** The environment: `ACCEPT_LICENSE`, and what the hub's programs read. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The licence was accepted on the command line. */
  readonly acceptLicence?: boolean
  readonly verify?: boolean
  readonly signal?: AbortSignal
}

/** The model's folder and what it took to have it. @throws FamiliarError as `obtainModel` does */
export async function downloadFromTerminal(source: HubSource, choices: DownloadChoices): Promise<Downloaded> {
  const { variables, acceptLicence = false, verify, signal } = choices
  const bar = createProgressBar()
  const accepts = async (licence: Licence) => {
    for (const line of licenceLines(source, licence)) process.stderr.write(`${line}\n`)
    return acceptLicence || isAccepted(source, variables.ACCEPT_LICENSE) || ask('Do you accept it?', signal)
  }
  try {
    return await obtainModel(source, {
      settings: hubSettings(variables),
      accepts,
      verify,
      progress: report(source.name, bar),
      signal,
    })
  } finally {
    bar.clear()
  }
}

/** Whether a list such as `janus-pro-1b, owner/name` names a model. */
function isAccepted({ name, hub }: HubSource, list = ''): boolean {
  const accepted = list.split(',').map(text => text.trim().toLowerCase())
  return [name, hub.repository].some(text => accepted.includes(text.toLowerCase()))
}

function licenceLines({ name, registered }: HubSource, licence: Licence): string[] {
  const size = registered ? ` (${readableBytes(registered.downloadBytes)})` : ''
  const terms = licence.terms ? `: ${licence.terms}` : ''
  return [`${name}${size} is under the licence "${licence.name}"${terms}.`, `Read it here: ${licence.url}`]
}

function report(name: string, bar: ProgressBar): (progress: DownloadProgress) => void {
  return ({ state, bytes, totalBytes, bytesPerSecond, secondsLeft }) => {
    if (state === 'waiting') {
      process.stderr.write(`Another process downloads ${name}: waiting for it\n`)
      return
    }
    const unit = totalBytes < 10e6 ? { bytes: 1e3, name: 'kB' } : { bytes: 1e6, name: 'MB' }
    const count = (value: number) => Math.round(value / unit.bytes)
    const left = secondsLeft === undefined ? '' : `, ${readableBytes(bytesPerSecond)}/s, ${duration(secondsLeft)} left`
    // Under a name of its own, so that it has a line where there is no terminal too.
    if (state === 'checking')
      bar.update(`comparing ${name} with its checksums`, count(bytes), count(totalBytes), unit.name)
    else bar.update(name, count(bytes), count(totalBytes), `${unit.name}${left}`)
  }
}
