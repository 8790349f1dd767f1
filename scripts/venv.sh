# Sourced by the other scripts: makes .venv when it is missing or out of date.
# Needs nothing but Python >= 3.11; run again it reuses what is there.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
  local name
  for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Expected Python 3.11 or newer as python3 on PATH, found none; install it or set PYTHON." >&2
  return 1
}

# ensure_venv EXTRAS: install the package with these extras, unless that was done
# with the same pins already (a stamp is written only after a whole installation).
ensure_venv() {
  local extras=$1 stamp python
  if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    "$python" -m venv .venv
  fi
  stamp=.venv/installed-${extras:-base}-$(cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)
  if [ ! -e "$stamp" ]; then
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet -c constraints.txt -e ".${extras:+[$extras]}"
    touch "$stamp"
  fi
  export PATH=$PWD/.venv/bin:$PATH
}
