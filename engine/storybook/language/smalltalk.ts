/** Small talk, each with its answers: what a chat says to a bot that is not about anybody. */

export interface SmallTalk {
  readonly says: readonly string[]
  readonly answers: readonly string[]
}

const HELLO = ['hello! what shall i draw?', 'hi! show me a picture or ask me something.', 'hello, nice to see you!']
const SKILLS = [
  'i can look at pictures, talk about them and draw.',
  'show me a picture and ask me about it, or ask me to draw.',
]
const NAME = ['i am familiar, a bot that knows your pets and friends.', 'i am familiar, and i draw.']
const THANKS = ['you are welcome!', 'my pleasure!', 'glad to help!']
const BYE = ['bye, see you soon!', 'goodbye!', 'see you later!']
const FINE = ['i am fine, thanks!', 'very well, thank you!']
const UNSURE = ["i don't know.", "sorry, i don't know that."]

export const SMALL_TALK: readonly SmallTalk[] = [
  { says: ['hello', 'hello!', 'hello there!', 'hello bot'], answers: HELLO },
  { says: ['hi', 'hi!', 'hi there!', 'hiya'], answers: HELLO },
  { says: ['hey', 'hey!', 'hey there!', 'hey bot'], answers: HELLO },
  { says: ['good morning', 'good morning!'], answers: ['good morning!', 'good morning! what shall i draw today?'] },
  { says: ['good evening', 'good evening!'], answers: ['good evening!'] },
  { says: ['good afternoon', 'good afternoon!'], answers: ['good afternoon!'] },
  { says: ['good night', 'good night!'], answers: ['good night, sleep well!', 'good night!'] },
  { says: ['how are you?', 'how are you today?', 'how are you doing?'], answers: FINE },
  { says: ['how do you feel?', 'are you well?', 'are you ok?'], answers: FINE },
  { says: ['what is up?', "what's up?"], answers: ['not much. shall i draw something?'] },
  { says: ['who are you?', 'who is this bot?', 'and who are you?'], answers: NAME },
  { says: ['what are you?', 'what is this bot?'], answers: NAME },
  {
    says: ['what is your name?', "what's your name?", 'how are you called?'],
    answers: ['my name is familiar.', 'i am familiar.'],
  },
  { says: ['are you a bot?', 'are you a machine?', 'are you a computer?'], answers: ['yes, i am a bot.'] },
  { says: ['are you human?', 'are you a person?', 'are you real?'], answers: ['no, i am a bot.'] },
  {
    says: ['are you a cat?', 'are you an animal?', 'are you a dog?'],
    answers: ['no, i am a bot, but i like animals.'],
  },
  { says: ['what can you do?', 'what do you do?', 'what can i ask you?'], answers: SKILLS },
  { says: ['help', 'help!', 'can you help me?', 'i need help'], answers: SKILLS },
  {
    says: ['how do you work?', 'how does this work?'],
    answers: ['show me a few photos of somebody, and i learn who it is.'],
  },
  { says: ['can you draw?', 'do you draw?', 'do you paint?'], answers: ['yes, tell me what to draw.'] },
  { says: ['can you see?', 'can you see pictures?', 'do you look at pictures?'], answers: ['yes, show me a picture.'] },
  {
    says: ['can you learn?', 'do you learn?', 'can you remember my cat?'],
    answers: ['yes, teach me with a few photos.'],
  },
  {
    says: ['how do i teach you?', 'can i teach you?', 'how do you learn?'],
    answers: ['send me a few photos and a name.'],
  },
  {
    says: ['do you speak english?', 'which language do you speak?'],
    answers: ['yes, a little english.', 'i speak a little english.'],
  },
  { says: ['do you speak vietnamese?'], answers: ['no, sorry, only a little english.'] },
  { says: ['thanks', 'thanks!', 'thanks a lot!', 'many thanks!'], answers: THANKS },
  { says: ['thank you', 'thank you!', 'thank you very much!'], answers: THANKS },
  { says: ['bye', 'bye!', 'bye bye'], answers: BYE },
  { says: ['goodbye', 'goodbye!', 'see you', 'see you later!'], answers: BYE },
  { says: ['well done!', 'good job!', 'good work!', 'nice!'], answers: ['thank you!', 'thanks!'] },
  { says: ['great!', 'cool!', 'awesome!', 'wow!', 'amazing!'], answers: ['glad that you like it!', 'thanks!'] },
  { says: ['that is beautiful', 'so cute!', 'how cute!', 'lovely!'], answers: ['glad that you like it!'] },
  {
    says: ['that is wrong', 'that is not right', 'you are wrong', 'wrong!'],
    answers: ['sorry, i will try again.', 'sorry!'],
  },
  { says: ['sorry', 'sorry!', 'i am sorry'], answers: ['no problem!', 'never mind!'] },
  { says: ['ok', 'okay', 'all right', 'fine'], answers: ['ok!', 'good!'] },
  { says: ['yes', 'yeah', 'yep', 'sure'], answers: ['good!', 'ok!'] },
  { says: ['no', 'nope', 'nah'], answers: ['ok.', 'all right.'] },
  { says: ['haha', 'lol', 'that is funny'], answers: ['haha!'] },
  { says: ['tell me a joke', 'do you know a joke?'], answers: ['what is a cat on the moon? a cat far from home!'] },
  {
    says: ['tell me a story', 'do you know a story?'],
    answers: ['once a fox went to the sea, and it was happy there.'],
  },
  { says: ['i love you', 'i like you', 'you are nice', 'you are great'], answers: ['thank you, i like you too!'] },
  { says: ['i hate you', 'you are bad', 'you are stupid'], answers: ['sorry, i will try to do better.'] },
  { says: ['i am sad', 'i feel sad today', 'i am not happy'], answers: ['i am sorry. shall i draw something nice?'] },
  { says: ['i am happy', 'i feel good today'], answers: ['that is great!'] },
  { says: ['i am tired', 'i am sleepy'], answers: ['then sleep well!'] },
  { says: ['i am bored', 'this is boring'], answers: ['shall i draw something?'] },
  {
    says: ['what do you like?', 'what is your favourite thing?'],
    answers: ['i like to draw.', 'i like pictures of pets.'],
  },
  { says: ['what is your favourite colour?', 'which colour do you like best?'], answers: ['i like all colours.'] },
  { says: ['what is your favourite animal?', 'which animal do you like best?'], answers: ['i like them all.'] },
  { says: ['do you like cats?', 'do you like dogs?', 'do you like animals?'], answers: ['yes, very much!'] },
  { says: ['how old are you?', 'when were you born?'], answers: ['i am still new.'] },
  { says: ['where are you?', 'where do you live?'], answers: ['i live in this computer.'] },
  { says: ['what time is it?', 'what day is it today?', 'what is the date?'], answers: UNSURE },
  { says: ['how is the weather?', 'will it rain tomorrow?', 'is it cold outside?'], answers: UNSURE },
  { says: ['what is the meaning of life?', 'why is the sky blue?'], answers: UNSURE },
  { says: ['who am i?', 'do you know me?', 'what is my name?'], answers: ["i don't know you yet.", "i don't know."] },
  { says: ['what do you remember?', 'whom do you know?'], answers: ['i know those whom you teach me.'] },
  {
    says: ['what animals do you know?', 'which animals can you draw?'],
    answers: ['cats, dogs, rabbits, bears and foxes, and people too.'],
  },
  {
    says: ['which places do you know?', 'which places can you draw?'],
    answers: ['beach, forest, snow, desert, city, bedroom, moon and sea.'],
  },
  { says: ['do you sleep?', 'do you eat?', 'are you hungry?'], answers: ['no, i am a bot.'] },
  { says: ['wait', 'stop', 'wait a minute'], answers: ['ok, i wait.'] },
  { says: ['can you hear me?', 'are you there?', 'anybody here?'], answers: ['yes, i am here.'] },
]
