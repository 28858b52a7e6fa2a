#!/bin/sh
# All tests, tier by tier: `Tests/run.sh`, or only some: `Tests/run.sh lint unit`. Needs Debian or a relative, and root.
set -u
cd "$(dirname "$0")/.." || exit 1

all_tiers='lint install static generated unit fuzz integration crash api browser e2e'

# Packages are installed only when they are missing; those of the build come along.
need() {
    ./install.sh --packages "$@"
}

swift() {
    ./install.sh --swift "$@"
}

lint() {
    need shellcheck systemd || return 1
    status=0
    swift format lint --strict --recursive Sources Tests Package.swift || status=1
    # Hidden folders are builds and caches, but for one.
    find . -path './.?*' -prune -o -name '*.sh' -exec shellcheck -x -P SCRIPTDIR {} + || status=1
    shellcheck .ci/run || status=1
    lint_unit deploy/systemd/watchman.service || status=1
    return "$status"
}

# systemd-analyze wants the program to exist. The threshold is systemd's exposure figure, times ten.
lint_unit() {
    copy=$(mktemp -d)/watchman.service
    sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$1" >"$copy"
    systemd-analyze verify --man=no --recursive-errors=no "$copy" &&
        systemd-analyze security --offline=true --threshold=40 --no-pager "$copy" >"$copy.report"
    set -- $?
    tail -n 1 "$copy.report" 2>/dev/null
    rm -r "${copy%/*}"
    return "$1"
}

install() {
    need openssh-client openssh-server autossh && Tests/install.sh
}

build() {
    WATCHMAN_BINARY=$(./install.sh --build-only) && export WATCHMAN_BINARY
}

static() {
    need file && build && file "$WATCHMAN_BINARY" && file -b "$WATCHMAN_BINARY" | grep -q 'static-pie linked' &&
        ! ldd "$WATCHMAN_BINARY" 2>/dev/null | grep -q '=>'
}

generated() {
    need mandoc && Tests/generated.sh
}

tests() {
    swift build --build-tests && swift test --skip-build --disable-xctest "$@"
}

# More tests at once only wait for each other, and past the deadlines of what they test.
unit() {
    need && tests --experimental-maximum-parallelization-width 8 --skip '^IntegrationTests\.'
}

fuzz() {
    need && Tests/fuzz.sh
}

integration() {
    need openssh-client openssh-server autossh procps gcc curl && build && tests --filter '^IntegrationTests\.'
}

# Servers and agents killed at every step of a root password's rotation, and the way in by that password.
crash() {
    need openssh-client openssh-server autossh python3 && build && python3 Tests/Crash/escrow.py "$WATCHMAN_BINARY" &&
        python3 Tests/Crash/enter.py "$WATCHMAN_BINARY"
}

# python PACKAGE...: makes sure of a virtual environment with these packages and prints its interpreter.
python() {
    need python3-venv >&2 && python3 -m venv .build/python &&
        .build/python/bin/pip install --quiet --disable-pip-version-check "$@" >&2 && echo .build/python/bin/python
}

api() {
    need openssh-client openssh-server prometheus && build && interpreter=$(python cryptography schemathesis==4.32.5 ssh-audit==3.9.0) &&
        "$interpreter" Tests/API/run.py
}

browser() {
    need openssh-client openssh-server autossh chromium && build &&
        interpreter=$(python cryptography oidc-provider-mock==0.3.4 playwright==1.65.2) && "$interpreter" -m unittest discover -s Tests/Browser
}

e2e() {
    need debootstrap systemd-container nftables iproute2 procps jq conntrack && build &&
        WATCHMAN=$WATCHMAN_BINARY Tests/EndToEnd/run.sh
}

passed=0 failed=0 failures=''
# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- $all_tiers
for tier; do
    case " $all_tiers " in
    *" $tier "*) ;;
    *) echo "run.sh: error: unknown tier '$tier'; there are: $all_tiers" >&2 && exit 64 ;;
    esac
done
for tier; do
    begin=$(date +%s)
    echo "== $tier"
    if "$tier"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1)) failures="$failures $tier"
        # Without a binary the other tiers would only repeat the compiler's errors.
        [ "$tier" != static ] || [ -n "${WATCHMAN_BINARY:-}" ] || break
    fi
    echo "== $tier took $(($(date +%s) - begin)) s"
done
echo "tiers: $passed passed, $failed failed${failures:+ ($failures )}"
[ "$failed" -eq 0 ]
