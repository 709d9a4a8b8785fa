import { Command } from 'commander'
import { hubSettings } from '../../../engine/checkpoints/hub/settings.ts'
import { requireModel } from '../../../engine/models/obtain.ts'
import { environment } from './environment.ts'
import { modelArgument, namedModel } from './model-argument.ts'

export const path = new Command('path')
  .description('Print the folder of a model that is there whole')
  .argument(...modelArgument)
  .action(async model => {
    const variables = environment()
    console.log(await requireModel(namedModel(model, variables), hubSettings(variables)))
  })
