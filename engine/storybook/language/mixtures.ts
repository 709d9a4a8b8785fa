/** What pictures are asked about, and how often. */

type SeeingKind =
  | 'presence'
  | 'attribute'
  | 'yesNo'
  | 'profile'
  | 'caption'
  | 'who'
  | 'named'
  | 'kind'
  | 'count'
  | 'stranger'
  | 'smallTalk'

/** How often each kind of question is asked. */
export type SeeingMixture = Readonly<Record<SeeingKind, number>>

/** Everything that people ask, with presence, the hardest, most of all. */
export const MIXED: SeeingMixture = {
  presence: 40,
  attribute: 18,
  yesNo: 11,
  profile: 8,
  caption: 8,
  who: 5,
  named: 7,
  kind: 2,
  count: 2,
  stranger: 1,
  smallTalk: 2,
}

/** For a model that cannot see yet: questions whose every answered word says something of the picture. */
export const LOOKS: SeeingMixture = {
  ...MIXED,
  presence: 8,
  attribute: 30,
  yesNo: 6,
  profile: 30,
  caption: 18,
  who: 1,
  named: 3,
}
