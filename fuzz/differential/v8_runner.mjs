// node v8_runner.mjs MODULE...: what wherry_runner.cc does, on node's V8.

import {readFileSync} from 'node:fs';

// V8's reasons in our words; the driver takes those together that V8 does not tell apart.
const kTraps = [
  [/unreachable/, 'unreachable'],
  [/memory access out of bounds/, 'out of bounds memory access'],
  [/(table|element segment).*out of bounds/, 'out of bounds table access'],
  [/(divide|remainder) by zero/, 'integer divide by zero'],
  [/divide result unrepresentable|float unrepresentable/, 'integer overflow'],
  [/null function or function signature mismatch/, 'indirect call type mismatch'],
  [/null pointer/, 'null reference'],
  [/Maximum call stack/, 'call stack exhausted'],
];

class Hash {
  constructor() {
    this.state = 0x811c9dc5;
  }
  addByte(byte) {
    this.state = Math.imul(this.state ^ byte, 0x01000193);
  }
  addBits(bits) {
    for (let shift = 0n; shift < 64n; shift += 8n) this.addByte(Number((bits >> shift) & 0xffn));
  }
  hex() {
    return (this.state >>> 0).toString(16).padStart(8, '0');
  }
}

const view = new DataView(new ArrayBuffer(8));

function bitsOf(letter, value) {
  switch (letter) {
    case 'i': return BigInt.asUintN(32, BigInt(value));
    case 'l': return BigInt.asUintN(64, value);
    case 'f':
      if (Number.isNaN(value)) return 0x7fc00000n;
      view.setFloat32(0, value);
      return BigInt(view.getUint32(0));
    default:
      if (Number.isNaN(value)) return 0x7ff8000000000000n;
      view.setFloat64(0, value);
      return view.getBigUint64(0);
  }
}

function trapOf(error) {
  if (error instanceof WebAssembly.Exception) return 'uncaught exception';
  const known = kTraps.find(([pattern]) => pattern.test(error.message));
  return known ? known[1] : `${error.constructor.name}: ${error.message}`;
}

function call(run, types) {
  try {
    const value = run();
    const values = types.length === 0 ? [] : types.length === 1 ? [value] : [...value];
    return values.map((x, index) => ` ${types[index]}:${bitsOf(types[index], x)}`).join('');
  } catch (error) {
    return ` trap ${trapOf(error)}`;
  }
}

class Log {
  constructor() {
    this.hash = new Hash();
    this.count = 0;
    this.functions = {};
    for (const letter of 'ilfd') {
      this.functions[letter] = (value) => {
        this.hash.addBits(bitsOf(letter, value));
        this.count++;
      };
    }
  }
  toString() {
    return `log ${this.count} ${this.hash.hex()}`;
  }
}

function memoryLine(memory) {
  const bytes = new Uint8Array(memory.buffer);
  const hash = new Hash();
  for (let index = 0; index < bytes.length; index++) hash.addByte(bytes[index]);
  return `memory ${bytes.length / 65536} ${hash.hex()}`;
}

// Exports have the types in their names: module_generator.mjs.
function runModule(path) {
  const log = new Log();
  const module = new WebAssembly.Module(readFileSync(path));
  const {exports} = new WebAssembly.Instance(module, {log: log.functions});
  const lines = [`module ${path}`];
  const state = [];
  for (const [name, item] of Object.entries(exports)) {
    const types = name.split(':')[1];
    if (typeof item === 'function') lines.push(`${name}${call(item, types)} ${log}`);
    else if (item instanceof WebAssembly.Global) state.push([name, types, item]);
  }
  for (const [name, type, global] of state) lines.push(`${name} ${type}:${bitsOf(type, global.value)}`);
  lines.push(memoryLine(exports.memory));
  return lines;
}

for (const path of process.argv.slice(2)) console.log(runModule(path).join('\n'));
