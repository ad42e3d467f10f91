// Arguments, environment, clock, random numbers and standard streams by AssemblyScript's WASI shim.
process.stdout.write("arguments: " + process.argv.slice(1).join(",") + "\n");
process.stdout.write("environment: " + (process.env.has("KEY") ? process.env.get("KEY") : "-") + "\n");
const buffer = new ArrayBuffer(64);
const size = process.stdin.read(buffer);
process.stdout.write("input: " + String.UTF8.decode(buffer.slice(0, size)));
process.stdout.write("clock: " + (Date.now() > 1600000000000).toString() + "\n");
process.stdout.write("random: " + (Math.random() < 1.0).toString() + "\n");
process.exit(42);
