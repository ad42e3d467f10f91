// Writes the body of one function: typed expressions and statements, chosen at random, of which
// every run ends. Calls and open loops pay from a global (fuel) and return when it is used up;
// counted loops run a small constant number of times and cannot be continued from inside.
//
// Results must not depend on what the specification leaves open: wherever the bits of a float could
// be seen, a NaN is replaced by the canonical one first.

import * as encode from './encoder.mjs';
import {accessBytes} from './instructions.mjs';

const op = {
  unreachable: 0x00, block: 0x02, loop: 0x03, if: 0x04, else: 0x05, try: 0x06, catch: 0x07,
  throw: 0x08, rethrow: 0x09, delegate: 0x18, catchAll: 0x19, end: 0x0b, br: 0x0c, brIf: 0x0d,
  brTable: 0x0e, return: 0x0f, call: 0x10, callIndirect: 0x11, returnCall: 0x12,
  returnCallIndirect: 0x13, drop: 0x1a, select: 0x1b, localGet: 0x20, localSet: 0x21,
  localTee: 0x22, globalGet: 0x23, globalSet: 0x24, tableGet: 0x25, tableSet: 0x26,
  memorySize: 0x3f, memoryGrow: 0x40, i32Const: 0x41, i32Eqz: 0x45, i32Add: 0x6a, i32Sub: 0x6b,
  i32And: 0x71, i32Or: 0x72, i64Or: 0x84, refNull: 0xd0, refIsNull: 0xd1, refFunc: 0xd2,
};
const kConstOpcodes = {i: 0x41, l: 0x42, f: 0x43, d: 0x44};
const kEqualOpcodes = {f: 0x5b, d: 0x61};
const kCanonicalNan = {f: 0x7fc00000n, d: 0x7ff8000000000000n};
// By lane type: equality, and the canonical NaN in each lane.
const kVectorNan = {
  f32x4: {equal: 0xd041, bits: 0x7fc000007fc000007fc000007fc00000n},
  f64x2: {equal: 0xd047, bits: 0x7ff80000000000007ff8000000000000n},
};
const kBitselect = 0xd052;
const kDepthMax = 7;
const kLoopTripsMax = 12;

export class FunctionGenerator {
  // `plan`: see module_generator.mjs.
  constructor(random, plan, type, budget) {
    Object.assign(this, {random, plan, type, budget});
    this.code = [];
    this.locals = [...type.params];  // letters, by index
    this.free = [];                  // indices that expressions may read and write
    this.counters = [];              // of the counted loops around, to be read only
    for (let index = 0; index < type.params.length; index++) this.free.push(index);
    for (let count = random.between(1, 6); count > 0; count--)
      this.free.push(this.newLocal(random.pick(plan.valueTypes)));
    this.scratch = {};
    this.labels = [{types: type.results, open: true}];  // innermost last
    this.loopDepth = 0;
  }

  // The body as the code section has it.
  generate() {
    this.payFuel();
    for (let count = this.random.between(1, 6); count > 0; count--) this.statement(0);
    for (const letter of this.type.results) this.expression(letter, 0);
    this.emit(op.end);
    return this.body();
  }

  body() {
    return encode.body(this.locals.slice(this.type.params.length), this.code);
  }

  emit(...bytes) {
    for (const byte of bytes) this.code.push(byte);
  }
  emitIndexed(opcode, index) {
    this.emit(...encode.opcode(opcode), ...encode.unsigned(index));
  }
  newLocal(letter) {
    return this.locals.push(letter) - 1;
  }
  scratchLocal(letter) {
    return this.scratch[letter] ??= this.newLocal(letter);
  }
  ofType(locals, letter) {
    return locals.filter((index) => this.locals[index] === letter);
  }

  // --- values ---

  constant(letter, bits = this.random.constant(letter)) {
    if (letter === 'v') this.emit(0xfd, 12, ...encode.littleEndian(bits, 16));
    else if (letter === 'i' || letter === 'l')
      this.emit(kConstOpcodes[letter], ...encode.signed(BigInt.asIntN(letter === 'i' ? 32 : 64, bits)));
    else this.emit(kConstOpcodes[letter], ...encode.littleEndian(bits, letter === 'f' ? 4 : 8));
  }

