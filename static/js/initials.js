// The first letters of a Chinese text's pinyin ("退号" = "th"), by the order that the browser itself sorts Chinese in.
const FIRST = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";
const order = new Intl.Collator("zh-CN-u-co-pinyin");

export function initials(text) {
  return [...text].map(letter).join("");
}

function letter(character) {
  if (!/\p{Script=Han}/u.test(character)) return "";
  let at = LETTERS.length - 1;
  while (at > 0 && order.compare(FIRST[at], character) > 0) at -= 1;
  return LETTERS[at];
}
