#!/bin/bash
# Layers that lead out, hold links, devices or bombs, or are cut off, are refused with a message that names the
# entry, and leave nothing in the store and nothing outside of it.
source "$(dirname "$0")/lib.sh"
start_registry
python3 - <<'PYTHON'
import gzip, io, tarfile
wasm = b"\0asm\1\0\0\0"
def entry(name, type=tarfile.REGTYPE, target="", content=b""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = type, target, len(content)
    return info, content
def archive(*entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in (entry("app.wasm", content=wasm),) + entries:
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()
def save(name, content):
    with gzip.open(name + ".tgz", "wb", 9) as file: file.write(content)
save("dotdot", archive(entry("a/../../evil", content=b"x")))
save("absolute", archive(entry("/tmp/evil", content=b"x")))
save("linkout", archive(entry("link", tarfile.SYMTYPE, "../../..")))
save("through", archive(entry("d", tarfile.SYMTYPE, "."), entry("d/evil", content=b"x")))
save("hardlink", archive(entry("hard", tarfile.LNKTYPE, "/etc/passwd")))
save("device", archive(entry("null", tarfile.CHRTYPE)))
save("pipe", archive(entry("pipe", tarfile.FIFOTYPE)))
save("twice", archive(entry("app.wasm", content=wasm)))
save("bomb", archive(entry("zeros", content=bytes(80 << 20))))
huge = entry("huge")[0]
huge.size = 1 << 40
save("huge", archive()[:1024] + huge.tobuf(tarfile.GNU_FORMAT))
save("cut", archive(entry("data", content=b"x" * 5000))[:4096])
whole = open("twice.tgz", "rb").read()
open("cutgzip.tgz", "wb").write(whole[:len(whole) - 20])
open("garbage.tgz", "wb").write(b"no archive")
PYTHON
refuse() {
  make_image "$1" '{"os":"wasi","architecture":"wasm","config":{"Entrypoint":["/app.wasm"]}}' "$1.tgz"
  upload_image "$1"
  run wherry pull "$REGISTRY/$1:1"
  expect_status 1
  expect_err_has "pulling $REGISTRY/$1:1: layer 0: $2"
  expect_equal "$(find "$WHERRY_STORE" -type f -path '*/blobs/*' -o -path '*/staging/*' -o -path '*/unpacked/*')" "" "$1"
}
refuse dotdot "entry 'a/../../evil': a path leads out by '..'"
refuse absolute "entry '/tmp/evil': '/tmp/evil' is an absolute path"
refuse linkout "entry 'link' is a symbolic link that leads out, to '../../..'"
refuse through "entry 'd/evil': 'd' on the way is no folder"
refuse hardlink "entry 'hard': is a hard link"
refuse device "entry 'null': is a device"
refuse pipe "entry 'pipe': is a named pipe"
refuse twice "entry 'app.wasm' is there twice"
refuse bomb "it unpacks to more than 200 times its size"
refuse huge "entry 'huge' of 1099511627776 bytes"
refuse cut "entry 'data' is not whole"
refuse cutgzip "it "
refuse garbage "it is no tar archive, plain or compressed with gzip or zstd"
[[ ! -e /tmp/evil && ! -e $TEST_DIR/evil ]] || fail "a file was written outside of the store"
