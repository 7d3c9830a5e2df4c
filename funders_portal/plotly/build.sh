#!/bin/sh
# Builds the vendored Plotly file anew from the locked versions; run after a change of package.json, then mend VERSIONS.txt.
set -eu
cd "$(dirname "$0")"
out=../static/funders_portal/vendor
npm ci --ignore-scripts --no-audit --no-fund
./node_modules/.bin/esbuild entry.js --bundle --minify --format=iife --global-name=Plotly --target=es2020 \
    --define:global=window --define:define.amd=false --legal-comments=eof --outfile="$out/plotly-portal.min.js"
rm "$out/plotly-portal.min.css"  # MapLibre's, which the portal does not draw with
cp node_modules/plotly.js/dist/plotly.css "$out/plotly.css"
rm -rf node_modules
sha256sum "$out"/plotly*
