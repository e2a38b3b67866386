#!/bin/sh
# Deploys one environment as this commit has it, in CI and by hand: `sh ci/deploy.sh tst`. It needs helm, and a kubeconfig in
# KUBECONFIG, or the content of one in KUBECONFIG_CONTENT. An upgrade that fails is rolled back.
#
# `sh ci/deploy.sh ENV preview 12` is a preview for request 12: a release of its own beside the others, in the namespace ENV's-preview, with what
# envs/ENV/preview.yaml says last, such as other hosts. Without that file there is none. `sh ci/deploy.sh ENV end 12` takes it away.
set -eu
name=${1:?which environment?}
what=${2:-deploy}
number=${3:-}
release=shop

# What SOPS encrypted is for helm's plugin helm-secrets, which lets the program sops decrypt it.
values() {
    if grep -Eqs '^(sops| *"sops"):' "$1"; then
        echo "secrets://$1"
    else
        echo "$1"
    fi
}

case $what in
    deploy | preview | end) ;;
    *)
        echo "error: deploy, preview or end, and not $what" >&2
        exit 2 ;;
esac
case $name in
    tst)
        namespace=shop-tst
        set -- --rollback-on-failure \
            -f "$(values envs/tst/values.yaml)" ;;
    *)
        echo "error: there is no environment $name here" >&2
        exit 2 ;;
esac

if [ "$what" != deploy ]; then
    release=$release-${number:?which request?}
    namespace=$namespace-preview
    set -- "$@" -f "$(values "envs/$name/preview.yaml")"
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

if [ "$what" = end ]; then
    helm uninstall "$release" --namespace "$namespace" --ignore-not-found --wait
    exit
fi

if ! helm upgrade --install "$release" "envs/$name" --namespace "$namespace" --create-namespace "$@" --timeout 10m; then
    cat >&2 <<TEXT
An upgrade that was interrupted leaves its release locked, and the next one says: another operation
(install/upgrade/rollback) is in progress. Then, once no helm is running any more:

  helm history $release --namespace $namespace            # the last revision that is deployed
  helm rollback $release REVISION --namespace $namespace
  helm uninstall $release --namespace $namespace          # instead, where it is pending-install: there is none to return to

and run this job again.
TEXT
    exit 1
fi
