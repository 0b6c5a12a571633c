package bench

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
	Files   string `json:"files"` // the file system of a new database: a durable write costs little on tmpfs
	Go      string `json:"go"`
	Engine  string `json:"engine"` // sqlite or postgres
	Version string `json:"version"`
}

func describe(ctx context.Context, d *db.DB, o Options) (Machine, error) {
	m := Machine{CPU: processor(), Cores: runtime.GOMAXPROCS(0), System: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), Engine: d.Dialect()}
	if path, ok := strings.CutPrefix(o.DSN, "sqlite:"); ok {
		m.Files = fileSystem(path)
	}
	var err error
	m.Version, err = engineVersion(ctx, d)
	return m, err
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(text), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// fileSystem finds the mount under which a path lies.
func fileSystem(path string) (kind string) {
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	text, _ := os.ReadFile("/proc/mounts")
	longest := -1
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		at := strings.TrimSuffix(f[1], "/")
		if (path == at || strings.HasPrefix(path, at+"/")) && len(at) > longest {
			longest, kind = len(at), f[2]
		}
	}
	return kind
}
