#!/usr/bin/env bash
# Runs what needs a GPU on a machine that has one, but neither Maven nor Java nor TensorRT.
#
# Here, with Maven, gcc, xz and a JDK:
#   tests/gpu/run.sh pack FOLDER [TENSORRT] [MIB]   all that is needed there, in parts that fit beside the checkout
#   tests/gpu/run.sh gather FOLDER [TENSORRT]       our jars and the bindings alone, to replace those of a pack
# TENSORRT is 10.6-1.5.11 (default), 10.15-1.5.13 or 11.2-1.5.14. Only the first can compile with what is on Maven
# Central; for the others add libnvinfer_builder_resource_smNN.so of NVIDIA's own TensorRT to NATIVE/lib.
# The parts base.NN hold the kernels of one kind of GPU only (SM=90, its compute capability). Those of the others, and
# libraries that should not be needed, are in the parts rest.NN: send them only if the smoke test fails without.
#
# There, with python3 and its torch, onnx and onnxruntime for the comparison alone:
#   tests/gpu/run.sh receive FOLDER                 moves the parts in FOLDER into WORK, checks them, names what is missing
#   tests/gpu/run.sh unpack NATIVE [rest]           once all parts base.NN are there; with rest, those as well
#   tests/gpu/run.sh measure NATIVE                 the networks of docs/benchmarks.md, beside PyTorch, and all checks
#   tests/gpu/run.sh check NATIVE [MODEL.onnx ...]  all checks, then compiles, verifies and times the models
# With jars from gather beside it, run.sh takes those, else those in NATIVE.
#
# Where the machine is there for some minutes only, in this order; FOLDER is one that git ignores, and each call carries FOLDER/SHA256SUMS and one part:
#   1. for each part base.NN:  tests/gpu/run.sh receive FOLDER
#   2. with the last of them:  tests/gpu/run.sh receive FOLDER && tests/gpu/run.sh unpack ~/native &&
#                              BUDGET=seconds RESULTS=folder tests/gpu/run.sh measure ~/native
#   3. until it exits with 0:  BUDGET=seconds RESULTS=folder tests/gpu/run.sh measure ~/native
# measure takes first the smoke test, after which it ends if no plan computes; then RepVGG-A0 in half precision, one image
# and 32; RepPSP in half precision; PyTorch eager and compiled for these; the checks; then float32, int8 and rooflines.
#
# Both check and measure go on where the last call was stopped: what was done is kept in WORK. The variables:
#   WORK=~/.repfold-gpu   what is kept from call to call
#   RESULTS=./results     all results so far, at most 8 files, after each step: copied there from WORK
#   BUDGET=540            seconds that one call may take; steps that did not fit are left for the next
#   CUDA_LIBS=            more folders with CUDA's libraries; else NATIVE/lib, python3's nvidia packages, /usr/local
#   SHAPE=                of models of open size, with the input's name, as in SHAPE=images=1x3x512x512
#   NETWORKS, FORMS="half folded int8" (or tf32, plain), LOADS=200, MODE=reduce-overhead (of torch.compile), PYTHON=python3
# The exit code is 1 if a step failed, 4 if none did but some are left.
set -euo pipefail

