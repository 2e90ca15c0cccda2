import { describe, expect, it } from "vitest";
import { type Font, readFont } from "../../../src/statements/export/pdf/font.ts";
import { shape } from "../../../src/statements/export/pdf/shape.ts";
import { fontsOnDisk } from "./documents.ts";

const read = async (name: string): Promise<Font> => readFont(name, await fontsOnDisk(`${name}.woff`));
const fonts = {
  arabic: await read("ibm-plex-sans-arabic-arabic"),
  hebrew: await read("noto-sans-hebrew-hebrew"),
  thai: await read("noto-sans-thai-thai"),
};

/** Each glyph as HarfBuzz prints it, sorted: its number and the place where it is drawn. */
function shaped(script: keyof typeof fonts, word: string): string[] {
  const font = fonts[script];
  const letters = Array.from(word.normalize("NFC"), (text) => ({
    glyph: font.glyphs.get(text.codePointAt(0) ?? 0) ?? -1,
    text,
  }));
  const clusters = shape(font, letters);
  const drawn: string[] = [];
  let x = 0;
  for (const cluster of script === "thai" ? clusters : clusters.toReversed()) {
    for (const { id, text, offset } of cluster) {
      const isBlank = id === font.glyphs.get(0x20) && text !== " ";
      if (!isBlank) drawn.push(`${id}@${x + offset.x},${offset.y}`);
    }
    x += cluster[0]?.advance ?? 0;
  }
  return drawn.sort();
}

// What `hb-shape` 6.0.0 says of these words in the same font files, without kerning and without forms by taste
// (`--features=-calt,-kern,-liga,-dist`), on 2026-11-25.
const HARFBUZZ = {
  arabic: [
    ["حبيبي", ["349@1510,0", "41@1200,0", "61@890,0", "964@0,0"]],
    ["لا", ["785@0,0"]],
    ["إله", ["13@745,0", "202@476,0", "655@0,0"]],
    ["الله", ["106@476,0", "11@1059,0", "202@790,0", "655@0,0"]],
    ["القاهرة", ["11@2374,0", "180@448,0", "18@1393,0", "202@2105,0", "525@1663,0", "651@0,0", "662@767,0"]],
    ["پونه‌ها", ["115@2075,0", "132@1372,0", "18@0,0", "655@896,0", "662@270,0", "693@1625,0"]],
    ["ٹھنڈی", ["122@2035,0", "387@726,0", "59@1257,0", "675@1567,0", "722@0,0"]],
    ["ڕۆژێک", ["136@970,0", "164@1943,0", "167@1223,0", "609@0,0", "686@1488,0"]],
    ["ښځه", ["338@476,0", "655@0,0", "96@1139,0"]],
    ["ۋە", ["654@0,0", "690@448,0"]],
    ["ڳالهه", ["18@1213,0", "202@944,0", "596@1483,0", "655@0,0", "659@476,0"]],
    ["مـــد", ["384@0,0", "642@852,0", "774@531,0", "774@638,0", "774@745,0"]],
    ["شيء", ["845@388,0", "8@0,0"]],
    ["كتابٌ", ["1276@236,-40", "18@839,0", "237@0,0", "46@1109,0", "581@1419,0"]],
    [
      "عَلَيْكُم",
      [
        "106@1408,0",
        "1181@1140,40",
        "1206@1434,451",
        "1206@1821,170",
        "1259@650,379",
        "491@1722,0",
        "565@646,0",
        "61@1098,0",
        "634@0,0",
      ],
    ],
    ["لَا", ["1206@285,451", "785@0,0"]],
    [
      "مُحَمَّدٌ",
      [
        "1206@1178,80",
        "1259@1870,86",
        "1276@71,197",
        "1283@646,80",
        "331@1055,0",
        "384@0,0",
        "638@531,0",
        "642@1718,0",
      ],
    ],
    [
      "السَّلَامُ",
      ["11@2215,0", "1206@832,451", "1259@185,120", "1283@1422,-40", "202@1946,0", "628@0,0", "797@555,0", "84@1119,0"],
    ],
    ["لِلَّهِ", ["106@476,0", "1207@122,-574", "1207@774,-574", "1283@486,451", "202@790,0", "655@0,0"]],
    [
      "ٱلرَّحۡمَٰنِ",
      [
        "1188@931,210",
        "1206@845,80",
        "1207@206,-814",
        "1248@1362,80",
        "1283@1870,0",
        "180@1872,0",
        "202@2191,0",
        "260@0,0",
        "27@2460,0",
        "349@1238,0",
        "638@714,0",
      ],
    ],
  ],
  hebrew: [
    ["שלום", ["124@684,0", "23@0,0", "55@985,0", "96@1507,0"]],
    ["שָׁלוֹם", ["100@2046,0", "124@684,0", "23@0,0", "46@776,0", "55@985,0", "79@1734,0", "96@1507,0"]],
    ["עֲלֵיכֶם", ["10@2016,0", "117@1604,0", "138@1199,0", "23@0,0", "36@2110,0", "52@684,0", "55@1494,0", "91@729,0"]],
    [
      "בְּרֵאשִׁית",
      [
        "100@1519,0",
        "107@0,0",
        "117@2610,0",
        "12@2865,0",
        "138@685,0",
        "15@2991,0",
        "3@1710,0",
        "45@1264,0",
        "86@2342,0",
        "95@3057,0",
        "96@980,0",
      ],
    ],
    [
      "יְרוּשָׁלַיִם",
      [
        "100@2040,0",
        "124@2231,0",
        "138@3055,0",
        "138@684,0",
        "15@2187,0",
        "23@0,0",
        "45@770,0",
        "55@979,0",
        "73@1083,0",
        "79@1728,0",
        "86@2532,0",
        "95@3142,0",
        "96@1501,0",
      ],
    ],
  ],
  thai: [
    ["ความรัก", ["124@614,0", "24@0,0", "27@2614,0", "43@2663,0", "54@1512,0", "71@2126,0", "76@1106,0"]],
    ["กำลัง", ["27@0,0", "31@1006,0", "43@1570,0", "56@1577,0", "57@598,0", "76@600,0"]],
    ["ใจ", ["6@289,0", "79@0,0"]],
  ],
} as const;

