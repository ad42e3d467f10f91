// Bytes of the WebAssembly binary format (Core 3.0 §5), as plain arrays of numbers.

export const kTypeCodes = {i: 0x7f, l: 0x7e, f: 0x7d, d: 0x7c, v: 0x7b, r: 0x70};

export function unsigned(value) {
  const bytes = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

// `value`: a number or a BigInt.
export function signed(value) {
  let rest = BigInt(value);
  const bytes = [];
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && !(low & 0x40)) || (rest === -1n && (low & 0x40));
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

export function littleEndian(bits, size) {
  const bytes = [];
  for (let i = 0; i < size; i++) bytes.push(Number((bits >> BigInt(8 * i)) & 0xffn));
  return bytes;
}

export function vector(items) {
  return [...unsigned(items.length), ...items.flat()];
}

export function name(text) {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
}

// A function's body with its locals, as an entry of the code section.
export function body(localLetters, code) {
  const locals = [...localLetters].map((letter) => [1, kTypeCodes[letter]]);
  const bytes = [...vector(locals), ...code];
  return [...unsigned(bytes.length), ...bytes];
}

export function section(id, content) {
  return [id, ...unsigned(content.length), ...content];
}

export function functionType(params, results) {
  const codes = (letters) => [...unsigned(letters.length), ...[...letters].map((x) => kTypeCodes[x])];
  return [0x60, ...codes(params), ...codes(results)];
}

// An opcode as src/wasm/opcodes.h writes it: 0xd041 is 0xfd 65.
export function opcode(code) {
  return code <= 0xff ? [code] : [0xf0 | code >> 12, ...unsigned(code & 0xfff)];
}

export function module(sections) {
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}