# Before anything changes the folder.
here=$(cd "$(dirname "$0")" && pwd)
self=$here/$(basename "$0")
tensorrt_default=10.6-1.5.11
# What one call may carry.
carried_mib=64
work=${WORK:-$HOME/.repfold-gpu}
received=$work/parts

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
  cp "$self" "$here"/*.py "$out"
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
  local out=$1 tensorrt=${2:-$tensorrt_default} size=${3:-} cuda name
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
  cd "$here/../.."
  : "${size:=$(room)}"
  # No local name: it is removed when all has ended.
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$scratch/root/lib" "$scratch/rest/lib"
  gather "$scratch/root/jars" "$tensorrt"
  case $tensorrt in
    10.6-*) cuda=12.6-9.5-1.5.11 ;;
    10.15-*) cuda=13.1-9.19-1.5.13 ;;
    *) cuda=13.3-9.25-1.5.14 ;;
  esac
  fetch "org.bytedeco:tensorrt:$tensorrt:jar:linux-x86_64" "$scratch/jars"
  fetch "org.bytedeco:tensorrt:$tensorrt:jar:linux-x86_64-redist" "$scratch/jars"
  fetch "org.bytedeco:cuda:$cuda:jar:linux-x86_64-redist" "$scratch/jars"
  unzip -q -o -j "$scratch/jars/tensorrt-*.jar" '*.so*' -d "$scratch/root/lib"
  unzip -q -o -j "$scratch/jars/cuda-*.jar" '*/libcudart.so*' -d "$scratch/root/lib"
  unzip -q -o -j "$scratch/jars/cuda-*.jar" '*/libnvrtc*.so*' -d "$scratch/rest/lib"
  # The parser's binding loads that of the plugins, and that their library, but none of these.
  rm -f "$scratch/root/lib"/libnvinfer_vc_plugin*
  # The binding wants these by name, half a gigabyte, and TensorRT from 10 on uses none of them.
  for name in $(unzip -l "$scratch/jars"/cuda-*.jar | grep -o 'lib\(cublas\|cublasLt\|cudnn\|cudnn_adv\|cudnn_cnn\|cudnn_ops\|cudnn_graph\|nvrtc\)\.so\.[0-9]*$' | sort -u); do
    echo | gcc -shared -o "$scratch/root/lib/$name" -Wl,-soname,"$name" -x c -
  done
  rm -rf "$scratch/jars"
  jlink --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.unsupported,jdk.zipfs \
    --no-man-pages --no-header-files --output "$scratch/root/jre"
  parts "$scratch/root" "$scratch/rest" "$out" "$size"
}

# parts ROOT REST FOLDER MIB: moves the kernels of other GPUs from ROOT to REST, and packs both.
parts() {
  trim "$1" "$2" "${SM:-90}"
  rm -f "$3"/base.* "$3"/rest.* "$3/SHA256SUMS"
  split_into "$1" "$3/base." "$4" --x86 --lzma2=preset=6
  # Compressed kernels, of which xz makes nothing smaller.
  split_into "$2" "$3/rest." "$4" -0
  (cd "$3" && sha256sum base.* rest.* >SHA256SUMS)
  cat "$1/trimmed.txt"
  ls -l "$3"
  echo "$(ls "$3"/base.* | wc -l) parts, and $(ls "$3"/rest.* | wc -l) for the case that the smoke test fails, of $4 MiB or less"
}

# MiB that a call has room for beside the checkout, with one to spare.
room() {
  git ls-files -z | xargs -0 stat --format=%s | awk -v carried="$carried_mib" '{ all += $1 } END { print carried - 1 - int(all / 1048576 + 1) }'
}

# trim ROOT REST SM: leaves out the kernels of other GPUs; ROOT/trimmed.txt says of which libraries.
trim() {
  local library name
  for library in "$1/lib"/libnv*; do
    name=$(basename "$library")
    java -cp "$1/jars/gpu-checks.jar" io.repfold.gpu.GpuKernels trim "$library" "$3" "$2/lib/$name.rest" 2>"$2/why.txt" \
      || echo "$name stays whole: $(head -1 "$2/why.txt")"
  done >"$1/trimmed.txt"
  rm -f "$2/why.txt"
}

# split_into FOLDER PREFIX MIB OPTION...: a folder as an archive in parts; the options are those of xz.
split_into() {
  local folder=$1 prefix=$2 size=$3
  shift 3
  tar -C "$folder" -cf - . | xz -T0 "$@" | split -b "${size}m" -d - "$prefix"
}

receive() {
  local part name
  mkdir -p "$received"
  cp "$1/SHA256SUMS" "$received"
  for part in "$1"/base.* "$1"/rest.*; do
    [ -e "$part" ] || continue
    name=$(basename "$part")
    mv "$part" "$received/$name"
    whole "$name" || { echo "$name is damaged: send it again" >&2 && exit 1; }
    echo "$name is there"
  done
  missing base || true
  missing rest || true
}

# Whether a part is there as it was packed.
whole() {
  [ -e "$received/$1" ] && (cd "$received" && grep "  $1\$" SHA256SUMS | sha256sum --check --status)
}

# Names the parts of a set that are not there as they were packed; fails if some are.
missing() {
  local name names=()
  for name in $(sed -n "s/.*  \($1\.[0-9]*\)\$/\1/p" "$received/SHA256SUMS"); do
    whole "$name" || names+=("$name")
  done
  [ "${#names[@]}" != 0 ] || return 0
  echo "missing: ${names[*]}"
  return 1
}

