// The home of titles in every script that is promised. Each is short enough to be printed whole.

/** Titles that run from left to right: what is copied is what was written. */
export const LEFT_TO_RIGHT = [
  "Low Tide (feat. Ana Unal)",
  "Żółw Świętojański – Ęąćńłó",
  "Ελληνικό τραγούδι, ἀρχή",
  "Песня о далёкой звезде",
  "夜に駆ける東京フラッシュ",
  "月亮代表我的心",
  "淡水河邊的風",
  "봄날 (Spring Day) 했다",
  "ที่นี่มีน้ำใจ ผู้ใหญ่ 2024",
  "Tiếng Việt: Đường về nhà",
  "한글 漢字 テスト ABC",
];

/** Titles that run from right to left, and the order in which their glyphs then stand from left to right. */
export const RIGHT_TO_LEFT = [
  { written: "מחכה לך בלילה", seen: "הליל" + "ב ךל הכחמ" },
  { written: "حبيبي يا نور العين", seen: "نيعلا رون اي يبيبح" },
  { written: "أغنية (Remix) 2024 لا إله", seen: "هلإ ال 2024 (Remix) ةينغأ" },
  { written: "Live in القاهرة 1999 (Deluxe)", seen: "Live in 1999 ةرهاقلا (Deluxe)" },
  { written: "שלום 123 עולם", seen: "םלוע 123 םולש" },
];