  leaf(letter) {
    const locals = this.ofType([...this.free, ...this.counters], letter);
    const globals = this.plan.globals.filter((global) => global.letter === letter);
    this.random.weighted([
      [3, () => this.constant(letter)],
      [locals.length && 6, () => this.emitIndexed(op.localGet, this.random.pick(locals))],
      [globals.length && 1, () => this.emitIndexed(op.globalGet, this.random.pick(globals).index)],
    ])();
  }

  // Code that leaves one value of the type.
  expression(letter, depth) {
    if (this.budget-- <= 0 || depth >= kDepthMax) return this.leaf(letter);
    const pool = this.plan.instructions;
    const next = depth + 1;
    this.random.weighted([
      [2, () => this.leaf(letter)],
      [12, () => this.simple(letter, next)],
      [pool.loads[letter].length && 3, () => this.load(letter, next)],
      [this.ofType(this.free, letter).length && 2, () => this.tee(letter, next)],
      [2, () => this.conditional(letter, next)],
      [1, () => this.block(letter, next)],
      [1, () => this.openLoop(letter, next)],
      [1, () => this.select(letter, next)],
      [1, () => this.callFor(letter, next)],
      [this.plan.tags.length && 2, () => this.tryCatch(letter, next)],
      [letter === 'i' && 1, () => this.integerOdds(next)],
      [this.random.oneIn(4), () => this.leave(next)],
    ])();
  }

  simple(letter, depth) {
    const instruction = this.random.pick(this.plan.instructions.byResult[letter]);
    // Most operands trap: let most programs get further.
    if (/^i(32|64)\.trunc_f/.test(instruction.name) && !this.random.oneIn(30)) return this.leaf(letter);
    for (const param of instruction.params) this.expression(param, depth);
    if (/reinterpret_f|copysign/.test(instruction.name)) this.canonicalise(instruction.params.at(-1));
    if (/\.(div|rem)_/.test(instruction.name) && !this.random.oneIn(30)) {
      this.constant(instruction.params[0], 1n);
      this.emit(letter === 'i' ? op.i32Or : op.i64Or);
    }
    this.emit(...encode.opcode(instruction.code));
    this.emitLanes(instruction);
    const lanes = instruction.name.match(/^(f32x4|f64x2)\./);
    if (letter === 'v' && lanes) this.canonicaliseVector(kVectorNan[lanes[1]]);
  }

  emitLanes({immediate, name}) {
    if (immediate === 'Lanes') this.emit(...Array.from({length: 16}, () => this.random.below(32)));
    else if (/Lane/.test(immediate)) {
      const lanes = name.match(/x(\d+)\./) ? Number(name.match(/x(\d+)\./)[1])
                                           : 128 / Number(name.match(/(?:load|store)(\d+)/)[1]);
      this.emit(this.random.below(lanes));
    }
  }

  // The value on the stack, unless it is a NaN: then the canonical one.
  canonicalise(letter) {
    const local = this.scratchLocal(letter);
    this.emitIndexed(op.localTee, local);
    this.constant(letter, kCanonicalNan[letter]);
    this.emitIndexed(op.localGet, local);
    this.emitIndexed(op.localGet, local);
    this.emit(kEqualOpcodes[letter], op.select);
  }

  canonicaliseVector({equal, bits}) {
    const local = this.scratchLocal('v');
    this.emitIndexed(op.localTee, local);
    this.constant('v', bits);
    this.emitIndexed(op.localGet, local);
    this.emitIndexed(op.localGet, local);
    this.emit(...encode.opcode(equal), ...encode.opcode(kBitselect));
  }

  tee(letter, depth) {
    this.expression(letter, depth);
    this.emitIndexed(op.localTee, this.random.pick(this.ofType(this.free, letter)));
  }

  select(letter, depth) {
    this.expression(letter, depth);
    this.expression(letter, depth);
    this.expression('i', depth);
    this.emit(op.select);
  }

  integerOdds(depth) {
    this.random.weighted([
      [2, () => this.emit(op.memorySize, 0)],
      [1, () => {
        this.constant('i', BigInt(this.random.below(2)));
        this.emit(op.memoryGrow, 0);
      }],
      [1, () => {
        this.reference(depth);
        this.emit(op.refIsNull);
      }],
    ])();
  }

