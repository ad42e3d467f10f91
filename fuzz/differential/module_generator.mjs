// Makes a valid module from a seed, the same one each time. It imports log functions, and exports
// its memory, its globals and functions without parameters: each of these gives fuel and calls one of
// the module's functions with constants, v128 results taken apart into i64. The exports' names have
// the types: "call0:ild", "global2:f".

import * as encode from './encoder.mjs';
import {FunctionGenerator} from './function_generator.mjs';
import {Random} from './random.mjs';

const kLogLetters = 'ilfd';
const kFuel = 200;
const kFunctionsMax = 10;
const kBodyNodesMax = 250;
const kI64x2ExtractLane = [0xfd, 29];

class ModuleGenerator {
  constructor(seed, instructions) {
    this.random = new Random(seed);
    this.types = [];  // {params, results, index}, letters as in opcodes.h
    this.plan = {
      instructions,
      valueTypes: instructions.valueTypes,
      features: instructions.features,
      tags: [],
      logFunctions: {},
      globals: [],
      fuelGlobal: 0,
      tableSize: 16,
      dataSegments: 3,
      elementSegments: 3,
      passiveSegment: 1,  // of both kinds; the others are dropped from the start
    };
    for (const [index, letter] of [...kLogLetters].entries()) {
      this.type(letter, '');
      this.plan.logFunctions[letter] = index;
    }
    this.planFunctions();
    this.planGlobals();
    this.planTags();
  }

  type(params, results) {
    let type = this.types.find((other) => other.params === params && other.results === results);
    if (!type) this.types.push(type = {params, results, index: this.types.length});
    return type;
  }

  letters(most) {
    return Array.from({length: this.random.between(0, most)},
                      () => this.random.pick(this.plan.valueTypes)).join('');
  }

  planFunctions() {
    const {random, plan} = this;
    const types = Array.from({length: random.between(2, 5)},
                             () => this.type(this.letters(4), this.letters(3)));
    plan.functions = Array.from({length: random.between(2, kFunctionsMax)}, (_, index) => ({
      index: kLogLetters.length + index,
      type: random.pick(types),
      slot: index,
    }));
  }

  planGlobals() {
    for (let count = this.random.between(2, 6); count > 0; count--)
      this.plan.globals.push({letter: this.random.pick(this.plan.valueTypes),
                              index: this.plan.globals.length + 1});
  }

  planTags() {
    if (!this.plan.features.has('legacyExceptions')) return;
    for (let index = 0; index < 3; index++)
      this.plan.tags.push({index, params: this.type(this.letters(3), '').params});
  }

  global(letter, bits) {
    const init = new FunctionGenerator(this.random, this.plan, {params: '', results: ''}, 0);
    init.constant(letter, bits);
    return [encode.kTypeCodes[letter], 1, ...init.code, 0x0b];
  }

  // A body without parameters that calls a function with constants.
  caller(callee) {
    const body = new FunctionGenerator(this.random, this.plan, {params: '', results: ''}, 0);
    body.constant('i', BigInt(kFuel));
    body.emitIndexed(0x24, this.plan.fuelGlobal);
    for (const letter of callee.type.params) body.constant(letter);
    body.emitIndexed(0x10, callee.index);
    const results = callee.type.results;
    const locals = [...results].map((letter) => body.newLocal(letter));
    for (const local of [...locals].reverse()) body.emitIndexed(0x21, local);
    let exposed = '';
    for (const [index, letter] of [...results].entries()) {
      for (const lane of letter === 'v' ? [0, 1] : [null]) {
        body.emitIndexed(0x20, locals[index]);
        if (lane !== null) body.emit(...kI64x2ExtractLane, lane);
        exposed += lane === null ? letter : 'l';
      }
    }
    body.emit(0x0b);
    return {type: this.type('', exposed), code: body.body()};
  }

  generate() {
    const {random, plan} = this;
    const bodies = plan.functions.map(({type}) =>
      new FunctionGenerator(random, plan, type, random.between(10, kBodyNodesMax)).generate());
    const callers = Array.from({length: random.between(2, 6)},
                               () => this.caller(random.pick(plan.functions)));
    return encode.module([
      encode.section(1, encode.vector(this.types.map((x) => encode.functionType(x.params, x.results)))),
      encode.section(2, encode.vector(this.imports())),
      encode.section(3, encode.vector([...plan.functions, ...callers]
        .map(({type}) => encode.unsigned(type.index)))),
      encode.section(4, [1, 0x70, 1, plan.tableSize, plan.tableSize + 8]),
      encode.section(5, [1, 1, random.between(1, 2), random.between(2, 4)]),
      ...this.tagSection(),
      encode.section(6, encode.vector([this.global('i', 0n),
                                       ...plan.globals.map(({letter}) => this.global(letter))])),
      encode.section(7, encode.vector(this.exports(callers))),
      encode.section(9, encode.vector(this.elements())),
      encode.section(12, [plan.dataSegments]),
      encode.section(10, encode.vector([...bodies, ...callers.map(({code}) => code)])),
      encode.section(11, encode.vector(this.data())),
    ]);
  }

  tagSection() {
    const {tags} = this.plan;
    if (tags.length === 0) return [];
    return [encode.section(13, encode.vector(tags.map(({params}) =>
      [0, this.type(params, '').index])))];
  }

  imports() {
    return [...kLogLetters].map((letter) => [...encode.name('log'), ...encode.name(letter), 0,
                                             this.type(letter, '').index]);
  }

  exports(callers) {
    const first = kLogLetters.length + this.plan.functions.length;
    return [
      [...encode.name('memory'), 2, 0],
      ...this.plan.globals.filter(({letter}) => letter !== 'v')
        .map(({index, letter}) => [...encode.name(`global${index}:${letter}`), 3, index]),
      ...callers.map(({type}, index) => [...encode.name(`call${index}:${type.results}`), 0,
                                         ...encode.unsigned(first + index)]),
    ];
  }

  elements() {
    const functions = this.plan.functions.map(({index}) => encode.unsigned(index));
    const some = () => encode.vector(functions.slice(0, this.random.between(2, functions.length)));
    return [
      [0, 0x41, 0, 0x0b, ...encode.vector(functions)],
      [1, 0, ...some()],
      [3, 0, ...encode.vector(functions)],
    ];
  }

  data() {
    const bytes = () => encode.vector(this.random.bytes(this.random.between(30, 60)).map((x) => [x]));
    return [
      [0, 0x41, ...encode.signed(this.random.below(1000)), 0x0b, ...bytes()],
      [1, ...bytes()],
      [0, 0x41, ...encode.signed(this.random.below(65000)), 0x0b, ...bytes()],
    ];
  }
}

// `instructions`: of loadInstructions.
export function generateModule(seed, instructions) {
  return new ModuleGenerator(seed, instructions).generate();
}
