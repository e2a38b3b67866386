#!/usr/bin/env bash
# The demo: the README's commands in a new folder, each shown before it runs. `shunter` must be on PATH.
set -euo pipefail

if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi

run() {
    printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
    eval "$*"
}

if ! git var GIT_COMMITTER_IDENT >/dev/null 2>&1; then
    echo "notice: git knows no user here, so the commits of the demo are by Demo <demo@example.com>" >&2
    export GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.com GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.com
fi

demo=$(mktemp -d -t shunter-demo.XXXXXX)
cd "$demo"

run 'shunter new shop --example --defaults --layout multi'
run 'cd shop'
run 'shunter add service payment --archetype rest-api --team bob'
run 'shunter add environment prf --after tst'
run 'shunter validate'
run 'shunter package'
run 'shunter train cut 1.0.0'
run 'shunter promote 1.0.0 --to tst'
run 'shunter render tst | head -n 30'
run 'shunter promote --from tst --to pre --diff | head -n 40'
run 'shunter promote --from tst --to pre'
run 'shunter status'

printf '\nThe workspace stays in %s/shop. Type next:\n\n' "$demo"
printf '    %s -C %s/shop promote --from pre --to pro --diff\n' "$(command -v shunter)" "$demo"
printf '\nTo a cluster it goes by helm (3.14 or newer, or 4, on PATH) and a kubeconfig that leads to one with the Gateway API; this asks and changes nothing:\n\n'
printf '    %s -C %s/shop deploy tst --plan\n' "$(command -v shunter)" "$demo"
