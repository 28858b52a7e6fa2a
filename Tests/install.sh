#!/bin/sh
# install.sh on a copy of the checkout, below a scratch prefix, with stand-ins for Swift and apt. Needs root and changes
# nothing outside the scratch folder. What --server does is tested end to end.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    printf 'install.sh: %s\n' 'error: this test needs root' 'hint: sudo Tests/install.sh' >&2
    exit 77
fi

# sshd and install.sh trust no folder under /tmp, so this one is under /var/lib.
scratch=$(mktemp -d /var/lib/watchman-test-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
chmod 0755 "$scratch"
checkout=$scratch/checkout prefix=$scratch/usr fakes=$scratch/fakes passed=0 failed=0

mkdir -p "$checkout/man" "$checkout/completions" "$fakes"
cp -R install.sh deploy "$checkout"
touch "$checkout/man/watchman.1" "$checkout/man/watchman.devices.1" \
    "$checkout/completions/watchman.bash" "$checkout/completions/_watchman" "$checkout/completions/watchman.fish"

# fake NAME: a program that goes before the real one; its text comes on stdin.
fake() {
    { echo '#!/bin/sh' && cat; } >"$fakes/$1"
    chmod 0755 "$fakes/$1"
}

fake_swift() {
    fake swift <<FAKE
case \$1 in
--version) echo 'Swift version $1 (swift-RELEASE)' ;;
build) echo compiling && mkdir -p .build/release && cp /bin/true .build/release/watchman ;;
*) echo "\$@" ;;
esac
FAKE
}

# expect NAME STATUS PATTERN COMMAND...: PATTERN is searched in what the command prints, stderr first.
expect() {
    name=$1 wanted=$2 pattern=$3
    shift 3
    status=0
    (cd "$checkout" && PATH="$fakes:$PATH" "$@") >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
    if [ "$status" -eq "$wanted" ] && cat "$scratch/stderr" "$scratch/stdout" | grep -q -e "$pattern"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name: status $status, not $wanted, or no '$pattern' in:"
        cat "$scratch/stderr" "$scratch/stdout"
    fi
}

# holds NAME COMMAND...: the command succeeds.
holds() {
    name=$1
    shift
    if "$@" >/dev/null; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $name"; fi
}

absent() { [ ! -e "$1" ]; }
mode() { [ "$(stat -c %a "$1")" = "$2" ]; }
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

fake_swift 6.3.1

# A machine without apt, and where nothing is in PATH but what install.sh itself needs.
mkdir "$scratch/bin"
for tool in sh dirname id realpath stat getent cut sed head sort uname ssh; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
done
ln -s /bin/true "$scratch/bin/dnf"
bare() { PATH="$scratch/bin:$fakes" "$@"; }

expect 'help' 0 '^usage: ' ./install.sh --help
expect 'unknown option' 64 "error: unknown option '--no-such'" ./install.sh --no-such
expect 'two modes' 64 'error: --uninstall and --demo do not go together' ./install.sh --uninstall --demo
expect 'server and demo' 64 'error: --server and --demo do not go together' ./install.sh --server --demo
expect 'relative prefix' 64 'not an absolute path' ./install.sh --prefix usr
expect 'prefix with a space' 64 'characters other than' ./install.sh --prefix '/opt/my tools'
expect 'prefix without value' 64 '--prefix needs a value' ./install.sh --prefix
expect 'no root' 77 'hint: sudo ./install.sh --prefix /opt --server' as_nobody ./install.sh --prefix /opt --server
expect 'demo without root' 77 'hint: sudo ./install.sh --demo --once' as_nobody ./install.sh --demo --once

fake_swift 6.1.3
expect 'old swift' 69 'error: .*/swift is version 6.1, but watchman needs 6.2' ./install.sh --prefix "$prefix"
fake_swift 6.10
expect 'new swift' 0 'anything' ./install.sh --swift anything
rm "$fakes/swift"
fake bare-without-opt <<FAKE
mount -t tmpfs none /opt && PATH=$scratch/bin && exec "\$@"
FAKE
expect 'no swift' 69 'error: swift is not installed' unshare --mount bare-without-opt ./install.sh --prefix "$prefix"
holds 'nothing was installed' absent "$prefix"
fake_swift 6.3.1

