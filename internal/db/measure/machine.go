package measure

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"corridor/internal/db"
)

// Machine is where a figure was found. What cannot be known is empty.
type Machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"` // that Go may use
	System  string `json:"system"`
	Files   string `json:"files"` // the file system of a SQLite database: a durable write costs little on tmpfs
	Go      string `json:"go"`
	Engine  string `json:"engine"` // sqlite or postgres
	Version string `json:"version"`
}

// Describe says where a database is measured.
func Describe(ctx context.Context, d *db.DB, dsn string) (m Machine, err error) {
	m = Here()
	m.Engine = d.Dialect()
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		m.Files = fileSystem(path)
	}
	m.Version, err = engineVersion(ctx, d)
	return m, err
}

// Here says where something is measured that needs no database.
func Here() Machine {
	return Machine{CPU: processor(), Cores: runtime.GOMAXPROCS(0), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// fileSystem is of the longest mount that a path lies under.
func fileSystem(path string) (kind string) {
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	text, _ := os.ReadFile("/proc/mounts")
	longest := -1
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		at := strings.TrimSuffix(f[1], "/")
		if len(at) > longest && (path == at || strings.HasPrefix(path, at+"/")) {
			longest, kind = len(at), f[2]
		}
	}
	return kind
}

// FileBytes is the size of a SQLite database with what waits in its log; 0 for another.
func FileBytes(dsn string) (n int64) {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		return 0
	}
	for _, name := range []string{path, path + "-wal"} {
		if s, err := os.Stat(name); err == nil {
			n += s.Size()
		}
	}
	return n
}
