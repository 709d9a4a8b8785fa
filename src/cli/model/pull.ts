import { Command } from 'commander'
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import { interruptible } from '../interrupt.ts'
import { downloadFromTerminal } from './download.ts'
import { environment } from './environment.ts'
import { modelArgument, namedModel } from './model-argument.ts'

export const pull = new Command('pull')
  .description('Download a model into the Hugging Face cache, or go on with a download that broke off')
  .argument(...modelArgument)
  .option('--accept-license', 'accept the licence that is shown (or ACCEPT_LICENSE=<model>,…)')
  .option('--verify', 'compare what is there with its checksums, and fetch what is damaged again')
  .option('--json', 'print JSON')
  .action(async (model, { acceptLicense, verify, json }) => {
    const variables = environment()
    const source = namedModel(model, variables)
    if (!source.hub) {
      const { name, folder } = source
      console.log(json ? JSON.stringify({ name, folder, fetchedBytes: 0 }, null, 2) : `${name} is there: ${folder}`)
      return
    }
    const { name, hub } = source
    await interruptible(async signal => {
      const choices = { variables, acceptLicence: acceptLicense, verify, signal }
      const { folder, commit, bytes, fetchedBytes } = await downloadFromTerminal(source, choices)
      const facts = { name, repository: hub.repository, revision: hub.revision, commit, folder, bytes, fetchedBytes }
      if (json) return console.log(JSON.stringify(facts, null, 2))
      const fetched = fetchedBytes > 0 ? `, ${readableBytes(fetchedBytes)} of it fetched now` : ''
      console.log(`${name} is there (${readableBytes(bytes)}${fetched}): ${folder}`)
    })
  })
