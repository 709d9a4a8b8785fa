/** Words of everyday questions and requests, in English and Vietnamese: they are not taken for a misspelt name. */
import { nameKey } from '../../engine/answering/names.ts'

const keys = (text: string) =>
  new Set(
    text
      .trim()
      .split(/\s*[,\n]\s*/)
      .map(nameKey),
  )

export const commonWords: ReadonlySet<string> = keys(`
  a, about, above, add, after, again, all, also, am, an, and, animal, animals, another, any, anything, apple, are, as, asleep
  at, away, awake, baby, back, ball, banana, be, beach, bear, bears, beautiful, bed, bedroom, been, before, behind, belly
  beside, best, better, big, bird, birds, black, blue, boat, body, bone, book, both, box, boy, boys, bread, bring, brother
  brown, bug, but, by, cake, call, called, came, can, car, cat, cats, chair, child, city, clean, close, coat, cold, collar
  color, colour, come, cook, cool, could, cream, cup, cute, dad, dance, dark, day, deer, desert, did, do, does, dog, dogs
  doing, done, door, down, draw, drawing, drawn, dream, drink, each, ears, eat, else, even, ever, every, eye, eyes, face, fall
  far, fat, father, feet, fire, fish, flower, fly, food, for, forest, fox, foxes, friend, from, fun, funny, fur, garden, get
  girl, girls, give, glasses, go, going, gold, good, grass, great, green, grey, gray, had, hair, hand, happy, has, hat, have
  he, head, hello, her, here, hey, hi, high, him, his, home, horse, hot, house, how, hug, hugs, i, ice, if, image, in, inside
  is, it, its, jump, jumping, just, kind, king, kiss, know, lake, last, laugh, lay, left, leg, legs, let, like, likes, lion
  little, live, long, look, looks, love, loves, low, made, make, man, many, map, may, me, meet, milk, mom, moon, more, morning
  most, mother, mouse, moving, much, mum, must, my, name, near, new, next, nice, night, no, nose, not, now, of, off, old, on
  one, only, or, orange, other, our, out, over, own, paint, park, party, people, person, pet, pets, photo, pic, pick, picture
  pink, place, plan, play, playing, please, puppy, purple, put, queen, rabbit, rabbits, rain, read, red, right, river, road
  room, round, run, running, sad, said, same, sand, say, scarf, sea, see, she, shirt, shoe, shoes, show, side, sing, sister
  sit, sits, sitting, sky, sleep, sleeping, sleeps, small, smile, snow, so, sofa, some, somebody, someone, something, soon
  space, stand, star, stars, still, stop, story, street, summer, sun, sunny, sure, swim, table, tail, take, talk, tall, tell
  than, thank, thanks, that, the, their, them, then, there, these, they, thing, think, this, time, to, today, together, too
  top, town, toy, train, tree, trees, two, under, up, us, very, walk, wall, want, warm, was, watch, water, way, we, wear
  wearing, wears, well, went, were, what, when, where, which, white, who, whose, why, wife, wild, will, wind, winter, with
  woman, wood, work, world, would, yard, year, yellow, yes, you, young, your
  ai, anh, áo, bãi, bạn, bao, bay, bé, bên, bị, biển, bố, bơi, cá, cả, cái, cậu, cây, chạy, cháu, chị, chiếc, cho, chó, chơi
  chú, chưa, chụp, con, còn, cô, có, của, cùng, cũng, dạy, dưới, đâu, đây, đang, đẹp, đen, để, đi, đó, đỏ, đội, đứng, được, em
  gấu, gì, giữa, giờ, giúp, hai, hãy, hình, hoa, hồng, kể, kia, khi, không, là, làm, lên, lông, màu, mặc, mẹ, mèo, mình, mọi
  một, mũ, nào, này, năm, nằm, ngồi, ngủ, người, nhà, nhiều, nhỏ, như, nhớ, những, nó, nơi, ở, ông, phải, qua, quên, rất, rồi
  rừng, sao, sẽ, sông, tả, tên, thấy, thế, thì, thích, thỏ, to, tôi, tới, trắng, trăng, trên, trong, trời, tuyết, từ, và, vàng
  vào, vậy, về, vẽ, với, vui, vừa, xanh, xem, yêu, ảnh, ăn, à, ạ, nhé, nhỉ, hả, xin, chào, cảm, ơn
`)
