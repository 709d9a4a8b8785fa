/**
 * The words of the language as plain lists. Their order gives the ids that the weights were trained with: append
 * nothing and move nothing without training anew.
 */

const list = (words: string) => words.trim().split(/\s+/)

/** Short names that are no other word: stand-ins for taught names, and the names of strangers in pretraining. */
export const NAMES: readonly string[] = list(`
bo mo kit pip zed lulu tomo nini ziggy bibi pepe coco dodo fifi gigi jojo kiki lala mimi noni otto pogo quin rara
suki tata uma vivi wim yuki zuzu alba bruno cleo dexter elmo felix gus hugo iggy juno koko lenny milo nemo ollie pablo
remy sasha taro ursa vito waldo xena yara zola maia nico rufus tilly wanda bella odin luna
`)

/** Words of captions, questions and answers about the drawn world. */
export const WORLD_WORDS: readonly string[] = list(`
white gray black brown cream orange pink blue green purple gold red yellow grey golden
plain striped spotted bellied patched stripes spots belly patch stripe spot patches bellies
short long curly bun spiky hair haired shirt t-shirt
collar hat glasses scarf bow crown flower cape wearing wears wear worn wore nothing bare
beach forest snow desert city bedroom moon sea sand woods trees snowy town street bed room ocean water seaside
standing sitting sleeping running jumping playing stands sits sleeps runs jumps plays stand sit sleep run jump play
asleep seated resting upright leaping leaps dashing awake up down ball
left right middle center centre side hand
cat dog rabbit bear fox person cats dogs rabbits bears foxes people persons animal animals kitten puppy bunny cub human
pet pets somebody someone kitty doggy
kind sort type species creature subject colour color coloured colored colours colors fur coat eyes eye eyed
pattern patterned body tail ears ear head face nose legs paws
picture image photo drawing scene photograph pic portrait painting sketch illustration snapshot shot view
profile describe description details detail caption brief briefly shortly sentence words tell show draw paint sketch
create generate imagine render make give
here there where who what which how whom whose when why
many number count one two three four five six seven eight nine ten both none nobody everybody neither either another
other others alone together only
background place places setting location outside outdoors indoors inside near next under over in on at of by from to
with without into onto behind front
`)

/** Common words of chats, and of facts and small talk. */
export const CHAT_WORDS: readonly string[] = list(`
the an is are was were be been being am it its he she they them him her his their theirs hers my mine your yours our
ours we us you me this that these those
and or but not no yes nope yeah yep yup nah sure correct right wrong true false indeed exactly maybe perhaps probably
definitely certainly actually really please thanks thank welcome sorry hello hi hey bye goodbye ok okay good morning
evening night afternoon day today tomorrow yesterday now later soon again still yet already always never often
sometimes ever just also too very much more most less least few little some any all each every same different
do does did done doing don doesn didn isn aren wasn weren can could cannot will would shall should may might must won
couldn wouldn has have had having hasn haven hadn
know knows knew known think thinks thought believe see sees saw seen seeing look looks looked looking like likes liked
love loves loved hate hates want wants wanted need needs find finds found spot recognise recognize recognised
recognized identify notice contain contains appear appears appearing happen happening happens going go goes went gone
come comes came coming take takes took taken get gets got put puts keep keeps let lets say says said saying ask asks
asked answer answers question questions talk talks speak mean means call called name names named meet met meeting
help helps learn learns learned teach teaches taught remember remembers forget forgets share send
live lives living eat eats eating ate drink drinks sleepy hungry happy sad tired angry scared funny cute lovely nice
pretty beautiful great fine bad best better worst big small large tall tiny huge old young new year years month months
week weeks time hour hours minute minutes age aged birthday born older younger
brother sister friend mother father neighbour neighbor cousin son daughter uncle aunt owner partner twin brothers
sisters friends family related relation relative parent child children kid boy girl man woman men women guy buddy pal
fish milk cheese apples carrots honey bread cake cookies bananas berries music books rain sunshine balls bones chicken
rice soup pizza tea coffee toys naps walks swimming dancing singing reading football chess gardens flowers
house garden farm tree village castle boat tent cave barn tower park lake river mountain island school shop kitchen
home world land country road
favourite favorite food thing things something anything everything nowhere somewhere anywhere everywhere way
job work works working baker doctor teacher painter sailor singer farmer writer nurse pilot
about above across after against along around as back because before below between beside besides during else even for
if instead least like off once out own per since so such than then though through till unless until upon while yours
am i m s t re ve ll d
bot model familiar storybook computer machine program chat message text word letter answer picture pictures images
photos drawings drawn draws painted photographed shown shows showed taken make makes made making paint paints
lot lots bit kinda ready able possible sound sounds cool awesome amazing wow oh ah haha lol well hmm um uh yay oops
first second third last next previous end start begin stop wait try tries tried use uses used using open close turn
change changes move moves set leave left bring brings hold holds hear heard feel feels felt seem seems become
walk walking swim climb fly sing dance laugh smile cry read write written watch watching listen buy win lose hide
catch wait wake jump visit travel paint
sun sky cloud clouds star stars grass rock rocks hill wall floor window door table chair sofa blanket pillow lamp
car bus train bike road bridge building buildings tower wave waves shell cactus ice winter summer spring autumn
dark light warm cold hot wet dry soft hard fast slow quick quiet loud empty full clean dirty easy difficult
part half pair group piece end top bottom corner edge line shape size
male female person people anyone everyone self myself yourself itself
monday tuesday wednesday thursday friday saturday sunday
hundred thousand zero eleven twelve
whole real clear special important interesting strange similar similarly difference differences
match matches matching fits belong belongs
english vietnamese language question meaning idea reason problem secret story stories joke jokes game games
weather news phone email internet money
does anybody whoever whatever whether
between among far away close together
okay ok hiya greetings cheers bless dear
pleasure glad delighted excited bored busy free ready
understand understood guess wonder hope wish promise agree
meow woof roar growl bark purr tail whiskers claws
breed cub pup hare bunnies kittens puppies foxy bearlike
hers herself himself themselves
left hand right hand
standing still
accessory accessories markings marking boring date thinking mountains life stupid mind
breakfast lunch dinner
`)
