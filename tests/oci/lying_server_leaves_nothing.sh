#!/bin/bash
# A server whose blobs are not what its manifest says: wrong bytes, too many, too few, none. Nothing of it stays.
source "$(dirname "$0")/lib.sh"
start_server <<'PYTHON'
    import hashlib, json
    module, config = b"\0asm\1\0\0\0", b"{}"
    def descriptor(kind, data): return {"mediaType": kind, "digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size": len(data)}
    manifest = json.dumps({"schemaVersion": 2, "config": descriptor("application/vnd.wasm.config.v1+json", config),
                           "layers": [descriptor("application/vnd.wasm.content.layer.v1+wasm", module)]}).encode()
    kind = path.split("/")[2] if path.count("/") > 3 else ""
    if "/referrers/" in path or "/manifests/sha256-" in path: return 404, {}, b""
    if "/manifests/" in path: return 200, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}, manifest
    if path.endswith(descriptor("", config)["digest"]): return 200, {}, config
    if kind == "other": return 200, {}, b"\0asm\2\0\0\0"
    if kind == "long": return 200, {}, module * 100000
    if kind == "short": return 200, {}, module[:5]
    if kind == "cut": return 200, {"Content-Length": "8", "Connection": "close"}, module[:5]
    if kind == "html": return 200, {"Content-Type": "text/html"}, b"<html>"
    if kind == "good": return 200, {}, module
    return 404, {}, b""
PYTHON
run registry pull "$SERVER/good:1"
expect_status 0
store_tool remove "$SERVER/good:1"
before=$(tree_digest "$WHERRY_STORE")
for kind in other:"its content has another digest" long:"more than its 8 bytes came" short:"5 bytes came instead of 8" \
  cut:"$SERVER: " html:"came instead of 8" missing:"HTTP 404"; do
  run registry pull --retries 1 "$SERVER/${kind%%:*}:1"
  expect_status 1
  expect_err_has "pulling $SERVER/${kind%%:*}:1: "
  expect_err_has "${kind#*:}"
  expect_equal "$(tree_digest "$WHERRY_STORE")" "$before" "$kind"
done
