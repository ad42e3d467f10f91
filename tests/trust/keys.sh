# Keys of the test's own, a small module, images of it; behind tests/lib.sh.
export XDG_CONFIG_HOME="$TEST_DIR/config"
POLICY="$XDG_CONFIG_HOME/wherry/trust.toml"
mkdir -p "$XDG_CONFIG_HOME/wherry"
unset COSIGN_PASSWORD
printf 'correct horse\n' >"$TEST_DIR/passphrase"

# A command that does nothing: types, functions, memory, exports, code.
write_module() {
  printf '\0asm\1\0\0\0\1\4\1\140\0\0\3\2\1\0\5\3\1\0\1\7\23\2\6memory\2\0\6_start\0\0\12\4\1\2\0\13' >"$1"
}

# add_small_image NAME: an image of it.
add_small_image() {
  mkdir -p app && write_module app/app.wasm
  wherry build app -t "$1" >/dev/null
}

create_image_key() { wherry keys create "$1" --passphrase-file "$TEST_DIR/passphrase" >/dev/null; }
sign_image() { wherry sign "$1" --key "$2" --passphrase-file "$TEST_DIR/passphrase" "${@:3}" >/dev/null; }
