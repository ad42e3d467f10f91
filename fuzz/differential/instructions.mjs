// The instruction set as src/wasm/opcodes.h has it, less what the V8 at hand does not know: an
// instruction that is added there is fuzzed from then on. What has no type of its own there (control,
// calls, exceptions) is function_generator.mjs's to know; of it, each engine is asked what it takes.

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as encode from './encoder.mjs';

const kHeaders = ['opcodes.h', 'vector_opcodes.h'];
const kRow = /X\((\w+),\s*(0x[0-9a-f]+),\s*"([^"]+)",\s*(\w+),\s*"([^"]*)"\)/g;
// No instructions for an expression, or ones whose results are the engine's choice.
const kExcluded = /^(nop|drop)$|relaxed|atomic/;

// What stands behind the opcode, for a trial.
const kTrialImmediates = {
  None: [], Load: [0, 0], Store: [0, 0], Lane: [0], LoadLane: [0, 0, 0], StoreLane: [0, 0, 0],
  Lanes: new Array(16).fill(0),
};

function functionModule(params, results, code, tag) {
  return encode.module([
    encode.section(1, encode.vector([encode.functionType(params, results)])),
    encode.section(3, [1, 0]),
    encode.section(5, [1, 0, 1]),
    ...(tag ? [encode.section(13, [1, 0, 0])] : []),
    encode.section(10, encode.vector([encode.body('', [...code, 0x0b])])),
  ]);
}

function trialModule({params, results, code, immediate}) {
  const gets = [...params].map((_, index) => [0x20, index]).flat();
  return functionModule(params, results,
                        [...gets, ...encode.opcode(code), ...kTrialImmediates[immediate]]);
}

// Modules by the name of the feature that an engine has when it takes them.
export const kFeatureProbes = {
  vectors: functionModule('v', 'v', [0x20, 0, 0xfd, 0x4d]),
  tailCalls: functionModule('', 'i', [0x12, 0]),
  legacyExceptions: functionModule('', '', [0x06, 0x40, 0x08, 0, 0x19, 0x0b], true),
};

function parse(text) {
  const all = [];
  for (const [, , code, name, immediate, signature] of text.matchAll(kRow)) {
    if (!signature.includes(':') || !(immediate in kTrialImmediates)) continue;
    const [params, results] = signature.split(':');
    if (kExcluded.test(name) || !/^[ilfdv]*$/.test(params + results)) continue;
    all.push({name, code: Number(code), immediate, params, results});
  }
  return all;
}

// `features`: names of kFeatureProbes that may be used. Gives {all, byResult, loads, stores,
// valueTypes, features}: byResult.i are those with an i32 result; each instruction with `name`,
// `code`, `immediate`, `params` and `results` (letters as in opcodes.h).
export function loadInstructions(folder, features) {
  const text = kHeaders.map((header) => readFileSync(join(folder, header), 'utf8')).join('\n');
  const valueTypes = features.has('vectors') ? 'ilfdv' : 'ilfd';
  const all = parse(text)
    .filter(({params, results}) => [...params, ...results].every((x) => valueTypes.includes(x)))
    .filter((instruction) => WebAssembly.validate(trialModule(instruction)));
  const set = {all, features, valueTypes, byResult: {}, loads: {}};
  for (const letter of valueTypes) {
    const giving = all.filter((x) => x.results === letter);
    set.loads[letter] = giving.filter((x) => /Load/.test(x.immediate));
    set.byResult[letter] = giving.filter((x) => !/Load/.test(x.immediate));
  }
  set.stores = all.filter((x) => /Store/.test(x.immediate));
  return set;
}

// Bytes that a load or store touches.
export function accessBytes({name, results, params}) {
  const size = name.match(/(?:load|store)(\d+)(x\d+)?/);
  if (size) return size[2] ? 8 : Number(size[1]) / 8;
  return {i: 4, l: 8, f: 4, d: 8, v: 16}[results || params.at(-1)];
}
