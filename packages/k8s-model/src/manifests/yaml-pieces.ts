/** A stretch of a YAML file that can be read on its own. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Set where the piece is one item of a long list, as kubectl writes them. */
  readonly item?: number;
}

/** Lists longer than this are read item by item. */
const LONG_DOCUMENT = 300_000;

/**
 * Cuts a file at its `---` lines, as kubectl does, and long `items:` lists between their items:
 * a syntax tree takes many times the memory of its text, so the trees are kept small.
 */
export function yamlPieces(text: string): Piece[] {
  const cuts = [0];
  const separator = /^---(?=[ \t\r\n]|$)/gm;
  for (let match = separator.exec(text); match !== null; match = separator.exec(text)) {
    if (match.index > 0) cuts.push(match.index);
    separator.lastIndex = match.index + 3;
  }
  const pieces: Piece[] = [];
  cuts.forEach((start, index) => {
    const end = cuts[index + 1] ?? text.length;
    if (isBlank(text, start, end)) return;
    if (end - start > LONG_DOCUMENT) pieces.push(...itemPieces(text, start, end));
    else pieces.push({ start, end });
  });
  return pieces;
}

/** One piece an item where that is certainly safe, else the whole document. */
function itemPieces(text: string, start: number, end: number): Piece[] {
  const whole = { start, end };
  const document = text.slice(start, end);
  const head =
    /^(?:---[ \t]*\r?\n)?(?:apiVersion: v1\r?\n)?(?:kind: [A-Za-z]*List\r?\n)?items:[ \t]*\r?\n(?=- )/.exec(
      document,
    );
  const anchors = /(?:^|[\s,[{])[&*][\w.-]/m.test(document);
  if (head === null || anchors) return [whole];
  const starts: number[] = [];
  let tail = document.length;
  const line = /^[^ \t\r\n]/gm;
  line.lastIndex = head[0].length;
  for (let match = line.exec(document); match !== null; match = line.exec(document)) {
    if (match[0] === "-") starts.push(match.index);
    else if (match[0] !== "#") {
      tail = match.index;
      break;
    }
    line.lastIndex = match.index + 1;
  }
  const ofList = /^(?:kind: [A-Za-z]*List|metadata:|apiVersion: v1| {2}[A-Za-z]+: .*|\s*)$/;
  if (
    !document
      .slice(tail)
      .split("\n")
      .every((text) => ofList.test(text.trimEnd()))
  )
    return [whole];
  return starts.map((at, item) => ({
    start: start + at,
    end: start + (starts[item + 1] ?? tail),
    item,
  }));
}

/** Whether there is nothing but blank lines and comments, which the library is slow to say. */
function isBlank(text: string, start: number, end: number): boolean {
  const line = /[^\s#][^\n]*|#[^\n]*/g;
  line.lastIndex = text.startsWith("---", start) ? start + 3 : start;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    if (match.index >= end) return true;
    if (!match[0].startsWith("#")) return false;
  }
  return true;
}
