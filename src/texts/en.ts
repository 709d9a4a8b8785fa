/** What the bot says in English. Short, plain, and in the first person. */
export const en = {
  'error.unknown': 'Something went wrong on my side. It has been noted; please try again.',
  'error.admins': 'Only those who run this place may do that.',
  'error.command': 'I have no command “{name}”.',
  'error.closing': 'I have to go for a moment. Please ask again in a little while.',

  'duration.seconds': '{count, plural, one {# second} other {# seconds}}',
  'duration.minutes': '{count, plural, one {# minute} other {# minutes}}',
  'duration.hours': '{count, plural, one {# hour} other {# hours}}',
  'duration.days': '{count, plural, one {# day} other {# days}}',

  'kind.pet': 'pet',
  'kind.person': 'person',
  'kind.thing': 'thing',
  'kind.place': 'place',

  'button.agree': 'Yes, I agree',
  'button.refuse': 'No',
  'button.replace': 'Replace',
  'button.keep': 'Leave it as it is',
  'button.cancel': 'Cancel',
  'button.again': 'Try again',
  'button.forget': 'Forget',
  'button.redraw': 'Redraw',
  'button.delete': 'Delete',
  'button.report': 'Report',
  'button.deleteDrawing': 'Delete this drawing',
  'button.without': '{count, plural, one {Without it} other {Without them}}',
  'button.anyway': 'Learn from all',
  'button.otherPictures': 'Other pictures',
  'button.old': 'This button is too old. Please start again.',

  'command.teach.name': 'teach',
  'command.teach': 'Teach me a pet, a person, a thing or a place from 3 to 5 pictures',
  'command.forget.name': 'forget',
  'command.forget': 'Forget somebody, or everything about you',
  'command.concepts.name': 'concepts',
  'command.concepts': 'Whom I know here',
  'command.who.name': 'who',
  'command.who': 'Who is in a picture',
  'command.remember.name': 'remember',
  'command.remember': 'Remember a sentence about somebody, or see what I remember',
  'command.cancel.name': 'cancel',
  'command.cancel': 'Stop teaching',
  'command.privacy.name': 'privacy',
  'command.privacy': 'What I keep, and how to have it deleted',
  'command.help.name': 'help',
  'command.help': 'What you can ask me',
  'menu.teach': 'Teach from this message',
  'menu.who': 'Who is in this?',
  'command.settings.name': 'settings',
  'command.settings': 'When I speak in this channel, and where reports go',

  'option.teach.name': 'What everybody calls them',
  'option.teach.pictures': '3 to 5 pictures of them',
  'option.teach.kind': 'A pet, a person, a thing or a place',
  'option.teach.facts': 'A sentence to remember about them',
  'option.teach.person': 'The member whom the pictures show; they are asked for their consent',
  'option.teach.consent': 'The pictures show me, and I agree',
  'option.forget.name': 'A name, or “me” for everything about you',
  'option.concepts.name': 'Whom you want to see more of',
  'option.who.picture': 'The picture to look at',
  'option.remember.fact': 'A sentence with a name, such as “Bo is Mắm’s brother”',
  'option.remember.delete': 'A sentence that I should no longer remember',
  'option.cancel.job': 'Whom I should stop learning',
  'option.settings.listen': 'When I answer in this channel',
  'option.settings.reports': 'Where reports of drawings go',

  'form.title': 'Teach me {name}',
  'form.titleNew': 'Teach me somebody',
  'form.submit': 'Teach',
  'form.name': 'Name',
  'form.pictures': '{fewest} to {most} pictures',
  'form.kind': 'What is it?',
  'form.facts': 'Something to remember (optional)',
  'form.person': 'If it is a person: who? They are asked first.',
  'form.consent': 'The person is me, and I agree',

  'teach.how': 'Send me {fewest} to {most} pictures in one message, mention me and write “teach {name}”.',
  'teach.notAllowed': 'Only some members may teach me here: {roles}.',
  'teach.count': 'I need {fewest} to {most} pictures, but got {count}.',
  'teach.taken': 'I already know **{name}**. Only {owner}, who taught me, or an admin can change that.',
  'teach.already': 'I am already learning **{name}** for {owner}.',
  'teach.person.who':
    'Before I learn a person, that person has to agree. Tell me which member the pictures show, or tick the box if they show you.',
  'teach.person.tick': 'If the pictures show you, please tick the box to say that you agree.',
  'teach.person.bot': '{name} is a bot and cannot agree to anything.',

  'replace.ask':
    'I already know a **{name}**, taught by {owner}. Shall I learn {name} anew from these pictures? Until I have, the old one answers.',
  'replace.notYours': 'Only {owner} or an admin can decide that.',

  'consent.ask':
    '{person}, {asker} would like to teach me you, as **{name}**, from {count, plural, one {# picture} other {# pictures}}. I could then recognise you, talk about you and draw you in this chat. Do you agree? You can take it back at any time with “forget {name}”.',
  'consent.teacher': 'The pictures are also sent to {host}, without a name, to have questions about them answered.',
  'consent.notYours': 'Only the person in the pictures can answer that.',
  'consent.agreed': 'Thank you! You can take it back at any time with “forget {name}”.',
  'consent.refused': 'All right. The pictures are deleted.',

  'photos.ask':
    '{person}, {asker} would like to teach me **{name}** from {count, plural, one {a picture} other {# pictures}} that you posted. May I learn from {count, plural, one {it} other {them}}?',
  'photos.notYours': 'Only whoever posted the pictures can answer that.',
  'photos.bot': '{name} is a program and cannot be asked for its pictures. Please post them yourself.',
  'photos.none': 'There is no picture in that message.',
  'photos.agreed': 'Thank you! I learn **{name}** from your pictures.',
  'photos.doubt':
    'Before I learn **{name}**, please have a look at {count, plural, one {this picture} other {these pictures}}:',
  'photos.small': 'Picture {number} is small ({width} × {height} pixels): I hardly see anything in it.',
  'photos.blurred': 'Picture {number} is blurred.',
  'photos.doubt.without':
    'I learn better from large and sharp pictures. Shall I leave {count, plural, one {it} other {them}} out?',
  'photos.doubt.others': 'I learn better from large and sharp pictures. Do you have others?',
  'photos.refused': 'All right. I have deleted my copies of your pictures.',

  'card.title': 'Learning {name}',
  'card.resumed': 'Picked up again after a restart.',
  'card.lost.stopped': 'The graphics device that I learn on has failed.',
  'card.lost.onward': 'The graphics device that I learn on has failed, so I go on from where I was.',
  'card.lost.onwardElsewhere':
    'The graphics device that I learn on has failed, so I continue on the processor, which takes longer.',
  'card.lost.again': 'The graphics device that I learn on has failed, so I begin again.',
  'card.lost.againElsewhere':
    'The graphics device that I learn on has failed, so I have begun again on the processor, which takes longer.',
  'card.waiting': '{position, plural, one {Next in line} other {Number # in line}}',
  'card.starting': 'Getting ready',
  'card.looking': 'Looking at the pictures',
  'card.imagining': 'Imagining what else they look like',
  'card.learning': 'Learning',
  'card.checking': 'Checking what I have learned',
  'card.finishing': 'Drawing a first picture',
  'card.learned': 'Done',
  'card.paused': 'Paused. I go on when I am back.',
  'card.preview': '{name} as I would draw them so far, AI-generated',
  'card.cancelled.asker': 'Cancelled. The pictures are deleted.',
  'card.cancelled.depicted': 'The person in the pictures does not want it. The pictures are deleted.',
  'card.cancelled.author': 'Whoever posted the pictures does not want it. My copies of them are deleted.',
  'card.cancelled.admin': 'Cancelled by an admin. The pictures are deleted.',

  'lesson.failed': 'I could not learn **{name}**: {reason}',
  'lesson.over': 'That is over already.',
  'learned.new': 'I know **{name}** now!',
  'learned.again': 'I have learned **{name}** anew.',
  'learned.description': 'What I see: {description}',
  'learned.hurried':
    'My time was over when I had looked at the pictures, so this is all I know of {name}. Whoever runs me can give lessons more time.',
  'teacher.unreachable': 'I could not reach {host}, which was to look at the pictures with me. I looked alone.',
  'teacher.refused': '{host}, which was to look at the pictures with me, has refused. I looked alone.',
  'teacher.busy': '{host}, which was to look at the pictures with me, is too busy. I looked alone.',
  'teacher.wrong': '{host} was to look at the pictures with me, but I do not understand its answer. I looked alone.',
  'learned.try': 'Try:',
  'learned.withdraw': '{name} can take the consent back at any time with “forget {name}”.',
  'scores.sure': 'On pictures that I had not seen before, I told {name} from others {times} times out of 100.',
  'scores.unsure':
    'I am not sure of {name} yet: on pictures that I had not seen before, I was right only {times} times out of 100. Clear pictures from different sides help.',
  'try.draw': 'Draw {name} at the beach.',
  'try.draw.place': 'Draw a cat in {name}.',
  'try.describe': 'What does {name} look like?',
  'try.is': 'Is {name} in this picture?',
  'try.picture': '{question} (with a picture)',

  'forget.ask':
    'Shall I forget **{name}**{facts, plural, =0 {} one { and one sentence about them} other { and # sentences about them}}? This cannot be undone.',
  'forget.notYours': 'Only {owner}, the person it shows or an admin can have **{name}** forgotten.',
  'forget.gone': 'I do not know them any more.',
  'forget.done': 'I have forgotten **{name}**.',
  'forget.kept': 'All right, nothing has changed.',
  'forget.me.choice': 'me: everything about me',
  'forget.me.ask':
    'Shall I delete everything of you here? That is {concepts, plural, =0 {} one {# name that you taught me or that is you, } other {# names that you taught me or that are you, }}{facts, plural, one {# sentence} other {# sentences}} that you told me, {lessons, plural, =0 {} one {# lesson under way, } other {# lessons under way, }}and what you asked me to draw. This cannot be undone.',
  'forget.me.done':
    'Done. I have deleted {concepts, plural, =0 {} other {{names}, }}{facts, plural, one {# sentence} other {# sentences}}{lessons, plural, =0 {} one {, # lesson that was under way} other {, # lessons that were under way}} and what you asked me to draw.',

  'concepts.none': 'I do not know anybody here yet. Send me 3 to 5 pictures and a name!',
  'concepts.head': 'I know {count, plural, one {one} other {#}} here:',
  'concepts.line':
    '**{name}**, {kind}, taught by {owner}, recognised {score} times out of 100{facts, plural, =0 {} one {, # sentence} other {, # sentences}}',
  'concepts.one': '**{name}**, {kind}, taught by {owner}{version, plural, one {} other { (version #)}}',
  'concepts.agreed': 'The person it shows has agreed.',
  'concepts.agreed.owner': 'It shows {owner}, who has agreed.',
  'concepts.unknown': 'I do not know “{name}”.',
  'concepts.meant': 'I do not know “{name}”. Did you mean **{meant}**?',

  'who.noPicture': 'Show me a picture, or reply to a message with one, and ask again.',
  'who.nobodyTaught': 'I do not know anybody here yet, so I cannot tell.',
  'who.nobody': 'I see nobody here whom I know.',
  'who.sure': 'I see {names}.',
  'who.perhaps': 'That may be {names}, but I am not sure.',
  'who.also': 'Perhaps {names} too.',
  'who.picture': '{number}: {sentence}',

  'remember.done': 'I will remember about {names}: “{fact}”',
  'remember.head': 'This is what I remember:',
  'remember.none': 'I do not remember anything yet. Try: remember that Bo is Mắm’s brother.',
  'remember.nobody': 'Whom is that about? The sentence should have the name of somebody whom I know.',
  'remember.already': 'I know that already.',
  'remember.full': 'I can keep {most} sentences about **{name}**. Please have me forget one first.',
  'remember.long': 'I can remember sentences of up to {most} characters; this one has {count}.',
  'remember.unknown': 'I do not remember such a sentence.',
  'remember.notYours': 'Only whoever said that, whom it is about or an admin can take it back.',
  'remember.dropped': 'I no longer remember: “{fact}”',

  'cancel.done': 'I have stopped learning **{name}**. The pictures are deleted.',
  'cancel.none': 'There is nothing of yours to cancel.',
  'cancel.unknown': 'I am not learning “{name}” for you.',
  'cancel.which': 'Which one?',
  'cancel.notYours': 'Only {owner} or an admin can cancel that.',

  'privacy.kept':
    'I keep what I learned of somebody (a small file of numbers), the name, who taught it, a sample drawing, and the sentences you have me remember. All of it stays on this machine.',
  'privacy.photos':
    'I learn only from pictures that somebody gives me to learn from. They are deleted when the lesson is over.',
  'privacy.photosKept':
    'I learn only from pictures that somebody gives me to learn from. Whoever runs me has me keep them until the name is forgotten.',
  'privacy.teacher':
    'The pictures that you give me to learn from are also sent to {host}, without a name, to have questions about them answered.',
  'privacy.drawings':
    'I do not keep your messages. For each drawing I keep what was asked for {days, plural, one {# day} other {# days}}, so that it can be redrawn or reported.',
  'privacy.consent':
    'I learn a person only after that person has agreed here, and forget them at once when they take it back.',
  'privacy.delete': '“forget” and a name deletes that; “forget me” deletes everything of you.',
  'privacy.yours':
    'Of you I have: {concepts, plural, one {# name that you taught me or that is you} other {# names that you taught me or that are you}}, {facts, plural, one {# sentence} other {# sentences}}{lessons, plural, =0 {} one {, # lesson under way} other {, # lessons under way}}.',

  'help.head':
    'I get to know your pets and people from a few pictures. Mention me, reply to me or write to me directly:',
  'help.teach': 'Send 3 to 5 pictures and “teach {name}”',
  'help.ask': '“Who is this?” or “Is {name} in this picture?”, with a picture',
  'help.draw': '“Draw {name} at the beach”',
  'help.remember': '“Remember that {name} likes fish”',
  'help.forget': '“Forget {name}”, or “forget me” for everything of you',
  'help.more': 'Commands: teach, who, concepts, remember, forget, cancel, privacy',
  'help.left':
    'You have left for now: {ask, plural, one {# question} other {# questions}}, {draw, plural, one {# drawing} other {# drawings}}, {teach, plural, one {# lesson} other {# lessons}}.',
  'help.drawnWorld':
    'For now I know a drawn world only: I understand drawings of it, not photos, and a little English.',

  hello: 'Hello! Ask me about {names}, or say “help”.',
  'hello.new': 'Hello! I do not know anybody here yet. Send me 3 to 5 pictures and “teach” with a name, or say “help”.',

  'meant.ask': 'I do not know “{word}”. Did you mean **{name}**?',
  'meant.yes': 'Yes, {name}',
  'meant.no': 'No, as I wrote it',

  'ask.foreign':
    '{count, plural, one {{names} was taught to another model and means} other {{names} were taught to another model and mean}} nothing to this one ({model}). Please teach me again.',
  'ask.damaged': 'What I have learned of {names} is damaged, so that I cannot read it. Please teach me again.',
  'learning.running': 'I am just learning **{name}**. Ask me again in about {time}.',
  'learning.begun': 'I am just beginning to learn **{name}**. Ask me again in a little while.',
  'learning.waiting':
    'I have not learned **{name}** yet: {position, plural, one {they are next in line} other {they are number # in line}}.',
  'learning.consent': 'I have not learned **{name}** yet: I am waiting for an answer to what I asked about them.',
  'answer.empty': 'I do not know what to say to that.',

  'safety.refused': 'I do not draw that.',
  'safety.refusedFact': 'I would rather not remember that.',

  'drawing.generated': 'AI-generated',
  'drawing.sample': 'This is how I draw {name} (AI-generated):',
  'drawing.of': 'Drawing of {what}, AI-generated',
  'drawing.something': 'what was asked for',
  'drawing.old': 'I no longer know what was asked for this drawing. Please ask again.',
  'drawing.forgotten': 'I do not know who is in this drawing any more.',
  'drawing.already': 'I am drawing it already.',
  'drawing.deleted': 'Deleted.',
  'drawing.notYours': 'Only whoever asked for it, whose it is or an admin can delete it.',

  'report.message': '{reporter} has reported a drawing that {asker} asked for: “{asked}”',
  'report.picture': 'The drawing that was reported, AI-generated',
  'report.delivered': 'Thank you. Those who run this place have been told.',
  'report.undelivered': 'I could not reach those who run this place. Please tell them yourself.',
  'report.already': 'You have reported this already, thank you.',

  'quota.person.teach': 'You have taught me enough for now. The next lesson is free in {time}.',
  'quota.person.ask': 'You have asked a lot for now. The next question is free in {time}.',
  'quota.person.draw': 'You have had your drawings for now. The next one is free in {time}.',
  'quota.tenant.teach': 'This chat has taught me enough for now. The next lesson is free in {time}.',
  'quota.tenant.ask': 'This chat has asked a lot for now. The next question is free in {time}.',
  'quota.tenant.draw': 'This chat has had its drawings for now. The next one is free in {time}.',

  'quota.off.teach': 'Nobody can teach me here at the moment.',
  'quota.off.ask': 'I do not answer questions here at the moment.',
  'quota.off.draw': 'I do not draw here at the moment.',

  'settings.listen.mention': 'When mentioned',
  'settings.listen.names': 'Also when a taught name is used in a question',
  'settings.listen.off': 'Never, except commands',
  'settings.reports.admins': 'To the admins, directly',
  'settings.reports.here': 'To this channel',
  'settings.now': 'In this channel I answer: {listen}. Reports go: {reports}.',
  'settings.reports.elsewhere': 'To another channel',

  'adapter.left': 'about {time} left',

  'discord.leftOut': 'No room here for: {fields}. Tell me afterwards.',
  'discord.tooLate': 'I took too long to open the form. Please try again.',
  'discord.noPictures':
    'There is a picture to this, but I may not attach files here: I lack the permission “Attach Files”.',

  'slack.yes': 'Yes',
  'slack.cancel': 'Cancel',
  'slack.go': 'Go',
  'slack.missing': 'Please fill this in.',
  'slack.tooFew': 'I need {fewest} to {most} pictures; so far {count, plural, one {there is #} other {there are #}}.',
  'slack.onePicture': 'I need a picture.',
  'slack.tooMany': 'I can take at most {most} pictures; here {count, plural, one {is #} other {are #}}.',
} as const
