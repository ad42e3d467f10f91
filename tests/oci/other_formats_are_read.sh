#!/bin/bash
# Images of the other tools' forms, made by hand, are pulled and run: what the module is, is told by its bytes.
source "$(dirname "$0")/lib.sh"
start_registry
cat <<'WAT' | wat app.wasm
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 7))))
WAT
gzip -nk app.wasm
mkdir root && cp app.wasm root/app.wasm && cp app.wasm root/plugin.wasm
tar -C root -cf app.tar app.wasm
tar -C root -czf app.tgz ./app.wasm
tar -C root --zstd -cf app.tar.zst app.wasm
tar -czf other.tgz --files-from /dev/null
tar -C root -czf plugin.tgz plugin.wasm
echo "{\"spin_lock_version\":0,\"triggers\":[],\"components\":[{\"id\":\"app\",\"source\":{\"digest\":\"$(digest_of app.wasm)\"}}]}" >locked.json
wasi='{"os":"wasi","architecture":"wasm","config":{"Entrypoint":["/app.wasm"],"Cmd":null,"Env":null,"WorkingDir":"","Labels":null}}'
docker=application/vnd.docker.image.rootfs.diff.tar.gzip

make_image oci-gzip "$wasi" app.tgz
make_image oci-zstd "$wasi" app.tar.zst
make_image oci-plain "${wasi/wasi\"/wasip1\"}" app.tar
make_image labelled-linux '{"os":"linux","architecture":"amd64","config":{"Cmd":["app.wasm"]}}' app.tgz
CONFIG_TYPE=application/vnd.docker.container.image.v1+json make_image docker "${wasi/wasm\"/wasm32\"}" $docker=app.tgz
make_image runwasi "$wasi" application/vnd.bytecodealliance.wasm.component.layer.v0+wasm=app.wasm
make_image spin '{"os":"Wasip1","architecture":"wasm"}' application/vnd.fermyon.spin.application.v1+config=locked.json \
  application/vnd.wasm.content.layer.v1+wasm=app.wasm
CONFIG_TYPE=application/vnd.module.wasm.config.v1+json make_image istio '{}' \
  application/vnd.module.wasm.content.layer.v1+wasm=app.wasm
make_image istio-compat '{"os":"linux","architecture":"amd64","rootfs":null}' $docker=other.tgz $docker=plugin.tgz
CONFIG_TYPE=application/vnd.wasm.config.v1+json make_image krustlet '{}' application/vnd.wasm.content.layer.v1+wasm=app.wasm
jq -c 'del(.mediaType)' krustlet.json >k && mv k krustlet.json
make_image compressed "$wasi" application/wasm=app.wasm.gz
make_image mislabelled "$wasi" application/vnd.oci.image.layer.v1.tar+gzip=app.wasm.gz

for name in oci-gzip oci-zstd oci-plain labelled-linux docker runwasi spin istio istio-compat krustlet compressed mislabelled; do
  upload_image $name
  run wherry pull -q "$REGISTRY/$name:1" --as $name:1
  ((STATUS == 0)) || fail "$name: $ERR"
  run wherry run $name:1
  ((STATUS == 7)) || fail "$name: exit code $STATUS; err: $ERR"
done

printf '\0asm\x0d\0\1\0' >component.wasm
make_image component "${wasi/wasi\"/wasip2\"}" application/wasm=component.wasm
make_image two "$wasi" application/vnd.fermyon.spin.application.v1+config=locked.json application/wasm=app.wasm application/wasm=app.wasm
for name in component two; do upload_image $name; done
run wherry pull "$REGISTRY/component:1"
expect_status 1
expect_err_has "is a component (WASI 0.2); only modules (WASI preview 1) are supported"
run wherry pull "$REGISTRY/two:1"
expect_status 1
expect_err_has "has 2 modules (a Spin application of several components); only images of one module are run"