mkdir "$scratch/open"
chmod 0777 "$scratch/open"
expect 'a folder anybody can write to' 69 "others than root can write to $scratch/open" \
    ./install.sh --server --prefix "$scratch/open/usr" --binary /bin/true
mv "$checkout/man/watchman.1" "$scratch"
expect 'incomplete checkout' 69 'error: there is no man/watchman.1' ./install.sh --prefix "$prefix"
mv "$scratch/watchman.1" "$checkout/man"
expect 'no such binary' 69 "error: there is no file 'nowhere'" ./install.sh --binary nowhere
expect 'binary that does not run' 69 "'man/watchman.1' does not run on" ./install.sh --binary man/watchman.1

expect 'no apt' 69 'hint: dnf install openssh-clients' bare ./install.sh --prefix "$prefix"
rm "$scratch/bin/ssh"
expect 'no apt and no ssh' 69 'missing: ssh$' bare ./install.sh --prefix "$prefix" --binary /bin/true
holds 'still nothing was installed' absent "$prefix"

# Missing packages: apt-get gets one list, and the sshd that nobody asked for is not started.
fake dpkg-query <<'FAKE'
for package; do :; done
[ "$package" = openssh-server ] && echo not-installed || echo installed
FAKE
for program in apt-get systemctl; do echo "echo ${program} \"\$@\" >>$scratch/log" | fake "$program"; done
fake show <<'FAKE'
echo "$@"
FAKE
expect 'demo' 0 '^serve --demo --once$' ./install.sh --binary "$fakes/show" --demo --once
holds 'packages' grep -q 'apt-get .*install -y --no-install-recommends openssh-server$' "$scratch/log"
holds 'sshd stays off' test "$(sed -n 's/^systemctl --quiet//p' "$scratch/log" | cut -d' ' -f2 | xargs)" = \
    'mask unmask disable'
echo 'exit 100' | fake apt-get
expect 'apt-get fails' 69 'error: apt-get could not install' ./install.sh --binary "$fakes/show" --demo
holds 'the mask is taken off' test "$(grep -c disable "$scratch/log")" -eq 2
expect 'packages without root' 69 'hint: sudo apt-get install openssh-server' \
    as_nobody ./install.sh --packages openssh-server
rm "$fakes/dpkg-query" "$fakes/apt-get" "$fakes/systemctl"

# Built as the owner of the checkout, installed as root; only the path goes to stdout.
chown -R nobody "$checkout"
expect 'build' 0 compiling ./install.sh --build-only
holds 'the path on stdout' test "$(cat "$scratch/stdout")" = "$checkout/.build/watchman"
holds 'the owner keeps the build' test "$(stat -c %U "$checkout/.build/watchman")" = nobody

for time in first second; do
    expect "$time install" 0 "installed $prefix/bin/watchman" ./install.sh --prefix "$prefix"
    holds "$time install: the binary" mode "$prefix/bin/watchman" 755
    holds "$time install: a man page" mode "$prefix/share/man/man1/watchman.devices.1" 644
    holds "$time install: a completion" mode "$prefix/share/zsh/site-functions/_watchman" 644
    holds "$time install: owned by root" test "$(stat -c %u "$prefix/bin/watchman")" -eq 0
done
cp /bin/sleep "$prefix/bin/watchman"
"$prefix/bin/watchman" 60 &
running=$!
expect 'install over a running binary' 0 installed ./install.sh --prefix "$prefix"
holds 'the running one is not touched' kill "$running"

touch "$prefix/bin/other"
expect 'uninstall' 0 "removed watchman from $prefix" ./install.sh --prefix "$prefix" --uninstall
holds 'only the files of others stay' test "$(find "$prefix" ! -type d)" = "$prefix/bin/other"
expect 'uninstall again' 0 removed ./install.sh --prefix "$prefix" --uninstall

echo "install.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
