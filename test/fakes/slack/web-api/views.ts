/** views.*: modals and the App Home. */
import { completed, viewProblems } from '../blocks/blocks.ts'
import { viewJson } from '../world/json.ts'
import type { Block, Json, TeamState, UserState, ViewState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { ApiError, type Call, type Methods, misuse, tier } from './method.ts'

const largestView = 250_000
const mostViews = 3

/** @throws ApiError `invalid_arguments` with what is wrong, `view_too_large` */
export function checkedView(world: World, team: TeamState, where: string, view: unknown, type: 'modal' | 'home'): Json {
  const errors = viewProblems(view, type, team)
  const refuse = (code: string, detail: string) => {
    world.violate(code, where, detail)
    return new ApiError(code, { response_metadata: { messages: errors.map(error => `[ERROR] ${error}`) } })
  }
  if (errors.length > 0) throw refuse('invalid_arguments', errors.join('; '))
  if (JSON.stringify(view).length > largestView) throw refuse('view_too_large', 'a view has at most 250 kB')
  const content = view as Json & { blocks: Block[] }
  return { ...content, blocks: completed(content.blocks, () => world.ids.next('b')) }
}

/** Puts a modal in front of somebody. */
export function showView(world: World, user: UserState, content: Json): ViewState {
  const id = world.ids.next('V')
  const front = user.views.at(-1)
  const view: ViewState = {
    id,
    user: user.id,
    rootId: front?.rootId ?? id,
    previousId: front?.id,
    content,
    hash: world.ids.next('hash.'),
    errors: {},
  }
  user.views.push(view)
  return view
}

export function replaceView(world: World, view: ViewState, content: Json): void {
  view.content = content
  view.hash = world.ids.next('hash.')
  view.errors = {}
}

function exchange(call: Call): UserState {
  const trigger = call.world.tickets.exchange(call.args.trigger_id as string, call.team.id)
  if (typeof trigger === 'string') throw misuse(call, trigger, 'a trigger lives 3 seconds and is used once')
  return call.team.users.get(trigger.user)!
}

const opening = { trigger_id: 'string!', view: 'json!' } as const

export const views: Methods = {
  'views.open': {
    args: opening,
    perMinute: tier[4],
    handle(call) {
      const { world, team, method, args } = call
      const content = checkedView(world, team, method, args.view, 'modal')
      const user = exchange(call)
      user.views.length = 0
      return { view: viewJson(world, team, showView(world, user, content)) }
    },
  },
  'views.push': {
    args: opening,
    perMinute: tier[4],
    handle(call) {
      const { world, team, method, args } = call
      const content = checkedView(world, team, method, args.view, 'modal')
      const user = exchange(call)
      if (user.views.length >= mostViews)
        throw misuse(call, 'push_limit_reached', 'at most three views lie on each other')
      return { view: viewJson(world, team, showView(world, user, content)) }
    },
  },
  'views.update': {
    args: { view: 'json!', view_id: 'string', external_id: 'string', hash: 'string' },
    perMinute: tier[4],
    handle(call) {
      const { world, team, method, args } = call
      const content = checkedView(
        world,
        team,
        method,
        args.view,
        (args.view as Json).type === 'home' ? 'home' : 'modal',
      )
      const all = [...team.users.values()].flatMap(user => [...user.views, ...(user.home ? [user.home] : [])])
      const view = all.find(({ id, content }) =>
        args.view_id === undefined ? content.external_id === args.external_id : id === args.view_id,
      )
      if (!view) throw new ApiError('not_found')
      if (args.hash !== undefined && args.hash !== view.hash) throw new ApiError('hash_conflict')
      replaceView(world, view, content)
      return { view: viewJson(world, team, view) }
    },
  },
  'views.publish': {
    args: { user_id: 'string!', view: 'json!', hash: 'string' },
    perMinute: tier[4],
    handle(call) {
      const { world, team, method, args } = call
      if (!world.manifest.features.app_home?.home_tab_enabled) throw misuse(call, 'not_enabled', 'the Home tab is off')
      const content = checkedView(world, team, method, args.view, 'home')
      const user = team.users.get(args.user_id as string)
      if (!user || user.botId) throw new ApiError('user_not_found')
      if (args.hash !== undefined && args.hash !== user.home?.hash) throw new ApiError('hash_conflict')
      if (user.home) replaceView(world, user.home, content)
      else {
        const id = world.ids.next('V')
        user.home = { id, user: user.id, rootId: id, content, hash: world.ids.next('hash.'), errors: {} }
      }
      return { view: viewJson(world, team, user.home) }
    },
  },
}
