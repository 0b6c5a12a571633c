#!/usr/bin/env bash
# install.sh: puts an unpacked release in its place, as root: user, folders, program, unit, papers; an example of the settings and a secret
# where there are none. Run it again with a newer release: what was set, and what the node wrote, stays. It starts nothing.
# DESTDIR puts all of it under another root, OWNER is another user than corridor.
set -euo pipefail
cd "$(dirname "$0")"
owner=${OWNER:-corridor} root=${DESTDIR:-}
if ! id -u "$owner" >/dev/null 2>&1; then
  useradd --system --user-group --home-dir /var/lib/corridor --shell /usr/sbin/nologin "$owner"
fi
group=$(id -gn "$owner")
install -d -m 0755 "$root/opt/corridor" "$root/usr/local/bin" "$root/etc/systemd/system"
install -d -o "$owner" -g "$group" -m 0700 "$root/var/lib/corridor"
install -d -g "$group" -m 0750 "$root/etc/corridor"
install -m 0755 corridor "$root/opt/corridor/corridor"
install -m 0644 README.md LICENSE operating.md security.md "$root/opt/corridor/"
ln -sfn /opt/corridor/corridor "$root/usr/local/bin/corridor"
install -m 0644 corridor.service "$root/etc/systemd/system/corridor.service"
settings=$root/etc/corridor/corridor.yaml secret=$root/etc/corridor/secret
[ -e "$settings" ] || install -m 0640 -g "$group" corridor.yaml "$settings"
[ -e "$secret" ] || head -c 32 /dev/urandom | base64 | install -m 0640 -g "$group" /dev/stdin "$secret"
echo "$("$root/opt/corridor/corridor" --version) is in its place. Next: edit $settings, make the key, start (operating.md, Install)"
