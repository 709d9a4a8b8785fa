import { Command } from 'commander'
export const concept = new Command('concept')
