// Runs random modules on our engine and on node's V8, and compares what can be seen of them: results,
// kinds of traps, logged values, globals, memory.
//
//   node fuzz/differential/run.mjs --runner build/dev/bin/differential_runner
//     [--seed N] [--count N] [--seconds N] [--keep FOLDER]    modules of seeds N, N+1 …
//   node fuzz/differential/run.mjs --runner … --module FILE   one module again
//     [--check-bounds] [--count-fuel]                         in that mode; seeds take turns
//
// A module on which the two differ is kept, with the command that runs it again. Exit code 1 then.

import {spawn} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {kFeatureProbes, loadInstructions} from './instructions.mjs';
import {generateModule} from './module_generator.mjs';

const kBatch = 20;
const kBatchSeconds = 120;
const kProgressMs = 60_000;
// Guards and no fuel is what nearly everything runs with.
const kModes = [[], ['--check-bounds'], [], ['--count-fuel'], [], ['--check-bounds', '--count-fuel']];
const kHere = dirname(fileURLToPath(import.meta.url));
// Traps that V8 gives one message for.
const kAlike = [
  [/undefined element/, 'out of bounds table access'],
  [/uninitialized element/, 'indirect call type mismatch'],
  [/invalid conversion to integer/, 'integer overflow'],
];

// The transcripts of a run's modules by path, and how the program ended.
function execute(command) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), {stdio: ['ignore', 'pipe', 'pipe']});
    let output = '', errors = '', timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, kBatchSeconds * 1000);
    child.stdout.on('data', (text) => output += text);
    child.stderr.on('data', (text) => errors += text);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const end = code === 0 ? '' : `ended by ${signal ?? `exit code ${code}`}: ${errors.slice(0, 500)}`;
      resolve({transcripts: split(output), end, timedOut});
    });
  });
}

function split(output) {
  const transcripts = new Map();
  let lines = [];
  for (const line of output.split('\n')) {
    if (line.startsWith('module ')) transcripts.set(line.slice(7), lines = []);
    else if (line !== '') lines.push(line);
  }
  return transcripts;
}

function unify(line) {
  for (const [pattern, word] of kAlike) line = line.replace(pattern, word);
  return line;
}

// The first difference, or undefined. How deep a stack is, is each engine's own: behind a trap for
// that nothing is compared.
function difference(ours, theirs) {
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const pair = [ours[index], theirs[index]].map((line) => unify(line ?? 'nothing more'));
    if (pair.some((line) => line.includes('call stack exhausted'))) return undefined;
    if (pair[0] !== pair[1]) return `  wherry: ${pair[0]}\n  V8:     ${pair[1]}`;
  }
  return undefined;
}

async function compare(runner, mode, paths) {
  const v8 = [process.execPath, join(kHere, 'v8_runner.mjs'), ...paths];
  const [ours, theirs] = await Promise.all([execute([runner, ...mode, ...paths]), execute(v8)]);
  if (theirs.end) throw new Error(`V8's side ${theirs.end}`);
  const begun = paths.filter((path) => ours.transcripts.has(path));
  if (begun.length === 0) throw new Error(`${runner} ${ours.end}`);
  const findings = [];
  for (const path of begun) {
    const ended = ours.end && path === begun.at(-1) ? `  wherry: ${ours.end}` : undefined;
    if (ended && ours.timedOut && paths.length > 1) {  // a busy machine, unless it is slow alone
      findings.push(...(await compare(runner, mode, [path])));
      continue;
    }
    const found = ended ?? difference(ours.transcripts.get(path), theirs.transcripts.get(path));
    if (found) findings.push({path, found});
  }
  // What ended the program left these undone.
  const rest = paths.slice(begun.length);
  return rest.length ? [...findings, ...(await compare(runner, mode, rest))] : findings;
}

function report({path, found}, {keep, runner}, mode) {
  mkdirSync(keep, {recursive: true});
  const kept = join(keep, path.split('/').at(-1));
  if (kept !== path) copyFileSync(path, kept);
  console.log(`DIFFERENCE in ${kept}\n${found}\n  again: node fuzz/differential/run.mjs ` +
              [`--runner ${runner}`, ...mode, `--module ${kept}`].join(' '));
}

// The features that both engines have.
async function commonFeatures(runner, folder) {
  const names = Object.keys(kFeatureProbes).filter((name) => WebAssembly.validate(kFeatureProbes[name]));
  const paths = names.map((name) => join(folder, name));
  paths.forEach((path, index) => writeFileSync(path, kFeatureProbes[names[index]]));
  const {transcripts} = await execute([runner, ...paths]);
  const takes = (path) => !transcripts.get(path)?.some((line) => /^error/.test(line));
  return new Set(names.filter((_, index) => takes(paths[index])));
}

async function runSeeds({runner, seed, count, seconds, keep}) {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-differential-'));
  const end = Date.now() + seconds * 1000;
  let done = 0, differences = 0, nextProgress = Date.now() + kProgressMs;
  try {
    const features = await commonFeatures(runner, folder);
    const instructions = loadInstructions(join(kHere, '../../src/wasm'), features);
    console.log(`seeds from ${seed}; ${instructions.all.length} instructions, and ` +
                `${[...features].join(', ') || 'no further features'} (V8 ${process.versions.v8})`);
    while (done < count && Date.now() < end) {
      const seeds = Array.from({length: Math.min(kBatch, count - done)}, (_, i) => seed + done + i);
      const paths = seeds.map((x) => join(folder, `seed-${x}.wasm`));
      paths.forEach((path, i) => writeFileSync(path, generateModule(seeds[i], instructions)));
      const mode = kModes[Math.floor((seed + done) / kBatch) % kModes.length];
      const findings = await compare(runner, mode, paths);
      for (const finding of findings) report(finding, {keep, runner}, mode);
      for (const path of paths) rmSync(path);
      done += seeds.length;
      differences += findings.length;
      if (Date.now() > nextProgress) {
        console.log(`  ${done} modules, ${differences} differences`);
        nextProgress = Date.now() + kProgressMs;
      }
    }
  } finally {
    rmSync(folder, {recursive: true});
  }
  console.log(`${done} modules (seeds ${seed} to ${seed + done - 1}), ${differences} differences`);
  return differences;
}

async function runModule({runner, module, ...flags}) {
  const mode = ['check-bounds', 'count-fuel'].filter((flag) => flags[flag]).map((flag) => `--${flag}`);
  const [finding] = await compare(runner, mode, [module]);
  console.log(finding ? `difference:\n${finding.found}` : 'no difference');
  return finding ? 1 : 0;
}

const {values} = parseArgs({options: {
  runner: {type: 'string'},
  module: {type: 'string'},
  'check-bounds': {type: 'boolean'},
  'count-fuel': {type: 'boolean'},
  seed: {type: 'string', default: '1'},
  count: {type: 'string', default: '1000000000'},
  seconds: {type: 'string', default: '60'},
  keep: {type: 'string', default: 'build/differential'},
}});
const options = {...values, seed: Number(values.seed), count: Number(values.count),
                 seconds: Number(values.seconds)};
process.exitCode = (values.module ? await runModule(options) : await runSeeds(options)) ? 1 : 0;
