import { describe, expect, it } from 'vitest'
import type { Records } from '../../../src/conversation/needs.ts'
import { Installations, type SealedInstallation } from './installations.ts'

const secret = 'a secret of more than thirty-two characters'

function records(): Records<SealedInstallation> & { readonly map: Map<string, SealedInstallation> } {
  const map = new Map<string, SealedInstallation>()
  return {
    map,
    get: async key => map.get(key),
    set: async (key, value) => void map.set(key, value),
    delete: async key => map.delete(key),
    entries: async () => [...map],
  }
}

const installation = (id: string) => ({
  team: { id, name: 'Pets' },
  enterprise: undefined,
  user: { id: 'U1', token: undefined, scopes: undefined },
  bot: { token: `xoxb-${id}-token`, id: 'B1', userId: 'UBOT', scopes: ['chat:write'] },
  isEnterpriseInstall: false,
})

const query = (teamId: string) => ({ teamId, enterpriseId: undefined, isEnterpriseInstall: false as const })

describe('workspaces that have installed the app', () => {
  const errors: object[] = []
  const log = { info() {}, warn() {}, error: (fields: object) => void errors.push(fields) }

  it('are kept with their tokens, which nobody can read without the secret', async () => {
    const store = records()
    const installations = new Installations(store, secret, log)
    const told: unknown[] = []
    installations.onInstalled = async (team, scopes) => void told.push(team.id, scopes)
    await installations.storeInstallation(installation('T1'))
    await installations.storeInstallation(installation('T2'))
    expect(told).toEqual(['T1', ['chat:write'], 'T2', ['chat:write']])
    expect(JSON.stringify([...store.map])).not.toMatch(/xoxb|UBOT|B1/)
    const again = new Installations(store, secret, log)
    expect((await again.all()).map(({ id, token }) => [id, token])).toEqual([
      ['T1', 'xoxb-T1-token'],
      ['T2', 'xoxb-T2-token'],
    ])
    expect(await again.fetchInstallation(query('T2'))).toMatchObject({
      bot: { token: 'xoxb-T2-token', userId: 'UBOT' },
    })
    await again.deleteInstallation(query('T1'))
    await expect(again.fetchInstallation(query('T1'))).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
    expect([...store.map.keys()]).toEqual(['T2'])
  })

  it('are not read with another secret, in another’s place, or changed', async () => {
    const store = records()
    await new Installations(store, secret, log).storeInstallation(installation('T1'))
    const { sealed } = store.map.get('T1')!
    errors.length = 0
    expect(await new Installations(store, `${secret}!`, log).all()).toEqual([])
    store.map.set('T2', { sealed })
    store.map.set('T3', { sealed: `${sealed.slice(0, -8)}AAAAAAA=` })
    store.map.set('T4', { sealed: '' })
    expect((await new Installations(store, secret, log).all()).map(({ id }) => id)).toEqual(['T1'])
    expect(errors).toEqual([{ team: 'T1' }, { team: 'T2' }, { team: 'T3' }, { team: 'T4' }])
  })

  it('are workspaces, and no whole organisations', async () => {
    const installations = new Installations(records(), secret, log)
    const whole = { ...installation('T1'), isEnterpriseInstall: true }
    await expect(installations.storeInstallation(whole)).rejects.toMatchObject({ code: 'BAD_INSTALLATION' })
  })
})