unpack() {
  local library name
  mkdir -p "$1"
  native=$(cd "$1" && pwd)
  if [ ! -e "$native/unpacked" ]; then
    missing base || exit 1
    joined base
    touch "$native/unpacked"
  fi
  if [ "${2:-}" = rest ] && [ -e "$native/trimmed.txt" ]; then
    missing rest || exit 1
    joined rest
    for library in "$native/lib"/*.rest; do
      [ -e "$library" ] || continue
      "$native/jre/bin/java" -cp "$native/jars/gpu-checks.jar" io.repfold.gpu.GpuKernels restore "${library%.rest}" "$library"
      rm "$library"
    done
    # All that failed may hold now.
    mv "$native/trimmed.txt" "$native/restored.txt"
    [ ! -e "$work/results/failed.txt" ] || sed 's/: exit code.*//' "$work/results/failed.txt" | while read -r name; do rm -f "$work/steps/$name"; done
    rm -f "$work/results/failed.txt"
  fi
  "$native/jre/bin/java" -version
}

joined() {
  if command -v xz >/dev/null; then
    cat "$received/$1".* | xz -T0 -dc
  else
    cat "$received/$1".* | "${PYTHON:-python3}" -c 'import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer, 1 << 20)'
  fi | tar -C "$native" -xf -
}

prepare() {
  native=$(cd "$1" && pwd)
  kept=$work/results
  mkdir -p "$work/steps" "$kept" "${RESULTS:=results}"
  deadline=$(($(date +%s) + ${BUDGET:-540}))
  failed_before=$(failures) left=0
  libraries=$native/lib:$(cuda_libraries):${LD_LIBRARY_PATH:-}
  python=${PYTHON:-python3}
  local jars=$here
  [ -e "$here/gpu-checks.jar" ] || jars=$native/jars
  # Of glibc: from 2.41 on it refuses the library of kernels otherwise.
  export ORT_DISABLE_TELEMETRY=1 REPFOLD_CACHE=$work/cache GLIBC_TUNABLES=glibc.rtld.execstack=2
  # Python must not see these libraries: some are empty.
  java=(env LD_LIBRARY_PATH="$libraries" "$native/jre/bin/java" -Dorg.bytedeco.javacpp.pathsfirst=true -cp "$jars/*")
  repfold=("${java[@]}" io.repfold.cli.Main)
  # For the shell that each step has to itself.
  export -f json line appended tolerated sampled device
  export kept python
}

failures() { { cat "$kept/failed.txt" 2>/dev/null || true; } | wc -l; }

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
  STEP=$name timeout -k 10 "$((rest < limit ? rest : limit))" bash -c 'set -o pipefail; "$@"' _ "$@" </dev/null 2>&1 | tee -a "$kept/log.txt" || code=$?
  echo "=== $name: exit code $code after $(($(date +%s) - begin)) s" | tee -a "$kept/log.txt"
  if [ "$code" = 0 ]; then
    touch "$work/steps/$name"
  elif [ "$code" -ge 124 ] && [ "$rest" -le "$limit" ]; then
    left=$((left + 1)) && echo "$name is left for the next call"
  else
    echo "$name: exit code $code" >>"$kept/failed.txt" && touch "$work/steps/$name"
  fi
  # Two steps may end at once; finish copies once more.
  cp -r "$kept/." "$RESULTS/" || true
}

