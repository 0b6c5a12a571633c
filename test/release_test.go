package test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// command runs a program in a folder and returns what it said; an exit code ends the test.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A release of one commit, made twice in clones at two places, has the same bytes: the program, its parts list, the sums.
func TestAReleaseMadeTwiceHasTheSameBytes(t *testing.T) {
	var sums [2]string
	var out string
	for i, name := range []string{"here", "elsewhere/and/deeper"} {
		clone := filepath.Join(t.TempDir(), name)
		command(t, "..", "git", "clone", "-q", "--local", "--no-hardlinks", ".", clone)
		out = filepath.Join(clone, "dist")
		command(t, clone, "deploy/release.sh", out, runtime.GOARCH)
		b, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = string(b)
	}
	if sums[0] != sums[1] || strings.Count(sums[0], "\n") != 2 {
		t.Errorf("the sums differ, or are not those of two files:\n%s\n%s", sums[0], sums[1])
	}
	command(t, out, "sha256sum", "--check", "--strict", "SHA256SUMS")

	unpacked := t.TempDir()
	held := unpack(t, glob(t, out, "*.tar.gz"), unpacked)
	for _, want := range []string{"corridor", "corridor.service", "corridor.yaml", "Containerfile", "install.sh", "LICENSE", "operating.md", "security.md"} {
		if !slices.Contains(held, want) {
			t.Errorf("the release has no %s: %v", want, held)
		}
	}
	toolchain := strings.TrimSpace(command(t, "..", "sed", "-n", "s/^toolchain //p", "go.mod"))
	if said := command(t, unpacked, filepath.Join(unpacked, "corridor"), "--version"); !regexp.MustCompile(`^corridor version [0-9a-f]{12}\S* ` + regexp.QuoteMeta(toolchain) + `\b`).MatchString(said) {
		t.Errorf("the program does not say of which commit it is and that it was built with %s: %s", toolchain, said)
	}
	partsAreThere(t, glob(t, out, "*.cdx.json"))
	installs(t, unpacked)
}

// installs puts the release in its place under another root, twice: what the operator has set stays, the program is the new one, and the
// node's folders are for nobody else.
func installs(t *testing.T, unpacked string) {
	t.Helper()
	root, me := t.TempDir(), strings.TrimSpace(command(t, ".", "id", "-un"))
	install := func() string {
		return command(t, unpacked, "env", "DESTDIR="+root, "OWNER="+me, filepath.Join(unpacked, "install.sh"))
	}
	if said := install(); !strings.Contains(said, "corridor version ") {
		t.Errorf("the first time it says: %s", said)
	}
	settings, secret := filepath.Join(root, "etc/corridor/corridor.yaml"), filepath.Join(root, "etc/corridor/secret")
	first, err := os.ReadFile(secret)
	if err != nil || len(first) < 40 {
		t.Fatalf("no secret: %d bytes, %v", len(first), err)
	}
	if err := os.WriteFile(settings, []byte("code: \"310000\"\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	install()
	for path, want := range map[string]string{settings: "code: \"310000\"\n", secret: string(first)} {
		if b, err := os.ReadFile(path); err != nil || string(b) != want {
			t.Errorf("%s after the second time: %q, %v", path, b, err)
		}
	}
	for path, mode := range map[string]os.FileMode{"var/lib/corridor": 0o700, "etc/corridor": 0o750, "etc/corridor/secret": 0o640, "opt/corridor/corridor": 0o755,
		"opt/corridor/operating.md": 0o644, "etc/systemd/system/corridor.service": 0o644} {
		if i, err := os.Stat(filepath.Join(root, path)); err != nil || i.Mode().Perm() != mode {
			t.Errorf("%s: %v, want the mode %o", path, i, mode)
		}
	}
}

// partsAreThere compares the parts list with the modules that are built into the program.
func partsAreThere(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Format     string `json:"bomFormat"`
		Components []struct{ Name, Version, Purl string }
	}
	if err := json.Unmarshal(b, &list); err != nil || list.Format != "CycloneDX" {
		t.Fatalf("the parts list is no CycloneDX: %v, %s", err, list.Format)
	}
	have := map[string]string{}
	for _, c := range list.Components {
		have[c.Name] = c.Version
	}
	for _, line := range strings.Split(command(t, "..", "go", "version", "-m", binary), "\n") {
		if f := strings.Fields(line); len(f) >= 3 && f[0] == "dep" && have[f[1]] != f[2] {
			t.Errorf("the parts list has %s %q, the program %s", f[1], have[f[1]], f[2])
		}
	}
	if have["std"] == "" {
		t.Error("the parts list does not name the standard library")
	}
}

func glob(t *testing.T, dir, pattern string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(all) != 1 {
		t.Fatalf("%s in %s: %v, %v", pattern, dir, all, err)
	}
	return all[0]
}

// unpack writes the files of a release into a folder and returns their names; all of one owner, of one time.
func unpack(t *testing.T, path, into string) (names []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	times := map[int64]bool{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" {
			t.Errorf("%s belongs to %d:%d %s", h.Name, h.Uid, h.Gid, h.Uname)
		}
		times[h.ModTime.Unix()] = true
		if h.Typeflag != tar.TypeReg {
			continue
		}
		names = append(names, filepath.Base(h.Name))
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(into, filepath.Base(h.Name)), b, os.FileMode(h.Mode)); err != nil {
			t.Fatal(err)
		}
	}
	if len(times) != 1 {
		t.Errorf("the files are of %d times", len(times))
	}
	return names
}

// The unit of a release is one that systemd takes, and leaves little of the machine open.
func TestTheUnitIsSoundAndNarrow(t *testing.T) {
	text, err := os.ReadFile("../deploy/corridor.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"NoNewPrivileges=yes", "CapabilityBoundingSet=\n", "ProtectSystem=strict", "PrivateUsers=yes", "MemoryDenyWriteExecute=yes", "User=corridor", "UMask=0077"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the unit does not say %s", want)
		}
	}
	analyse, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CORRIDOR_REQUIRE") != "" {
			t.Fatal("systemd-analyze is missing: apt-get install systemd")
		}
		return // its words were looked at above
	}
	unit := filepath.Join(t.TempDir(), "corridor.service")
	program, err := filepath.Abs(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(string(text), "/opt/corridor/corridor", program)), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, ".", analyse, "verify", unit)
	said := command(t, ".", analyse, "security", "--offline=true", "--threshold=15", unit) // 1.5 of 10
	if !strings.Contains(said, "Overall exposure level") {
		t.Errorf("no level is said: %s", said)
	}
}
