# What stands in the cache is not executed when it is damaged, cut short, of another engine or version, or could
# be another's work: it is compiled again, which -v says, and replaced.
source "$(dirname "$0")/../lib.sh"

wat app.wasm <<<'(module (memory 1) (data (i32.const 0) "abc") (func (export "_start")))'
artifact=$(wherry compile app.wasm)
good=$(sha256sum <"$artifact")

# spoiled NAME REASON: what was done to the artifact is noticed, by this reason.
spoiled() {
  run wherry run -v app.wasm
  expect_status 0
  expect_err_has "compiling again because="
  expect_err_has "$2"
  expect_equal "$(sha256sum <"$artifact")" "$good" "$1"
}
# put OFFSET BYTES: into the artifact.
put() { printf "$2" | dd of="$artifact" bs=1 seek="$1" conv=notrunc 2>/dev/null; }

truncate -s 0 "$artifact" && spoiled empty "too short"
truncate -s 1000 "$artifact" && spoiled truncated "truncated"
truncate -s +1 "$artifact" && spoiled longer "truncated"
put 0 X && spoiled "no artifact" "WHERRYA"
put 8 '\0' && spoiled "of an older version" "version 0"
put 24 XXXX && spoiled "of another module" "digest"
put 56 XXXX && spoiled "of another engine" "digest"
put 700 XXXX && spoiled "with changed records" "digest"
chmod o+w "$artifact" && spoiled world-writable "others may write to it"
chmod g+w "$artifact" && spoiled group-writable "others may write to it"
if ((EUID == 0)); then
  chown 65534 "$artifact" && spoiled "of another user" "belongs to user 65534"
fi
mv "$artifact" elsewhere && ln -s "$PWD/elsewhere" "$artifact" && spoiled "a link" "symbolic link"
rm "$artifact" && mkfifo "$artifact" && spoiled "a pipe" "not a regular file"

# Changed code is what only wherry compile looks for.
put "$(($(stat -c %s "$artifact") - 4096))" XXXX
run wherry compile -v app.wasm
expect_status 0
expect_err_has "compiled again because="
expect_equal "$(sha256sum <"$artifact")" "$good" "changed contents"

# What a compiler left that was killed while it wrote goes with the next compilation.
unfinished=$(dirname "$artifact")/.$(basename "$artifact").a1b2c3
echo half >"$unfinished"
rm "$artifact"
wherry run app.wasm
[[ ! -e $unfinished ]] || fail "an unfinished file was left"

# A folder that others may write to is not used at all.
for folder in "$WHERRY_CACHE" "$(dirname "$artifact")"; do
  chmod g+w "$folder"
  run wherry run app.wasm
  expect_status 126
  expect_err_has "$folder is not used: others may write to it"
  chmod g-w "$folder"
done
if ((EUID == 0)); then
  chown 65534 "$WHERRY_CACHE"
  run wherry run app.wasm
  expect_status 126
  expect_err_has "belongs to user 65534"
fi
