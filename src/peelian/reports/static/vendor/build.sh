#!/bin/sh
# Rebuild maplibre-gl.js and its licence beside this script. Needs npm; see README.md.
set -eu
MAPLIBRE=6.17.0
ESBUILD=0.28.2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund "maplibre-gl@$MAPLIBRE" "esbuild@$ESBUILD"
esbuild=node_modules/.bin/esbuild

# The library's own licence, then those of the packages inside it.
{
  cat node_modules/maplibre-gl/LICENSE.txt
  node -p 'Object.keys(require("./node_modules/maplibre-gl/package.json").dependencies)
    .filter((name) => !name.startsWith("@types/")).sort().join("\n")' |
    while read -r name; do
      licence=$(ls "node_modules/$name"/LICEN[CS]E* 2>/dev/null | head -1)
      printf '\n%s\nContains %s\n\n' "----------------------------------------" "$name"
      if [ -n "$licence" ]; then cat "$licence"; else
        node -p "require('./node_modules/$name/package.json').license + ', ' +
          JSON.stringify(require('./node_modules/$name/package.json').author || '')"
      fi
    done
} | tr -d '\r' >"$here/maplibre-gl.LICENSE.txt"

# The worker becomes a text inside the one script, started from a blob: a page opened by
# double-click cannot load modules or a second file.
options="--bundle --minify --format=iife --target=es2022 --legal-comments=none --log-level=error"
$esbuild node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs $options --outfile=worker.js
mv worker.js worker.txt
cat >entry.js <<'JS'
import { Map, Marker, setWorkerUrl } from "maplibre-gl";
import worker from "./worker.txt";
const blob = new Blob([worker], { type: "text/javascript" });
setWorkerUrl(URL.createObjectURL(blob) + "#.cjs"); // .cjs: a classic worker, not a module
export { Map, Marker };
JS
$esbuild entry.js $options --global-name=maplibregl --loader:.txt=text \
  "--define:import.meta.url=''" --outfile=bundle.js
{
  printf '/*! MapLibre GL JS %s, built by build.sh.\n' "$MAPLIBRE"
  sed 's|\*/|* /|g' node_modules/maplibre-gl/LICENSE.txt | tr -d '\r'
  printf '*/\n'
  cat bundle.js
} >"$here/maplibre-gl.js"