  // A function reference.
  reference(depth) {
    this.random.weighted([
      [2, () => this.emitIndexed(op.refFunc, this.random.pick(this.plan.functions).index)],
      [1, () => this.emit(op.refNull, 0x70)],
      [2, () => {
        this.tableIndex(depth);
        this.emit(op.tableGet, 0);
      }],
    ])();
  }

  // --- memory and tables ---

  // An address and the memory argument's bytes; nearly always inside the first page.
  address(depth, bytes) {
    this.expression('i', depth);
    const wild = this.random.oneIn(250);
    if (!wild) {
      this.constant('i', this.random.oneIn(30) ? 0xffffn : 0x3fffn);
      this.emit(op.i32And);
    }
    if (this.random.oneIn(8)) return this.distance(bytes);
    const offset = wild && this.random.oneIn(2) ? this.random.bits32() : this.random.below(300);
    const align = this.random.below(Math.log2(bytes) + 1);
    return [align, ...encode.unsigned(offset)];
  }

  // Subtracts from an address, nearly always less than it is.
  distance(bytes) {
    const distance = this.random.below(this.random.oneIn(30) ? 0x20000 : 300);
    this.constant('i', 0x2000n);
    this.emit(this.random.oneIn(20) ? op.i32And : op.i32Or);
    const subtracts = this.random.oneIn(2);
    this.constant('i', BigInt(subtracts ? distance : 2 ** 32 - distance));
    this.emit(subtracts ? op.i32Sub : op.i32Add);
    return [0, ...encode.unsigned(this.random.oneIn(5) ? this.random.below(300) : 0)];
  }

  load(letter, depth) {
    const instruction = this.random.pick(this.plan.instructions.loads[letter]);
    const argument = this.address(depth, accessBytes(instruction));
    if (instruction.params.length > 1) this.expression('v', depth);
    this.emit(...encode.opcode(instruction.code), ...argument);
    this.emitLanes(instruction);
  }

  store(depth) {
    const instruction = this.random.pick(this.plan.instructions.stores);
    const argument = this.address(depth, accessBytes(instruction));
    const value = instruction.params[1];
    this.expression(value, depth);
    if (value === 'f' || value === 'd') this.canonicalise(value);
    this.emit(...encode.opcode(instruction.code), ...argument);
    this.emitLanes(instruction);
  }

  tableIndex(depth) {
    if (this.random.oneIn(100)) return this.expression('i', depth);
    this.constant('i', BigInt(this.random.below(this.plan.tableSize)));
  }

  // i32 operands of a bulk instruction; inside the bounds nearly always.
  ranges(depth, limits) {
    for (const limit of limits) {
      this.expression('i', depth);
      if (this.random.oneIn(200)) continue;
      this.constant('i', BigInt(limit));
      this.emit(op.i32And);
    }
  }

  bulk(depth) {
    const {random, plan} = this;
    const data = random.oneIn(40) ? random.below(plan.dataSegments) : plan.passiveSegment;
    const element = random.oneIn(40) ? random.below(plan.elementSegments) : plan.passiveSegment;
    random.weighted([
      [3, () => (this.ranges(depth, [0xfff, 0xff, 0xff]), this.emit(0xfc, 11, 0))],
      [3, () => (this.ranges(depth, [0xfff, 0xfff, 0x1ff]), this.emit(0xfc, 10, 0, 0))],
      [2, () => (this.ranges(depth, [0xfff, 0xf, 0xf]), this.emit(0xfc, 8, data, 0))],
      [random.oneIn(30), () => this.emit(0xfc, 9, data)],
      [1, () => (this.ranges(depth, [3, 3, 3]), this.emit(0xfc, 14, 0, 0))],
      [1, () => (this.ranges(depth, [3, 1, 1]), this.emit(0xfc, 12, element, 0))],
      [random.oneIn(30), () => this.emit(0xfc, 13, element)],
      [1, () => (this.tableIndex(depth), this.reference(depth), this.emit(op.tableSet, 0))],
    ])();
  }

  // --- control ---

  // Opens a structured instruction with at most one result, writes its inside, and closes it.
  structure(opcode, result, label, inside) {
    this.emit(opcode, result === '' ? 0x40 : encode.kTypeCodes[result]);
    this.labels.push(label);
    inside();
    this.labels.pop();
    this.emit(op.end);
  }