finish() {
  local code=0
  [ ! -e "$kept/bench.jsonl" ] || "$python" "$here/table.py" "$kept" | tee "$kept/table.md" || echo "there is no table"
  [ "$left" = 0 ] || { code=4 && echo "left for the next call: $left steps"; }
  if [ -e "$kept/failed.txt" ]; then
    sed 's/^/failed: /' "$kept/failed.txt"
    [ "$(failures)" = "$failed_before" ] || code=1
    if [ -e "$native/trimmed.txt" ]; then
      echo "The kernels of other GPUs are left out here ($native/trimmed.txt). If that may be why: receive the parts rest.NN, then run.sh unpack $native rest" | tee -a "$kept/log.txt"
    fi
  fi
  cp -r "$kept/." "$RESULTS/"
  exit "$code"
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

# Clocks, power, temperature and memory, with the step in which they were read.
device() {
  command -v nvidia-smi >/dev/null || return 0
  nvidia-smi --format=csv,noheader,nounits --query-gpu=timestamp,clocks.sm,clocks.mem,power.draw,temperature.gpu,memory.used \
    | sed "s/^/$STEP, /" >>"$kept/device.csv"
}

# Runs a command, and reads these once a second meanwhile.
sampled() {
  local code=0 sampler
  while device && sleep 1; do :; done >/dev/null &
  sampler=$!
  "$@" || code=$?
  kill "$sampler" 2>/dev/null || true
  return "$code"
}

appended() {
  local file=$1
  shift
  "$@" | tee -a "$kept/$file"
}

all_checks() {
  step checks 500 "${java[@]}" -Dgpu.loads="${LOADS:-200}" io.repfold.tensorrt.GpuChecks
}

checks() {
  step doctor 120 tolerated "${repfold[@]}" doctor
  all_checks
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
  local network form models
  prepare "$1"
  local networks=${NETWORKS:-repvgg-a0:1x3x224x224 repvgg-a0:32x3x224x224 reppsp:1x3x512x512}
  local forms=${FORMS:-half folded int8}
  # The processor makes the models while the GPU is tried.
  make_networks "$networks" "$forms" &
  models=$!
  step device 20 tolerated nvidia-smi
  step doctor 120 tolerated "${repfold[@]}" doctor
  step smoke 180 "${java[@]}" io.repfold.tensorrt.GpuChecks "a plan computes"
  if grep -qs '^smoke:' "$kept/failed.txt"; then
    end "$models"
    echo "No plan computes here: all else would fail as well" | tee -a "$kept/log.txt"
    failed_before=-1
    finish
  fi
  wait "$models"
  # What these left for want of time, they leave here too.
  make_networks "$networks" "$forms"
  case " $forms " in *" half "*) for network in $networks; do timed "$network" half; done ;; esac
  for network in $networks; do peer "$network" -folded fp16; done
  all_checks
  for form in $forms; do
    [ "$form" = half ] || for network in $networks; do timed "$network" "$form"; done
  done
  bounds -folded $networks
  for network in $networks; do peer "$network" -folded fp32; done
  finish
}

# Ends a process of this script, and all that it started.
end() {
  local child children
  children=$(pgrep -P "$1" || true)
  kill "$1" 2>/dev/null || true
  for child in $children; do end "$child"; done
}

# make_networks NETWORKS FORMS: each network once, side by side.
make_networks() {
  local network
  for network in repvgg-a0 reppsp; do
    case " $1" in *" $network:"*) make_network "$network" "$2" & ;; esac
  done
  wait
}

make_network() {
  local form random=(--random 1 --shape 1x3x64x64)
  step "make.$1" 200 "${java[@]}" -Xmx8g io.repfold.gpu.GpuNetworks make "$1" "$work"
  for form in $2; do
    case $form in
      half) step "half.$1" 200 "${repfold[@]}" convert "$work/$1-folded.onnx" --precision fp16 "${random[@]}" -o "$work/$1-half.onnx" ;;
      int8) step "int8.$1" 200 "${repfold[@]}" convert "$work/$1-folded.onnx" --precision int8 --target tensorrt "${random[@]}" -o "$work/$1-int8.onnx" ;;
    esac
  done
}

# timed NETWORK:SHAPE FORM: compiles, verifies against the network as it was, and times.
timed() {
  local network=${1%%:*} shape=${1#*:} form=$2 source compile=() judge=(--tolerance 1e-4)
  case $form in
    plain) source=$network ;;
    half) source=$network-half judge=(--tolerance 2e-2) ;;
    int8) source=$network-int8 judge=(--tolerance 5e-2) ;;
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
  step "bench.$id.$form" 100 sampled json bench.jsonl "${repfold[@]}" bench "$plan" --engine tensorrt --seconds 3 --json
  [ "$form" != half ] || step "streams.$id.$form" 100 \
    sampled json bench.jsonl "${repfold[@]}" bench "$plan" --engine tensorrt --streams 1,2,4 --seconds 3 --json
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
  gather | pack | parts | receive | unpack | check | measure) "$@" ;;
  *) sed -n '2,/^set /s/^# \{0,1\}//p' "$self" && exit 2 ;;
esac
