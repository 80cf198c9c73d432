#!/usr/bin/env bash
# Runs what needs a GPU on a machine that has one, but neither Maven nor Java nor TensorRT.
#
# Here, with Maven, gcc, xz and a JDK:
#   tests/gpu/run.sh gather FOLDER [TENSORRT]       our jars, the checks and the bindings: less than 64 MB
#   tests/gpu/run.sh pack FOLDER [TENSORRT] [MB]    Java and TensorRT, in parts of 56 MB or less, with an unpack.sh
# TENSORRT is 10.6-1.5.11 (default), 10.15-1.5.13 or 11.2-1.5.14. Only the first can compile with what is on Maven
# Central; for the others add libnvinfer_builder_resource_smNN.so of NVIDIA's own TensorRT to NATIVE/lib.
# There, with python3 and its torch, onnx and onnxruntime for the comparison alone:
#   FOLDER/unpack.sh FOLDER NATIVE                  once all parts lie in FOLDER
#   FOLDER/run.sh check NATIVE [MODEL.onnx ...]     all checks, then compiles, verifies and times the models
#   FOLDER/run.sh measure NATIVE                    the networks of docs/benchmarks.md, beside PyTorch
#
# Both go on where the last call was stopped: what was done is kept in WORK. The variables, with their defaults:
#   WORK=~/.repfold-gpu   what is kept from call to call
#   RESULTS=./results     all results so far, after each step: copied there from WORK
#   BUDGET=540            seconds that one call may take; steps that did not fit are left for the next
#   CUDA_LIBS=            more folders with CUDA's libraries; else NATIVE/lib, python3's nvidia packages, /usr/local
#   SHAPE=                of models of open size, with the input's name, as in SHAPE=images=1x3x512x512
#   NETWORKS, LOADS=1000, MODE=reduce-overhead (of torch.compile), PYTHON=python3
# The exit code is 1 if a step failed, 4 if none did but some are left. measure ends at once if no plan computes.
set -euo pipefail

# Before anything changes the folder.
here=$(cd "$(dirname "$0")" && pwd)
self=$here/$(basename "$0")
tensorrt_default=10.6-1.5.11

