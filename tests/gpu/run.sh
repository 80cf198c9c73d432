#!/usr/bin/env bash
# Runs what needs a GPU on a machine that has one, but neither Maven nor a JDK.
#
# Here, with Maven: gathers our jars, the checks and the native part of the bindings into a folder, less than 64 MB.
#   tests/gpu/run.sh gather FOLDER [TENSORRT]       TENSORRT: 10.15-1.5.13 (default), 10.6-1.5.11 or 11.2-1.5.14
# There: runs all checks, then compiles, verifies and times the models that are named.
#   FOLDER/run.sh check NATIVE [MODEL.onnx ...]     NATIVE: a folder with jre/bin/java, and lib with TensorRT's libraries
#
# CUDA's libraries are looked for in CUDA_LIBS, in those of python3's nvidia packages and in /usr/local/cuda/lib64.
# Models of open size need SHAPE, with the input's name, as in SHAPE=images=1x3x512x512.
# The exit code is 1 if a check failed.
set -euo pipefail

# Before anything changes the folder.
here=$(cd "$(dirname "$0")" && pwd)
self=$here/$(basename "$0")

gather() {
  local out=$1 tensorrt=${2:-10.15-1.5.13} root artifact
  root=$(cd "$here/../.." && pwd)
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  cd "$root"
  # It may hold the jars of another version.
  rm -rf cli/target/lib
  ./mvnw -q -B -ntp -Dtensorrt.version="$tensorrt" -pl cli -am -DskipTests package
  cp cli/target/lib/*.jar cli/target/repfold-cli-*.jar "$out"
  rm -f "$out"/pytorch-*.jar "$out"/*-sources.jar "$out"/*-javadoc.jar
  jar --create --file "$out/gpu-checks.jar" -C runtime/tensorrt/target/test-classes io
  for artifact in javacpp cuda; do
    copy_native "$(basename "$out/$artifact"-*.jar .jar)" "$artifact" "$out"
  done
  slim "$out"/onnxruntime-*.jar
  cp "$self" "$out/run.sh"
  du -sh "$out"
}

# Of a binding, the native part of the version that is there already.
copy_native() {
  ./mvnw -q -B -ntp -N org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
    -Dartifact="org.bytedeco:$2:${1#"$2"-}:jar:linux-x86_64" -DoutputDirectory="$3"
}

# Leaves out the native libraries of other systems.
slim() {
  local work
  work=$(mktemp -d)
  (cd "$work" && jar -xf "$1" && cd ai/onnxruntime/native && rm -rf win-* osx-* linux-aarch64)
  jar --create --file "$1" -C "$work" .
  rm -rf "$work"
}

check() {
  local native=$1 model plan failed=0
  shift
  native=$(cd "$native" && pwd)
  LD_LIBRARY_PATH=$native/lib:$(cuda_libraries):${LD_LIBRARY_PATH:-}
  export LD_LIBRARY_PATH ORT_DISABLE_TELEMETRY=1
  export REPFOLD_CACHE=${REPFOLD_CACHE:-$(mktemp -d)}
  java=("$native/jre/bin/java" -Dorg.bytedeco.javacpp.pathsfirst=true -cp "$here/*")
  local shape=() profile=()
  case ${SHAPE:-} in
    '') ;;
    ?*=*) shape=(--shape "$SHAPE") profile=(--profile "$SHAPE") ;;
    *) echo "SHAPE is '$SHAPE'; expected INPUT=SIZES, as in images=1x3x512x512" >&2 && exit 2 ;;
  esac
  "${java[@]}" io.repfold.cli.Main doctor || true
  "${java[@]}" io.repfold.tensorrt.GpuChecks || failed=1
  for model in "$@"; do
    plan=$(mktemp -d)/$(basename "$model").plan
    "${java[@]}" io.repfold.cli.Main compile "$model" -o "$plan" "${profile[@]}" --explain --layers || { failed=1 && continue; }
    "${java[@]}" io.repfold.cli.Main verify "$model" "$plan" --engine tensorrt "${shape[@]}" || failed=1
    "${java[@]}" io.repfold.cli.Main bench "$plan" --engine tensorrt "${shape[@]}" || failed=1
  done
  return $failed
}

cuda_libraries() {
  local packages
  packages=$(python3 -c 'import nvidia; print("\n".join(nvidia.__path__))' 2>/dev/null || true)
  {
    echo "${CUDA_LIBS:-}"
    [ -z "$packages" ] || find $packages -name '*.so*' -printf '%h\n' | sort -u
    ls -d /usr/local/cuda/lib64 /usr/local/nvidia/lib64 2>/dev/null || true
  } | sed '/^$/d' | paste -sd:
}

case ${1:-} in
  gather | check) "$@" ;;
  *) sed -n '2,12s/^# \{0,1\}//p' "$self" && exit 2 ;;
esac
