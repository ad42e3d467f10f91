// Runs a WASI command on node's own node:wasi: node_run.mjs FOLDER MODULE.wasm [ARGUMENT]...
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [folder, file, ...words] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [file, ...words],
  preopens: { '/granted': folder },
});
const module = await WebAssembly.compile(readFileSync(file));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