gather() {
  local out=$1 tensorrt=${2:-$tensorrt_default} root artifact
  root=$(cd "$here/../.." && pwd)
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  cd "$root"
  # They may hold the jars of another version.
  rm -rf cli/target/lib "$out"/*.jar
  ./mvnw -q -B -ntp -Dtensorrt.version="$tensorrt" -pl tests -am -DskipTests package
  cp cli/target/lib/*.jar cli/target/repfold-cli-*.jar "$out"
  rm -f "$out"/pytorch-*.jar "$out"/*-sources.jar "$out"/*-javadoc.jar
  jar --create --file "$out/gpu-checks.jar" -C runtime/tensorrt/target/test-classes io \
    -C tests/target/test-classes io/repfold/gpu -C tests/target/test-classes io/repfold/engines
  for artifact in javacpp cuda; do
    copy_native "$(basename "$out/$artifact"-*.jar .jar)" "$artifact" "$out"
  done
  fetch "org.junit.platform:junit-platform-console-standalone:1.13.4" "$out"
  fetch "org.assertj:assertj-core:3.27.6" "$out"
  slim "$out"/onnxruntime-*.jar
  cp "$self" "$here/peers.py" "$out"
  du -sh "$out"
}

fetch() {
  ./mvnw -q -B -ntp -N org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy -Dartifact="$1" -DoutputDirectory="$2"
}

# Of a binding, the native part of the version that is there already.
copy_native() { fetch "org.bytedeco:$2:${1#"$2"-}:jar:linux-x86_64" "$3"; }

# Leaves out the native libraries of other systems.
slim() {
  local work
  work=$(mktemp -d)
  (cd "$work" && jar -xf "$1" && cd ai/onnxruntime/native && rm -rf win-* osx-* linux-aarch64)
  jar --create --file "$1" -C "$work" .
  rm -rf "$work"
}

pack() {
  local out=$1 tensorrt=${2:-$tensorrt_default} size=${3:-56} cuda name
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  cd "$here/../.."
  # No local name: it is removed when all has ended.
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  case $tensorrt in
    10.6-*) cuda=12.6-9.5-1.5.11 ;;
    10.15-*) cuda=13.1-9.19-1.5.13 ;;
    *) cuda=13.3-9.25-1.5.14 ;;
  esac
  fetch "org.bytedeco:tensorrt:$tensorrt:jar:linux-x86_64" "$scratch/jars"
  fetch "org.bytedeco:tensorrt:$tensorrt:jar:linux-x86_64-redist" "$scratch/jars"
  fetch "org.bytedeco:cuda:$cuda:jar:linux-x86_64-redist" "$scratch/jars"
  mkdir -p "$scratch/root/lib"
  unzip -q -o -j "$scratch/jars/tensorrt-*.jar" '*.so*' -d "$scratch/root/lib"
  unzip -q -o -j "$scratch/jars/cuda-*.jar" '*/libcudart.so*' '*/libnvrtc*.so*' -d "$scratch/root/lib"
  # The parser's binding loads that of the plugins, and that their library, but none of these.
  rm -f "$scratch/root/lib"/libnvinfer_vc_plugin*
  # The binding wants these by name, half a gigabyte, and TensorRT from 10 on uses none of them.
  for name in $(unzip -l "$scratch/jars"/cuda-*.jar | grep -o 'lib\(cublas\|cublasLt\|cudnn\|cudnn_adv\|cudnn_cnn\|cudnn_ops\|cudnn_graph\)\.so\.[0-9]*$' | sort -u); do
    echo | gcc -shared -o "$scratch/root/lib/$name" -Wl,-soname,"$name" -x c -
  done
  jlink --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.unsupported,jdk.zipfs \
    --no-man-pages --no-header-files --output "$scratch/root/jre"
  rm -f "$out"/part.*
  tar -C "$scratch/root" -cf - . | xz -T0 -3 | split -b "${size}m" -d - "$out/part."
  cat >"$out/unpack.sh" <<'U'
#!/bin/sh
# unpack.sh PARTS_FOLDER TARGET
set -e
mkdir -p "$2"
if command -v xz >/dev/null; then cat "$1"/part.* | xz -T0 -dc | tar -C "$2" -xf -
else cat "$1"/part.* | python3 -c 'import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer, 1 << 20)' | tar -C "$2" -xf -; fi
"$2/jre/bin/java" -version
U
  chmod +x "$out/unpack.sh"
  ls -l "$out"
}

prepare() {
  native=$(cd "$1" && pwd)
  work=${WORK:-$HOME/.repfold-gpu}
  kept=$work/results
  mkdir -p "$work/steps" "$kept" "${RESULTS:=results}"
  deadline=$(($(date +%s) + ${BUDGET:-540}))
  failed=0 left=0
  libraries=$native/lib:$(cuda_libraries):${LD_LIBRARY_PATH:-}
  python=${PYTHON:-python3}
  export ORT_DISABLE_TELEMETRY=1 REPFOLD_CACHE=$work/cache
  # Python must not see these libraries: some are empty.
  java=(env LD_LIBRARY_PATH="$libraries" "$native/jre/bin/java" -Dorg.bytedeco.javacpp.pathsfirst=true -cp "$here/*")
  repfold=("${java[@]}" io.repfold.cli.Main)
  # For the shell that each step has to itself.
  export -f json line appended tolerated device
  export kept python
}

# step NAME SECONDS COMMAND...: once, if there is time; what it prints goes to the log.
step() {
  local name=$1 limit=$2 rest begin code=0
  shift 2
  [ ! -e "$work/steps/$name" ] || return 0
  rest=$((deadline - $(date +%s)))
  if [ "$rest" -lt 15 ]; then
    left=$((left + 1)) && return 0
  fi
  begin=$(date +%s)
  echo "=== $name" | tee -a "$kept/log.txt"
  STEP=$name timeout -k 10 "$((rest < limit ? rest : limit))" bash -c 'set -o pipefail; "$@"' _ "$@" 2>&1 | tee -a "$kept/log.txt" || code=$?
  echo "=== $name: exit code $code after $(($(date +%s) - begin)) s" | tee -a "$kept/log.txt"
  if [ "$code" = 0 ]; then
    touch "$work/steps/$name"
  elif [ "$code" -ge 124 ] && [ "$rest" -le "$limit" ]; then
    left=$((left + 1)) && echo "$name is left for the next call"
  else
    failed=1 && echo "$name: exit code $code" >>"$kept/failed.txt" && touch "$work/steps/$name"
  fi
  cp -r "$kept/." "$RESULTS/"
}

