{{/* An umbrella chart renders nothing of its own. Without this folder `helm lint` would check nothing. */}}