describe("shaping agrees with HarfBuzz", () => {
  it.each(HARFBUZZ.arabic)("on the joined letters of %s", (word, glyphs) => {
    expect(shaped("arabic", word)).toEqual([...glyphs]);
  });

  it.each(HARFBUZZ.hebrew)("on the points of %s", (word, glyphs) => {
    expect(shaped("hebrew", word)).toEqual([...glyphs]);
  });

  it.each(HARFBUZZ.thai)("on the vowels and tones of %s", (word, glyphs) => {
    expect(shaped("thai", word)).toEqual([...glyphs]);
  });
});

describe("a letter with its marks", () => {
  it("keeps its characters when letters melt into one sign", () => {
    const { arabic } = fonts;
    const letters = Array.from("لا", (text) => ({ glyph: arabic.glyphs.get(text.codePointAt(0) ?? 0) ?? 0, text }));
    const clusters = shape(arabic, letters);
    expect(clusters).toHaveLength(1);
    expect(clusters[0]?.map(({ text }) => text)).toEqual(["ل", "ا"]);
  });

  it("does not climb out of its row, however many marks it carries", () => {
    const { thai } = fonts;
    const letters = Array.from(`น${"\u0e49".repeat(50)}`, (text) => ({
      glyph: thai.glyphs.get(text.codePointAt(0) ?? 0) ?? 0,
      text,
    }));
    const [cluster = []] = shape(thai, letters);
    expect(cluster.map(({ text }) => text).join("")).toHaveLength(51);
    expect(Math.max(...cluster.map(({ id, offset }) => thai.extent(id).top + offset.y))).toBeLessThanOrEqual(1200);
  });
});