finish() {
  [ ! -e "$kept/bench.jsonl" ] || "$python" "$here/peers.py" table "$kept" | tee "$kept/table.md"
  cp -r "$kept/." "$RESULTS/"
  [ ! -e "$kept/failed.txt" ] || sed 's/^/failed: /' "$kept/failed.txt"
  [ "$left" = 0 ] || echo "left for the next call: $left steps"
  [ "$failed" = 0 ] || exit 1
  [ "$left" = 0 ] || exit 4
}

# As one line of a file, with the step's name.
line() {
  "$python" -c 'import json, os, sys; d = json.load(sys.stdin); d["step"] = os.environ["STEP"]; print(json.dumps(d))' >>"$kept/$1"
}

json() {
  local file=$1
  shift
  "$@" | line "$file"
}

tolerated() { "$@" || true; }

# Clocks, power, temperature and memory, with the step they were read after.
device() {
  command -v nvidia-smi >/dev/null || return 0
  nvidia-smi --format=csv,noheader --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.draw,temperature.gpu,memory.used \
    | sed "s/^/$STEP, /" >>"$kept/device.csv"
}

appended() {
  local file=$1
  shift
  "$@" | tee -a "$kept/$file"
}

checks() {
  step doctor 120 tolerated "${repfold[@]}" doctor
  step checks 500 "${java[@]}" -Dgpu.loads="${LOADS:-1000}" io.repfold.tensorrt.GpuChecks
  step contract 500 "${java[@]}" org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=tree \
    --select-class=io.repfold.engines.TensorrtContractTest
}

check() {
  local model plan shape=() profile=()
  prepare "$1"
  shift
  case ${SHAPE:-} in
    '') ;;
    ?*=*) shape=(--shape "$SHAPE") profile=(--profile "$SHAPE") ;;
    *) echo "SHAPE is '$SHAPE'; expected INPUT=SIZES, as in images=1x3x512x512" >&2 && exit 2 ;;
  esac
  checks
  for model in "$@"; do
    plan=$work/$(basename "$model").plan
    step "compile.$(basename "$model")" 500 "${repfold[@]}" compile "$model" -o "$plan" "${profile[@]}" --explain --layers
    [ -e "$plan" ] || continue
    step "verify.$(basename "$model")" 300 "${repfold[@]}" verify "$model" "$plan" --engine tensorrt "${shape[@]}"
    step "bench.$(basename "$model")" 120 "${repfold[@]}" bench "$plan" --engine tensorrt "${shape[@]}"
  done
  finish
}

# Most telling first, so that a call that is cut off leaves what matters.
measure() {
  local network
  prepare "$1"
  local networks=${NETWORKS:-repvgg-a0:1x3x224x224 repvgg-a0:32x3x224x224 reppsp:1x3x512x512}
  step device 20 device
  step doctor 120 tolerated "${repfold[@]}" doctor
  step smoke 120 "${java[@]}" io.repfold.tensorrt.GpuChecks "a plan computes"
  if grep -qs '^smoke:' "$kept/failed.txt"; then
    echo "No plan computes here: all else would fail as well" | tee -a "$kept/log.txt"
    failed=1
    finish
  fi
  for network in repvgg-a0 reppsp; do
    case " $networks" in *" $network:"*) make_network "$network" ;; esac
  done
  for network in $networks; do timed "$network" half; done
  for network in $networks; do peer "$network" -folded fp16; done
  bounds -folded $networks
  for network in $networks; do timed "$network" folded; timed "$network" tf32; done
  for network in $networks; do timed "$network" plain; done
  step checks 500 "${java[@]}" -Dgpu.loads="${LOADS:-1000}" io.repfold.tensorrt.GpuChecks
  for network in $networks; do peer "$network" -folded tf32; done
  for network in $networks; do peer "$network" -folded fp32; done
  bounds "" $networks
  for network in $networks; do peer "$network" "" fp16; done
  finish
}

