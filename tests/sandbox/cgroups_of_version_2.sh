#!/bin/bash
# Cgroups, asked for and by default, on a machine of its own that has cgroups of version 2: Debian's kernel, emulated, since where the tests
# run version 1 may have the controllers. What happens there is in programs/version_2.sh.
source "$(dirname "$0")/../lib.sh"
: "${WHERRY_REALWORLD:?the folder where packages are kept from one run to the next}"
[[ $(uname -m) == x86_64 ]] || skip "the kernel is for x86_64"
for program in qemu-system-x86_64 busybox; do
  command -v $program >/dev/null || skip "no $program (packaging/install-packages.sh test)"
done

kernels=$WHERRY_REALWORLD/kernel
mkdir -p "$kernels"
kernel() { find "$kernels" -name 'vmlinuz-*' | head -1; }
if [[ ! $(kernel) ]]; then
  package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: //p' | head -1)
  [[ $package ]] || skip "no package of a kernel (apt-get update)"
  (cd "$TEST_DIR" && timeout 100 apt-get download -qq "$package" >apt.log 2>&1) ||
    skip "apt-get download $package: $(tail -1 "$TEST_DIR/apt.log")"
  dpkg-deb --fsys-tarfile "$TEST_DIR/$package"_*.deb | tar x -C "$TEST_DIR" --wildcards './boot/vmlinuz-*'
  mv "$TEST_DIR"/boot/vmlinuz-* "$kernels"
fi

# The machine: a shell, Wherry, its compiler with what that is linked to, two programs.
mkdir -p root/{bin,proc,sys,tmp,dev,home}
cp "$(command -v busybox)" root/bin/
cp "$WHERRY_BIN"/wherry{,-compile,-keeper} root/bin/
for library in $(ldd "$WHERRY_BIN/wherry-compile" | grep -oE '/[^ ]+'); do
  mkdir -p "root$(dirname "$library")"
  cp -L "$library" "root$library"
done
install -m 755 "$WHERRY_SOURCE/tests/sandbox/programs/version_2.sh" root/init
wat root/ends.wasm <<<'(module (func (export "_start")))'
wat root/spins.wasm <<<'(module (func (export "_start") (loop (br 0))))'
(cd root && find . | busybox cpio -o -H newc 2>/dev/null) >initrd

timeout 100 qemu-system-x86_64 -m 1500 -cpu max -smp 2 -kernel "$(kernel)" -initrd initrd -nographic -no-reboot \
  -append "console=ttyS0 quiet panic=-1" </dev/null >machine.log 2>&1 || fail "$(tail -3 machine.log)"
expect_equal "$(tr -d '\r' <machine.log | sed -n '/^= /,/^= end$/p')" "= from the root
status 0, left: 0
= delegated
own: 336592896 33 100000 100000 1
killed, left: 0, controllers: none
= ends by itself
status 0, left: 0, controllers: none
= not alone
status 125, left: 0, controllers: none
= without processors
status 125, left: 0, controllers: none
= by default
own: 336592896 33 100000 100000 1
killed, left: 0
= end"
