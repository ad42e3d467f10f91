#!/bin/bash
# Claims inside of a module, made by ours and by node: good ones run; forged, changed and expired ones do not.
source "$(dirname "$0")/lib.sh"
wherry keys create team --kind account --no-passphrase >account
wherry keys create app --kind module --no-passphrase >module
write_module app.wasm
claim() { wherry sign --claims app.wasm --key team --module-key app -o "$1" "${@:2}" >/dev/null; }

claim good.wasm --cap wascc:http_server --expires-days 1 --module-version 1.0
run wherry run good.wasm
expect_status 0
run wherry verify --claims good.wasm --json
expect_status 0
[[ $(jq -r '.issuer + .subject' <<<"$OUT") == "$(cat account)$(cat module)" ]] || fail "$OUT"
[[ $(jq -c .capabilities <<<"$OUT") == '["wascc:http_server"]' ]] || fail "$OUT"
run wherry inspect good.wasm
[[ $OUT == *"claims        issuer $(cat account)"* ]] || fail "$OUT"

# What node's crypto signed, of a module with sections of its own.
cat >sign.js <<'JS'
const crypto = require('crypto'), fs = require('fs');
const [input, output, issuer, subject, seed, expires] = process.argv.slice(2);
const bits = [...seed].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
const raw = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2))).subarray(2, 34);
const key = crypto.createPrivateKey({ format: 'der', type: 'pkcs8',
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), raw]) });
const module_ = fs.readFileSync(input);
const hash = crypto.createHash('sha256').update(module_).digest('hex').toUpperCase();
const part = o => Buffer.from(JSON.stringify(o)).toString('base64url');
let token = part({ typ: 'jwt', alg: 'Ed25519' }) + '.' + part({ jti: 'x', iat: 1, iss: issuer, sub: subject,
  exp: Number(expires), wascap: { name: 'n', hash, tags: [], caps: [], prov: false } });
token += '.' + crypto.sign(null, Buffer.from(token), key).toString('base64url');
const leb = n => n < 128 ? [n] : [n & 127 | 128, ...leb(n >> 7)];
const content = Buffer.concat([Buffer.from([3]), Buffer.from('jwt' + token)]);
fs.writeFileSync(output, Buffer.concat([module_, Buffer.from([0, ...leb(content.length)]), content]));
JS
seed=$(cat "$XDG_CONFIG_HOME/wherry/keys/team.seed")
now=$(date +%s)
node sign.js app.wasm theirs.wasm "$(cat account)" "$(cat module)" "$seed" $((now + 3600))
run wherry run theirs.wasm
expect_status 0
node sign.js app.wasm expired.wasm "$(cat account)" "$(cat module)" "$seed" $((now - 1))
run wherry run expired.wasm
expect_status 126
expect_err_has "claims of the module: expired at"
# Compiled while they held, they end all the same.
node sign.js app.wasm soon.wasm "$(cat account)" "$(cat module)" "$seed" $((now + 6))
run wherry compile soon.wasm
while (($(date +%s) < now + 6)); do sleep 0.2; done
run wherry run soon.wasm
expect_status 126
expect_err_has "expired at"
claim early.wasm --not-before-days 1
run wherry run early.wasm
expect_status 126
expect_err_has "not valid before"

# Said to be by an account that did not sign.
wherry keys create stranger --kind account --no-passphrase >stranger
node sign.js app.wasm forged.wasm "$(cat stranger)" "$(cat module)" "$seed" $((now + 3600))
run wherry run forged.wasm
expect_status 126
expect_err_has "forged: the signature is not of $(cat stranger)"
# Another module behind the same claims: an empty custom section more.
{ cat good.wasm; printf '\0\2\1x'; } >changed.wasm
run wherry run changed.wasm
expect_status 126
expect_err_has "signed another module than this one"

# A policy wants claims by the team, and bounds them.
cat >"$POLICY" <<T
[key.team]
nkey = "$(cat account)"
[[rule]]
issuers = ["team"]
[[issuer]]
key = "team"
capabilities = ["wascc:http_*"]
T
run wherry run good.wasm
expect_status 0
run wherry run app.wasm
expect_status 126
expect_err_has "asks for claims by key team ($(cat account)), and the module has none"
claim greedy.wasm --cap wascc:keyvalue
run wherry run greedy.wasm
expect_status 126
expect_err_has "does not let key team ($(cat account)) claim the capability 'wascc:keyvalue'"

# The same account, as PEM has its key.
pem=$(node -e '
const bits = [...process.argv[1]].map(c => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2))).subarray(1, 33);
console.log(require("crypto").createPublicKey({ format: "der", type: "spki",
  key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]) }).export({ format: "pem", type: "spki" }))' "$(cat account)")
printf '[key.team]\npem = """\n%s\n"""\n[[rule]]\nissuers = ["team"]\n' "$pem" >"$POLICY"
run wherry run greedy.wasm
expect_status 0
run wherry run app.wasm
expect_status 126
