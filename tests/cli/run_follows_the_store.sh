# What a name means is remembered from a store that has not changed for a while, and no longer.
source "$(dirname "$0")/../lib.sh"

for name in one two; do
  mkdir $name
  echo "(module (func (export \"_start\") $([ $name = two ] && echo unreachable)))" >$name/app.wat
done
wherry build one -t app:1 >/dev/null
wherry build two -t other:1 >/dev/null
sleep 5 # the store's times settle
for round in 1 2; do
  run wherry run app:1
  expect_status 0
done
expect_equal "$(find "$WHERRY_CACHE" -name 'image.*' | wc -l)" 1 "names that are remembered"

# The store is not read again: what is in it but its index could be gone.
mv "$WHERRY_STORE/blobs" "$WORK/blobs"
run wherry run app:1
expect_status 0
mv "$WORK/blobs" "$WHERRY_STORE/blobs"

wherry tag other:1 app:1
run wherry run app:1
expect_status 134
wherry rmi app:1
run wherry run app:1
expect_status 127
