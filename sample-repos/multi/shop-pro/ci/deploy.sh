#!/bin/sh
# Deploys one environment as this commit has it, in CI and by hand: `sh ci/deploy.sh pro`. It needs helm, and a kubeconfig in
# KUBECONFIG, or the content of one in KUBECONFIG_CONTENT. An upgrade that fails is rolled back.
set -eu
name=${1:?which environment?}

case $name in
    pro)
        namespace=shop-pro
        set -- --rollback-on-failure \
            -f envs/pro/values.yaml ;;
    *)
        echo "error: there is no environment $name here" >&2
        exit 2 ;;
esac

if [ -n "${KUBECONFIG_CONTENT:-}" ]; then
    KUBECONFIG=$(umask 077 && mktemp)
    export KUBECONFIG
    trap 'rm -f "$KUBECONFIG"' EXIT
    printf '%s\n' "$KUBECONFIG_CONTENT" >"$KUBECONFIG"
elif [ -n "${CI:-}" ] && [ ! -s "${KUBECONFIG:-}" ]; then
    echo "error: KUBECONFIG of this environment is not set, see README.md" >&2
    exit 2
fi

if ! helm upgrade --install shop "envs/$name" --namespace "$namespace" --create-namespace "$@" --timeout 10m; then
    cat >&2 <<TEXT
An upgrade that was interrupted leaves its release locked, and the next one says: another operation
(install/upgrade/rollback) is in progress. Then, once no helm is running any more:

  helm history shop --namespace $namespace            # the last revision that is deployed
  helm rollback shop REVISION --namespace $namespace
  helm uninstall shop --namespace $namespace          # instead, where it is pending-install: there is none to return to

and run this job again.
TEXT
    exit 1
fi