  conditional(letter, depth) {
    this.expression('i', depth);
    this.structure(op.if, letter, {types: letter, open: true}, () => {
      this.maybeStatement(depth);
      this.expression(letter, depth);
      this.emit(op.else);
      this.maybeStatement(depth);
      this.expression(letter, depth);
    });
  }

  block(letter, depth) {
    this.structure(op.block, letter, {types: letter, open: true}, () => {
      this.maybeStatement(depth);
      this.expression(letter, depth);
      if (this.random.oneIn(2)) {
        this.expression('i', depth);
        this.emit(op.brIf, 0);
      }
    });
  }

  // A loop that code inside may continue at will: each round costs fuel.
  openLoop(letter, depth) {
    if (this.loopDepth >= 2) return this.leaf(letter);
    this.loopDepth++;
    this.structure(op.loop, letter, {types: '', open: true}, () => {
      this.payFuel();
      this.statement(depth);
      this.branchBack(depth);
      this.expression(letter, depth);
    });
    this.loopDepth--;
  }

  branchBack(depth) {
    this.expression('i', depth);
    this.emit(op.brIf, 0);
  }

  countedLoop(depth) {
    if (this.loopDepth >= 2) return;
    this.loopDepth++;
    const counter = this.newLocal('i');
    this.constant('i', BigInt(this.random.between(1, kLoopTripsMax)));
    this.emitIndexed(op.localSet, counter);
    this.structure(op.loop, '', {types: '', open: false}, () => {
      this.counters.push(counter);
      for (let count = this.random.between(1, 3); count > 0; count--) this.statement(depth);
      this.counters.pop();
      this.emitIndexed(op.localGet, counter);
      this.constant('i', 1n);
      this.emit(op.i32Sub);
      this.emitIndexed(op.localTee, counter);
      this.emit(op.brIf, 0);
    });
    this.loopDepth--;
  }

  payFuel() {
    const {fuelGlobal} = this.plan;
    this.emitIndexed(op.globalGet, fuelGlobal);
    this.emit(op.i32Eqz, op.if, 0x40);
    for (const letter of this.type.results) this.constant(letter);
    this.emit(op.return, op.end);
    this.emitIndexed(op.globalGet, fuelGlobal);
    this.constant('i', 1n);
    this.emit(op.i32Sub);
    this.emitIndexed(op.globalSet, fuelGlobal);
  }

  openLabels() {
    return this.labels.map((label, index) => ({...label, depth: this.labels.length - 1 - index}))
      .filter((label) => label.open);
  }

  // Goes elsewhere; what follows in the block is never reached.
  leave(depth) {
    const label = this.random.pick(this.openLabels());
    const {plan, random, type} = this;
    const tails = plan.functions.filter((callee) => callee.type.results === type.results);
    random.weighted([
      [4, () => {
        this.expressions(label.types, depth);
        this.emitIndexed(op.br, label.depth);
      }],
      [2, () => {
        this.expressions(type.results, depth);
        this.emit(op.return);
      }],
      [2, () => this.branchTable(label, depth)],
      [plan.features.has('tailCalls') && tails.length && 3, () => this.tailCall(random.pick(tails), depth)],
      [plan.tags.length && 3, () => this.throw(depth)],
      [random.oneIn(40), () => this.emit(op.unreachable)],
    ])();
  }

  // --- exceptions, in their legacy form ---

  throw(depth) {
    const catching = this.labels.findLastIndex((label) => label.catching);
    if (catching >= 0 && this.random.oneIn(2))
      return this.emitIndexed(op.rethrow, this.labels.length - 1 - catching);
    const tag = this.random.pick(this.plan.tags);
    this.expressions(tag.params, depth);
    this.emitIndexed(op.throw, tag.index);
  }

  tryCatch(letter, depth) {
    this.emit(op.try, encode.kTypeCodes[letter]);
    this.labels.push({types: letter, open: true});
    this.maybeStatement(depth);
    this.expression(letter, depth);
    if (this.random.oneIn(5)) {
      this.labels.pop();
      return this.emitIndexed(op.delegate, this.random.below(this.labels.length));
    }
    this.labels.at(-1).catching = true;
    for (const tag of this.plan.tags) if (this.random.oneIn(2)) this.catch(tag, letter, depth);
    if (this.random.oneIn(2)) {
      this.emit(op.catchAll);
      this.maybeStatement(depth);
      this.expression(letter, depth);
    }
    this.labels.pop();
    this.emit(op.end);
  }

