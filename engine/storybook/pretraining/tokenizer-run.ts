/** A run of the picture tokeniser's training. */
import { join } from 'node:path'
import { Graph } from '../../graph/graph.ts'
import { codeSide, decodePicture, encodePicture, lookUpCodes, nearestCodes } from '../../models/vq.ts'
import type { Weights } from '../../models/weights.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32 } from '../../runtime/session.ts'
import { VQ } from './architecture.ts'
import { type Parameters, parameterFeeds, saveTraining } from './parameters.ts'
import { createPictureStock } from './picture-stock.ts'
import { createReport, writeSheet } from './report.ts'
import { type Run, runRandom } from './run.ts'
import { createTokenizerTrainer, WARM_UP_STEPS } from './tokenizer.ts'

const CUTS = { batch: 16, side: 48 }
const WHOLE = { batch: 9, side: VQ.resolution }
const GRID = VQ.resolution / codeSide(VQ)
/** Share of the time after which whole pictures are shown. */
const WHOLE_FROM = 0.75
const PEAK_RATE = 2e-3
/** A resumed run has a good place to lose, and climbs less high. */
const RESUMED_PEAK_RATE = 8e-4
const SAVE_EVERY_MS = 120_000
const SAMPLES = 16

export async function trainTokenizer(run: Run): Promise<void> {
  const { state, minutes, signal } = run
  const cuts = await createTokenizerTrainer(VQ, state, { ...CUTS, seed: run.seed })
  const whole = await createTokenizerTrainer(VQ, state, { ...WHOLE, seed: run.seed })
  const stock = createPictureStock(runRandom(run, 'pictures'), VQ.resolution, GRID)
  const samples = (
    await createPictureStock(createRandom('samples'), VQ.resolution, GRID, SAMPLES).batch(
      SAMPLES,
      VQ.resolution,
      SAMPLES,
    )
  ).pictures
  const report = createReport(minutes)
  const save = async () => {
    await saveTraining(run.checkpoint, state)
    const rebuilt = await rebuild(state.parameters, samples)
    await writeSheet(join(run.folder, 'tokenizer.png'), [samples, rebuilt], SAMPLES, VQ.resolution, 8)
  }
  const resumed = (state.progress.step ?? 0) > WARM_UP_STEPS
  const peak = resumed ? RESUMED_PEAK_RATE : PEAK_RATE
  const first = state.progress.step ?? 0
  let saved = Date.now()
  while (report.passed < minutes && !signal.aborted) {
    const part = report.passed / minutes
    const rate =
      peak *
      Math.min(1, ((state.progress.step ?? 0) - first + 1) / 100) *
      (0.03 + 0.485 * (1 + Math.cos(Math.PI * part)))
    const [trainer, { batch, side }] = part < WHOLE_FROM ? [cuts, CUTS] : [whole, WHOLE]
    const { loss, error, told, used } = await trainer.step(await stock.batch(batch, side, 4), rate)
    report.step(state.progress.step as number, { loss, error, told, used })
    if (Date.now() - saved > SAVE_EVERY_MS) {
      await save()
      saved = Date.now()
    }
  }
  await save()
  await cuts.close()
  await whole.close()
}

/** The pictures after their way through codes. */
async function rebuild(parameters: Parameters, pictures: Float32Array): Promise<Float32Array> {
  const graph = new Graph()
  const weights: Weights = (key, shape) => graph.inputs.get(key) ?? graph.input(key, 'float32', shape)
  const shape = [SAMPLES, 3, VQ.resolution, VQ.resolution]
  const latent = encodePicture(VQ, weights, graph.input('pictures', 'float32', shape))
  graph.output('rebuilt', decodePicture(VQ, weights, lookUpCodes(VQ, weights, nearestCodes(VQ, weights, latent))))
  const session = await createSession(graph)
  const { rebuilt } = await session.run({ ...parameterFeeds(parameters), pictures: float32(pictures, shape) })
  await session.close()
  return rebuilt?.data as Float32Array
}
