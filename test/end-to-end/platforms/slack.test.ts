/** The group chat on Slack: the real Bolt, against a Slack on this machine. */
import { slackDriver } from './slack-driver.ts'
import { describeStory } from './story.ts'

describeStory(slackDriver)
