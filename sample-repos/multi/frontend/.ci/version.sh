# What this run publishes, as lines of NAME=value: sh .ci/version.sh [CHART.YAML]
#   PUSH           true if images and charts are published at all
#   IMAGE_TAG      tag of the images
#   CHART_VERSION  version of the chart, if a Chart.yaml is given
# Tags and versions are never reused. The `g` keeps a commit such as 0123456 from reading as a number, which SemVer
# forbids to start with 0.
set -eu

if [ -n "${GITLAB_CI:-}" ]; then
  run=$CI_PIPELINE_IID commit=$CI_COMMIT_SHA
  if [ -n "${CI_COMMIT_TAG:-}" ]; then event=tag ref=$CI_COMMIT_TAG
  elif [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then event=review ref=$CI_MERGE_REQUEST_IID
  else event=branch ref=$CI_COMMIT_BRANCH
  fi
else
  run=$GITHUB_RUN_NUMBER commit=$GITHUB_SHA
  case $GITHUB_REF in
    refs/tags/*) event=tag ref=${GITHUB_REF#refs/tags/} ;;
    refs/pull/*) event=review ref=${GITHUB_REF#refs/pull/} ref=${ref%%/*} ;;
    *) event=branch ref=${GITHUB_REF#refs/heads/} ;;
  esac
fi
commit=g$(printf %.7s "$commit")
slug=$(printf %s "$ref" | tr 'A-Z' 'a-z' | tr -c 'a-z0-9' '-' | cut -c 1-40)
slug=${slug%-}

declared=0.0.0
if [ $# -gt 0 ]; then
  declared=$(sed -n 's/^version: *//p' "$1" | tr -d "\"'\r")
  declared=${declared%%[-+]*}
fi

push=true
case $event/$ref in
  tag/*) version=${ref##*-v} version=${version#v} tag=$version ;;
  branch/main) tag=$slug-$run-$commit version=$declared-$slug.$run.$commit ;;
  *) push=false tag=$event-$slug-$run-$commit version=0.0.0-$event.$slug.$run.$commit ;;
esac

echo "PUSH=$push"
echo "IMAGE_TAG=$tag"
if [ $# -gt 0 ]; then
  echo "CHART_VERSION=$version"
fi