  catch(tag, letter, depth) {
    this.emitIndexed(op.catch, tag.index);
    if (tag.params.includes(letter)) return this.keep(tag.params, letter);
    for (const _ of tag.params) this.emit(op.drop);
    this.maybeStatement(depth);
    this.expression(letter, depth);
  }

  expressions(letters, depth) {
    for (const letter of letters) this.expression(letter, depth);
  }

  branchTable(label, depth) {
    const targets = this.openLabels().filter((other) => other.types === label.types);
    const count = this.random.between(0, 5);
    this.expressions(label.types, depth);
    this.expression('i', depth);
    this.emit(op.brTable, ...encode.unsigned(count));
    for (let index = 0; index <= count; index++)
      this.emit(...encode.unsigned(this.random.pick(targets).depth));
  }

  // --- calls ---

  call(callee, depth) {
    this.expressions(callee.type.params, depth);
    if (this.random.oneIn(2)) return this.emitIndexed(op.call, callee.index);
    this.slotOf(callee, depth);
    this.emit(op.callIndirect, ...encode.unsigned(callee.type.index), 0);
  }

  tailCall(callee, depth) {
    this.expressions(callee.type.params, depth);
    if (this.random.oneIn(2)) return this.emitIndexed(op.returnCall, callee.index);
    this.slotOf(callee, depth);
    this.emit(op.returnCallIndirect, ...encode.unsigned(callee.type.index), 0);
  }

  // Where the table had the function at the start; seldom another place.
  slotOf(callee, depth) {
    if (this.random.oneIn(40)) return this.tableIndex(depth);
    this.constant('i', BigInt(callee.slot));
  }

  callFor(letter, depth) {
    const callees = this.plan.functions.filter((callee) => callee.type.results.includes(letter));
    if (callees.length === 0) return this.leaf(letter);
    const callee = this.random.pick(callees);
    this.call(callee, depth);
    this.keep(callee.type.results, letter);
  }

  // Of the values on the stack, the last one of the type.
  keep(letters, letter) {
    const kept = letters.lastIndexOf(letter);
    const local = this.scratchLocal(letter);
    for (let index = letters.length - 1; index >= 0; index--)
      index === kept ? this.emitIndexed(op.localSet, local) : this.emit(op.drop);
    this.emitIndexed(op.localGet, local);
  }

  // --- statements ---

  maybeStatement(depth) {
    if (this.random.oneIn(2)) this.statement(depth);
  }

  statement(depth) {
    if (this.budget-- <= 0 || depth >= kDepthMax) return;
    const next = depth + 1;
    this.random.weighted([
      [4, () => this.setLocal(next)],
      [2, () => this.setGlobal(next)],
      [5, () => this.store(next)],
      [2, () => this.log(next)],
      [2, () => this.bulk(next)],
      [2, () => this.countedLoop(next)],
      [2, () => this.ifStatement(next)],
      [1, () => this.callStatement(next)],
      [1, () => this.branchIf(next)],
    ])();
  }

  setLocal(depth) {
    const index = this.random.pick(this.free);
    this.expression(this.locals[index], depth);
    this.emitIndexed(op.localSet, index);
  }

  setGlobal(depth) {
    const global = this.random.pick(this.plan.globals);
    this.expression(global.letter, depth);
    this.emitIndexed(op.globalSet, global.index);
  }

  log(depth) {
    const letter = this.random.pick('ilfd');
    this.expression(letter, depth);
    this.emitIndexed(op.call, this.plan.logFunctions[letter]);
  }

  ifStatement(depth) {
    this.expression('i', depth);
    this.structure(op.if, '', {types: '', open: true}, () => {
      this.statement(depth);
      if (this.random.oneIn(2)) return;
      this.emit(op.else);
      this.statement(depth);
    });
  }

  callStatement(depth) {
    const callee = this.random.pick(this.plan.functions);
    this.call(callee, depth);
    for (const _ of callee.type.results) this.emit(op.drop);
  }

  branchIf(depth) {
    const targets = this.openLabels().filter((label) => label.types === '');
    if (targets.length === 0) return;
    this.expression('i', depth);
    this.emitIndexed(op.brIf, this.random.pick(targets).depth);
  }
}
