#!/usr/bin/env bash
# Gradescope runs this once, when it builds the container: it installs the course.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
apt-get update -qq && apt-get install -y -qq python3 python3-venv bubblewrap
python3 -m venv "$root/venv"
course=$root/source/introspection-course
"$root/venv/bin/pip" install --quiet -e "$course[teach]"
chmod -R go-w "$course"
chmod -R go-rwx "$course/tests"  # submissions need not read how they are graded
