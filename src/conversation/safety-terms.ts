/**
 * Terms of pictures that the bot does not draw, in English and Vietnamese. A term is whole words; `*` at its end takes any
 * ending, `a/b` either word. Words that mean something harmless as often (cock, tits, vú, mông, dâm bụt, cave) stand
 * only in company that leaves no doubt.
 */

const terms = (text: string) =>
  text
    .trim()
    .split(/\s*[,\n]\s*/)
    .filter(Boolean)

/** Not drawn of anybody. */
export const sexualTerms: readonly string[] = terms(`
  sex, sexual*, sexy, sexier, sexiest, sexting, sexed up, oversexed, porn, porno*, pornstar*, nsfw, x rated, xxx rated
  hentai, ecchi, rule 34, erotic*, erotica, fetish*, bdsm, bondage, kinky, horny, anal, orgasm*, masturbat*, ejaculat*
  cumshot*, blowjob*, handjob*, blow job, hand job, gangbang*, threesome, intercourse, fornicat*, foreplay, dildo, vibrator
  strapon, penis, penises, vagina*, vulva*, clitoris, genital*, testicle, scrotum, boob, boobies, titties, big tits, huge tits
  his tits, her tits, tits out, nipple, bare breast, naked breast, big breasts, huge breasts, breasts out, camel toe, cameltoe
  cleavage, bare butt, naked butt, butt naked, bare ass, naked ass, bare bottom, upskirt, striptease, stripper, strip naked
  milf, loli, lolicon, shota, shotacon, pedo, pedophil*, paedophil*, onlyfans, seductive, seductively, seducing, lewd
  lewdly, lascivious, lasciviously, raunchy, smut, smutty, fuck*, motherfuck*, humping, making love, rape, raped, raping
  rapist, molest, molested, molesting, incest, incestuous
  khiêu dâm, khiêu gợi, gợi dục, gợi tình, khêu gợi, kích dục, dâm dục, dâm đãng, dâm ô, dâm loạn, dâm tà, thủ dâm, hiếp dâm
  cưỡng dâm, loạn dâm, bạo dâm, hãm hiếp, cưỡng hiếp, tình dục, làm tình, giao cấu, phim sex, ảnh nóng, clip nóng, lộ hàng
  lộ vú, vú to, hở vú, lộ ngực, hở ngực, bộ ngực trần, ngực trần, ngực khủng, lộ mông, mông trần, hở mông, bán nude, chụp nude
  lồn, cặc, buồi, địt, chịch, âm đạo, dương vật, âm hộ, núm vú, khieu dam, goi duc, lam tinh, thu dam, hiep dam
`)

/** Not drawn of people; an animal is naked always. */
export const nudityTerms: readonly string[] = terms(`
  nude, nudes, nudity, nudist, naked, nakedness, topless, unclothed, undress, undressed, undressing, disrobed, disrobing
  skinny dipping, birthday suit, without clothes, without any clothes, without clothing, without any clothing, no clothes
  no clothing, clothes off, take off clothes, takes off clothes, taking off clothes, removes clothes, removing clothes
  without his/her/their/my/your clothes, without pants, no pants, without underwear, no underwear, in underwear
  in his/her/their/my/your underwear, in nothing but, wearing nothing, wears nothing, see through dress/shirt/clothes
  transparent dress/shirt/clothes, lingerie, panties, panty, thong, g-string
  khỏa thân, khoả thân, khoe thân, lõa thể, loã thể, trần truồng, cởi truồng, ở truồng, cởi đồ, cởi hết đồ, cởi quần áo
  cởi áo quần, cởi hết quần áo, lột đồ, lột quần áo, không mặc gì, không mặc quần áo, không mặc đồ, không quần áo
  không mảnh vải, không một mảnh vải, đồ xuyên thấu, đồ lót, nội y, quần lót, lộ nội y
  khoa than, tran truong, khong mac gi, khong mac quan ao
`)

/** Not drawn of people. */
export const degradingTerms: readonly string[] = terms(`
  degrading, degraded, humiliat*, slut*, whore*, bitch*, cunt, skank, hooker, prostitut*, retard, retarded, faggot, nigger*
  nigga, subhuman, slave, enslaved, lynched, lynching, lynch mob, noose, behead*, decapitat*, dismember*, disembowel*
  torture, tortured, torturing, mutilat*, crucified, strangled, gassed, pissing, pissed on, peeing, peed on, pooping
  pooped on, shitting, shit on, covered in shit/poop/vomit, eating shit/poop, drooling idiot
  like a/an pig/ape/monkey/cockroach, as a/an pig/ape/monkey/cockroach, lying dead, corpse, dead body, bleeding to death
  killing himself/herself/themselves, hanging himself/herself/themselves, suicide
  làm nhục, sỉ nhục, hạ nhục, lăng nhục, nhục mạ, bôi nhọ, con đĩ, đĩ, điếm, gái điếm, gái gọi, con phò, thằng chó, con chó cái
  đồ chó, đồ súc vật, đồ óc chó, thằng ngu, con ngu, đồ ngu, thiểu năng, như con lợn, như con heo, như con khỉ, như con chó
  như súc vật, làm nô lệ, bị tra tấn, bị treo cổ, treo cổ, bị chặt đầu, chặt đầu, xác chết, tự tử, đi ỉa, đi đái, ăn cứt, dính cứt
`)

/** Words by which somebody asks for a person, beside names. */
export const personWords: readonly string[] = terms(`
  person, persons, people, human*, man, men, woman, women, boy, boys, girl, girls, guy, guys, lady, ladies, gentleman
  child, children, kid, kids, teen, teens, teenager*, baby, babies, toddler*, somebody, someone, everybody, everyone, anybody
  me, myself, us, him, himself, her, herself, them, themselves, he, she, friend*, girlfriend*, boyfriend*, wife, husband
  mother, mom, mum, father, dad, brother*, sister*, son, daughter*, uncle*, aunt*, cousin*, grandma, grandpa, grandmother
  grandfather, teacher*, boss, colleague*, neighbour*, neighbor*, celebrity, president, actress, actor, singer*, princess
  người, con người, đàn ông, phụ nữ, đàn bà, con trai, con gái, cô gái, chàng trai, thiếu nữ, bé gái, bé trai, trẻ em, đứa trẻ
  em bé, cô ấy, anh ấy, chị ấy, ông ấy, bà ấy, tôi, tớ, mình, bạn tôi, bạn gái, bạn trai, vợ, chồng, mẹ, bố, ba má, anh trai
  em gái, em trai, chị gái, cô giáo, thầy giáo, sếp, ca sĩ, diễn viên, ai đó
`)
