#!/bin/sh
# Deploys one environment as this commit has it, in CI and by hand: `sh ci/deploy.sh tst` is `shunter deploy tst`, with a kubeconfig
# in KUBECONFIG, or the content of one in KUBECONFIG_CONTENT. It needs shunter and helm. An upgrade that fails is rolled back; what SOPS
# encrypted is decrypted in memory. Options of `shunter deploy` go behind: `sh ci/deploy.sh tst deploy --recover`.
#
# `sh ci/deploy.sh ENV preview 12` is a preview for request 12: a release of its own beside the others, in the namespace ENV's-preview, with what
# envs/ENV/preview.yaml says last, such as other hosts. Without that file there is none. `sh ci/deploy.sh ENV end 12` takes it away.
set -eu
name=${1:?which environment?}
what=${2:-deploy}
number=${3:-}
[ $# -lt 2 ] || shift
shift

case $what in
    deploy | preview | end) ;;
    *)
        echo "error: deploy, preview or end, and not $what" >&2
        exit 2 ;;
esac
case $name in
    tst)
        preview=shop-tst-preview
        cluster='' ;;
    pre)
        preview=shop-pre-preview
        cluster='' ;;
    pro)
        preview=shop-pro-preview
        cluster='' ;;
    *)
        echo "error: there is no environment $name here" >&2
        exit 2 ;;
esac

if [ "$what" != deploy ]; then
    release=shop-${number:?which request?}
    shift
    if [ "$what" = preview ] && [ ! -e "envs/$name/preview.yaml" ]; then
        echo "no preview of $name: there is no envs/$name/preview.yaml"
        exit
    elif [ "$what" = end ] && [ -n "${CI:-}" ] && [ -z "${KUBECONFIG_CONTENT:-}${KUBECONFIG:-}" ]; then
        echo "no preview of $name: there is no KUBECONFIG of one"
        exit
    fi
fi

if [ -n "${KUBECONFIG_CONTENT:-}" ]; then
    KUBECONFIG=$(umask 077 && mktemp)
    export KUBECONFIG
    trap 'rm -f "$KUBECONFIG"' EXIT
    printf '%s\n' "$KUBECONFIG_CONTENT" >"$KUBECONFIG"
elif [ -n "${CI:-}" ] && [ ! -s "${KUBECONFIG:-}" ]; then
    echo "error: KUBECONFIG of this environment is not set, see README.md" >&2
    exit 2
fi

case $what in
    deploy) shunter deploy "$name" "$@" ;;
    preview) shunter deploy "$name" --release "$release" --namespace "$preview" --values "envs/$name/preview.yaml" "$@" ;;
    end) HELM_KUBECONTEXT=$cluster helm uninstall "$release" --namespace "$preview" --ignore-not-found --wait ;;
esac
