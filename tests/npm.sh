# Sourced by tests of what comes from npm: toolchains, and the libraries of other projects.
: "${WHERRY_REALWORLD:?the folder where packages are kept from one run to the next}"

# npm_install PACKAGE@VERSION...: installed once; they are in $NODE_MODULES then. Skips where npm or the network is
# missing.
npm_install() {
  local folder
  folder=$WHERRY_REALWORLD/npm-$(echo "$*" | sha256sum | head -c 8)
  NODE_MODULES=$folder/node_modules
  [[ -e $folder/installed ]] && return
  command -v npm >/dev/null || skip "npm is not installed (apt-get install npm)"
  mkdir -p "$folder"
  (cd "$folder" && echo '{}' >package.json && HOME=$folder timeout 300 npm install --silent --no-audit --no-fund \
    --ignore-scripts --save-exact "$@") >"$TEST_DIR/npm.log" 2>&1 || skip "npm install $*: $(tail -1 "$TEST_DIR/npm.log")"
  touch "$folder/installed"
}
