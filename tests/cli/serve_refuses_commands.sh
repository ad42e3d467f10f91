# An image that says it is a command is not served.
source "$(dirname "$0")/../lib.sh"

mkdir app
echo '(module (func (export "_start")))' >app/app.wat
echo 'trigger = "command"' >app/wherry.toml
wherry build app -t app:1 >/dev/null
run wherry serve app:1 --listen 127.0.0.1:0
expect_status 1
expect_err_has "app:1 is a command, not an HTTP application (run it with wherry run;"