make_network() {
  step "make.$1" 200 "${java[@]}" -Xmx8g io.repfold.gpu.GpuNetworks make "$1" "$work"
  step "half.$1" 200 "${repfold[@]}" convert "$work/$1-folded.onnx" --precision fp16 --random 1 --shape 1x3x64x64 -o "$work/$1-half.onnx"
}

# timed NETWORK:SHAPE FORM: compiles, verifies against the network as it was, and times.
timed() {
  local network=${1%%:*} shape=${1#*:} form=$2 source compile=() judge=(--tolerance 1e-4)
  case $form in
    plain) source=$network ;;
    half) source=$network-half judge=(--tolerance 2e-2) ;;
    tf32) source=$network-folded compile=(--tf32) judge=(--tolerance 1e-2) ;;
    *) source=$network-folded ;;
  esac
  local id=$network.$shape base=$work/$network.$shape.onnx model=$work/$source.$shape.onnx plan=$work/$network.$shape.$form.plan
  step "fix.$id" 100 "${java[@]}" io.repfold.gpu.GpuNetworks fix "$work/$network.onnx" "$shape" "$base"
  step "fix.$source.$shape" 100 "${java[@]}" io.repfold.gpu.GpuNetworks fix "$work/$source.onnx" "$shape" "$model"
  step "compile.$id.$form" 400 json builds.jsonl "${repfold[@]}" compile "$model" -o "$plan" --timing-cache "$work/times" "${compile[@]}" --json
  if [ ! -e "$plan" ] && grep -qs "^compile.$id.$form:" "$kept/failed.txt"; then
    # Was it the arithmetic on sizes that TensorRT's parser did not take?
    step "constants.$source.$shape" 100 "$python" "$here/peers.py" constants "$model" "$model.constants.onnx"
    step "compile.$id.$form.constants" 400 json builds.jsonl "${repfold[@]}" compile "$model.constants.onnx" -o "$plan" \
      --timing-cache "$work/times" "${compile[@]}" --json
  fi
  [ -e "$plan" ] || return 0
  step "bench.$id.$form" 100 json bench.jsonl "${repfold[@]}" bench "$plan" --engine tensorrt --seconds 3 --json
  step "device.$id.$form" 20 device
  # A larger batch computes the same once more.
  [ "${shape%%x*}" = 1 ] || return 0
  step "verify.$id.$form" 200 json verify.jsonl "${repfold[@]}" verify "$base" "$plan" --engine tensorrt --samples 1 "${judge[@]}" --json
}

# bounds SUFFIX NETWORK:SHAPE...: their rooflines.
bounds() {
  local suffix=$1 network files=()
  shift
  for network in "$@"; do files+=("$work/${network%%:*}$suffix.${network#*:}.onnx"); done
  step "bounds$suffix" 200 appended peers.jsonl "$python" "$here/peers.py" bound "${files[@]}"
}

# peer NETWORK:SHAPE SUFFIX PRECISION: PyTorch both ways.
peer() {
  local network=${1%%:*} shape=${1#*:} form
  local id=$network$2.$shape
  step "fix.$id" 100 "${java[@]}" io.repfold.gpu.GpuNetworks fix "$work/$network$2.onnx" "$shape" "$work/$id.onnx"
  for form in eager compiled; do
    step "peer.$id.$3.$form" 200 appended peers.jsonl "$python" "$here/peers.py" time "$work/$id.onnx" --precision "$3" --form "$form" --mode "${MODE:-reduce-overhead}"
  done
}

cuda_libraries() {
  local packages
  packages=$("${PYTHON:-python3}" -c 'import nvidia; print("\n".join(nvidia.__path__))' 2>/dev/null || true)
  {
    echo "${CUDA_LIBS:-}"
    [ -z "$packages" ] || find $packages -name '*.so*' -printf '%h\n' | sort -u
    ls -d /usr/local/cuda/lib64 /usr/local/nvidia/lib64 2>/dev/null || true
  } | sed '/^$/d' | paste -sd:
}

case ${1:-} in
  gather | pack | check | measure) "$@" ;;
  *) sed -n '2,/^set /s/^# \{0,1\}//p' "$self" && exit 2 ;;
esac
