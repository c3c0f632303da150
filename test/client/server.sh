# Sourced by the client tests: start_leat <program> starts a server in memory and sets $port; it ends with the script.
start_leat() {
  work=$(mktemp -d)
  server=
  trap stop_leat EXIT
  "$1" --in-memory --listen 127.0.0.1:0 --http 127.0.0.1:0 >"$work/ready" 2>"$work/log" &
  server=$!
  for _ in $(seq 100); do
    grep -q ready "$work/ready" && break
    sleep 0.1
  done
  port=$(grep -oE -- '-p [0-9]+' "$work/ready" | cut -c4- || true)
  [ -n "$port" ] || { echo "the server did not start"; cat "$work/log"; exit 1; }
}

stop_leat() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
